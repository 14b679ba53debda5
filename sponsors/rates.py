"""How many views and clicks of one network are believed, judged in the memory of one process."""

import threading

from sponsors.events import What
from sponsors.tokens import Token

MINUTE, HOUR = 60, 3600  # seconds
KEYS = 50_000  # of one limit, some 5 MB


class Limit:
    """So many of a key in each stretch of time, the stretches counted from 1970.

    Where more keys come than are kept it starts over: to forget now and then is cheap, because
    the ledger counts nothing twice whatever passes here.
    """

    def __init__(self, most: int, seconds: int, *, keys: int = KEYS) -> None:
        self._most, self._seconds, self._keys = most, seconds, keys
        self._stretch = 0
        self._counts: dict[int, int] = {}

    def has_room(self, key: int, at: int) -> bool:
        """Whether one more of it is believed at `at` (seconds since 1970)."""
        stretch = at // self._seconds
        if stretch != self._stretch or len(self._counts) >= self._keys:
            self._stretch, self._counts = stretch, {}
        return self._counts.get(key, 0) < self._most

    def add(self, key: int) -> None:
        """One more of it, in the stretch that was last asked about."""
        self._counts[key] = self._counts.get(key, 0) + 1


class Rates:
    """All the limits. Threads may share it."""

    def __init__(self) -> None:
        self.start_over()

    def start_over(self) -> None:
        """Nothing has come yet, and no lock is held: for a forked child, and for tests."""
        self._lock = threading.Lock()
        self._of_token = {what: Limit(5, 12 * HOUR) for what in What}
        self._of_flight = {
            What.VIEW: (Limit(5, 5 * MINUTE), Limit(60, HOUR)),
            What.CLICK: (Limit(1, MINUTE), Limit(10, HOUR)),
            What.CLICK_ALT: (Limit(1, MINUTE), Limit(10, HOUR)),
        }

    def take(self, what: What, token: Token, network: bytes, at: int) -> bool:
        """Believe one at `at` (seconds since 1970); False when its network has sent too many.

        What is not believed takes nothing of what its network may still send.
        """
        of_token, of_flight = hash((network, token.nonce)), hash((network, token.flight))
        limits = [(self._of_token[what], of_token)]
        limits += [(limit, of_flight) for limit in self._of_flight[what]]
        with self._lock:
            if not all(limit.has_room(key, at) for limit, key in limits):
                return False
            for limit, key in limits:
                limit.add(key)
            return True
