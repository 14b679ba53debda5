"""How a flight stands, in words that need no trade's dictionary."""

from datetime import date

from django.utils import timezone

from sponsors.days import DAY, days, midnight
from sponsors.figures import money, percent, whole
from sponsors.models import Flight, Kind, Status
from sponsors.statements import Statement

ON_PACE = 0.05  # how far from its target a flight may be and still be called on pace

_PRICES = {
    Kind.EXCLUSIVE: "for the whole period",
    Kind.SHARE: "for the whole period",
    Kind.CPM: "per thousand views",
    Kind.CPC: "per click on the first link",
}


def price(flight: Flight) -> str:
    """What was agreed, as in “20.00 EUR per thousand views”."""
    if not flight.price_micro:
        return "no charge"
    return f"{money(flight.price_micro)} {flight.currency} {_PRICES[Kind(flight.kind)]}"


def verdict(statement: Statement) -> str:
    """In two or three words, as in “12 % behind”."""
    flight, totals = statement.flight, statement.totals
    if statement.is_upcoming:
        return "not started"
    if flight.goal and not totals.left:
        return "goal reached"
    if statement.is_over:
        return "stopped" if flight.status == Status.STOPPED else _ended(statement)
    if flight.status == Status.PAUSED:
        return "paused"
    return _pace(statement) if flight.goal else "running"


def outlook(statement: Statement) -> str:
    """What has happened and what to expect, in a sentence or two; "" when there is no telling."""
    flight, totals = statement.flight, statement.totals
    if statement.is_upcoming or not flight.goal:
        return _projected(statement)
    told = f"{whole(totals.delivered)} of {whole(flight.goal)} {statement.unit}"
    if not totals.left:
        return f"{told}: the goal was reached on {_reached_on(statement)}."
    if statement.is_paced and not statement.is_over:
        told = f"{told}; {whole(totals.target)} were due by now"
    return " ".join(filter(None, [f"{told}.", _projected(statement)]))


def _ended(statement: Statement) -> str:
    goal, left = statement.flight.goal, statement.totals.left
    return f"ended {percent(left / goal, 0)} short" if goal and left else "ended"


def _pace(statement: Statement) -> str:
    totals = statement.totals
    if not statement.is_paced:
        return f"{percent(totals.delivered / (totals.goal or 1), 0)} delivered"
    if totals.pace is None:
        return "just started"
    apart = totals.pace - 1
    if abs(apart) <= ON_PACE:
        return "on pace"
    return f"{percent(abs(apart), 0)} {'ahead' if apart > 0 else 'behind'}"


def _projected(statement: Statement) -> str:
    totals, flight = statement.totals, statement.flight
    is_telling = statement.has_counts and not statement.is_over and totals.projected
    if not is_telling or flight.status == Status.PAUSED:
        return ""
    if day := _reaching_on(statement):
        return f"At this rate the goal is reached about {day}."
    end = timezone.localdate(flight.ends_at)
    return f"At this rate it is {whole(totals.projected)} {statement.unit} by {end}."


def _reaching_on(statement: Statement) -> date | None:
    """The day on which the goal is reached if all goes on as it did, None when it is not."""
    flight, totals, at = statement.flight, statement.totals, statement.at
    so_far = statement.traffic.share(flight.starts_at, at, flight.ends_at)
    if not (flight.goal and totals.delivered and so_far):
        return None
    needed = so_far * flight.goal / totals.delivered
    for day in days(at, flight.ends_at):
        if statement.traffic.share(flight.starts_at, midnight(day + DAY), flight.ends_at) >= needed:
            return day
    return None


def _reached_on(statement: Statement) -> date:
    """The day on which the goal was reached."""
    units = 0
    for day, counts in statement.by_day:
        units += statement.units(counts)
        if units >= (statement.flight.goal or 0):
            return day
    return timezone.localdate(statement.at)
