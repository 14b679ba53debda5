"""Bookings as bars over time: a picture without a script, and the same as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from sponsors import timeline as bookings
from sponsors.days import midnight
from sponsors.models import METERED, Flight, Kind, Placement, Status
from sponsors.timeline import Booking, Timeline

if TYPE_CHECKING:
    from sponsors.admin.flight import FlightAdmin

WEEKS, WEEKS_BEFORE = 16, 4  # shown unless asked otherwise, and how many of them are past
MOST_WEEKS = 104
MONTHS_FROM = 20  # weeks: from here on the scale counts months
MOST_TOLD = 100  # conflicts, and notes
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
# The picture, in its own units.
LABELS, FIELD = 190, 1000  # widths of the names and of the field of bars
SCALE, HEADING, LANE, GAP = 26, 30, 26, 8  # heights; GAP lies around a row's bars


class WindowForm(forms.Form):
    """The weeks that are looked at."""

    weeks = forms.IntegerField(min_value=1, max_value=MOST_WEEKS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = f"Give a day between {EARLIEST} and {LATEST}, as in 2026-06-01."
        since = forms.DateField(
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}),
            validators=[MinValueValidator(EARLIEST, said), MaxValueValidator(LATEST, said)],
            error_messages={"invalid": said},
        )
        self.fields = {"from": since, **self.fields}

    def window(self) -> "Window":
        """What was asked for, or the usual where nothing or nonsense was."""
        told = self.cleaned_data if self.is_valid() else {}
        usual = timezone.localdate() - timedelta(weeks=WEEKS_BEFORE)
        monday = usual - timedelta(days=usual.weekday())
        return Window(told.get("from") or monday, told.get("weeks") or WEEKS)


@dataclass(frozen=True, slots=True)
class Window:
    since: date
    weeks: int

    @property
    def starts_at(self) -> datetime:
        return midnight(self.since)

    @property
    def ends_at(self) -> datetime:
        return midnight(self.since + timedelta(weeks=self.weeks))

    @property
    def last_day(self) -> date:
        return self.since + timedelta(weeks=self.weeks, days=-1)

    def x(self, moment: datetime) -> float:
        """Where a moment lies in the picture; one outside lies on its edge."""
        part = (moment - self.starts_at) / (self.ends_at - self.starts_at)
        return LABELS + FIELD * min(1.0, max(0.0, part))

    def other(self, weeks_later: int = 0, weeks: int | None = None) -> str:
        """The query of another window: so many weeks later, or so many weeks long."""
        since = min(max(self.since + timedelta(weeks=weeks_later), EARLIEST), LATEST)
        return urlencode({"from": since.isoformat(), "weeks": str(weeks or self.weeks)})

    def marks(self) -> Iterator[tuple[date, str]]:
        """Each Monday, or in a long window each first of a month, and what it is called."""
        for number in range(self.weeks * 7):
            day = self.since + timedelta(days=number)
            if self.weeks < MONTHS_FROM and day.weekday() == 0:
                yield day, f"{day.day} {day:%b}"
            elif self.weeks >= MONTHS_FROM and day.day == 1:
                yield day, f"{day:%b %y}" if self.weeks < WEEKS * 4 or day.month % 2 else ""


@require_safe
def timeline(request: HttpRequest, desk: "FlightAdmin") -> HttpResponse:
    """Bookings by placement and topic over some weeks, and which are in each other's way."""
    if not desk.has_view_permission(request):
        raise PermissionDenied
    form = WindowForm(request.GET)
    window = form.window()
    flights = Flight.objects.filter(starts_at__lt=window.ends_at, ends_at__gt=window.starts_at)
    shown = bookings.of(
        flight
        for flight in flights.select_related("sponsor").prefetch_related("slots__topic")
        if flight.over_at > window.starts_at
    )
    conflicts = [clash for clash in shown.clashes if clash.is_conflict]
    notes = [clash for clash in shown.clashes if not clash.is_conflict]
    context = {
        **desk.admin_site.each_context(request),
        "title": "Timeline",
        "opts": desk.model._meta,
        "form": form,
        "window": window,
        "earlier": window.other(-max(1, window.weeks // 2)),
        "later": window.other(max(1, window.weeks // 2)),
        "widths": [(weeks, window.other(weeks=weeks)) for weeks in (4, WEEKS, 52)],
        "conflicts": conflicts[:MOST_TOLD],
        "notes": notes[:MOST_TOLD],
        "untold": len(conflicts[MOST_TOLD:]),
        "picture": picture(shown, window),
        "free": list(_free(shown)),
        "bars": [bar for row in shown.rows for bar in _told(row, shown)],
    }
    return TemplateResponse(request, "admin/sponsors/timeline.html", context)


# The picture. Every number is text already: templates write numbers as the site's language does.


def picture(shown: Timeline, window: Window) -> dict[str, Any]:
    """Headings, names, bars and marks with their places, for SVG."""
    headings: list[dict[str, str]] = []
    names: list[dict[str, str]] = []
    bars: list[dict[str, Any]] = []
    y, placement = SCALE, None
    for row in shown.rows:
        if row.slot.placement != placement:
            placement = row.slot.placement
            headings.append({"y": str(y + 21), "label": row.slot.get_placement_display()})
            y += HEADING
        names.append({"y": str(y), "text_y": str(y + GAP + 14), "label": row.slot.pages})
        for number, lane in enumerate(row.lanes):
            top = y + GAP // 2 + number * LANE
            bars += [_bar(each, top, window, each.slot.pk in shown.at_odds) for each in lane]
        y += GAP + LANE * len(row.lanes)
    now = timezone.now()
    is_now_in_it = window.starts_at <= now < window.ends_at
    marks = [(_x(window.x(midnight(day))), label) for day, label in window.marks()]
    return {
        "width": str(LABELS + FIELD),
        "height": str(y + GAP),
        "left": str(LABELS),
        "headings": headings,
        "names": names,
        "bars": bars,
        "marks": marks,
        "now": _x(window.x(now)) if is_now_in_it else "",
    }


def _bar(booking: Booking, top: int, window: Window, is_at_odds: bool) -> dict[str, Any]:
    left, right = window.x(booking.starts_at), window.x(booking.ends_at)
    flight = booking.flight
    state = "" if flight.status == Status.BOOKED else f"{flight.get_status_display()}: "
    return {
        "x": _x(left),
        "y": str(top),
        "width": _x(max(right - left, 3)),
        "height": str(LANE - 4),
        "text": f"{'! ' if is_at_odds else ''}{state}{flight}, {terms(flight)}",
        "title": f"{booking}, {terms(flight)}, {flight.get_status_display()}, {booking.slot}, "
        f"{flight.period}{'; in a conflict' if is_at_odds else ''}",
        "address": _address(flight),
        "pattern": flight.status if flight.status != Status.BOOKED else "",
        "kind": flight.kind,
        "is_at_odds": is_at_odds,
    }


def _told(row: bookings.Row, shown: Timeline) -> Iterator[dict[str, Any]]:
    """A row of the table for each bar."""
    for booking in sorted(sum(row.lanes, ()), key=lambda each: each.starts_at):
        flight = booking.flight
        yield {
            "slot": row.slot,
            "flight": flight,
            "terms": terms(flight),
            "address": _address(flight),
            "is_at_odds": booking.slot.pk in shown.at_odds,
        }


def _free(shown: Timeline) -> Iterator[dict[str, Any]]:
    """For each placement the pages on which nothing lies in these weeks, to ask more about."""
    taken = {row.slot.spot for row in shown.rows}
    topics = list(apps.get_model("articles.Topic").objects.order_by("slug"))
    ask = reverse("admin:sponsors_availability")
    for placement in Placement:
        # The front page has no topic.
        sold_by = [None, *topics] if placement != Placement.HOME_CARD else [None]
        free = [each for each in sold_by if (placement, each and each.pk) not in taken]
        links = [
            {
                "label": f"#{topic.slug}" if topic else "run of site",
                "address": f"{ask}?{_wish(placement, topic)}",
            }
            for topic in free
        ]
        if links:
            yield {"placement": placement.label, "links": links}


def _wish(placement: str, topic: Any) -> str:
    today = timezone.localdate()
    days = {"first": today.isoformat(), "last": (today + timedelta(days=27)).isoformat()}
    about = {"topics": str(topic.pk)} if topic else {}
    return urlencode({"placement": placement, **about, **days, "kind": Kind.CPM.value})


def terms(flight: Flight) -> str:
    """What of its slots it has bought, in a word or two."""
    if flight.kind == Kind.SHARE:
        return f"{flight.share} % share"
    if flight.kind in METERED:
        units = "views" if flight.kind == Kind.CPM else "clicks"
        return f"{flight.kind.upper()}, {flight.goal:,} {units}"
    return "exclusive" if flight.kind == Kind.EXCLUSIVE else "house"


def _address(flight: Flight) -> str:
    return reverse("admin:sponsors_flight_change", args=[flight.pk])


def _x(place: float) -> str:
    return f"{place:.1f}"
