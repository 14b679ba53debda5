"""One story by its address, while an editor waits: fetched, read, looked at, then stored."""

from dataclasses import dataclass, replace
from io import StringIO

from django.core.management.base import OutputWrapper
from django.db import transaction

from articles.models import Article
from imports import having
from imports.cleaning import clean
from imports.entry import Document, Entry, Failed, Refused, Unreadable
from imports.formats.page import parse
from imports.models import Item
from imports.options import Options
from imports.session import Session
from outbound.fetching import PAGE_ACCEPT, PAGE_LIMITS, FetchError, Response, fetch

COMMAND = "add-by-address"


class NotAdded(Exception):
    """Nothing was stored; str() is a sentence for the one who asked."""


@dataclass(frozen=True, slots=True)
class Page:
    """An article's page and the one story in it; `entry` is cleaned, that of `document` is not."""

    response: Response
    document: Document
    entry: Entry

    @property
    def addresses(self) -> tuple[str, ...]:
        """As asked, as it answered, and as it calls itself."""
        return self.response.asked, self.response.address, self.entry.address


def read(address: str) -> Page:
    """Fetch and read a page. Raises NotAdded with the reason where it shows no story."""
    try:
        response = fetch(address, accept=PAGE_ACCEPT, limits=PAGE_LIMITS)
        document = parse(
            response.body, address=response.address, content_type=response.content_type
        )
        document = replace(document, entries=list(document.entries))
        return Page(response, document, _cleaned(document))
    except (FetchError, Unreadable, Refused) as fault:
        raise NotAdded(_sentence(fault)) from None


@transaction.atomic
def add(page: Page) -> Article:
    """Store the story as a draft, in a run of its own, with the page's HTML.

    Of a story that somebody deleted, what kept it away is forgotten: somebody wants it now.
    Raises NotAdded with the reason; then nothing is stored.
    """
    forgotten = [item.pk for item in having.deleted_at(*page.addresses)]
    Item.objects.filter(pk__in=forgotten).delete()
    inputs = [page.response.asked]
    try:
        with Session(COMMAND, inputs, Options(), OutputWrapper(StringIO())) as session:
            session.take(page.response.asked, page.document)
    except Unreadable as fault:
        raise NotAdded(_sentence(fault)) from None
    item = Item.objects.filter(run=session.run).select_related("article").first()
    if session.tally.created != 1 or item is None or item.article is None:
        reasons = [fault.reason for fault in session.tally.faults]
        raise NotAdded(_sentence(reasons[0] if reasons else "This story is here already"))
    item.keep_page(page.response.body, page.response.content_type)
    item.save()
    return item.article


def _cleaned(document: Document) -> Entry:
    """The document's one entry. Raises Refused with the reason where it has none."""
    entry = next(iter(document.entries), None)
    if entry is None:
        raise Refused("There is no story in this page")
    if isinstance(entry, Failed):
        raise Refused(entry.reason)
    return clean(entry, base=document.home_url, language=document.language)


def _sentence(reason: object) -> str:
    text = str(reason).strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
