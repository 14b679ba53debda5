from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import NotSupportedError, models, router, transaction
from django.db.models import F, Q
from django.utils import timezone

from sponsors.acceptance import copy_fault
from sponsors.models import booking
from sponsors.models.sponsor import Sponsor

if TYPE_CHECKING:
    from sponsors.models.slot import FlightSlot


class Kind(models.TextChoices):
    """What is sold, and so how a page chooses between flights; see sponsors.picking."""

    EXCLUSIVE = "exclusive", "exclusive"
    SHARE = "share", "share of voice"
    CPM = "cpm", "CPM: per thousand views"
    CPC = "cpc", "CPC: per click"
    HOUSE = "house", "house: our own, nobody pays"


# Those billed for the period whatever is counted, and those billed by what is counted.
FLAT = (Kind.EXCLUSIVE, Kind.SHARE)
METERED = (Kind.CPM, Kind.CPC)


class Status(models.TextChoices):
    """Whether a flight may be shown. Started and ended follow from its moments instead."""

    DRAFT = "draft", "draft"
    BOOKED = "booked", "booked"
    PAUSED = "paused", "paused"
    STOPPED = "stopped", "stopped"


class Pace(models.TextChoices):
    """How a metered flight spends its goal over its period."""

    EVEN = "even", "even: as our readers come"
    ASAP = "asap", "as soon as possible"


# What was agreed. Nothing of it moves once anything is billed by it: sell a new flight instead.
TERMS = ("sponsor_id", "kind", "price_micro", "currency", "goal", "share")
PERIOD = ("starts_at", "ends_at")


class FlightQuerySet(models.QuerySet["Flight"]):
    def running(self, at: datetime | None = None) -> Self:
        """Booked, started and not ended at `at` (None: now)."""
        at = at or timezone.now()
        return self.unended(at).filter(status=Status.BOOKED, starts_at__lte=at)

    def unended(self, at: datetime | None = None) -> Self:
        """Those whose end lies after `at` (None: now), whatever their status."""
        return self.filter(ends_at__gt=at or timezone.now())

    def told(self, at: datetime | None = None) -> Self:
        """What the public ledger tells at `at` (None: now): paid for, agreed, and begun by then.

        What was stopped before its start never was.
        """
        begun = self.filter(starts_at__lte=at or timezone.now())
        begun = begun.filter(Q(stopped_at=None) | Q(stopped_at__gt=F("starts_at")))
        return begun.exclude(status=Status.DRAFT).exclude(kind=Kind.HOUSE)

    def beside(self, flight: "Flight") -> Self:
        """Other bookings of its kind that share some moment with this flight's period."""
        return self.filter(
            kind=flight.kind,
            status=Status.BOOKED,
            starts_at__lt=flight.ends_at,
            ends_at__gt=flight.starts_at,
        ).exclude(pk=flight.pk)

    def whole(self) -> Self:
        """With all that a page or a list shows of a flight, in four queries."""
        return self.select_related("sponsor", "delivery").prefetch_related(
            "slots__topic", "creatives"
        )

    def update(self, **changes: Any) -> int:
        """As `save()` for each: what is billed does not change, what is held is not sold twice."""
        with transaction.atomic(using=self.db):
            before = list(self.select_related(None).order_by("pk"))
            count = super().update(**changes)
            self._keep_when_stopped([flight.pk for flight in before])
            after = self.model._default_manager.using(self.db).in_bulk([each.pk for each in before])
            for flight in before:
                after[flight.pk].refuse_new_terms(flight)
            booking.hold(after.values())
        return count

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        """Of new ones only: what is there changes by `update()`, which minds what is billed."""
        if kwargs.get("update_conflicts"):
            raise NotSupportedError("Change flights that are there by update().")
        return super().bulk_create(objs, *args, **kwargs)

    def _keep_when_stopped(self, flights: list[int]) -> None:
        stopped = self.model._default_manager.using(self.db).filter(
            pk__in=flights, status=Status.STOPPED, stopped_at=None
        )
        models.QuerySet.update(stopped, stopped_at=timezone.now())


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
        help_text="Exclusive: nobody else in its slots for the period; a page goes to the flight "
        "that has its main topic, else one of its topics, else run of site, and equals share "
        "evenly. Share of voice: a part of the views. CPM and CPC: a number of views or clicks. "
        "House: our own, where nothing is sold.",
    )
    price_micro = models.BigIntegerField(
        "price",
        default=0,
        help_text="For the whole period (exclusive, share), for a thousand views (CPM) or for a "
        "click (CPC). Stored in millionths of the currency.",
    )
    currency = models.CharField(
        max_length=3,
        default="EUR",
        validators=[
            RegexValidator(r"\A[A-Z]{3}\Z", "Three capital letters of ISO 4217, as in EUR.")
        ],
    )
    goal = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="CPM: views sold. CPC: clicks sold. A flat price may promise a number of views, "
        "which is reported and ends nothing.",
    )
    share = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Share of voice: per cent of the views, 1 to 100. House: weight beside others.",
    )
    pace = models.CharField(max_length=4, choices=Pace, default=Pace.EVEN, db_default=Pace.EVEN)
    starts_at = models.DateTimeField("starts", help_text="Shown from this moment on.")
    ends_at = models.DateTimeField(
        "ends", help_text="The first moment it is no longer shown; another flight may start there."
    )
    status = models.CharField(
        max_length=8,
        choices=Status,
        default=Status.DRAFT,
        help_text="Draft: not agreed yet. Booked: shown from start to end. Paused: not shown, and "
        "its slots are free for others meanwhile. Stopped: over before its end, for good.",
    )
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = FlightQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        # So that `sponsor.flights.add(flight)` too is an `update()` of ours.
        base_manager_name = "objects"
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
            models.CheckConstraint(condition=Q(pace__in=Pace.values), name="flight_pace_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=METERED) | Q(goal__gte=1),
                name="flight_metered_has_goal",
                violation_error_message="Say how many views (CPM) or clicks (CPC) are sold.",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.SHARE, share__range=(1, 100))
                | Q(kind=Kind.HOUSE, share__range=(1, 100))
                | Q(~Q(kind__in=(Kind.SHARE, Kind.HOUSE)), share=None),
                name="flight_share_where_it_counts",
                violation_error_message="A share of voice has a share of 1 to 100 per cent, a "
                "house flight a weight of 1 to 100, and no other kind has either.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.HOUSE) | Q(price_micro=0),
                name="flight_house_is_free",
                violation_error_message="Nobody pays for a house flight: its price is 0.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """ValidationError when a slot of it is another's, or terms that are billed by change."""
        using = kwargs.get("using") or router.db_for_write(Flight)
        if self.status == Status.STOPPED and self.stopped_at is None:
            self.stopped_at = timezone.now()
            if kwargs.get("update_fields"):
                kwargs["update_fields"] = {*kwargs["update_fields"], "stopped_at"}
        with transaction.atomic(using=using):
            before = Flight.objects.using(using).filter(pk=self.pk).first() if self.pk else None
            super().save(*args, **kwargs)
            if before:
                booking.hold([self])
                self.refuse_new_terms(before)

    def clean(self) -> None:
        faults: dict[str, Any] = {}
        if fault := copy_fault(self.name):
            faults["name"] = fault
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            faults["ends_at"] = "A flight ends after it starts."
        if self.kind in METERED and not settings.SPONSOR_MEASURE:
            faults["kind"] = (
                "Nothing is counted here (SPONSOR_MEASURE=no): sell it at a flat price."
            )
        if faults:
            raise ValidationError(faults)
        if before := Flight.objects.filter(pk=self.pk).first() if self.pk else None:
            self.refuse_overlap(self.slots.all())
            self.refuse_new_terms(before)

    def refuse_overlap(self, slots: "Iterable[FlightSlot]") -> None:
        """ValidationError that names the booking which holds one of `slots` already."""
        booking.refuse_overlap(self, slots)

    def refuse_new_terms(self, before: "Flight") -> None:
        """ValidationError when this differs from `before` in what money has been earned by."""
        if before.status == Status.STOPPED and self.status != Status.STOPPED:
            raise ValidationError({"status": "A stopped flight stays stopped: book a new one."})
        if self.status == Status.DRAFT != before.status and before.is_billed():
            raise ValidationError(
                {
                    "status": "Something is billed by this already, so it cannot be a draft "
                    "again: pause or stop it."
                }
            )
        frozen = TERMS + PERIOD if before.kind in FLAT else TERMS
        changed = [name for name in frozen if getattr(self, name) != getattr(before, name)]
        if changed and before.is_billed():
            field = changed[0].removesuffix("_id")
            raise ValidationError(
                {
                    field: "Something is billed by this already, so it cannot change: stop the "
                    "flight and book a new one."
                }
            )

    def is_billed(self, at: datetime | None = None) -> bool:
        """Whether anything is earned by its terms at `at` (None: now)."""
        if self.kind in FLAT:
            return self.status != Status.DRAFT and self.starts_at <= (at or timezone.now())
        # Locked, so that nothing is billed between this answer and the save that waits for it.
        delivery: type[models.Model] = apps.get_model("sponsors.Delivery")
        rows = delivery._default_manager.select_for_update().filter(flight=self.pk)
        return any(rows.values_list("billed_units", flat=True))

    def pause(self) -> None:
        """Show it nowhere until it is resumed. Saves; ValidationError when it is not booked."""
        self._turn(Status.PAUSED, {Status.BOOKED}, "paused")

    def resume(self) -> None:
        """Book it again. Saves; ValidationError when it is not paused, or its slots were sold."""
        self._turn(Status.BOOKED, {Status.PAUSED}, "resumed")

    def stop(self) -> None:
        """End it now, for good. Saves; ValidationError when it is neither booked nor paused."""
        self._turn(Status.STOPPED, {Status.BOOKED, Status.PAUSED}, "stopped")

    def _turn(self, status: Status, from_: set[Status], done: str) -> None:
        with transaction.atomic():
            # As it is stored: somebody else may have turned it since this was read.
            self.refresh_from_db(from_queryset=Flight.objects.select_for_update(no_key=True))
            before = Status(self.status)
            if before not in from_:
                raise ValidationError(f"It is {before.label}, so it cannot be {done}.")
            if self.over_at <= timezone.now():
                raise ValidationError(f"It is over already, so it cannot be {done}.")
            self.status = status
            try:
                self.save(update_fields=["status"])
            except ValidationError:
                self.status = before
                raise

    @property
    def is_blocking(self) -> bool:
        """True when nobody else may have its slots."""
        return self.kind == Kind.EXCLUSIVE and self.status == Status.BOOKED

    @property
    def over_at(self) -> datetime:
        """The first moment it is over: its end, or when it was stopped before that."""
        return min(self.ends_at, max(self.stopped_at or self.ends_at, self.starts_at))

    @property
    def period(self) -> str:
        """From start to end in the site's time zone."""
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M %Z}"
