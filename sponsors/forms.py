"""How editors type what the models store: money as money, lists one a line."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects

from sponsors.figures import MICRO
from sponsors.models import FLAT, METERED, Flight, FlightSlot, Kind, Status
from sponsors.models.flight import PERIOD, TERMS

WIDE = {"class": "vLargeTextField"}
# Years that no clock's zone moves out of the calendar, and whose days a report can list.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
NO_MOMENT = "Give a moment between 2000 and 2200, as in 2026-06-01 12:30."
MOMENTS = (MinValueValidator(EARLIEST, NO_MOMENT), MaxValueValidator(LATEST, NO_MOMENT))


class MoneyField(forms.DecimalField):
    """An amount in whole units on the form, in micro-units (int) behind it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_digits": 18, "decimal_places": 6, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / MICRO if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        if self.disabled:
            return value  # not what was typed, but what is stored
        amount = super().clean(value)
        return None if amount is None else int(amount * MICRO)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class LinesField(forms.CharField):
    """A list of words, one a line."""

    widget = AdminTextareaWidget(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (super().to_python(value) or "").splitlines()
        return [line.strip().lower() for line in lines if line.strip()]


class LinesByTopicField(forms.CharField):
    """A mapping of topic slugs to lines, each as `slug: line`."""

    widget = AdminTextareaWidget(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return "\n".join(f"{slug}: {line}" for slug, line in value.items())

    def to_python(self, value: Any) -> Any:
        lines: dict[str, str] = {}
        for text in (super().to_python(value) or "").splitlines():
            slug, colon, line = (part.strip() for part in text.partition(":"))
            if not text.strip():
                continue
            if not (slug and colon and line):
                raise ValidationError(
                    f"“{text}” names no topic: write it as in “energy: reading about storage?”."
                )
            if slug in lines:
                raise ValidationError(f"The topic {slug} has two lines: keep one.")
            lines[slug] = line
        return lines


class SponsorForm(forms.ModelForm):
    link_hosts = LinesField(
        label="Hosts it may link to",
        help_text="One a line, each in full, as in overwinter.example. "
        "A placement links to these and nowhere else.",
    )


FIXED = "Fixed: something is billed by this already. To change it, stop the flight and book a copy."
OVER = "Stopped for good. To sell it again, book a copy."


class FlightForm(forms.ModelForm):
    price_micro = MoneyField(
        label="Price",
        initial=0,
        help_text="Exclusive and share: for the whole period. CPM: for a thousand views. "
        "CPC: for a click. House: 0.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fixed = dict.fromkeys(fixed_terms(self.instance), FIXED)
        if self.instance.status == Status.STOPPED:
            self.fixed["status"] = OVER
        elif status := self.fields.get("status"):
            # Stopping cannot be undone: it has a button of its own, which asks first.
            status.choices = [each for each in Status.choices if each[0] != Status.STOPPED]  # type: ignore[attr-defined]
        for name in self.fixed.keys() & self.fields.keys():
            self.fields[name].disabled = True
            self.fields[name].help_text = self.fixed[name]
        for name in self.fields.keys() & PERIOD:
            self.fields[name].validators += MOMENTS
        self.stored = {name: getattr(self.instance, name) for name in self.fixed}

    def clean(self) -> dict[str, Any] | None:
        data = (super().clean() or self.cleaned_data) | self.stored | self._same_period()
        for name, fault in terms_faults(data).items():
            self.add_error(name, fault)
        # What is refused is no longer among the cleaned data.
        return {name: value for name, value in data.items() if name not in self.errors}

    def _same_period(self) -> dict[str, Any]:
        """The moments that were not changed, to the microsecond, which the form does not show."""
        same = set(PERIOD) - set(self.changed_data) if self.instance.pk else ()
        return {name: getattr(self.instance, name) for name in same}

    def _post_clean(self) -> None:
        if self.instance.pk:
            # Of its slots each is asked in the formset; those that are stored may be leaving.
            none = Prefetch("slots", FlightSlot.objects.none())
            prefetch_related_objects([self.instance], none)
        super()._post_clean()  # type: ignore[misc]  # not in the stubs
        vars(self.instance).get("_prefetched_objects_cache", {}).clear()  # saving asks again


def fixed_terms(flight: Flight) -> tuple[str, ...]:
    """The form's fields that cannot change any more, because something is billed by them."""
    if not flight.pk:
        return ()
    with transaction.atomic():
        is_billed = flight.is_billed()
    terms = TERMS + PERIOD if flight.kind in FLAT else TERMS
    return tuple(name.removesuffix("_id") for name in terms) if is_billed else ()


def terms_faults(data: Mapping[str, Any]) -> dict[str, str]:
    """What of the terms does not go with the kind, by field: a sentence that says what to do."""
    faults: dict[str, str] = {}
    kind, share = data.get("kind"), data.get("share")
    if kind in METERED and not data.get("goal"):
        sold = "views" if kind == Kind.CPM else "clicks"
        faults["goal"] = f"Say how many {sold} are sold: at that many nothing more is billed."
    if kind == Kind.SHARE and not 1 <= (share or 0) <= 100:
        faults["share"] = "Say which share of the views is sold, from 1 to 100 per cent."
    if kind == Kind.HOUSE and not 1 <= (share or 0) <= 100:
        faults["share"] = "Give it a weight beside other house flights, from 1 to 100."
    if kind not in {Kind.SHARE, Kind.HOUSE} and share is not None:
        faults["share"] = "Leave it empty: only a share of voice and a house flight have one."
    if kind == Kind.HOUSE and data.get("price_micro"):
        faults["price_micro"] = "Nobody pays for a house flight: its price is 0."
    return faults


class CreativeForm(forms.ModelForm):
    class Meta:
        widgets = {
            **{name: AdminTextInputWidget(attrs=WIDE) for name in ("hook", "headline", "command")},
            **{name: AdminTextInputWidget(attrs=WIDE) for name in ("fine_print", "claim_source")},
            **{name: AdminTextareaWidget(attrs={"rows": 3}) for name in ("body", "output")},
        }

    hooks = LinesByTopicField(
        label="Hooks by topic",
        required=False,
        help_text="Their own lines for some topics, as in “energy: reading about storage? …”.",
    )


class SlotFormSet(forms.BaseInlineFormSet):
    """The slots of one flight, each once."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """The table has headings where other forms have labels, so each field is told its name."""
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = field.label

    def clean(self) -> None:
        super().clean()
        seen: set[tuple[str, int | None]] = set()
        for form in self.forms:
            if not form.cleaned_data or form in self.deleted_forms:
                continue
            spot = form.instance.spot
            if spot in seen:
                form.add_error(None, "The flight has this placement and topic already.")
            seen.add(spot)
