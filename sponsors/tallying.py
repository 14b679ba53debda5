"""Events added up to the rows of the counts, and the rows to what they cost."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import compress, groupby
from operator import not_
from typing import Any

from sponsors.billing import Terms, bills
from sponsors.events import Event, Fault, What

Slot = tuple[int, int, int, str, int]  # hours since 1970
Page = tuple[int, int, str, int]  # days since 1970
Counts = dict[str, int]
Row = dict[str, Any]

HOUR, DAY = 60, 24 * 60  # minutes
SLOT = ("flight", "hour", "creative", "placement", "topic_number")
PAGE = ("flight", "day", "placement", "page_number")
FIGURES = {What.VIEW: "views", What.CLICK: "clicks", What.CLICK_ALT: "clicks_alt"}
MONEY = ("bonus", "spend_micro")
FILTERED = {fault: f"bad_{fault}" for fault in Fault}


class Tally:
    """What a batch adds to the rows of SlotStat, PageStat and Delivery."""

    def __init__(self) -> None:
        self._slots: dict[Slot, Counts] = {}
        self._pages: dict[Page, Counts] = {}

    def leave_out(self, event: Event, fault: Fault) -> None:
        """Count it apart, as what it is."""
        self._slot(event)[FILTERED[fault]] += 1

    def take(self, event: Event, *, implies_view: bool) -> None:
        """Count it, and the view that came with a click."""
        figures = [FIGURES[event.what], *(["views"] if implies_view else [])]
        slot, page = self._slot(event), self._page(event)
        for figure in figures:
            slot[figure] += 1
            if figure in page:
                page[figure] += 1

    def slot_rows(self) -> tuple[list[Row], list[Row]]:
        """Those that may be new, and those that are there: of clicks whose views came before.

        By themselves the second would have more clicks than views, which no row may.
        """
        rows = _rows(SLOT, self._slots)
        for row in rows:
            row["hour"] = datetime.fromtimestamp(row["hour"] * 3600, UTC)
        late = [row["views"] < max(row["clicks"], row["clicks_alt"]) for row in rows]
        return list(compress(rows, map(not_, late))), list(compress(rows, late))

    def page_rows(self) -> list[Row]:
        rows = _rows(PAGE, self._pages)
        for row in rows:
            row["day"] = date(1970, 1, 1) + timedelta(days=row["day"])
        return rows

    def price(self, terms: Mapping[int, Terms], billed: Mapping[int, int]) -> Iterator[Row]:
        """Write into each row what it earns; what all of them add to each flight's Delivery."""
        for flight, keys in groupby(sorted(self._slots), key=lambda key: key[0]):
            counts = [self._slots[key] for key in keys]
            yield {"flight": flight} | _price(counts, terms[flight], billed[flight])

    def _slot(self, event: Event) -> Counts:
        token = event.token
        hour = token.minute // HOUR
        key = (token.flight, hour, token.creative, token.placement, token.topic)
        found = self._slots.get(key)
        if found is None:
            names = (*FIGURES.values(), *MONEY, *FILTERED.values())
            found = self._slots[key] = dict.fromkeys(names, 0)
        return found

    def _page(self, event: Event) -> Counts:
        token = event.token
        key = (token.flight, token.minute // DAY, token.placement, token.page)
        return self._pages.setdefault(key, {"views": 0, "clicks": 0})


def _rows(names: Iterable[str], counts: Mapping[Any, Counts]) -> list[Row]:
    """In one order, in which all processes write them."""
    return [dict(zip(names, key, strict=True)) | counts[key] for key in sorted(counts)]


def _price(rows: list[Counts], terms: Terms, billed: int) -> Counts:
    """The sums of one flight's rows, each of which is told its bonus and its price."""
    units = [terms.units(views=row["views"], clicks=row["clicks"]) for row in rows]
    billed_units = 0
    for row, bill in zip(rows, bills(terms, billed, units), strict=True):
        row["bonus"], row["spend_micro"] = bill.bonus, bill.spend_micro
        billed_units += bill.billed
    sums = {name: _sum(rows, name) for name in ("views", "clicks", "spend_micro")}
    return sums | {"billed_units": billed_units}


def _sum(rows: Iterable[Counts], name: str) -> int:
    return sum(row[name] for row in rows)
