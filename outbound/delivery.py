"""Letters of the Outbox on their way: each sent by one process, tried again later, or given up.

A letter is claimed by moving its next try into the future, in one UPDATE that only one of
several processes can win. No transaction stays open while a mail server thinks, which on SQLite
would hold up every writer, and a letter whose process died is free again when its claim ends.
"""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from outbound.models import Outbox, Status

MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=5)  # doubles with each try: the eighth comes half a day later
CLAIM = timedelta(minutes=15)  # longer than EMAIL_TIMEOUT lets the steps of one delivery take
JITTER = 0.25  # of the wait, on top of it


@dataclass(slots=True)
class Counts:
    """What a delivery did: `failed` will be tried again, `left` is all that still waits."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    left: int = 0

    def __str__(self) -> str:
        return f"sent={self.sent} failed={self.failed} dead={self.dead} left={self.left}"


def deliver(
    limit: int = 100,
    *,
    at: datetime | None = None,
    tell: Callable[[str], object] = lambda sentence: None,
) -> Counts:
    """Try up to `limit` letters that are due, one after the other; `at` None means now.

    Failures go to `tell` as sentences. A mail server that cannot be reached ends the round:
    it would keep every letter waiting for the same answer.
    """
    at, counts, mailer = at or timezone.now(), Counts(), get_connection()
    try:
        for _ in range(limit):
            letter = _claim(at)
            if letter is None or not _try(letter, mailer, at, counts, tell):
                break
    finally:
        mailer.close()
    counts.left = Outbox.objects.pending().count()
    return counts


def _claim(at: datetime) -> Outbox | None:
    """The next letter that is due, ours alone until the claim ends; None when there is none."""
    while letter := Outbox.objects.due(at).first():
        claimed = Outbox.objects.filter(
            pk=letter.pk,
            status=Status.PENDING,
            attempts=letter.attempts,
            next_try_at=letter.next_try_at,
        )
        letter.attempts += 1
        # By the clock and not by `at`: the claim is about processes that run now.
        letter.next_try_at = max(at, timezone.now()) + CLAIM
        if claimed.update(attempts=letter.attempts, next_try_at=letter.next_try_at):
            return letter
    return None


def _try(
    letter: Outbox, mailer: Any, at: datetime, counts: Counts, tell: Callable[[str], object]
) -> bool:
    """False when nothing can be sent at present."""
    is_reached = False
    try:
        if letter.attempts > MOST_ATTEMPTS:
            raise RuntimeError(letter.last_error or "The process ended each time while sending")
        mailer.open()
        is_reached = True
        _send(letter, mailer)
    except Exception as error:  # whatever it is, the other letters go on
        mailer.close()
        _put_back(letter, error, at, counts)
        tell(f"{letter}: {letter.last_error}")
        return is_reached or letter.attempts > MOST_ATTEMPTS
    _note(letter, status=Status.SENT, sent_at=timezone.now(), last_error="")
    counts.sent += 1
    return True


def _send(letter: Outbox, mailer: Any) -> None:
    # A letter sent twice, because its process died before it said so, shows the same id, by
    # which mail servers and readers know it again.
    name = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
    host = urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"}
    sender = settings.DEFAULT_FROM_EMAIL
    EmailMessage(
        letter.subject, letter.body, sender, [letter.address], connection=mailer, headers=headers
    ).send()


def _put_back(letter: Outbox, error: Exception, at: datetime, counts: Counts) -> None:
    """For its next try, or for good with the reason."""
    reason = str(error) if isinstance(error, RuntimeError) else f"{type(error).__name__}: {error}"
    if letter.attempts >= MOST_ATTEMPTS:
        _note(letter, status=Status.DEAD, last_error=reason[:1000])
        counts.dead += 1
        return
    spread = 1 + random.uniform(0, JITTER)  # noqa: S311  no secret
    wait = FIRST_WAIT * 2 ** (letter.attempts - 1) * spread
    _note(letter, next_try_at=at + wait, last_error=reason[:1000])
    counts.failed += 1


def _note(letter: Outbox, **fields: Any) -> None:
    """Write what became of it, unless our claim has ended and somebody else has it."""
    for name, value in fields.items():
        setattr(letter, name, value)
    Outbox.objects.filter(pk=letter.pk, attempts=letter.attempts, status=Status.PENDING).update(
        **fields
    )
