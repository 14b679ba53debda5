from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import connections, models, router, transaction
from django.db.models import F, Q
from django.utils import timezone

from sponsors.acceptance import copy_fault
from sponsors.models.sponsor import Sponsor

if TYPE_CHECKING:
    from sponsors.models.slot import FlightSlot


class Kind(models.TextChoices):
    """What is sold, and so how a page chooses between flights; see sponsors.picking."""

    EXCLUSIVE = "exclusive", "exclusive"


class Status(models.TextChoices):
    """Whether a flight may be shown. Started and ended follow from its moments instead."""

    DRAFT = "draft", "draft"
    BOOKED = "booked", "booked"
    PAUSED = "paused", "paused"
    STOPPED = "stopped", "stopped"


class FlightQuerySet(models.QuerySet["Flight"]):
    def running(self, at: datetime | None = None) -> Self:
        """Booked, started and not ended at `at` (None: now)."""
        at = at or timezone.now()
        return self.unended(at).filter(status=Status.BOOKED, starts_at__lte=at)

    def unended(self, at: datetime | None = None) -> Self:
        """Those whose end lies after `at` (None: now), whatever their status."""
        return self.filter(ends_at__gt=at or timezone.now())

    def rivals_of(self, flight: "Flight") -> Self:
        """Other exclusive bookings that share some moment with this flight's period."""
        return self.filter(
            kind=Kind.EXCLUSIVE,
            status=Status.BOOKED,
            starts_at__lt=flight.ends_at,
            ends_at__gt=flight.starts_at,
        ).exclude(pk=flight.pk)

    def whole(self) -> Self:
        """With all that a page or a list shows of a flight, in four queries."""
        return self.select_related("sponsor").prefetch_related("slots__topic", "creatives")


class Flight(models.Model):
    """One purchase: some slots, for a period, at a price. It runs in [starts_at, ends_at)."""

    sponsor = models.ForeignKey(Sponsor, on_delete=models.PROTECT, related_name="flights")
    name = models.CharField(
        max_length=120, help_text="What the desk calls this purchase, as in “energy, June”."
    )
    kind = models.CharField(
        max_length=12,
        choices=Kind,
        default=Kind.EXCLUSIVE,
        help_text="Exclusive: nobody else in its slots for the period. A page goes to the flight "
        "that has its main topic, else one of its topics, else run of site; equals share evenly.",
    )
    price_micro = models.BigIntegerField(
        "price", default=0, help_text="For the whole period. Stored in millionths of the currency."
    )
    currency = models.CharField(
        max_length=3,
        default="EUR",
        validators=[
            RegexValidator(r"\A[A-Z]{3}\Z", "Three capital letters of ISO 4217, as in EUR.")
        ],
    )
    starts_at = models.DateTimeField("starts", help_text="Shown from this moment on.")
    ends_at = models.DateTimeField(
        "ends", help_text="The first moment it is no longer shown; another flight may start there."
    )
    status = models.CharField(
        max_length=8,
        choices=Status,
        default=Status.DRAFT,
        help_text="Draft: not agreed yet. Booked: shown from start to end. Paused: not shown, and "
        "its slots are free for others meanwhile. Stopped: over before its end.",
    )

    objects: ClassVar = FlightQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["status", "ends_at"], name="flight_unended")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="flight_ends_after_start",
                violation_error_message="A flight ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(price_micro__gte=0),
                name="flight_price_not_negative",
                violation_error_message="A price is never negative.",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="flight_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="flight_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """ValidationError when a slot of it is another's for some of the period."""
        with transaction.atomic(using=kwargs.get("using") or router.db_for_write(Flight)):
            self._refuse_overlap()
            super().save(*args, **kwargs)

    def clean(self) -> None:
        faults: dict[str, Any] = {}
        if fault := copy_fault(self.name):
            faults["name"] = fault
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            faults["ends_at"] = "A flight ends after it starts."
        if faults:
            raise ValidationError(faults)
        self._refuse_overlap()

    def _refuse_overlap(self) -> None:
        if self.pk:
            self.refuse_overlap(self.slots.all())

    def refuse_overlap(self, slots: "Iterable[FlightSlot]") -> None:
        """ValidationError that names the exclusive booking which holds one of `slots` already."""
        if not self.is_blocking or not (self.starts_at and self.ends_at):
            return
        alias = router.db_for_write(Flight)
        _wait_for_other_bookings(alias)
        wanted = {slot.spot for slot in slots if not slot.exclude}
        rivals = Flight.objects.using(alias).rivals_of(self).select_related("sponsor")
        for rival in rivals.prefetch_related("slots__topic"):
            for slot in rival.slots.all():
                if slot.spot in wanted and not slot.exclude:
                    raise ValidationError(
                        f"“{rival.name}” of {rival.sponsor.name} holds {slot} from {rival.period}: "
                        "choose another period, placement or topic."
                    )

    @property
    def is_blocking(self) -> bool:
        """True when nobody else may have its slots."""
        return self.kind == Kind.EXCLUSIVE and self.status == Status.BOOKED

    @property
    def period(self) -> str:
        """From start to end in the site's time zone."""
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M %Z}"


def _wait_for_other_bookings(alias: str) -> None:
    """Let one transaction book at a time, so that two cannot both find the same slot free.

    The rows of all sponsors are the lock: every booking has one. SQLite has one writer anyway.
    """
    if connections[alias].in_atomic_block:
        sponsors = Sponsor.objects.using(alias).select_for_update(no_key=True).order_by("pk")
        list(sponsors.values_list("pk"))
