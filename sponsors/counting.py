"""Views, clicks and decisions of this process, on their way to being counted.

They wait in memory and are stored in batches by one thread beside the pages, so that no page waits
for the database or breaks with it. While the database is away the last ROOM events are kept. A
process that is killed outright loses the views of less than a second, and no click.
"""

import atexit
import logging
import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from django.db import DataError, Error, IntegrityError, close_old_connections, connections

from sponsors import ledger
from sponsors.batches import HOUR, Batch, Served, is_being_edited, store
from sponsors.events import Event

logger = logging.getLogger("sponsors")

EVERY = 0.8  # seconds until what waits is stored, so that with its transaction none waits for one
FULL = 2_500  # events: a batch that waits no longer, so two transactions at 5,000 a second
ROOM = 10_000  # events that are kept while the database is away
CLICK_WAIT = 1.0  # seconds that a redirect waits until its click is stored, at the most
RETRIES = (0.1, 5.0)  # seconds until the next try after a failure: the first, doubling to the last
TIDY = 300.0  # seconds between two looks for salts to make and hashes to forget
LAST = 5.0  # seconds that the end of the process waits for a batch under way


class Counter:
    """What waits in this process, and the thread that stores it. EVERY = inf: there is none."""

    def __init__(self, store: Callable[[Batch], int] = store) -> None:
        self._store = store
        self.start_over()

    def start_over(self) -> None:
        """Hold nothing, locks neither: what waits in a process is not its forked child's."""
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Event, threading.Event | None]] = deque()
        self._decisions: dict[Served, list[int]] = {}
        self._storing = threading.Lock()
        self._batches: deque[Batch] = deque()
        self._has_work, self._is_urgent = threading.Event(), threading.Event()
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None
        self._redirects: list[threading.Event | None] = []
        self._is_away = self._is_full = self._is_untidy = False
        self._forged = self._dropped = 0

    def start(self) -> None:
        """Have a thread that stores, and that tidies the ledger even when nobody comes."""
        with self._lock:
            if self._thread is not None or math.isinf(EVERY):
                return
            self._is_over = threading.Event()
            thread = threading.Thread(
                target=self._run, args=[self._is_over], name="sponsors-counting", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                logger.warning("No thread could be started; what waits is kept", exc_info=True)
            else:
                self._thread = thread

    def viewed(self, event: Event) -> None:
        """A view came in: it is stored within a second."""
        self._put(event, None)
        if len(self._waiting) >= FULL:
            self._is_urgent.set()

    def clicked(self, event: Event) -> None:
        """A click came in: it is stored when this returns, unless the database is away."""
        is_stored = threading.Event()
        self._put(event, is_stored)
        if self._thread is None:
            self.flush()
        elif not self._is_away:
            self._is_urgent.set()
            is_stored.wait(CLICK_WAIT)

    def decided(self, placement: str, topics: Sequence[int], *, is_drawn: bool) -> None:
        """A page was served that has this placement; `topics` are its numbers, the main one first.

        `is_drawn`: it drew a box.
        """
        served = (int(time.time()) // HOUR, placement, tuple(topics))
        with self._lock:
            found = self._decisions.get(served)
            if found is None:
                if len(self._decisions) >= ROOM:
                    return
                found = self._decisions[served] = [0, 0]
            found[0] += 1
            found[1] += is_drawn
        self._wake()

    def forged(self) -> None:
        """A token came in that is not ours."""
        with self._lock:
            self._forged += 1

    def stats(self) -> dict[str, int]:
        """Of this process since its start: tokens not ours, events lost, and events that wait."""
        waiting = len(self._waiting) + sum(len(batch.events) for batch in list(self._batches))
        return {"forged": self._forged, "dropped": self._dropped, "waiting": waiting}

    def flush(self) -> bool:
        """Store all that waits, now. False when the database is away: then it still waits."""
        with self._storing:
            # What comes meanwhile is for the next time. Under load, to go on until nothing waits
            # is to go on for ever, in hundreds of small transactions a second.
            turns = 1 + len(self._waiting) // FULL
            is_stored = self._store_taken()
            while is_stored and turns:
                turns -= 1
                self._take()
                is_stored = self._store_taken()
            return is_stored

    def close(self) -> None:
        """Store what waits, and end the thread: for the end of a process."""
        thread = self._thread
        self._is_over.set()
        self._is_urgent.set()
        self._has_work.set()
        if thread is not None:
            thread.join(LAST)
            if thread.is_alive():
                logger.error("The database does not answer: %s are lost", self.stats()["waiting"])
                return
        self.flush()

    def _put(self, event: Event, click: threading.Event | None) -> None:
        with self._lock:
            self._waiting.append((event, click))
            if len(self._waiting) > ROOM - FULL:  # a batch may be under way
                self._drop_oldest()
        self._wake()

    def _drop_oldest(self) -> None:
        _, click = self._waiting.popleft()
        self._let_go([click])
        self._dropped += 1
        if not self._is_full:
            self._is_full = True
            logger.error("More than %s views and clicks wait: the oldest are dropped", ROOM)

    def _wake(self) -> None:
        if not self._has_work.is_set():
            self._has_work.set()
        if self._thread is None:
            self.start()

    def _run(self, is_over: threading.Event) -> None:
        """Store what waits until it is over; wait longer after each failure."""
        pause, last_pause = RETRIES
        tidy_at = late = 0.0
        try:
            while not is_over.is_set():
                close_old_connections()
                if time.monotonic() >= tidy_at:
                    tidy_at = time.monotonic() + self._tidy()
                self._has_work.wait(max(tidy_at - time.monotonic(), 0))
                # What came while the last were stored has waited for as long already.
                self._is_urgent.wait(min(max(EVERY - late, 0), threading.TIMEOUT_MAX))
                self._has_work.clear()
                self._is_urgent.clear()
                began = time.monotonic()
                is_stored = self.flush()
                late = time.monotonic() - began
                if is_stored:
                    pause = RETRIES[0]
                else:
                    self._has_work.set()
                    is_over.wait(pause)
                    pause = min(pause * 2, last_pause)
        finally:
            if self._is_over is is_over:
                self._thread = None
            connections.close_all()  # this thread's own

    def _tidy(self) -> float:
        """Destroy what is over and make what comes; seconds until it is to be done again."""
        try:
            has_more = ledger.purge()
            ledger.prepare()
        except Error as error:
            # Once is no news: the database is being set up, or somebody writes for long.
            level = logging.WARNING if self._is_untidy else logging.DEBUG
            logger.log(level, "The ledger cannot be tidied now: %s", error)
            self._is_untidy = True
            return TIDY / 10
        self._is_untidy = False
        return EVERY if has_more else TIDY

    def _take(self) -> None:
        """Make a batch of what waits, where anything does."""
        with self._lock:
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), FULL))]
            decisions, self._decisions = self._decisions, {}
        if taken or decisions:
            self._redirects = [click for _, click in taken]
            self._batches.append(Batch([event for event, _ in taken], decisions))

    def _store_taken(self) -> bool:
        """Store the batch that was taken, and its parts. False when the database is away."""
        while self._batches:
            if not self._try(self._batches[0]):
                self._let_go_all()
                return False
        self._let_go(self._redirects)
        return True

    def _try(self, batch: Batch) -> bool:
        """Store it, or part it from what cannot be stored. False when the database is away."""
        try:
            dropped = self._store(batch)
        except (DataError, IntegrityError):
            self._part(batch)
        except Error as error:
            if not self._is_away and not is_being_edited(error):
                self._is_away = True
                logger.exception("Views and clicks cannot be stored now; they wait")
            return False
        except Exception:
            self._part(batch)
        else:
            self._batches.popleft()
            self._dropped += dropped
        self._is_away = self._is_full = False
        return True

    def _part(self, batch: Batch) -> None:
        """Put its halves in its place; drop it when it has none. Inside an `except`."""
        parts = batch.parted()
        self._batches.popleft()
        self._batches.extendleft(reversed(parts))
        if not parts:
            self._dropped += len(batch.events)
            what = [event.token for event in batch.events] or batch.decisions
            logger.exception("This cannot be counted and is dropped: %s", what)

    def _let_go_all(self) -> None:
        """No redirect waits for a database that is away."""
        with self._lock:
            waiting = [click for _, click in self._waiting]
        self._let_go([*self._redirects, *waiting])

    def _let_go(self, clicks: Iterable[threading.Event | None]) -> None:
        for click in clicks:
            if click is not None:
                click.set()


_counter = Counter()
os.register_at_fork(after_in_child=_counter.start_over)
atexit.register(_counter.close)

start = _counter.start
viewed = _counter.viewed
clicked = _counter.clicked
decided = _counter.decided
forged = _counter.forged
stats = _counter.stats
flush = _counter.flush
close = _counter.close


def start_over() -> None:
    """Hold nothing: for tests, whose databases differ."""
    _counter.start_over()
    ledger.forget()
