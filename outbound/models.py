from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Kind(models.TextChoices):
    """By which way a letter goes."""

    EMAIL = "email", "e-mail"


class Status(models.TextChoices):
    PENDING = "pending", "pending: waits for its next try"
    SENT = "sent", "sent"
    DEAD = "dead", "dead: given up, see the reason"


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def pending(self) -> Self:
        return self.filter(status=Status.PENDING)

    def due(self, at: datetime | None = None) -> Self:
        """Letters whose next try has come, the longest waiting first; `at` None means now."""
        waiting = self.pending().filter(next_try_at__lte=at or timezone.now())
        return waiting.order_by("next_try_at", "pk")

    def try_again(self) -> int:
        """Dead letters wait again, with all their tries before them. How many there were."""
        return self.filter(status=Status.DEAD).update(
            status=Status.PENDING, attempts=0, next_try_at=timezone.now()
        )


class Outbox(models.Model):
    """A letter to somebody outside, kept until it is delivered; `deliver_outbox` does that."""

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.EMAIL)
    address = models.CharField(max_length=320, help_text="To whom.")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    key = models.CharField(
        max_length=500, unique=True, help_text="The same news twice has one key, and is one letter."
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(
        default=timezone.now, help_text="While it is being sent: until when nobody else tries."
    )
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OutboxQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "letter"
        verbose_name_plural = "outbox"
        indexes = [models.Index(fields=["status", "next_try_at"], name="outbox_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="outbox_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.SENT, sent_at__isnull=False)
                | (~Q(status=Status.SENT) & Q(sent_at=None)),
                name="outbox_sent_at_when_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, to {self.address}"

    @classmethod
    def post(
        cls, *, address: str, subject: str, body: str, key: str, kind: str = Kind.EMAIL
    ) -> "Outbox":
        """Leave a letter to be delivered. One with a key that is here already stays as it is."""
        made = {"kind": kind, "address": address, "subject": _line(subject), "body": body}
        return cls._default_manager.get_or_create(key=key, defaults=made)[0]


def _line(text: str) -> str:
    """One line of at most 200 characters: a line break in a subject could add headers."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"
