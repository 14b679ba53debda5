from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from imports import pacing

VALIDATORS_LAST = timedelta(days=7)  # some servers say "not modified" for ever
MOVE_AFTER = timedelta(days=7)  # of the same permanent redirect: some are mistakes


class FeedQuerySet(models.QuerySet["Feed"]):
    def due(self, at: datetime | None = None) -> Self:
        """Active feeds whose next visit has come; `at` None means now."""
        at = at or timezone.now()
        return self.filter(Q(next_due_at=None) | Q(next_due_at__lte=at), is_active=True)

    def read_anew(self) -> int:
        """Forget what was answered before, so that the next visit reads every entry again."""
        return self.update(**NOTHING_ANSWERED, next_due_at=None)


# What belongs to one address and one body, and to nothing else.
NOTHING_ANSWERED: dict[str, Any] = {
    "etag": "",
    "last_modified": "",
    "body_sha256": "",
    "body_at": None,
}


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
    off_reason = models.TextField(
        blank=True,
        editable=False,
        help_text="Why the site itself has switched it off.",
    )

    etag = models.CharField(max_length=1000, blank=True, editable=False)
    last_modified = models.CharField(max_length=200, blank=True, editable=False)
    body_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    body_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it last came whole."
    )
    pace = models.DurationField(
        default=timedelta,
        editable=False,
        help_text="How often it says itself that it changes.",
    )
    moved_to = models.URLField(
        max_length=2000,
        blank=True,
        editable=False,
        help_text="Where a permanent redirect leads; the address follows after a week of it.",
    )
    moved_since = models.DateTimeField(null=True, blank=True, editable=False)

    last_good_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_due_at = models.DateTimeField(null=True, blank=True)
    errors_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    objects: ClassVar = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["address"]

    def __str__(self) -> str:
        return self.title or self.address

    def validators(self, at: datetime) -> tuple[str, str]:
        """(ETag, Last-Modified) to send; ("", "") once a week, so that the body comes whole."""
        if self.body_at is None or at - self.body_at >= VALIDATORS_LAST:
            return "", ""
        return self.etag, self.last_modified

    def keep_body(
        self, at: datetime, *, sha256: str, etag: str, last_modified: str, pace: timedelta
    ) -> None:
        """Remember a body that was read and stored to its end."""
        self._write(
            body_at=at,
            body_sha256=sha256,
            etag=etag if len(etag) <= 1000 else "",
            last_modified=last_modified if len(last_modified) <= 200 else "",
            pace=pace,
        )

    def succeed(self, at: datetime, *, wait: timedelta) -> None:
        """Remember a good visit, with or without a new body."""
        self._write(
            last_good_at=at,
            next_due_at=at + wait,
            errors_in_a_row=0,
            failing_since=None,
            last_error="",
        )

    def fail(self, reason: str, at: datetime, *, retry_after: float | None = None) -> None:
        """Remember a failed visit; `retry_after` in seconds, as the server asks."""
        errors = self.errors_in_a_row + 1
        self._write(
            errors_in_a_row=errors,
            failing_since=self.failing_since or at,
            last_error=reason,
            next_due_at=at + pacing.after_failure(errors, retry_after=retry_after),
        )

    def switch_off(self, reason: str) -> None:
        """Ask no more until an editor switches it on again."""
        self._write(is_active=False, off_reason=reason)

    def see_redirect(self, target: str, at: datetime) -> bool:
        """Remember a permanent redirect, "" for none; True when it has stood for a week."""
        target = target if len(target) <= 2000 else ""
        if target != self.moved_to:
            self._write(moved_to=target, moved_since=at if target else None)
        return self.moved_since is not None and at - self.moved_since >= MOVE_AFTER

    def move(self, target: str) -> bool:
        """Take a new address. False where another feed has it: then this one is switched off."""
        if Feed.objects.filter(address=target).exclude(pk=self.pk).exists():
            self.switch_off(f"It has moved to {target}, which is read as another feed already.")
            return False
        self._write(address=target, moved_to="", moved_since=None, **NOTHING_ANSWERED)
        return True

    def begin_anew(self) -> None:
        """After an editor gave it another address or switched it on again. Does not save."""
        fresh = {"off_reason": "", "errors_in_a_row": 0, "failing_since": None, "last_error": ""}
        fresh |= {"moved_to": "", "moved_since": None, "next_due_at": None, **NOTHING_ANSWERED}
        for name, value in fresh.items():
            setattr(self, name, value)

    def _write(self, **fields: Any) -> None:
        """These fields alone: an editor may have changed others, or deleted the feed, meanwhile."""
        for name, value in fields.items():
            setattr(self, name, value)
        Feed.objects.filter(pk=self.pk).update(**fields)
