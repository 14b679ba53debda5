"""Under which paths a story could be found on the old site."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import unquote, urlsplit

from articles.text import visible
from imports.addresses import absolute, host

_LONGEST = 2000  # characters
_MOST_OLD_SLUGS = 50
_NAMES_A_PAGE = re.compile(r"(?:^|&)(?:p|page_id|attachment_id)=\d+")


def old_paths(
    *,
    home_url: str,
    addresses: Iterable[str],
    number: str,
    is_page: bool,
    slug: str,
    old_slugs: Iterable[str],
) -> tuple[str, ...]:
    """The paths of its addresses on the site, of its number, and of slugs that it once had.

    Each begins with "/" and is as its address has it, percent-encoded or not. The front page of
    the site is none of them.
    """
    base = _path(home_url).rstrip("/")
    own = [_own_path(address, home_url) for address in addresses]
    names = ("p", "page_id") if is_page else ("p",)
    numbered = (f"{base}/?{name}={number}" for name in names if number.isdigit())
    renamed = _renamed(own[:1], slug, islice(old_slugs, _MOST_OLD_SLUGS))
    paths = (path for path in (*own, *numbered, *renamed) if path and path.rstrip("/") != base)
    return tuple(dict.fromkeys(paths))


def readable_slug(written: str) -> str:
    """A slug in its own script: WordPress keeps it percent-encoded."""
    return visible(unquote(written, errors="ignore")).strip()


def _own_path(address: str, home_url: str) -> str:
    """The path of an address on the old site, "" for one elsewhere."""
    address = absolute(address, home_url) or address
    hosts = {host(address), host(home_url)}
    return _path(address) if address and (len(hosts) == 1 or "" in hosts) else ""


def _path(address: str) -> str:
    """From the first "/" on, with the query only where that names the page."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    query = f"?{parts.query}" if _NAMES_A_PAGE.search(parts.query) else ""
    path = f"/{parts.path.lstrip('/')}{query}"
    return path if len(path) <= _LONGEST else ""


def _renamed(paths: Iterable[str], slug: str, old_slugs: Iterable[str]) -> Iterator[str]:
    """The paths with the slug at their end replaced by each older one."""
    old = [each for each in old_slugs if each]
    for path in paths:
        before, _, last = path.rstrip("/").rpartition("/")
        if slug and readable_slug(last) == slug:
            end = "/" if path.endswith("/") else ""
            yield from (f"{before}/{each}{end}" for each in old)
