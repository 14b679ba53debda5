"""The feeds of the tests: small ones of our own in `feeds/`, and pieces to build others from."""

from pathlib import Path

from imports.entry import Entry
from imports.formats.feed import parse

FEEDS = Path(__file__).parent / "feeds"


def feed(name: str) -> bytes:
    return (FEEDS / name).read_bytes()


def entries(data: bytes, **given: str) -> list[Entry]:
    return list(parse(data, **given).entries)


def rss(items: str, channel: str = "<link>https://gridledger.example/</link>") -> bytes:
    """An RSS feed around items, with the namespaces that items use."""
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">'
        f"<channel><title>T</title>{channel}{items}</channel></rss>"
    ).encode()


def only(items: str, **given: str) -> Entry:
    """The one entry of an RSS feed around one item."""
    (entry,) = entries(rss(items), **given)
    return entry
