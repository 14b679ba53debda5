from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

INTERVAL = timedelta(hours=1)  # publishers ask for no more than one visit an hour
LONGEST_WAIT = timedelta(days=7)


class FeedQuerySet(models.QuerySet["Feed"]):
    def due(self, at: datetime | None = None) -> Self:
        """Active feeds whose next visit has come; `at` None means now."""
        at = at or timezone.now()
        return self.filter(Q(next_due_at=None) | Q(next_due_at__lte=at), is_active=True)


class Feed(models.Model):
    """An address that is read again and again for new entries of one source."""

    address = models.URLField(max_length=2000, unique=True)
    source = models.ForeignKey("articles.Source", on_delete=models.CASCADE, related_name="feeds")
    title = models.CharField(max_length=200, blank=True)
    topic = models.ForeignKey(
        "articles.Topic",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        help_text="Where its stories are filed; empty leaves that to an editor.",
    )
    language = models.CharField(max_length=35, blank=True, help_text="BCP 47; as the feed says.")
    is_active = models.BooleanField(default=True)

    etag = models.CharField(max_length=1000, blank=True, editable=False)
    last_modified = models.CharField(max_length=200, blank=True, editable=False)
    last_good_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_due_at = models.DateTimeField(null=True, blank=True)
    errors_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    objects: ClassVar = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["address"]

    def __str__(self) -> str:
        return self.title or self.address

    def succeed(self, *, etag: str = "", last_modified: str = "") -> None:
        """Remember a visit that was read and stored to its end. Saves."""
        now = timezone.now()
        self.etag, self.last_modified = etag[:1000], last_modified[:200]
        self.last_good_at, self.next_due_at = now, now + INTERVAL
        self.errors_in_a_row, self.last_error = 0, ""
        self.save()

    def fail(self, reason: str, *, retry_after: float | None = None) -> None:
        """Remember a failed visit; each further one waits twice as long, up to a week. Saves."""
        self.errors_in_a_row += 1
        self.last_error = reason
        wait = min(INTERVAL * 2 ** min(self.errors_in_a_row - 1, 10), LONGEST_WAIT)
        asked = timedelta(seconds=retry_after or 0)
        self.next_due_at = timezone.now() + max(wait, min(asked, LONGEST_WAIT))
        self.save()
