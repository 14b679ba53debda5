"""Who has which place when, and which bookings are in each other's way.

A rule is a function of two bookings that meet: in time, and on some page. It says in words what
becomes of them there, "" for nothing worth saying. What costs somebody something that was sold is a
conflict; what is as it was meant is a note. A new rule is a line in CONFLICTS or NOTES.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sponsors.models import Flight, FlightSlot, Kind, Placement, Status, on_same_page


@dataclass(frozen=True, slots=True)
class Booking:
    """One slot of a flight, from its start until it is over."""

    flight: Flight
    slot: FlightSlot
    excluded: frozenset[int]  # topics on whose pages it is never shown in this placement

    @property
    def starts_at(self) -> datetime:
        return self.flight.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.flight.over_at

    @property
    def kind(self) -> str:
        return self.flight.kind

    @property
    def topic(self) -> int | None:
        return self.slot.topic_id

    def __str__(self) -> str:
        return f"“{self.flight}” of {self.flight.sponsor}"


@dataclass(frozen=True, slots=True)
class Row:
    """A slot that can be sold: bookings that overlap lie in lanes below each other."""

    slot: FlightSlot
    lanes: tuple[tuple[Booking, ...], ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """Bookings that meet, when, and what becomes of them."""

    bookings: tuple[Booking, ...]
    starts_at: datetime
    ends_at: datetime
    words: str
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    rows: tuple[Row, ...]
    clashes: tuple[Clash, ...]
    at_odds: frozenset[int] = field(init=False)  # primary keys of slots in a conflict

    def __post_init__(self) -> None:
        conflicts = (clash.bookings for clash in self.clashes if clash.is_conflict)
        slots = frozenset(booking.slot.pk for each in conflicts for booking in each)
        object.__setattr__(self, "at_odds", slots)


def of(flights: Iterable[Flight]) -> Timeline:
    """The rows and clashes of these flights, whose slots, topics and sponsors are loaded."""
    booked = [booking for flight in flights for booking in bookings(flight)]
    return Timeline(tuple(rows(booked)), tuple(clashes(booked)))


def bookings(flight: Flight) -> Iterator[Booking]:
    """One for each slot that the flight has bought."""
    slots = list(flight.slots.all())
    for slot in slots:
        if not slot.exclude and flight.over_at > flight.starts_at:
            here = [each for each in slots if each.exclude and each.placement == slot.placement]
            never = frozenset(each.topic_id for each in here if each.topic_id)
            yield Booking(flight, slot, never)


def rows(booked: Iterable[Booking]) -> Iterator[Row]:
    """By placement as a reader meets them, run of site first, then by topic."""
    by_spot: dict[tuple[str, int | None], list[Booking]] = {}
    for booking in booked:
        by_spot.setdefault(booking.slot.spot, []).append(booking)
    order = list(Placement)
    for there in sorted(by_spot.values(), key=lambda there: _place(there[0].slot, order)):
        yield Row(there[0].slot, tuple(map(tuple, lanes(there))))


def _place(slot: FlightSlot, order: list[Placement]) -> tuple[int, bool, str]:
    placement = order.index(Placement(slot.placement))
    return placement, slot.topic is not None, slot.topic.slug if slot.topic else ""


def lanes(booked: Iterable[Booking]) -> list[list[Booking]]:
    """As few lists as hold them without overlap."""
    taken: list[list[Booking]] = []
    for booking in sorted(booked, key=lambda each: (each.starts_at, each.flight.pk)):
        free = next((lane for lane in taken if lane[-1].ends_at <= booking.starts_at), None)
        if free is None:
            taken.append([booking])
        else:
            free.append(booking)
    return taken


def clashes(booked: Iterable[Booking]) -> Iterator[Clash]:
    """All of what is booked, by when it begins: of a pair the first rule that has words for it."""
    live = [each for each in booked if each.flight.status == Status.BOOKED]
    found = [*_pairs(live), *_oversold(live), *_nowhere(live)]
    yield from sorted(found, key=lambda clash: (not clash.is_conflict, clash.starts_at))


def _pairs(live: Sequence[Booking]) -> Iterator[Clash]:
    for first, second in _meeting(live):
        for rules, is_conflict in ((CONFLICTS, True), (NOTES, False)):
            tries = (rule(*pair) for rule in rules for pair in ((first, second), (second, first)))
            if words := next(filter(None, tries), ""):
                starts, ends = _together(first, second)
                yield Clash((first, second), starts, ends, words, is_conflict)
                break


def _meeting(live: Sequence[Booking]) -> Iterator[tuple[Booking, Booking]]:
    """Each two bookings of different flights that share a moment and a page, once."""
    in_order = sorted(live, key=lambda each: (each.starts_at, each.flight.pk, each.slot.pk))
    for number, first in enumerate(in_order):
        for second in in_order[number + 1 :]:
            if second.starts_at >= first.ends_at:
                break
            if second.flight.pk != first.flight.pk and _meet(first, second):
                yield first, second


def _meet(first: Booking, second: Booking) -> bool:
    if second.slot.placement not in on_same_page(first.slot.placement):
        return False
    return first.topic == second.topic or _covers(first, second) or _covers(second, first)


def _covers(wide: Booking, narrow: Booking) -> bool:
    """Whether it is run of site, and so on the pages of the other's topic too."""
    return wide.topic is None and narrow.topic is not None and narrow.topic not in wide.excluded


def _together(first: Booking, second: Booking) -> tuple[datetime, datetime]:
    return max(first.starts_at, second.starts_at), min(first.ends_at, second.ends_at)


def _is_one_place(first: Booking, second: Booking) -> bool:
    return first.slot.placement == second.slot.placement


# Rules


def starved(first: Booking, second: Booking) -> str:
    """The second gets nothing of what it bought."""
    if first.kind != Kind.EXCLUSIVE or second.kind not in SOLD_BESIDE:
        return ""
    if first.topic != second.topic and not _covers(first, second):
        return ""
    why = "" if _is_one_place(first, second) else ", and a page draws one box only"
    return (
        f"{second} gets nothing in {second.slot}: {first} is exclusive in {first.slot}, "
        f"so it goes first{why}."
    )


def halved(first: Booking, second: Booking) -> str:
    """Both have bought all of the same pages, in two places of them."""
    if first.kind != Kind.EXCLUSIVE or second.kind != Kind.EXCLUSIVE:
        return ""
    if _is_one_place(first, second) or first.topic != second.topic:
        return ""
    return (
        f"{first} is exclusive in {first.slot}, {second} in {second.slot}: a page draws one box "
        "only, so they share those pages."
    )


def crowded(first: Booking, second: Booking) -> str:
    """Two shares of the same pages, in two places of them."""
    if first.kind != Kind.SHARE or second.kind != Kind.SHARE or _is_one_place(first, second):
        return ""
    return (
        f"{first} has bought {first.flight.share} % of {first.slot}, {second} "
        f"{second.flight.share} % of {second.slot}: a page draws one box only, so each gets less."
    )


def competing(first: Booking, second: Booking) -> str:
    """Competitors in one slot; never on one page, for a page draws one box."""
    if not (_compete(first, second) and _is_one_place(first, second)):
        return ""
    group = first.flight.sponsor.group
    return f"{first} and {second} compete (“{group}”) and take turns in {first.slot}."


def _compete(first: Booking, second: Booking) -> bool:
    one, other = first.flight.sponsor, second.flight.sponsor
    return one.group != "" and one.group == other.group and one.pk != other.pk


def closer(first: Booking, second: Booking) -> str:
    """The second was bought for all pages and the first for some of them."""
    if first.kind != Kind.EXCLUSIVE or not _covers(second, first) or second.kind == Kind.HOUSE:
        return ""
    return (
        f"On the pages of {first.slot.pages}, {first} goes before {second}, which is run of site."
    )


SOLD_BESIDE = (Kind.SHARE, Kind.CPM, Kind.CPC)
Rule = Callable[[Booking, Booking], str]
CONFLICTS: tuple[Rule, ...] = (starved, halved, crowded, competing)
NOTES: tuple[Rule, ...] = (closer,)


def _oversold(live: Sequence[Booking]) -> Iterator[Clash]:
    """Where more than all of the pages is sold by share, in one place."""
    in_order = sorted(live, key=lambda each: (each.starts_at, each.flight.pk))
    shares = [booking for booking in in_order if booking.kind == Kind.SHARE]
    by_spot: dict[tuple[str, int | None], Booking] = {each.slot.spot: each for each in shares}
    for spot, example in by_spot.items():
        there = [
            each
            for each in shares
            if each.slot.placement == spot[0] and (each.slot.spot == spot or _covers(each, example))
        ]
        yield from _past_the_whole(example.slot, there)


def _past_the_whole(slot: FlightSlot, there: Sequence[Booking]) -> Iterator[Clash]:
    """The first moment at which they take more than 100 % together, and for how long."""
    for moment in sorted({each.starts_at for each in there}):
        then = tuple(each for each in there if each.starts_at <= moment < each.ends_at)
        sold = sum(each.flight.share or 0 for each in then)
        if sold > 100:
            names = ", ".join(f"{each} {each.flight.share} %" for each in then)
            words = f"{sold} % of {slot} is sold: {names}."
            yield Clash(then, moment, min(each.ends_at for each in then), words, True)
            return


def _nowhere(live: Sequence[Booking]) -> Iterator[Clash]:
    for each in live:
        if each.slot.placement == Placement.HOME_CARD and each.topic is not None:
            words = f"{each} is shown nowhere in {each.slot}: the front page has no topic."
            yield Clash((each,), each.starts_at, each.ends_at, words, True)
