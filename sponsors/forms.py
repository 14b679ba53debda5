"""How editors type what the models store: money as money, lists one a line."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError

MICRO = 1_000_000
WIDE = {"class": "vLargeTextField"}


class MoneyField(forms.DecimalField):
    """An amount in whole units on the form, in micro-units (int) behind it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_digits": 18, "decimal_places": 6, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / MICRO if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
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


class FlightForm(forms.ModelForm):
    price_micro = MoneyField(label="Price", initial=0, help_text="For the whole period.")


class CreativeForm(forms.ModelForm):
    class Meta:
        widgets = {
            **{name: AdminTextInputWidget(attrs=WIDE) for name in ("hook", "headline", "command")},
            "fine_print": AdminTextInputWidget(attrs=WIDE),
            **{name: AdminTextareaWidget(attrs={"rows": 3}) for name in ("body", "output")},
        }

    hooks = LinesByTopicField(
        label="Hooks by topic",
        required=False,
        help_text="Their own lines for some topics, as in “energy: reading about storage? …”.",
    )


class SlotFormSet(forms.BaseInlineFormSet):
    """The slots of one flight, each once."""

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
