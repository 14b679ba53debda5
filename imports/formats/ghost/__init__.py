"""Ghost's JSON exports, from 0.x with Markdown to 6.x with Lexical."""

from itertools import chain

from imports.entry import Document
from imports.formats.ghost import posts
from imports.formats.ghost.export import read


def parse(data: bytes, *, pages: bool = False, address: str = "") -> Document:
    """Read an export: {"db": [{"meta", "data"}]} or {"data": …}.

    Its stories, with `pages` its static pages too. `address` is the site's, which most exports
    leave out. Raises Unreadable for everything else; a story without a text is a Failed.
    """
    exports = read(data, address)
    first = exports[0]
    return Document(
        title=first.title,
        home_url=f"{first.site}/" if first.site else "",
        language=first.language,
        entries=chain.from_iterable(posts.entries(export, pages=pages) for export in exports),
    )
