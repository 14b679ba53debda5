"""Whose feed this is. A new source is made with rights `link`, until an editor says more."""

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

from articles.models import Source
from articles.models.source import Rights, normal_domain
from articles.text import cut, plain
from imports.entry import Document, Entry, Failed, Unreadable


def source_of(
    document: Document, address: str, first: Iterable[Entry | Failed], *, is_ours: bool = False
) -> tuple[Source, bool]:
    """(the source, whether it is new) by the feed's home page, else its own address, else where its
    entries point, else its title. Raises Unreadable where nothing says.

    `is_ours`: an archive of the site's own stories, which is ours where it names no other site.
    """
    domain = _domain(document.home_url) or _domain(address) or _commonest(first)
    title = cut(plain(document.title), 200)
    made = {"language": document.language[:35], "home_url": _home(document.home_url)}
    if is_ours:
        made["rights"] = Rights.FULL
        domain, title = domain or _domain(settings.SITE_URL), title or settings.SITE_NAME
    if domain:
        made["name"] = title or domain
        return Source.objects.get_or_create(domain=domain, defaults=made)
    if title:
        return Source.objects.get_or_create(domain=None, name=title, defaults=made)
    raise Unreadable("nothing in it says whose it is; name the site with --source example.org")


def _home(address: str) -> str:
    return address if _domain(address) and len(address) <= 2000 else ""


def _domain(address: str) -> str:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return normal_domain(host) if "." in host and len(host) <= 253 else ""


def _commonest(entries: Iterable[Entry | Failed]) -> str:
    addresses = (entry.address for entry in entries if isinstance(entry, Entry))
    domains = Counter(filter(None, map(_domain, addresses)))
    return domains.most_common(1)[0][0] if domains else ""
