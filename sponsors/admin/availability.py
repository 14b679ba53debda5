"""What can be sold still: a question in words, answered in words."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from sponsors import stocktaking
from sponsors.days import midnight
from sponsors.figures import percent, whole
from sponsors.forecast import Availability, Supply, Wish, available
from sponsors.models import Kind, Placement

if TYPE_CHECKING:
    from sponsors.admin.flight import FlightAdmin

FURTHEST = timedelta(days=730)  # that we say anything about


def _day(label: str) -> forms.DateField:
    said = "Write the day as in 2026-06-01."
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, error_messages={"invalid": said})


class WishForm(forms.Form):
    """What somebody would like to buy."""

    placement = forms.ChoiceField(choices=Placement)
    # By choice rather than by query: a number that no database could hold is one we do not offer.
    topics = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None is run of site: all pages.",
    )
    first = _day("First day")
    last = _day("Last day")
    kind = forms.ChoiceField(choices=Kind)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = apps.get_model("articles.Topic").objects.values_list("pk", "name")
        self.fields["topics"].choices = list(topics)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        first, last, today = data.get("first"), data.get("last"), timezone.localdate()
        if first and last and last < first:
            self.add_error("last", "The last day lies before the first.")
        elif last and last < today:
            self.add_error("last", "These days are over: ask about some that are to come.")
        elif last and last > today + FURTHEST:
            self.add_error("last", "That is too far ahead to say: ask about the next two years.")
        if data.get("placement") == Placement.HOME_CARD and data.get("topics"):
            self.add_error("topics", "The front page has no topic: choose none.")
        return data

    def wish(self) -> Wish:
        data = self.cleaned_data
        return Wish(
            placement=data["placement"],
            topics=frozenset(data["topics"]),
            starts_at=midnight(data["first"]),
            ends_at=midnight(data["last"] + timedelta(days=1)),
        )


@require_safe
def availability(request: HttpRequest, desk: "FlightAdmin") -> HttpResponse:
    """A forecast of views, less what is sold of them."""
    if not desk.has_view_permission(request):
        raise PermissionDenied
    form = WishForm(request.GET or None, initial=_usual(timezone.localdate()))
    context = {
        **desk.admin_site.each_context(request),
        "title": "Availability",
        "opts": desk.model._meta,
        "form": form,
        "answer": _answer(form) if form.is_valid() else [],
    }
    return TemplateResponse(request, "admin/sponsors/availability.html", context)


def _usual(today: date) -> dict[str, Any]:
    """The next whole month."""
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return {"first": first, "last": last, "placement": Placement.ARTICLE_END, "kind": Kind.CPM}


def _answer(form: WishForm) -> list[str]:
    wish = form.wish()
    supply = stocktaking.supply(wish.placement)
    if not supply.is_known:
        return [
            "Unknown: less than a day of pages was counted so far, so nothing can be said of "
            "those to come."
        ]
    found = available(wish, supply, stocktaking.claims())
    return [*told(found, Kind(form.cleaned_data["kind"]), supply.ctr), *learned(supply)]


def told(found: Availability, kind: Kind, ctr: float) -> list[str]:
    """The answer in sentences; `ctr` is our usual clicks ÷ views there."""
    step = _step(found.total)
    # Rounded alike, so that whoever subtracts gets what is said.
    total, sold = (round(number / step) * step for number in (found.total, found.sold))
    left = f"{whole(total - sold)} free" if sold <= total else f"oversold by {whole(sold - total)}"
    first = f"About {whole(total)} views, {whole(sold)} are sold, {left}."
    return [first, *FOR_KIND[kind](found, ctr)]


def _exclusive(found: Availability, ctr: float) -> list[str]:
    if found.holders:
        names = ", ".join(found.holders)
        return [f"Some of these pages are held for some of these days: {names}."]
    if found.sold >= 1:
        return [
            "Nobody holds it exclusively, but an exclusive flight would take the "
            f"{_about(found.sold)} from those who have bought them."
        ]
    return ["Nobody else has bought any of it: all of it can be sold exclusively."]


def _share(found: Availability, ctr: float) -> list[str]:
    left = max(0, 100 - found.most_shared)
    if found.holders:
        return [*_exclusive(found, ctr), "A share gets nothing there and then."]
    views = _about(found.total * left / 100)
    return [f"{percent(left / 100, 0)} is free at every moment: about {views} views."]


def _cpm(found: Availability, ctr: float) -> list[str]:
    return [] if found.free >= 1 else ["More than there is cannot be delivered: sell another time."]


def _cpc(found: Availability, ctr: float) -> list[str]:
    clicks = _about(max(0, found.free) * ctr)
    return [f"At {percent(ctr)} clicks on views, as lately, that is about {clicks} clicks."]


def _house(found: Availability, ctr: float) -> list[str]:
    return ["A house flight gets what is free, shared with the other house flights."]


FOR_KIND = {
    Kind.EXCLUSIVE: _exclusive,
    Kind.SHARE: _share,
    Kind.CPM: _cpm,
    Kind.CPC: _cpc,
    Kind.HOUSE: _house,
}


def learned(supply: Supply) -> list[str]:
    """What the figures rest on."""
    days = f"{supply.days} day{'' if supply.days == 1 else 's'}"
    from_days = f"Learned from {days}. A page on two of the topics counts once."
    if supply.is_rate_known:
        return [from_days]
    return [from_days, "How many boxes are seen is not known here yet: half of them, we take it."]


def _about(number: float) -> str:
    """Rounded to three figures, since no forecast is better."""
    step = _step(number)
    return whole(round(number / step) * step)


def _step(number: float) -> int:
    """What the third figure of a number counts, 1 at least."""
    return 10 ** max(0, len(str(round(abs(number)))) - 3)
