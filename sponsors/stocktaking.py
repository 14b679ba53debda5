"""What a forecast starts from: the pages that were served lately, and what is booked of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Min, Sum
from django.utils import timezone

from sponsors import pacing
from sponsors.candidates import reach
from sponsors.forecast import Claim, Pages, Supply
from sponsors.models import PAGES, Decisions, Flight, FlightSlot, Kind, SlotStat, Status

LOOKED_AT = timedelta(days=28)
USUAL_RATE = 0.5  # views ÷ boxes drawn, until we have drawn so many:
FEWEST_OFFERS = 100


def supply(placement: str, now: datetime | None = None) -> Supply:
    """What the last four weeks served on pages with this placement and on all others.

    Views are reckoned at this placement's rate, on the others too: they only say how a metered
    flight spreads.
    """
    now = now or timezone.now()
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = {"hour__gte": hour - LOOKED_AT, "hour__lt": now}
    rows = Decisions.objects.filter(**hours).order_by().values_list("placement", "topics")
    found = list(rows.annotate(Sum("pages"), Sum("offers"), Min("hour")))
    rate, is_known, ctr = _rates(placement, found, hours)
    # One place for each kind of page, so that its pages count once.
    by_place = {_leading(places, placement, found): tuple(places) for places in PAGES}
    served: dict[tuple[str, frozenset[int]], int] = {}
    for place, topics, pages, _, _ in found:
        if place in by_place:
            key = place, frozenset(map(int, topics.split()))
            served[key] = served.get(key, 0) + pages
    return Supply(
        pages=tuple(Pages(by_place[key[0]], key[1], count * rate) for key, count in served.items()),
        since=min((first for *_, first in found), default=now),
        until=now,
        traffic=pacing.learn(now),
        is_rate_known=is_known,
        ctr=ctr,
    )


Found = Sequence[tuple[str, str, int, int, datetime]]  # placement, topics, pages, offers, hour


def _rates(placement: str, found: Found, hours: dict[str, datetime]) -> tuple[float, bool, float]:
    """Views ÷ boxes drawn in this placement, whether that was learned, and clicks ÷ views."""
    offers = sum(drawn for place, _, _, drawn, _ in found if place == placement)
    counted = SlotStat.objects.filter(placement=placement, **hours)
    sums = counted.aggregate(views=Sum("views", default=0), clicks=Sum("clicks", default=0))
    ctr = (sums["clicks"] + 1) / (sums["views"] + 200)
    if offers < FEWEST_OFFERS or not sums["views"]:
        return USUAL_RATE, False, ctr
    return sums["views"] / offers, True, ctr


def _leading(places: Sequence[str], wished: str, found: Found) -> str:
    """The place by which pages of a kind are counted: the one wished for, else the most served."""
    if wished in places:
        return wished
    served = {place: sum(row[2] for row in found if row[0] == place) for place in places}
    return max(places, key=served.__getitem__)


def claims(now: datetime | None = None) -> list[Claim]:
    """What is booked and not over. What is paused or a draft holds nothing; house takes nothing."""
    now = now or timezone.now()
    booked = Flight.objects.unended(now).filter(status=Status.BOOKED).exclude(kind=Kind.HOUSE)
    flights = list(booked.select_related("sponsor", "delivery"))
    reaches = reach(FlightSlot.objects.filter(flight__in=flights))
    return [
        Claim(
            name=f"“{flight.name}” of {flight.sponsor.name}",
            kind=flight.kind,
            reaches=tuple(reaches.get(flight.pk, ())),
            starts_at=flight.starts_at,
            ends_at=flight.over_at,
            share=flight.share or 0,
            views_left=_views_left(flight),
        )
        for flight in flights
    ]


def _views_left(flight: Flight) -> float:
    """Of a metered flight: those of clicks follow from its clicks so far, smoothed."""
    delivery = getattr(flight, "delivery", None)
    views, clicks = (delivery.views, delivery.clicks) if delivery else (0, 0)
    if flight.kind == Kind.CPM:
        return float(max(0, (flight.goal or 0) - views))
    if flight.kind == Kind.CPC:
        return max(0, (flight.goal or 0) - clicks) * (views + 200) / (clicks + 1)
    return 0.0
