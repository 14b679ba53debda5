"""Is this entry one that we have? By the source's own id, then by address over all sources."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from articles.models import Article, Source
from imports.addresses import folded
from imports.entry import Entry
from imports.models import Item


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds of a batch of entries."""

    items: dict[str, Item] = field(default_factory=dict)  # by external key
    # by folded address: (story, its source, its headline)
    addresses: dict[str, tuple[int, int | None, str]] = field(default_factory=dict)


def external_id(entry: Entry) -> str:
    """The source's own id, else the story's address, else its text."""
    return entry.external_id or entry.address or f"text:{content_hash(entry)}"


def second_id(entry: Entry) -> str:
    """For an entry whose own id is another story's already: id and address together."""
    return f"{entry.external_id}|{entry.address}"


def external_key(identifier: str) -> str:
    return hashlib.sha256(identifier.encode()).hexdigest()


def content_hash(entry: Entry) -> str:
    """Of all that an update could change, so that an entry sent again unchanged costs nothing."""
    parts = (
        entry.headline,
        entry.dek,
        entry.body,
        entry.address,
        entry.language,
        entry.published_at.isoformat() if entry.published_at else "",
        *entry.authors,
        *entry.tags,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def known(source: Source, entries: Iterable[Entry]) -> Known:
    """All that a batch may match, in two queries."""
    entries = list(entries)
    keys = {external_key(of(entry)) for entry in entries for of in (external_id, second_id)}
    items = Item.objects.filter(source=source, external_key__in=keys).select_related("article")
    asked = {form for entry in entries if entry.address for form in spellings(entry.address)}
    rows = Article.objects.filter(source_url__in=asked)
    return Known(
        {item.external_key: item for item in items},
        {
            folded(address): (pk, of, headline)
            for address, pk, of, headline in rows.values_list(
                "source_url", "pk", "source", "headline"
            )
        },
    )


def find(entry: Entry, known: Known) -> tuple[str, Item | None]:
    """(the entry's external id, the item that holds it or None)."""
    identifier = external_id(entry)
    item = known.items.get(external_key(identifier))
    if item is None or not _is_another_story(entry, item):
        return identifier, item
    identifier = second_id(entry)
    return identifier, known.items.get(external_key(identifier))


def twin(entry: Entry, known: Known, source: Source) -> int | None:
    """The story at the same address that came from another source or under another id."""
    if not entry.address or folded(entry.address) not in known.addresses:
        return None
    pk, of, headline = known.addresses[folded(entry.address)]
    # Link blogs point several stories of their own at one address; those differ in headline.
    return pk if of != source.pk or headline == entry.headline else None


def _is_another_story(entry: Entry, item: Item) -> bool:
    """Publishers do give several stories one id: then both address and headline differ."""
    return bool(
        entry.external_id
        and entry.address
        and item.address
        and folded(entry.address) != folded(item.address)
        and entry.headline != item.upstream.get("headline")
    )


def spellings(address: str) -> set[str]:
    """All that folds to the same: with and without www., a slash at the end, an s in https."""
    rest, mark, query = address.split("://", 1)[1].partition("?")
    hosts = {rest, rest.removeprefix("www."), f"www.{rest.removeprefix('www.')}"}
    paths = {form for host in hosts for form in (host.rstrip("/"), host.rstrip("/") + "/")}
    return {f"{scheme}://{path}{mark}{query}" for scheme in ("http", "https") for path in paths}
