"""How many views there will be, how many of them are sold, and so what can be sold still.

Supply is what was served during the last four weeks, grown by the traffic of the weeks asked for
(sponsors.pacing). It is kept by the topics of a page, so that a page on two topics counts once.
What is sold is taken from it as a page would: exclusive flights have all of their pages, shares
their part of what those leave, and what is metered spreads what it still has to deliver over what
both leave it. A page draws one box, so what is sold in one place of it is sold in its others.

Pure; sponsors.stocktaking reads what it needs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

from sponsors.candidates import Reach
from sponsors.models import FLAT, METERED, Kind
from sponsors.pacing import Traffic

LEAST = timedelta(days=1)  # that must have been looked at before we say anything


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages of one kind on the same topics (primary keys), as served while we looked."""

    places: tuple[str, ...]  # the placements that such a page has
    topics: frozenset[int]
    views: float  # what they gave, or would have given with a box on each


@dataclass(frozen=True, slots=True)
class Supply:
    """What was served in [since, until), and how the traffic of other weeks compares."""

    pages: tuple[Pages, ...]
    since: datetime
    until: datetime
    traffic: Traffic
    is_rate_known: bool  # whether it was learned how many of the boxes drawn are seen
    ctr: float  # clicks ÷ views, smoothed

    @property
    def days(self) -> int:
        return (self.until - self.since) // timedelta(days=1)

    @property
    def is_known(self) -> bool:
        return bool(self.pages) and self.until - self.since >= LEAST

    def growth(self, starts: datetime, ends: datetime) -> float:
        """The traffic of [starts, ends), all of it still to come, by that of the time looked at."""
        return self._grown(ends) - self._grown(starts) if ends > starts else 0.0

    def _grown(self, at: datetime) -> float:
        return 1 / self.traffic.share(self.since, self.until, max(at, self.until))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a booking takes."""

    name: str
    kind: str
    reaches: tuple[Reach, ...]
    starts_at: datetime
    ends_at: datetime
    share: int = 0  # per cent, of a share of voice
    views_left: float = 0.0  # that a metered flight has still to deliver

    def takes(self, pages: Pages) -> bool:
        return any(
            each.placement in pages.places
            and (each.is_run_of_site or not each.topics.isdisjoint(pages.topics))
            and each.excluded.isdisjoint(pages.topics)
            for each in self.reaches
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody would like to buy. No topics: run of site. Its past is not for sale."""

    placement: str
    topics: frozenset[int]
    starts_at: datetime
    ends_at: datetime

    def covers(self, pages: Pages) -> bool:
        is_on = not self.topics or not self.topics.isdisjoint(pages.topics)
        return self.placement in pages.places and is_on


@dataclass(frozen=True, slots=True)
class Availability:
    """Views of a wish, and who has them."""

    total: float
    flat: float  # sold exclusively or by share
    metered: float  # sold by the view or click
    most_shared: int  # per cent that is sold by share at some moment, on some of its pages
    holders: tuple[str, ...]  # exclusive flights that have some of its pages at some moment

    @property
    def sold(self) -> float:
        return self.flat + self.metered

    @property
    def free(self) -> float:
        """Below 0: more is sold than there will be."""
        return self.total - self.sold


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some time of some pages, in which what is sold flat does not change."""

    starts_at: datetime
    ends_at: datetime
    exclusive: bool
    shared: int  # per cent

    @property
    def open(self) -> float:
        """The part of the views that is left for what is metered."""
        return 0.0 if self.exclusive else max(0.0, 1 - self.shared / 100)


@dataclass(frozen=True, slots=True)
class Rest:
    """What flat bookings leave of a supply."""

    supply: Supply
    stretches: dict[Pages, list[Stretch]]

    @classmethod
    def of(cls, supply: Supply, flat: Sequence[Claim], until: datetime) -> Self:
        """From the end of what was looked at until `until`."""
        cut = {pages: list(_stretches(pages, flat, supply.until, until)) for pages in supply.pages}
        return cls(supply, cut)

    def views(self, some: Iterable[Pages], since: datetime, until: datetime) -> float:
        """The views that these pages have in [since, until) and no flat booking takes."""
        return sum(
            pages.views
            * each.open
            * self.supply.growth(max(each.starts_at, since), min(each.ends_at, until))
            for pages in some
            for each in self.stretches[pages]
            if each.open
        )

    def most_shared(self, some: Iterable[Pages], since: datetime, until: datetime) -> int:
        """The most per cent that is sold by share at one moment on one kind of these pages."""
        cut = (each for pages in some for each in self.stretches[pages])
        shared = (each.shared for each in cut if each.starts_at < until and each.ends_at > since)
        return max(shared, default=0)


def available(wish: Wish, supply: Supply, claims: Sequence[Claim]) -> Availability:
    """What there will be and what of it is sold, from the end of what was looked at on."""
    starts, ends = max(wish.starts_at, supply.until), wish.ends_at
    flat = [claim for claim in claims if claim.kind in FLAT]
    metered = [claim for claim in claims if claim.kind in METERED]
    rest = Rest.of(supply, flat, max([ends, *(claim.ends_at for claim in metered)]))
    wished = [pages for pages in supply.pages if wish.covers(pages)]
    total = sum(pages.views for pages in wished) * supply.growth(starts, ends)
    return Availability(
        total=total,
        flat=total - rest.views(wished, starts, ends),
        metered=sum(_spent_here(claim, rest, wished, starts, ends) for claim in metered),
        most_shared=rest.most_shared(wished, starts, ends),
        holders=tuple(_holders(flat, wished, starts, ends)),
    )


def _spent_here(
    claim: Claim, rest: Rest, wished: Iterable[Pages], starts: datetime, ends: datetime
) -> float:
    """The part of what a metered flight has still to deliver that falls on these pages."""
    since, until = max(claim.starts_at, rest.supply.until), claim.ends_at
    mine = [pages for pages in wished if claim.takes(pages)]
    here = rest.views(mine, max(since, starts), min(until, ends))
    everywhere = rest.views(filter(claim.takes, rest.supply.pages), since, until) if here else 0
    return claim.views_left * here / everywhere if everywhere else 0.0


def _holders(
    flat: Iterable[Claim], wished: Sequence[Pages], starts: datetime, ends: datetime
) -> Iterator[str]:
    for claim in flat:
        is_then = claim.starts_at < ends and claim.ends_at > starts
        if claim.kind == Kind.EXCLUSIVE and is_then and any(map(claim.takes, wished)):
            yield claim.name


def _stretches(
    pages: Pages, flat: Iterable[Claim], since: datetime, until: datetime
) -> Iterator[Stretch]:
    """[since, until) cut wherever a flat booking of these pages starts or ends."""
    mine = [claim for claim in flat if claim.takes(pages)]
    cuts = {moment for claim in mine for moment in (claim.starts_at, claim.ends_at)}
    moments = sorted({since, until, *(cut for cut in cuts if since < cut < until)})
    for starts, ends in pairwise(moments):
        now = [claim for claim in mine if claim.starts_at <= starts < claim.ends_at]
        shared = sum(claim.share for claim in now)
        yield Stretch(starts, ends, any(each.kind == Kind.EXCLUSIVE for each in now), shared)
