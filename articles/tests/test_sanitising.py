"""The one sanitiser against what strangers send."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import lxml.html
import pytest
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from hypothesis import given, settings, strategies as st

from articles.editor import EXTENSIONS
from articles.models import Article
from articles.sanitising import sanitise
from articles.tests.newsroom import draft, story

TAGS = {
    "p", "br", "strong", "em", "sub", "sup", "code", "pre", "h2", "h3", "ul", "ol", "li",
    "blockquote", "hr", "a", "table", "tbody", "thead", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "rel", "title"},
    "ol": {"data-type", "start", "type"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = {"", "http", "https", "mailto"}

ATTACKS = [
    # scripts
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script>alert(1)",
    "<script/x>alert(1)</script >",
    "<<script>alert(1);//<</script>",
    "<script type=module>import '//evil.example'</script>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script href=data:,alert(1) />",
    "<math><script>alert(1)</script></math>",
    # events
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<p onclick=alert(1)>x</p>",
    "<p ONMOUSEOVER='alert(1)'>x</p>",
    "<a href=/ onfocus=alert(1) autofocus>x</a>",
    "<a href=/ on\x00click=alert(1)>x</a>",
    "<a/href=/ /onclick=alert(1)>x</a>",
    "<td onload=alert(1)>x",
    "<table background=javascript:alert(1)><td>x",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1)><option>x</select>",
    "<blockquote cite=x onbeforeinput=alert(1) contenteditable>x</blockquote>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    # addresses
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='&#1;javascript:alert(1)'>x</a>",
    "<a href='&#x6A;avascript:alert(1)'>x</a>",
    "<a href='&#106&#97&#118&#97&#115&#99&#114&#105&#112&#116&#58;alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='java&Tab;script:alert(1)'>x</a>",
    "<a href='java&NewLine;script:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='javascript://%0aalert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='blob:https://x/y'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='view-source:javascript:alert(1)'>x</a>",
    "<a href=\"x\" xlink:href='javascript:alert(1)'>x</a>",
    "<a href='http://[bad' title='x'>x</a>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<math href=javascript:alert(1)>x</math>",
    "<form action=javascript:alert(1)><button>x</form>",
    "<button formaction=javascript:alert(1)>x",
    "<img srcset='javascript:alert(1) 1x'>",
    # other documents
    "<iframe src=//evil.example></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=javascript:alert(1)>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<frameset><frame src=javascript:alert(1)></frameset>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=//evil.example/>",
    "<portal src=//evil.example></portal>",
    # styles
    "<style>@import '//evil.example';</style>",
    "<style><img src=x onerror=alert(1)></style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p style='position:fixed;inset:0'>x</p>",
    "<p class=status id=main>x</p>",
    # what one parser reads otherwise than the next
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><img src=x onerror=alert(1)></template>",
    "<template shadowrootmode=open><script>alert(1)</script></template>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1"
    " onerror=alert(1)&gt;'>",
    "<svg></p><style><a title='</style><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><annotation-xml encoding=text/html><style><img src=x onerror=alert(1)></style>",
    "<svg><foreignObject><p><style><img src=x onerror=alert(1)></style></foreignObject>",
    "<svg><desc><table><thead title='</desc></svg><img src=x onerror=alert(1)>'>",
    "<p title='</p><script>alert(1)</script>'>x</p>",
    "<a title='&quot; onclick=alert(1) x=&quot;' href=/>x</a>",
    '<a title="<b onclick=alert(1)>" href=/>x</a>',
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><p title='</title><img src=x onerror=alert(1)>'>",
    "<plaintext><script>alert(1)</script>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>",
    "<?xml version='1.0'?><img src=x onerror=alert(1)>",
    "<?php echo '<script>alert(1)</script>' ?>",
    "<a href=/>&#x338; onmouseover=alert(1) ></a>",
    "<a href=/>\u0338 onmouseover=alert(1) ></a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "\ufeff<script>alert(1)</script>",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "＜script＞alert(1)＜/script＞",
    "<h1><b><i onclick=alert(1)>x</i></b></h1>",
    "<table><caption><img src=x onerror=alert(1)></caption><td>x",
    "<" * 300 + "script>alert(1)</script>",
    "<p>" * 300 + "<script>alert(1)</script>",
]  # fmt: skip


class Reader(HTMLParser):
    """A parser that mends nothing: what it finds besides what is allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.faults += faults(tag, dict(attrs))

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"instruction {data}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"section {data}")


def faults(tag: str, attributes: dict[str, str | None]) -> list[str]:
    found = [] if tag in TAGS else [f"<{tag}>"]
    found += [f"{tag}@{name}" for name in attributes if name not in ATTRIBUTES.get(tag, set())]
    if "href" in attributes and scheme(attributes["href"] or "") not in SCHEMES:
        found.append(f"href {attributes['href']}")
    return found


def scheme(address: str) -> str:
    """As a browser reads it, which drops white space and controls."""
    bare = "".join(letter for letter in address if letter > " ")
    return urlsplit(bare.replace("[", "").replace("]", "")).scheme.lower()


def found_by_two_parsers(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    second = [fault for e in tree.iterdescendants() for fault in faults(e.tag, dict(e.attrib))]
    return reader.faults + second


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_is_left(attack):
    assert found_by_two_parsers(sanitise(attack)) == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_clean_stays_as_it_is(attack):
    once = sanitise(attack)
    assert sanitise(once) == once


@pytest.mark.browser
def test_a_browser_runs_nothing_of_an_attack(page):
    """Each attack alone in a page without a content policy, where it could run."""
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: ran.append(request.url))
    for attack in ATTACKS:
        page.set_content(f"<!doctype html><body>{sanitise(attack)}")
        for link in page.query_selector_all("a[href^='#'], p, td"):
            link.dispatch_event("mouseover")
    assert ran == []


def test_the_corpus_is_large():
    assert len(set(ATTACKS)) >= 60


PIECES = [
    *("<p>", "</p>", "<b>", "</b>", "<i>", "<em>", "</em>", "<strong>", "</strong>", "<h1>", "</h1>"),
    *("<h3>", "</h3>", "<ul>", "<li>", "</ul>", "<table>", "<caption>", "</caption>", "<tr>", "<td>"),
    *("</table>", "<a href=/x title='>'>", "</a>", "<pre>", "</pre>", "<br>", "<hr>", "<svg>"),
    *("</svg>", "<math>", "<style>", "</style>", "<!--", "-->", "<script>", "</script>", "<div>"),
    *("<blockquote>", "</blockquote>", "&lt;", "&amp;", "&nbsp;", "&#1;", "&#x202e;", "&#x338;"),
    *("\u0338", "\u0301", "\u200b", "\u200c", " ", "\n", "word", "<", ">", '"', "'", "="),
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=20).map("".join)


@settings(max_examples=400, deadline=None)
@given(texts)
def test_sanitising_twice_changes_nothing(text):
    once = sanitise(text)
    assert sanitise(once) == once


@settings(max_examples=400, deadline=None)
@given(texts)
def test_whatever_comes_in_only_what_is_allowed_goes_out(text):
    assert found_by_two_parsers(sanitise(text)) == []


@settings(max_examples=200, deadline=None)
@given(texts)
def test_what_goes_out_is_visible(text):
    clean = sanitise(text)
    assert not set(clean) & set("\x00\x01\x7f\x9f\u00ad\u200b\u202e\u2066\ufeff")


@pytest.mark.parametrize("depth", [10, 300])
def test_nests_of_empty_elements_are_gone_whole(depth):
    nest = "<strong><em>" * depth + "</em></strong>" * depth
    assert sanitise(f"<p>{nest}</p><p>Text</p>") == "<p>Text</p>"


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [("b", "strong"), ("i", "em"), ("h1", "h2"), ("h4", "h3"), ("h5", "h3"), ("h6", "h3")],
)
def test_a_foreign_name_becomes_ours(foreign, ours):
    assert sanitise(f"<{foreign} class=x>Text</{foreign}>") == f"<{ours}>Text</{ours}>"


@pytest.mark.parametrize("name", ["base", "img", "b-x", "hr", "h11", "ins"])
def test_a_name_that_only_begins_like_one_does_not(name):
    assert "strong" not in sanitise(f"<{name}>Text") and "em" not in sanitise(f"<{name}>Text")


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p></p><p> </p><p>&nbsp;<br></p><p>Text</p>", "<p>Text</p>"),
        ("<ul><li></li><li>One</li></ul>", "<ul><li>One</li></ul>"),
        ("one<strong> </strong>two", "one two"),
        ("<p>one<b>&nbsp;</b>two</p>", "<p>one&nbsp;two</p>"),
        ("<p>one<em><br></em>two</p>", "<p>one<br>two</p>"),
    ],
)
def test_what_is_empty_goes_and_what_parts_words_stays(html, clean):
    assert sanitise(html) == clean


@pytest.mark.parametrize(
    "html",
    [
        "<p>A <strong>bold</strong>, <em>slanted</em> H<sub>2</sub>O<sup>1</sup> <code>x</code></p>",
        "<h2>Two</h2><h3>Three</h3><hr><blockquote><p>Said.</p></blockquote>",
        "<ul><li>One</li></ul><ol start=\"3\"><li>Three<br>lines</li></ol>",
        "<pre><code>if a &lt; b:\n    pass</code></pre>",
        '<p><a href="https://gridledger.example/?a=1&amp;b=2" rel="noopener">there</a></p>',
        '<table><tbody><tr><th colspan="2">MW</th></tr><tr><td>3</td><td>4</td></tr></tbody></table>',
    ],
)  # fmt: skip
def test_what_the_editor_makes_stays_as_it_is(html):
    assert sanitise(html) == html


def test_control_characters_and_turning_marks_are_gone():
    assert sanitise("<p>a\x00\x08b\u202ec\u2066d\u200be\ufefff</p>") == "<p>abcdef</p>"


@pytest.mark.parametrize(
    "entity", ["&#0;", "&#1;", "&#x202E;", "&#8294;", "&ZeroWidthSpace;", "&shy;"]
)
def test_they_are_gone_when_written_as_entities_too(entity):
    assert sanitise(f"<p>a{entity}b</p>").replace("\ufffd", "") == "<p>ab</p>"


@pytest.mark.parametrize("word", ["می\u200cخواهم", "क्\u200dष", "👩\u200d🔬"])
def test_the_joiners_that_spelling_needs_stay(word):
    assert sanitise(f"<p>{word}</p>") == f"<p>{word}</p>"


def test_the_words_of_dropped_elements_stay_apart():
    assert sanitise("<div>One.</div><div>Two.</div>") != "One.Two."


def test_the_sanitiser_allows_what_the_editor_makes():
    allowed = allowlist_from_extensions(expand_extensions(EXTENSIONS))
    made = {tag: set(names) for tag, names in allowed["attributes"].items()}
    assert set(allowed["tags"]) == TAGS
    assert made == ATTRIBUTES


def test_the_sanitiser_allows_no_attribute_more():
    tried = ["lang", "title", "class", "id", "style", "dir", "scope", "target", "name", "width"]
    attributes = " ".join(f"{name}=x" for name in tried)
    for tag in TAGS - {"a", "br", "hr", "table", "tbody", "thead", "tr", "th", "td"}:
        assert sanitise(f"<{tag} {attributes}>x</{tag}>") == f"<{tag}>x</{tag}>"


def test_a_story_is_sanitised_when_it_is_saved(db):
    article = draft(body="<p onclick=x>Text</p><script>alert(1)</script>")
    article.refresh_from_db()
    assert article.body == "<p>Text</p>"


def test_a_story_is_sanitised_when_only_its_body_is_saved(db):
    article = story(body="<p>Text</p>")
    article.body = "<h2>New</h2><script>alert(1)</script>"
    article.save(update_fields=["body"])
    article.refresh_from_db()
    assert article.body == "<h2>New</h2>"
    assert [heading["text"] for heading in article.headings] == ["New"]


def test_a_story_is_sanitised_by_update_or_create(db):
    defaults = {"body": "<script>alert(1)</script>", "headline": "A"}
    for _ in range(2):
        article, _ = Article.objects.update_or_create(slug="x", defaults=defaults)
    article.refresh_from_db()
    assert article.body == ""


def test_what_is_written_in_bulk_is_prepared_first(db):
    article = Article(headline=" A\x00\n B ", slug="a", body="<p>Text</p><script>alert(1)</script>")
    article.prepare()
    Article.objects.bulk_create([article])
    assert Article.objects.values_list("headline", "body").get() == ("A B", "<p>Text</p>")


def test_a_headline_about_html_is_kept_and_drawn_as_text(db, client):
    words = "The <dialog> element, &lt;img src=x onerror=alert(1)> & <script>alert(1)</script>"
    article = story(words, dek=words)
    article.save()
    tree = lxml.html.fromstring(client.get(article.get_absolute_url()).content)
    assert [tree.find(".//h1").text, tree.find_class("dek")[0].text] == [words, words]
    assert tree.find(".//dialog") is None and tree.find(".//img") is None
    assert {script.get("src") or script.get("type") for script in tree.iter("script")} == {
        "application/ld+json",
        "/static/js/theme.js",
    }


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=250) | texts)
def test_preparing_twice_changes_nothing(text):
    article = Article(headline=text, dek=text, body=text)
    article.prepare()
    once = (article.headline, article.dek, article.body, article.headings, article.word_count)
    article.prepare()
    assert once == (
        article.headline, article.dek, article.body, article.headings, article.word_count
    )  # fmt: skip
