"""Article pages, saved or fetched: one page, one story."""

import atexit
from urllib.parse import urlsplit

from imports.addresses import host, is_web
from imports.entry import Document, Unreadable
from imports.formats.page.worker import Worker

MOST_BYTES = 5_000_000

_worker = Worker()
atexit.register(_worker.close)


def parse(data: bytes, *, address: str = "", content_type: str = "") -> Document:
    """Read the story that a page of HTML shows: a Document with one Entry.

    `address` is where it was found, "" for a saved page; `content_type` is the HTTP header.
    Raises Unreadable with a sentence for what is no page, for a page that shows no article
    (a login, a list of others, an error), and for one that takes too long to read.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"It is larger than {MOST_BYTES // 1_000_000} MB, which no article is.")
    entry, site = _worker.read(data, address, content_type)
    home = urlsplit(entry.address)
    return Document(
        title=site or host(entry.address),
        home_url=f"{home.scheme}://{home.netloc}/" if is_web(entry.address) else "",
        language=entry.language,
        entries=[entry],
    )
