"""What the desk reads beside a form: what was delivered and earned, as (name, words)."""

from collections import Counter

from sponsors import reports
from sponsors.figures import money, percent, whole
from sponsors.models import Flight, Kind, Sponsor
from sponsors.reports import Totals


def of_flight(flight: Flight) -> list[tuple[str, str]]:
    """Each figure that is known; the same as in its sponsor's report."""
    totals = reports.totals(flight)
    units = "clicks" if flight.kind == Kind.CPC else "views"
    return [
        ("views", whole(totals.views)),
        ("clicks", whole(totals.clicks)),
        ("CTR", percent(totals.ctr)),
        ("left out", whole(sum(totals.filtered.values()))),
        ("past the goal, free", whole(totals.bonus)),
        ("earned", f"{money(totals.spend_micro)} {flight.currency}"),
        *_toward_goal(totals, units),
    ]


def of_sponsor(sponsor: Sponsor) -> list[tuple[str, str]]:
    """Sums over all its flights; money by currency."""
    flights = list(sponsor.flights.all())
    totals = reports.totals_of(flights)
    earned: Counter[str] = Counter()
    for flight in flights:
        earned[flight.currency] += totals[flight.pk].spend_micro
    return [
        ("flights", whole(len(flights))),
        ("views", whole(sum(each.views for each in totals.values()))),
        ("clicks", whole(sum(each.clicks for each in totals.values()))),
        *(("earned", f"{money(micro)} {currency}") for currency, micro in earned.items()),
    ]


def _toward_goal(totals: Totals, units: str) -> list[tuple[str, str]]:
    told = []
    if totals.goal is not None:
        told.append(("left", f"{whole(totals.left)} of {whole(totals.goal)} {units}"))
    if totals.pace is not None:
        told.append(("pace", percent(totals.pace, 0)))
    if totals.projected:
        told.append(("at its end", f"about {whole(totals.projected)} {units}"))
    return told
