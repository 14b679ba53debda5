"""The one sanitiser against what strangers send."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import pytest
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from hypothesis import given, settings, strategies as st

from articles.editor import EXTENSIONS
from articles.models import Article
from articles.sanitising import sanitise
from articles.tests.attacks import ATTACKS
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


def ran(page: Any, bodies: list[str]) -> list[str]:
    """What a browser ran or asked for, each body alone in a page without a content policy."""
    done: list[str] = []
    page.on("dialog", lambda dialog: (done.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: done.append(request.url))
    for body in bodies:
        page.set_content(f"<!doctype html><body>{body}")
        for element in page.query_selector_all("a, p, td"):
            element.dispatch_event("mouseover")
    return done


@pytest.mark.browser
def test_a_browser_runs_nothing_of_an_attack(page):
    assert ran(page, [sanitise(attack) for attack in ATTACKS]) == []


@pytest.mark.browser
def test_a_browser_would_run_an_attack_as_it_came(page):
    assert "1" in ran(page, ["<p onmouseover=alert(1)>x</p>"])


def test_the_corpus_is_large():
    assert len(set(ATTACKS)) >= 60


PIECES = [
    *("<p>", "</p>", "<b>", "</b>", "<i>", "<em>", "</em>", "<strong>", "</strong>", "<h1>"),
    *("</h1>", "<h3>", "</h3>", "<ul>", "<li>", "</ul>", "<table>", "<caption>", "</caption>"),
    *("<tr>", "<td>", "</div>", "<section>", "<dd>", "</li>"),
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
        "<p><strong>Bold</strong> <em>slanted</em> H<sub>2</sub>O<sup>1</sup> <code>x</code></p>",
        "<h2>Two</h2><h3>Three</h3><hr><blockquote><p>Said.</p></blockquote>",
        "<ul><li>One</li></ul><ol start=\"3\"><li>Three<br>lines</li></ol>",
        "<pre><code>if a &lt; b:\n    pass</code></pre>",
        '<p><a href="https://gridledger.example/?a=1&amp;b=2" rel="noopener">there</a></p>',
        '<table><tbody><tr><th colspan="2">MW</th></tr><tr><td>3</td></tr></tbody></table>',
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
