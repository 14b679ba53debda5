from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles.sanitising import sanitise
from imports.cleaning import clean
from imports.entry import Entry, Unreadable
from imports.formats.page import MOST_BYTES, parse

PAGES = Path(__file__).parent / "page"
WORDS = "The grid carried more of the load than the operator had planned for this spring. " * 4


def page(name: str) -> bytes:
    return (PAGES / name).read_bytes()


def only(data: bytes | str, **given: str) -> Entry:
    (entry,) = parse(data if isinstance(data, bytes) else data.encode(), **given).entries
    assert isinstance(entry, Entry)
    return entry


def around(head: str = "", body: str = "") -> str:
    return (
        f"<!doctype html><html><head>{head}</head><body><article>{body}<p>{WORDS}</p></article>"
        f"<p>{WORDS}</p></body></html>"
    )


def linked(**fields: str) -> str:
    inside = ",".join(f'"{key}": {value}' for key, value in fields.items())
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {inside}}}</script>'


@pytest.fixture(scope="module")
def whole() -> Entry:
    return only(page("whole.html"))


def test_what_a_page_tells_of_its_story(whole):
    assert whole.headline == "Batteries take over the evening peak"
    assert whole.dek == "Storage now serves a third of the demand after sunset."
    assert whole.published_at == datetime(2026, 6, 15, 7, 40, tzinfo=UTC)
    assert whole.authors == ("Ingrid J. Vale", "Tomas Brandt")
    assert whole.language == "en-GB"
    assert whole.tags == ("Energy", "grid storage", "evening peak")


def test_the_lead_picture_with_its_texts(whole):
    assert whole.images == ("https://www.gridledger.example/media/batteries-1200x630.jpg",)
    assert whole.lead_alt == "Rows of white containers in a field"
    assert whole.lead_caption == "The site at Hollin Moor. Photo: R. Osei"


def test_lists_tables_quotes_and_code_stay(whole):
    assert "<ol><li>cheaper cells,</li>" in whole.body
    assert "<tr><th>Year</th><th>Share</th></tr>" in whole.body
    assert "<blockquote><p>We planned" in whole.body
    assert "<code>peakcast</code>, which" in whole.body
    assert "<pre><code>peakcast --day 2026-06-14\npeakcast --share</code></pre>" in whole.body


def test_only_the_story_is_in_the_text(whole):
    assert whole.body.startswith("<p>For the first spring")
    assert whole.body.endswith("days are short then.</p>")
    for other in ("I never believed", "Subscribe", "All rights", "<img", "Home", "15 June 2026"):
        assert other not in whole.body


def test_links_lead_on_from_where_the_page_was_found():
    entry = only(page("whole.html"), address="https://gridledger.example/2026/x.html")
    assert 'href="https://gridledger.example/2026/reports/q2.html"' in entry.body
    assert "<h2>The numbers</h2>" in entry.body


def test_what_the_document_says():
    document = parse(page("whole.html"))
    assert (document.title, document.language) == ("Gridledger", "en-GB")
    assert document.home_url == "https://www.gridledger.example/"


def test_the_text_passes_cleaning_as_it_is(whole):
    story = clean(whole, base="", language="")
    assert sanitise(story.body) == story.body
    assert story.address == "https://www.gridledger.example/news/batteries"
    assert "<table>" in story.body and "<ol>" in story.body


def test_a_page_that_tells_machines_nothing():
    entry = only(page("bare.html"))
    assert entry.headline == "How we lost a rack on a Sunday"
    assert (entry.authors, entry.date_text) == (("Kei Ito",), "2026-03-01")
    assert entry.body.startswith("<p>On Sunday at four")
    assert "Posted by" not in entry.body


def test_a_story_for_subscribers_comes_with_what_is_free_to_read():
    entry = only(page("teaser.html"))
    assert entry.body.startswith("<p>The islands want")
    assert "Password" not in entry.body
    assert entry.notes == ("the page shows only what is free to read",)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("login.html", "(“Sign in – Gridledger”): it asks for a login"),
        ("front.html", "it lists 6 others"),
        ("script.html", "it may need JavaScript"),
        ("missing.html", "it is a message of the server"),
    ],
)
def test_a_page_without_an_article_is_refused_with_what_it_shows(name, said):
    with pytest.raises(Unreadable, match=r"\.$") as caught:
        parse(page(name))
    assert said in str(caught.value)


LINKS = "".join(
    f'<li><a href="/{n}">A story with a long headline, number {n}</a></li>' for n in range(30)
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html></html>", "0 words"),
        (b"<p>Hello</p>", "1 word of text"),
        (b"no markup at all", "no HTML"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b'<rss version="2.0"><channel></channel></rss>', "import_feeds"),
        (b"<opml></opml>", "import_opml"),
        (f"<html><body><ul>{LINKS}</ul></body></html>".encode(), "it lists"),
        (b"<p>" + b"x" * MOST_BYTES, "larger than 5 MB"),
        (b"<p>" + b"word " * 900_000, "which no article has"),
    ],
)
def test_what_is_no_page_of_an_article_is_refused_with_a_sentence(data, said):
    with pytest.raises(Unreadable, match=r"\.$") as caught:
        parse(data)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("codec", "head"),
    [
        ("shift_jis", '<meta charset="Shift_JIS">'),
        ("euc_jp", '<meta http-equiv="Content-Type" content="text/html; charset=euc-jp">'),
        ("utf-8", ""),
        ("utf-16", ""),
    ],
)
def test_charsets_as_browsers_read_them(codec, head):
    text = around(f"{head}<title>電池が夕方を担う</title>", "<h1>電池が夕方を担う</h1>")
    assert only(text.encode(codec)).headline == "電池が夕方を担う"


def test_the_charset_of_the_header():
    data = around("<title>Сеть выдержала</title>", "<h1>Сеть выдержала</h1>").encode("koi8_r")
    assert only(data, content_type="text/html; charset=koi8-r").headline == "Сеть выдержала"


@pytest.mark.parametrize(
    ("canonical", "given", "address"),
    [
        ("https://perigee.example/a", "", "https://perigee.example/a"),
        (
            "https://perigee.example/a",
            "https://www.perigee.example/a?x=1",
            "https://perigee.example/a",
        ),
        ("https://perigee.example/a", "https://m.perigee.example/a", "https://perigee.example/a"),
        ("/a", "https://perigee.example/b", "https://perigee.example/a"),
        ("https://elsewhere.example/a", "https://perigee.example/a", "https://perigee.example/a"),
        ("https://perigee.example/", "https://perigee.example/a", "https://perigee.example/a"),
        ("javascript:alert(1)", "https://perigee.example/a", "https://perigee.example/a"),
        ("/a", "", ""),
        ("", "", ""),
    ],
)
def test_the_canonical_address_counts_when_it_stays_on_the_site(canonical, given, address):
    text = around(f'<link rel="canonical" href="{canonical}">', "<h1>A headline</h1>")
    assert only(text, address=given).address == address


OG = '<meta property="og:title" content="{}">'


@pytest.mark.parametrize(
    ("head", "body", "headline"),
    [
        ("<title>Ferries | Slow Pages</title>", "", "Ferries | Slow Pages"),
        ("<title>Slow Pages</title>", "<h1>Ferries</h1>", "Ferries"),
        (OG.format("Ferries, ports – Slow"), "<h2>Ferries, ports</h2>", "Ferries, ports"),
        (OG.format("Ferries, ports"), "<h1>Ferries — ports</h1>", "Ferries — ports"),
        (OG.format("Ferries, ports"), "<h1>Ferries, ports by Kei Ito</h1>", "Ferries, ports"),
        (linked(headline='"Ferries &amp; ports"'), "", "Ferries & ports"),
        ("", "<h1>By the<br>sea</h1>", "By the sea"),
    ],
)
def test_headlines(head, body, headline):
    assert only(around(head, body)).headline == headline


def test_the_name_of_the_site_is_cut_off_where_it_is_known():
    head = '<meta property="og:site_name" content="Slow Pages"><title>Ferries | Slow Pages</title>'
    assert only(around(head)).headline == "Ferries"


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (linked(author='{"@type": "Person", "name": "Ana Duarte"}'), "", ("Ana Duarte",)),
        (linked(author='["Ana Duarte", {"name": "Kei Ito"}]'), "", ("Ana Duarte", "Kei Ito")),
        (linked(author='{"@type": "Organization", "name": "The Desk"}'), "", ("The Desk",)),
        (linked(author="[5, null, {}]"), "", ()),
        ('<meta name="author" content="J. R. Osei and Kei Ito">', "", ("J. R. Osei", "Kei Ito")),
        ('<meta name="author" content="https://a.example/people/kei">', "", ()),
        ('<meta name="author" content="desk@a.example (Kei Ito)">', "", ("Kei Ito",)),
        ('<meta name="parsely-author" content="Ito, Kei">', "<p>by Kei Ito</p>", ("Kei Ito",)),
        ("", '<span class="byline">By: Kei Ito</span>', ("Kei Ito",)),
        ("", '<span class="author">Von Miller</span>', ("Von Miller",)),
        ("", '<p class="byline">Von Kei Ito</p>', ("Kei Ito",)),
        ("", '<div class="byline">Von <a class="author-name">Kei Ito</a>, dpa</div>', ("Kei Ito",)),
        ("", '<div class="comments"><span class="author">Troll</span></div>', ()),
        ('<meta name="author" content="Web Team">', '<a rel="author">Kei Ito</a>', ("Kei Ito",)),
    ],
)
def test_authors(head, body, authors):
    assert only(around(f"<title>Ferries</title>{head}", body)).authors == authors


@pytest.mark.parametrize(
    ("head", "body", "written"),
    [
        (linked(datePublished='"2026-05-02T10:00:00Z"'), "", "2026-05-02T10:00:00Z"),
        ('<meta property="article:published_time" content="2026-05-02">', "", "2026-05-02"),
        ('<meta name="date" content="2 May 2026">', "", "2 May 2026"),
        ("", '<header><time datetime="2026-05-02T10:00">then</time></header>', "2026-05-02T10:00"),
        ("", '<p class="date">Published on 2 May 2026</p>', "2026-05-02"),
        ('<meta property="article:published_time" content="soon">', "", ""),
    ],
)
def test_dates(head, body, written):
    entry = only(around(f"<title>Ferries</title>{head}", body))
    assert (entry.date_text, bool(entry.published_at)) == (written, bool(written))


def test_pictures_without_an_address_of_their_own():
    head = '<meta property="og:image" content="/a-300x200.jpg">'
    body = '<figure><img src="/a.jpg" alt="A ferry"><figcaption>At dusk</figcaption></figure>'
    entry = only(around(head, body), address="https://perigee.example/x/y")
    assert entry.images == ("https://perigee.example/a-300x200.jpg",)
    assert (entry.lead_alt, entry.lead_caption) == ("A ferry", "At dusk")


def test_a_first_sentence_that_names_the_author_stays():
    head, first = '<meta name="author" content="Kei Ito">', "Kei Ito switched it off at noon."
    assert first in only(around(head, f"<p>By Kei Ito</p><p>{first}</p>")).body
    assert "By Kei" not in only(around(head, f"<p>By Kei Ito</p><p>{first}</p>")).body


@pytest.mark.parametrize("address", ["/img/logo.png", "data:image/png;base64,AA", "relative.jpg"])
def test_what_is_no_lead_picture(address):
    assert only(around(f'<meta property="og:image" content="{address}">')).images == ()


@pytest.mark.parametrize(
    "scrap", ["{", "[1, 2", '{"@graph": 5}', '{"@type": ["NewsArticle", 7]}', "null"]
)
def test_broken_json_ld_costs_nothing(scrap):
    head = f'<title>Ferries</title><script type="application/ld+json">{scrap}</script>'
    assert only(around(head)).headline == "Ferries"


def test_the_story_at_this_address_of_several():
    others = linked(headline='"Another"', url='"https://perigee.example/b"')
    own = linked(headline='"Ferries"', url='"https://perigee.example/a/"')
    entry = only(around(others + own), address="https://perigee.example/a")
    assert entry.headline == "Ferries"


def test_a_front_page_stays_one_though_it_tells_of_articles():
    told = "".join(linked(headline=f'"{n}"', url=f'"https://a.example/{n}"') for n in range(6))
    data = page("front.html").decode().replace("</head>", f"{told}</head>")
    with pytest.raises(Unreadable, match="it lists 6 others"):
        parse(data.encode(), address="https://a.example/")


def test_a_page_of_links_is_an_article_when_it_says_so():
    head = '<meta property="og:type" content="article"><title>Links of the day</title>'
    assert only(f"<html><head>{head}</head><body><ul>{LINKS}</ul></body></html>").body
