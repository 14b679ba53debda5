from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, router, transaction
from django.db.models import Q

from sponsors.models import booking
from sponsors.models.flight import Flight


class Placement(models.TextChoices):
    """A place on a page that can be sold. A page draws one of its places at most."""

    ARTICLE_MID = "article_mid", "middle of an article"
    ARTICLE_END = "article_end", "end of an article"
    TOPIC_LIST = "topic_list", "banner in a topic's list"
    HOME_CARD = "home_card", "card on the front page"


# The places of each kind of page, in the order in which a reader meets them.
PAGES = (
    (Placement.ARTICLE_MID, Placement.ARTICLE_END),
    (Placement.TOPIC_LIST,),
    (Placement.HOME_CARD,),
)


def on_same_page(placement: str) -> tuple[Placement, ...]:
    """The placements of its page, itself among them."""
    return next(places for places in PAGES if placement in places)


class SlotQuerySet(models.QuerySet["FlightSlot"]):
    """Many slots at once are held as each of them by `save()`."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic(using=self.db):
            made = super().bulk_create(objs, *args, **kwargs)
            self._hold_all({slot.flight_id for slot in made})
        return made

    def update(self, **changes: Any) -> int:
        with transaction.atomic(using=self.db):
            rows = self.model._default_manager.using(self.db)
            slots = rows.filter(pk__in=list(self.values_list("pk", flat=True)))
            before = list(self._locked(slots.values("flight")))
            slots.hold(None, None)  # so that a refusal comes from `booking.hold`, by name
            count = super().update(**changes)
            self._hold_all(
                {*(flight.pk for flight in before), *slots.values_list("flight", flat=True)}
            )
        return count

    def hold(self, held_from: datetime | None, held_until: datetime | None) -> None:
        """What they hold from now on, which the database compares; exclusions hold nothing."""
        for exclude, period in {False: (held_from, held_until), True: (None, None)}.items():
            slots = self.filter(exclude=exclude)
            super(SlotQuerySet, slots).update(held_from=period[0], held_until=period[1])

    def _hold_all(self, flights: Iterable[int]) -> None:
        booking.hold(self._locked(flights))

    def _locked(self, flights: Any) -> "models.QuerySet[Flight]":
        """In order, so that two who lock the same flights never wait for each other."""
        booked = Flight.objects.using(self.db).select_for_update(no_key=True)
        return booked.filter(pk__in=flights).order_by("pk")


class FlightSlot(models.Model):
    """A placement that a flight has bought, on the pages of a topic or on all."""

    flight = models.ForeignKey(Flight, on_delete=models.CASCADE, related_name="slots")
    placement = models.CharField(
        max_length=20, choices=Placement, help_text="The place on a page that is sold."
    )
    # Deleting a topic must not turn its booking into one for every page.
    topic = models.ForeignKey(
        "articles.Topic",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty is run of site: every page, unless a flight has bought its topic.",
    )
    exclude = models.BooleanField(
        default=False,
        help_text="Never on pages of this topic, whatever else the flight has bought.",
    )
    # What it holds against other exclusive bookings; see sponsors.models.booking.
    held_from = models.DateTimeField(null=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["placement", "exclude", "pk"]
        base_manager_name = "objects"  # as for flights
        verbose_name = "slot"
        constraints = [
            models.UniqueConstraint(
                fields=["flight", "placement", "topic"],
                name="slot_once_per_topic",
                violation_error_message="The flight has this placement and topic already.",
            ),
            models.UniqueConstraint(
                fields=["flight", "placement"],
                condition=Q(topic=None),
                name="slot_run_of_site_once",
                violation_error_message="The flight has this placement on all pages already.",
            ),
            models.CheckConstraint(
                condition=Q(exclude=False) | Q(topic__isnull=False),
                name="slot_exclusion_has_topic",
                violation_error_message="Name the topic that is excluded.",
            ),
            models.CheckConstraint(
                condition=Q(placement__in=Placement.values), name="slot_placement_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_placement_display()}, {self.pages}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """ValidationError when it is another's for some of the flight's period."""
        using = kwargs.get("using") or router.db_for_write(FlightSlot)
        with transaction.atomic(using=using):
            # As it is now, whatever this slot was made with; who books it meanwhile waits.
            booked = Flight.objects.using(using).select_for_update(no_key=True)
            flight = booked.filter(pk=self.flight.pk).first() or self.flight
            flight.refuse_overlap([self])
            holds = flight.is_blocking and not self.exclude
            self.held_from = flight.starts_at if holds else None
            self.held_until = flight.ends_at if holds else None
            with booking.naming_the_holder(flight, [self]):
                super().save(*args, **kwargs)

    @property
    def pages(self) -> str:
        """Which pages it is on, or never on, in a few words."""
        topic = f"#{self.topic.slug}" if self.topic else "run of site"
        return f"never in {topic}" if self.exclude else topic

    @property
    def spot(self) -> tuple[str, int | None]:
        """What no two exclusive bookings may have at one moment."""
        return self.placement, self.topic_id

    def clean(self) -> None:
        try:
            self.flight.refuse_overlap([self])
        except ObjectDoesNotExist:
            return  # its form is missing the flight, and says so itself
