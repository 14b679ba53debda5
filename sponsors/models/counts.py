"""What was counted: sums only, never a row for a reader. Written by sponsors.counting alone."""

from django.db import models
from django.db.models import F, Q

from sponsors.models.creative import Creative
from sponsors.models.flight import Flight
from sponsors.models.slot import Placement


def _count(help_text: str = "") -> models.PositiveBigIntegerField:
    return models.PositiveBigIntegerField(default=0, db_default=0, help_text=help_text)


class Delivery(models.Model):
    """What a flight has delivered and earned so far: the row that is locked while counting."""

    flight = models.OneToOneField(
        Flight, on_delete=models.PROTECT, primary_key=True, related_name="delivery"
    )
    views = _count("Viewable impressions: half the box, one unbroken second, tab in view.")
    clicks = _count("Clicks on the first link.")
    billed_units = _count("Views (CPM) or clicks (CPC) that are paid for: never past the goal.")
    spend_micro = _count("What they cost. 0 for a flat price, which time earns.")

    def __str__(self) -> str:
        return f"{self.flight_id}: {self.views} views"


class SlotStat(models.Model):
    """One creative in one placement, during the hour in which its page was served.

    A view or a click counts for that hour, whenever it comes in, so that a click always stands
    beside its view.
    """

    hour = models.DateTimeField(help_text="The first moment of the hour, in UTC.")
    flight = models.ForeignKey(Flight, on_delete=models.PROTECT, related_name="slot_stats")
    creative = models.ForeignKey(Creative, on_delete=models.PROTECT, related_name="+")
    placement = models.CharField(max_length=20, choices=Placement)
    # A number rather than a key: counting never fails over a topic that is gone.
    topic_number = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="The topic it was booked for; 0 for run of site."
    )
    views = _count()
    bonus = _count("Views or clicks past the goal, which cost nothing.")
    clicks = _count()
    clicks_alt = _count("Clicks on the second link, which are never billed.")
    spend_micro = _count()
    bad_bot = _count("Left out: a program, not a reader.")
    bad_dup = _count("Left out: counted already.")
    bad_rate = _count("Left out: too many from one network.")
    bad_stale = _count("Left out: the page was too old, or the flight over.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "flight", "creative", "placement", "topic_number"],
                name="slotstat_once_an_hour",
            ),
            models.CheckConstraint(
                condition=Q(clicks__lte=F("views"), clicks_alt__lte=F("views")),
                name="slotstat_no_click_without_view",
            ),
        ]
        indexes = [models.Index(fields=["flight", "hour"], name="slotstat_flight_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}: {self.views} views"


class PageStat(models.Model):
    """One page on one day (UTC), for a flight: which stories worked."""

    day = models.DateField()
    flight = models.ForeignKey(Flight, on_delete=models.PROTECT, related_name="page_stats")
    placement = models.CharField(max_length=20, choices=Placement)
    page_number = models.PositiveBigIntegerField(
        help_text="Of the story or the topic that the page is about; 0 for the front page."
    )
    views = _count()
    clicks = _count()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "flight", "placement", "page_number"], name="pagestat_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.placement} {self.page_number}: {self.views} views"


class Decisions(models.Model):
    """Pages served during an hour that have a placement, whether or not it was sold."""

    hour = models.DateTimeField(help_text="The first moment of the hour, in UTC.")
    placement = models.CharField(max_length=20, choices=Placement)
    topics = models.CharField(
        max_length=200, blank=True, help_text="The page's, by number, the main one first: “3 17”."
    )
    pages = _count("Pages served.")
    offers = _count("Of those, pages that drew a box.")

    class Meta:
        verbose_name_plural = "decisions"
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "placement", "topics"], name="decisions_once_an_hour"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.placement}: {self.pages} pages"
