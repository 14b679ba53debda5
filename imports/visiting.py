"""Many feeds asked at once, each host politely; the answers come in as they are ready.

Only the network is here: threads fetch, and know of no database. Eight hosts are asked at a time.
One that keeps us waiting goes on waiting, but no longer counts, so that fifty slow servers cost
as long as the slowest may take and not the sum of them.
"""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from urllib.parse import urlsplit

from outbound.fetching import FEED_LIMITS, FetchError, Limits, Response, TimedOut, fetch

AT_ONCE = 8  # hosts
PAUSE = 1.0  # seconds between two visits to one host
SLOW = 1.0  # seconds after which a visit is one that waits
MOST_OPEN = 64  # visits, slow ones included
MOST_HELD = 64 * 1024 * 1024  # bytes of answers that nobody has taken yet
MOST_SILENCES = 2  # visits in a row that a host may let time out before the round leaves it alone

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    address: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, or a fault; neither where the host was left alone because it is silent."""

    address: str
    response: Response | None = None
    fault: FetchError | None = None


def visit_all(
    visits: Iterable[Visit], *, pause: float = PAUSE, limits: Limits = FEED_LIMITS
) -> Iterator[Answer]:
    """One answer for each visit, in the order in which they come.

    One visit at a time to each host, `pause` seconds between two. Ends at once when it is closed;
    threads that still wait for an answer then end by themselves.
    """
    visits = list(visits)
    whole_round = _Round(visits, pause, limits)
    threading.Thread(target=whole_round.run, daemon=True, name="visits").start()
    try:
        for _ in visits:
            yield whole_round.next_answer()
    finally:
        whole_round.stop()


class _Round:
    """Who is asked when. All but `answers` and `events` belongs to the thread in `run`."""

    def __init__(self, visits: list[Visit], pause: float, limits: Limits) -> None:
        self.pause, self.limits = pause, limits
        self.waiting: dict[str, deque[Visit]] = {}  # by host; gone when all are answered
        for each in visits:
            self.waiting.setdefault(_host(each.address), deque()).append(each)
        # (moment from which it may be asked, host) of those that are not being asked.
        self.idle = [(float(place) - len(visits), host) for place, host in enumerate(self.waiting)]
        heapify(self.idle)
        self.open: dict[str, float] = {}  # host being asked: since when
        self.silences: dict[str, int] = {}  # host: visits in a row that timed out
        self.answers: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()
        self.held = 0  # bytes of answers that were not taken
        # A host that has answered, and how; "" and an answer that was taken; None for the end.
        self.events: queue.SimpleQueue[tuple[str, Answer] | None] = queue.SimpleQueue()
        self.is_stopped = False

    def next_answer(self) -> Answer:
        answer = self.answers.get()
        if isinstance(answer, Exception):
            raise answer
        self.events.put(("", answer))
        return answer

    def stop(self) -> None:
        self.is_stopped = True
        self.events.put(None)

    def run(self) -> None:
        try:
            while self.waiting and not self.is_stopped:
                now = time.monotonic()
                self._begin(now)
                self._hear(now)
        except Exception as error:  # else the other thread would wait for ever
            self.answers.put(error)

    def _begin(self, now: float) -> None:
        while self.idle and self.idle[0][0] <= now and self._has_room(now):
            host = heappop(self.idle)[1]
            visit = self.waiting[host].popleft()
            self.open[host] = now
            threading.Thread(target=self._ask, args=(host, visit), daemon=True).start()

    def _has_room(self, now: float) -> bool:
        quick = sum(1 for since in self.open.values() if now - since < SLOW)
        return quick < AT_ONCE and len(self.open) < MOST_OPEN and self.held < MOST_HELD

    def _hear(self, now: float) -> None:
        """Wait until a host has answered, or until time alone lets the next one begin."""
        moments = [since + SLOW for since in self.open.values() if now - since < SLOW]
        moments += [at for at, _ in self.idle[:1] if at > now]
        patience = max(min(moments) - time.monotonic(), 0) if moments else None
        try:
            event = self.events.get(timeout=patience)
        except queue.Empty:
            return
        if event is None:
            return
        host, answer = event
        size = len(answer.response.body) if answer.response else 0
        self.held += size if host else -size
        if host:
            self._close(host, answer)

    def _close(self, host: str, answer: Answer) -> None:
        del self.open[host]
        is_silent = isinstance(answer.fault, TimedOut)
        self.silences[host] = self.silences.get(host, 0) + 1 if is_silent else 0
        if self.silences[host] >= MOST_SILENCES:
            for left in self.waiting.pop(host):
                self.answers.put(Answer(left.address))
        elif self.waiting[host]:
            heappush(self.idle, (time.monotonic() + self.pause, host))
        else:
            del self.waiting[host]

    def _ask(self, host: str, visit: Visit) -> None:
        answer = self._answer(visit)
        self.answers.put(answer)
        self.events.put((host, answer))

    def _answer(self, visit: Visit) -> Answer:
        try:
            response = fetch(
                visit.address,
                etag=visit.etag,
                last_modified=visit.last_modified,
                limits=self.limits,
            )
            return Answer(visit.address, response=response)
        except FetchError as fault:
            return Answer(visit.address, fault=fault)
        except Exception as error:
            logger.exception("Fetching %s", visit.address)
            sentence = f"Something went wrong on our side ({type(error).__name__})"
            return Answer(visit.address, fault=FetchError(sentence, address=visit.address))


def _host(address: str) -> str:
    """Whose patience a visit costs. Another port than the usual two is another server."""
    try:
        parts = urlsplit(address)
        odd = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
        return (parts.hostname or address).rstrip(".") + odd
    except ValueError:
        return address  # no address at all; fetch says so
