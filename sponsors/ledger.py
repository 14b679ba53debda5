"""What was counted already, remembered as salted hashes for a day at most; see models.ledger.

A thing belongs to the period in which its page was served, whenever and wherever it comes in, so
its hash is the same in every process, on both sides of midnight, and whatever the clocks say.
"""

import hashlib
import logging
import os
import threading
import time
from collections.abc import Iterable, Mapping, Set

from django.db import DatabaseError, router

from sponsors.models import Salt, Seen
from sponsors.tokens import Token
from sponsors.upserting import insert_new

logger = logging.getLogger("sponsors")

PERIOD = 12 * 60  # minutes; models.ledger says what follows from it
SKEW = 10  # minutes by which the clocks of two processes may differ
RETRY = 5.0  # seconds for which a database that failed is not asked for a salt again
UNKNOWN = 0  # the key of what cannot be told apart, and so is never counted
CHUNK = 10_000  # hashes

clock = time.time


def period_of(minute: int) -> int:
    """The period of a minute since 1970."""
    return minute // PERIOD


def current() -> int:
    """The period of this moment."""
    return period_of(int(clock()) // 60)


def key(token: Token, what: str, visitor: bytes) -> int:
    """Under what it is remembered that this visitor did this: 1 to 2**63 - 1.

    UNKNOWN when the period has no salt: it is over, or the database was away since this process
    started.
    """
    salt = _salts.of(period_of(token.minute))
    if salt is None:
        return UNKNOWN
    whole = hashlib.blake2b(
        token.nonce + visitor, digest_size=8, key=salt, person=what.encode()
    ).digest()
    return int.from_bytes(whole, "big") >> 1 or 1


def note(keys: Mapping[int, int]) -> set[int]:
    """Remember these keys, each of its period; those of them that are new.

    Of processes that note the same key at once one is given it, once the others have committed.
    """
    return insert_new(Seen, ("key", "period"), list(keys.items()))


def living(periods: Set[int]) -> set[int]:
    """Those of these periods that have a salt. What has none any more is not remembered."""
    rows = Salt.objects.using(_alias()).filter(period__in=periods)
    living = set(rows.values_list("period", flat=True))
    if any(_may_make(period) for period in periods - living):
        forget()  # ours is of another database: this one was restored or emptied meanwhile
    return living


def prepare() -> None:
    """Have the salts of this period and the next, so that an outage then loses nothing."""
    now = current()
    _salts.read([now - 1, now, now + 1])


def purge() -> bool:
    """Destroy the salt and the hashes of each period once the period after it is over.

    True when there is more to do: it takes CHUNK hashes at a time, so that nobody waits for long.
    """
    # The salts first: who notes a key asks for its salt afterwards, and so never counts again
    # what is forgotten in this moment.
    over, alias = current() - 1, _alias()
    Salt.objects.using(alias).filter(period__lt=over).delete()
    rows = Seen.objects.using(alias)
    old = rows.filter(period__lt=over).values("key")[:CHUNK]
    return rows.filter(key__in=old).delete()[0] == CHUNK


class Salts:
    """The salts in this process's memory."""

    def __init__(self) -> None:
        self.start_over()

    def start_over(self) -> None:
        """Hold nothing, locks neither: a forked child may have got one that nobody will release."""
        self._held: dict[int, bytes] = {}
        self._reading = threading.Lock()
        self._failed_at = -RETRY

    def of(self, period: int) -> bytes | None:
        """A period's salt, None when it has none (any more) or cannot be asked for now."""
        return self._held.get(period) or self._first(period)

    def read(self, periods: Iterable[int]) -> None:
        """Hold these as the database has them, and make what is missing. DatabaseError."""
        wanted = [period for period in periods if _may_have(period)]
        rows = Salt.objects.using(_alias())
        found = dict(rows.filter(period__in=wanted).values_list("period", "value"))
        missing = [period for period in wanted if period not in found and _may_make(period)]
        if missing:
            # Another process may be faster: of two salts the stored one counts.
            made = [Salt(period=period, value=os.urandom(32)) for period in missing]
            rows.bulk_create(made, ignore_conflicts=True)
            found |= dict(rows.filter(period__in=missing).values_list("period", "value"))
        self._held = {period: bytes(salt) for period, salt in found.items()}

    def _first(self, period: int) -> bytes | None:
        if not _may_have(period):
            return None
        with self._reading:
            if period not in self._held and time.monotonic() - self._failed_at >= RETRY:
                self._try()
            return self._held.get(period)

    def _try(self) -> None:
        try:
            prepare()
        except DatabaseError:
            self._failed_at = time.monotonic()
            logger.exception("The salts cannot be read; what comes in meanwhile is not counted")


def _may_have(period: int) -> bool:
    return abs(period - current()) <= 1


def _may_make(period: int) -> bool:
    """False when another process, whose clock is ahead, may have destroyed it already."""
    return int(clock()) // 60 + SKEW < (period + 2) * PERIOD


def _alias() -> str:
    return router.db_for_write(Seen)


_salts = Salts()
os.register_at_fork(after_in_child=_salts.start_over)

forget = _salts.start_over
