import pytest

from imports.entry import Unreadable
from imports.formats.opml import Subscription, parse


def opml(outlines: str, head: str = "<title>Ours</title>", version: str = "2.0") -> bytes:
    return f'<opml version="{version}"><head>{head}</head><body>{outlines}</body></opml>'.encode()


def feeds(outlines: str) -> list[Subscription]:
    return parse(opml(outlines))[1]


GRID = '<outline type="rss" text="Gridledger" xmlUrl="https://gridledger.example/feed" htmlUrl="https://gridledger.example/"/>'


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_a_list_whole(version):
    assert parse(opml(GRID, version=version)) == (
        "Ours",
        [
            Subscription(
                "Gridledger", "https://gridledger.example/feed", "https://gridledger.example/"
            )
        ],
    )


def test_groups_within_groups():
    found = feeds(f'<outline text="News"><outline title="Energy">{GRID}</outline></outline>{GRID}')
    assert [feed.group for feed in found] == [("News", "Energy")]


def test_a_group_ends_where_it_ends():
    other = GRID.replace("gridledger", "perigee")
    assert [feed.group for feed in feeds(f'<outline text="News">{GRID}</outline>{other}')] == [
        ("News",),
        (),
    ]


def test_a_category_stands_in_for_a_group():
    (feed,) = feeds(GRID.replace("type=", 'category="/News/Energy,/Local" type='))
    assert feed.group == ("News", "Energy")


@pytest.mark.parametrize("name", ["xmlUrl", "xmlurl", "XMLURL", "xmlURL"])
def test_attributes_in_any_case(name):
    (feed,) = feeds(
        f'<OUTLINE TEXT="A" {name}="https://perigee.example/feed" HTMLURL="http://a.example"/>'
    )
    assert (feed.title, feed.home_url) == ("A", "http://a.example/")


def test_bare_ampersands_and_attributes_without_quotes():
    found = feeds(
        '<outline text="A & B" xmlUrl="https://perigee.example/feed?a=1&b=2&copy=3"/>'
        "<outline text=C xmlUrl=https://substrate.example/feed />"
    )
    assert [(feed.title, feed.address) for feed in found] == [
        ("A & B", "https://perigee.example/feed?a=1&b=2&copy=3"),
        ("C", "https://substrate.example/feed"),
    ]


def test_a_feed_that_is_listed_twice_counts_once():
    assert len(feeds(GRID + f'<outline text="Again">{GRID}</outline>')) == 1


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("feed://perigee.example/feed", "http://perigee.example/feed"),
        ("feed:https://perigee.example/feed", "https://perigee.example/feed"),
        ("  https://perigee.example/feed\n", "https://perigee.example/feed"),
        ("www.perigee.example/feed", "http://www.perigee.example/feed"),
    ],
)
def test_addresses_as_readers_write_them(given, address):
    assert feeds(f'<outline xmlUrl="{given}"/>')[0].address == address


def test_an_older_name_of_the_address():
    (feed,) = feeds('<outline type="rss" text="A" url="https://perigee.example/feed"/>')
    assert feed.address == "https://perigee.example/feed"


@pytest.mark.parametrize(
    "outline",
    [
        '<outline text="A heading"/>',
        '<outline type="link" text="A" url="https://perigee.example/"/>',
        '<outline text="A" xmlUrl="javascript:alert(1)"/>',
        '<outline text="A" xmlUrl="file:///etc/passwd"/>',
        '<outline text="A" xmlUrl="http://"/>',
        '<outline text="A" xmlUrl=""/>',
    ],
)
def test_what_is_no_feed_is_left_out(outline):
    assert len(feeds(outline + GRID)) == 1


def test_charset_and_byte_order_mark():
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><opml><head><title>Réseaux</title></head><body>'
    )
    data = f"{text}{GRID}</body></opml>".encode("latin-1")
    assert parse(data)[0] == "Réseaux"
    assert parse(b"\xef\xbb\xbf" + opml(GRID))[0] == "Ours"


FEED = '<outline xmlUrl="http://a.example/{}"/>'
EXTERNAL = b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BOMB = '<!DOCTYPE opml [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"nothing of the kind", "no OPML"),
        (b"<rss><channel/></rss>", "import_feeds"),
        (b"<!doctype html><html><body/></html>", "web page"),
        (opml('<outline text="A"/>'), "no feed"),
        (opml(GRID)[:-40], "breaks off"),
        (BOMB.encode() + opml("&b;"), "entity"),
        (EXTERNAL + opml('<outline text="&x;"/>'), "entity"),
        (opml('<outline text="a">' * 5000 + GRID + "</outline>" * 5000), "deep"),
        (opml("<outline " + " ".join(f'a{n}="1"' for n in range(20_000)) + "/>"), "attributes"),
        (opml(GRID + " " * 20_000_000), "larger than 20 MB"),
        (opml("".join(map(FEED.format, range(20_001)))), "split it"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data, said):
    with pytest.raises(Unreadable, match=r"\.$") as caught:
        parse(data)
    assert said in str(caught.value)
