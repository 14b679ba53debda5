"""A page's bytes to its story. Runs where it can be ended: see `worker`."""

from lxml.html import HtmlElement
from trafilatura import load_html

from articles.text import visible
from imports.addresses import canonical
from imports.charset import decode
from imports.entry import Entry, Unreadable
from imports.formats.page import metadata
from imports.formats.page.body import as_html, text_of
from imports.formats.page.bylines import authors
from imports.formats.page.headlines import headline
from imports.formats.page.judging import Judge
from imports.formats.page.lines import Metas, Site
from imports.formats.page.linked import Linked
from imports.formats.page.pruning import prune
from imports.formats.values import text
from imports.trees import prolog

MOST_TEXT = 2_000_000  # characters of HTML

_RAW = 500  # characters
_OTHERS = {
    **dict.fromkeys(("rss", "feed", "rdf"), "a feed, not a page; import it with import_feeds"),
    **dict.fromkeys(("urlset", "sitemapindex"), "a sitemap, not a page"),
    "opml": "a list of feeds, not a page; import it with import_opml",
    "svg": "a picture, not a page",
}
_MAGIC = {
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a film",
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive",
}


def read(data: bytes, address: str = "", content_type: str = "") -> tuple[Entry, str]:
    """(the story that a page shows, the site's name).

    Raises Unreadable with a sentence for other documents and for pages without an article.
    """
    tree = _tree(data, content_type)
    metas, linked = Metas(tree), Linked(tree)
    base = address if canonical(address) else ""
    address = metadata.address_of(tree, metas, base)
    base = base or address
    _resolve(tree, base)
    story, names = linked.story(address), _site_names(metas, linked)
    site = Site(names, address)
    found = headline(tree, metas, story, site)
    writers = authors(tree, metas, linked, story, site)
    published_at, date_text = metadata.date_of(tree, metas, story, address)
    picture, alt, caption = metadata.picture_of(tree, metas, linked, story, base)
    judge = Judge(tree, metas, linked, story)
    prune(tree)
    body = text_of(tree, found, writers)
    judge.refuse_no_article(body)
    html = visible(as_html(body))
    if len(html) > MOST_TEXT:
        raise Unreadable(f"Its text has {len(html):,} characters, which no article has.")
    entry = Entry(
        address=address,
        headline=found,
        dek=metadata.dek_of(metas, story, found),
        body=html,
        language=metadata.language_of(tree, metas, story),
        published_at=published_at,
        date_text=date_text,
        authors=tuple(writers),
        tags=tuple(metadata.tags_of(tree, metas, story)),
        images=(picture,) if picture else (),
        raw=f"{address} {found}".strip()[:_RAW],
        notes=("the page shows only what is free to read",) if _is_part(story) else (),
        lead_alt=alt,
        lead_caption=caption,
    )
    return entry, next(iter(names), "")


def _tree(data: bytes, content_type: str) -> HtmlElement:
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise Unreadable(f"This is {what}, not a page.")
    written = decode(data, content_type).replace("\x00", "")
    if not written.strip():
        raise Unreadable("It is empty.")
    root = prolog(written).name.rpartition(":")[2].lower()
    if root in _OTHERS:
        raise Unreadable(f"This is {_OTHERS[root]}.")
    # A piece of a page is none to the extractor, until there is a page around it.
    tree = load_html(written)
    tree = load_html(f"<html><body>{written}</body></html>") if tree is None else tree
    if tree is None or not root:
        raise Unreadable("There is no HTML in it.")
    return tree


def _resolve(tree: HtmlElement, base: str) -> None:
    """Links made absolute; those to another place in the page are none for a reader of ours."""
    for link in tree.iter("a"):
        if link.get("href", "").strip().startswith("#"):
            del link.attrib["href"]
    if base:
        tree.make_links_absolute(base, handle_failures="ignore")


def _site_names(metas: Metas, linked: Linked) -> list[str]:
    told = [metas.first("og:site_name"), metas.first("application-name")]
    for thing in linked.things:
        told += [text(linked.resolved(thing.get("publisher")).get("name"))]
        told += [text(thing.get("name"))] if "WebSite" in str(thing.get("@type")) else []
    return [name for name in dict.fromkeys(told) if name]


def _is_part(story: dict[str, object]) -> bool:
    """Whether the page says that most of the story is for subscribers."""
    return str(story.get("isAccessibleForFree", "")).lower() in {"false", "0", "no"}
