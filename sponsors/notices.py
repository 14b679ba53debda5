"""What the desk is told of its flights by e-mail: each news once, left in the Outbox for delivery.

Nothing is remembered here. What has to be told follows from what was counted, and the letter's key
says that it was told already, so this may run at any time and as often as one likes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from outbound.models import Outbox
from sponsors import reports, sharing
from sponsors.figures import money, percent, whole
from sponsors.models import METERED, Flight, Kind, Pace, Status
from sponsors.reports import Totals

GROUP = "Sponsor manager"
STEPS = (100, 90, 50)  # per cent of a goal
SLOW = 0.8  # of what is due
SLOW_HOURS = 24  # in which it never was more
AHEAD = timedelta(days=7)  # before the end
LATE = timedelta(days=1)  # after its end a flight's last views are still news
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell. `key` tells it from all other news of its flight."""

    key: str
    subject: str
    text: str


def flights(at: datetime) -> list[Flight]:
    """Those that there may be news of: sold, begun, and neither stopped nor long over."""
    begun = Flight.objects.told(at).filter(ends_at__gt=at - LATE)
    return list(begun.exclude(status=Status.STOPPED).select_related("sponsor").order_by("pk"))


def readers() -> list[str]:
    """The addresses of the desk: ALERT_EMAIL, and everybody who manages sponsors."""
    users = get_user_model()._default_manager.filter(is_active=True, groups__name=GROUP)
    known = [*settings.ALERT_EMAIL, *users.order_by("pk").values_list("email", flat=True)]
    return list({address.casefold(): address for address in known if address}.values())


def tell(flight: Flight, totals: Totals, to: Sequence[str], at: datetime | None = None) -> int:
    """Leave a letter to each of `to` for all that is news; how many there were."""
    count = 0
    for news in all_news(flight, totals, at or timezone.now()):
        for address in to:
            key = f"flight {flight.pk} {news.key} {address}"
            if Outbox.objects.filter(key=key).exists():
                continue
            text = f"{news.text}\n\n{_links(flight)}\n"
            Outbox.post(address=address, subject=news.subject, body=text, key=key)
            count += 1
    return count


def all_news(flight: Flight, totals: Totals, at: datetime) -> Iterator[News]:
    """What is to be told of a flight that has begun, whether or not it was told before."""
    if settings.SPONSOR_MEASURE:
        yield from _step(flight, totals, at)
        yield from _slow(flight, totals, at)
    yield from _ending(flight, totals, at)


def is_slow(flight: Flight, totals: Totals, at: datetime) -> bool:
    """Whether it is under SLOW of its pace at `at` and was at each of the hours before."""
    if not _is_under(totals):  # which spares most flights the look back
        return False
    hours = (at - number * HOUR for number in range(1, SLOW_HOURS + 1))
    return all(_is_under(reports.totals(flight, hour)) for hour in hours)


def _is_under(totals: Totals) -> bool:
    return totals.pace is not None and totals.pace < SLOW


def _step(flight: Flight, totals: Totals, at: datetime) -> Iterator[News]:
    """The highest step reached: after a long silence the lower ones are no news."""
    goal = totals.goal
    reached = [step for step in STEPS if goal and 100 * totals.delivered >= step * goal]
    for step in reached[:1]:
        ahead = _past_goal(flight) if step == STEPS[0] else _outlook(flight, totals, at)
        text = f"{_progress(flight, totals)}\n{ahead}"
        yield News(f"{step} % of {goal}", f"{step} % delivered: {_named(flight)}", text)


def _slow(flight: Flight, totals: Totals, at: datetime) -> Iterator[News]:
    is_due = flight.status == Status.BOOKED and flight.pace == Pace.EVEN and at < flight.over_at
    if is_due and is_slow(flight, totals, at):
        text = (
            f"For {SLOW_HOURS} hours it has had less than {percent(SLOW, 0)} of what was due: now "
            f"{percent(totals.pace, 0)}.\n{_progress(flight, totals)}\n"
            f"{_outlook(flight, totals, at)}\nMore topics or places, or a later end, would help."
        )
        # Once a week while it lasts.
        yield News(f"slow in {at:%G week %V}", f"Behind its pace: {_named(flight)}", text)


def _ending(flight: Flight, totals: Totals, at: datetime) -> Iterator[News]:
    """A flight shorter than that was sold with its end in sight."""
    told_at = flight.ends_at - AHEAD
    if flight.starts_at <= told_at <= at < flight.ends_at:
        end = timezone.localtime(flight.ends_at)
        text = f"It ends at {end:%Y-%m-%d %H:%M %Z}.\n{_progress(flight, totals)}"
        key = f"ends {flight.ends_at.isoformat()}"  # a later end is told again
        yield News(key, f"Ends on {end:%Y-%m-%d}: {_named(flight)}", text)


def _named(flight: Flight) -> str:
    return f"{flight.sponsor.name}, {flight.name}"


def _progress(flight: Flight, totals: Totals) -> str:
    """What was delivered and earned, as in the sponsor's report."""
    earned = f"{money(totals.spend_micro)} {flight.currency} earned"
    if not settings.SPONSOR_MEASURE:
        return f"{earned[0].upper()}{earned[1:]}."
    if totals.goal is None:
        return f"{whole(totals.views)} views, {whole(totals.clicks)} clicks, {earned}."
    units = _units(flight)
    due = "" if totals.target is None else f"; {whole(totals.target)} were due by now"
    return f"{whole(totals.delivered)} of {whole(totals.goal)} {units}{due}. {earned}."


def _outlook(flight: Flight, totals: Totals, at: datetime) -> str:
    if at >= flight.over_at:
        return "It is over."
    if totals.projected is None:
        return "It is too early to say where it will end."
    end = timezone.localtime(flight.ends_at)
    return (
        f"At this rate it is {whole(totals.projected)} {_units(flight)} at its end, "
        f"{end:%Y-%m-%d %H:%M %Z}."
    )


def _past_goal(flight: Flight) -> str:
    if flight.kind in METERED:
        return "It is not shown any more; what still comes in is free."
    return "It goes on until its end: its price is for the period."


def _units(flight: Flight) -> str:
    return "clicks" if flight.kind == Kind.CPC else "views"


def _links(flight: Flight) -> str:
    desk = reverse("admin:sponsors_flight_change", args=[flight.pk])
    return (
        f"At the desk: {settings.SITE_URL}{desk}\n"
        f"What the sponsor sees: {settings.SITE_URL}{sharing.link(flight.sponsor)}"
    )
