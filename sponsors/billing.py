"""What views and clicks cost: whole numbers only, and never more than was sold.

What a flight has earned is a function of how many units are billed, so that sums are exact to the
micro-unit however its units came in: a row is paid the difference that its units make.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sponsors.models import METERED, Kind


@dataclass(frozen=True, slots=True)
class Terms:
    """What a flight was sold for. A price is micro-units for 1,000 views (CPM) or a click (CPC)."""

    kind: str
    price_micro: int
    goal: int | None

    def units(self, *, views: int, clicks: int) -> int:
        """How many of these are billable: none of a flat or a house flight."""
        if self.kind not in METERED:
            return 0
        return views if self.kind == Kind.CPM else clicks

    def spend(self, units: int) -> int:
        """Micro-units that so many billed units cost together."""
        if self.kind == Kind.CPM:
            return units * self.price_micro // 1000
        return units * self.price_micro if self.kind == Kind.CPC else 0


@dataclass(frozen=True, slots=True)
class Bill:
    """Of some units: those paid for, those past the goal, and what they cost in micro-units."""

    billed: int
    bonus: int
    spend_micro: int


def bills(terms: Terms, billed: int, amounts: Iterable[int]) -> Iterator[Bill]:
    """What each amount of units costs, in their order, after `billed` were billed."""
    for units in amounts:
        paid = min(units, max((terms.goal or 0) - billed, 0))
        yield Bill(paid, units - paid, terms.spend(billed + paid) - terms.spend(billed))
        billed += paid
