"""Whatever the bytes: a Document or Unreadable, and of every entry an Entry or Refused."""

from hypothesis import HealthCheck, given, settings, strategies as st

from articles.sanitising import sanitise
from imports.cleaning import clean
from imports.entry import Document, Entry, Refused, Unreadable
from imports.formats.feed import parse
from imports.tests.samples import FEEDS, rss

ORIGINALS = [path.read_bytes() for path in sorted(FEEDS.iterdir())]
SPLINTERS = [
    *(
        b"<",
        b">",
        b"&",
        b'"',
        b"\x00",
        b"\xff",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"<item>",
        b"</item>",
    ),
    *(b"&#xD83D;", b"&#0;", b"&x;", b"<a:b:c>", b"xml:base='http://['", b"<?xml version='1.0'?>"),
    *(b'type="xhtml"', b'mode="base64"', b"\x1b$B", b"<p", b"\\ud800", b"</", b"http://["),
]

settings.register_profile("feeds", deadline=None, suppress_health_check=list(HealthCheck))
thorough = settings(settings.get_profile("feeds"), max_examples=150)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A feed of ours with a few bytes changed, lost, added or cut off."""
    data = bytearray(draw(st.sampled_from(ORIGINALS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.sampled_from([0, 1, 5, 200]))] = draw(
            st.sampled_from(SPLINTERS) | st.binary(max_size=3)
        )
    return bytes(data[: draw(st.sampled_from([None, None, None, at]))])


def read(data: bytes) -> None:
    try:
        document = parse(data, address="https://gridledger.example/feed")
    except Unreadable as refusal:
        sentence = str(refusal)
    else:
        sentence = "."
        for entry in document.entries:
            check(entry, document)
    assert sentence.endswith(".")


def check(entry: Entry, document: Document) -> None:
    try:
        story = clean(entry, base=document.home_url, language=document.language)
    except Refused:
        return
    assert story.headline
    assert sanitise(story.body) == story.body
    assert "\x00" not in str(story) and str(story).encode()


@thorough
@given(damaged())
def test_damaged_feeds(data: bytes) -> None:
    read(data)


@thorough
@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
def test_anything(data: bytes) -> None:
    read(data)


PIECES = """<p> </p> <b> </b> <i> </i> <a|href='/x?utm_a=1'> </a> <br> <hr> <img|src=x> <ul> <li>
    </ul> <table> <td> </table> <figure> </figure> <figcaption> <video> </video> <noscript> <h1>
    </h1> <pre> </pre> <blockquote> <svg> <script> </script> <!-- --> &amp; &lt;p&gt; & < word"""
HTML = st.lists(
    st.sampled_from([piece.replace("|", " ") for piece in PIECES.split()]), max_size=25
).map(" ".join)


@thorough
@given(HTML)
def test_any_html(html: str) -> None:
    read(rss(f"<item><description><![CDATA[{html}]]></description></item>"))
