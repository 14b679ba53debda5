"""What a fetch may cost us in time and bytes, and what is left of that."""

import time
from dataclasses import dataclass

from outbound.errors import TimedOut, TooLarge

_HEAD_ROOM = 256 * 1024  # bytes for headers on top of the body


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost: seconds and bytes. `max_bytes` counts the decoded body."""

    connect: float = 5
    between_bytes: float = 10
    total: float = 30  # wall clock over all redirects, since a slow drip passes the other two
    max_bytes: int = 10 * 1024 * 1024
    redirects: int = 5


@dataclass(slots=True)
class Allowance:
    """What is left of the limits for one hop. `deadline` is on the monotonic clock."""

    address: str
    limits: Limits
    deadline: float
    received: int = 0

    @property
    def is_overdue(self) -> bool:
        return time.monotonic() >= self.deadline

    def patience(self, most: float) -> float:
        """Seconds to wait for the next step, at most `most`. Raises TimedOut when none are left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self.overdue()
        return min(most, left)

    def receive(self, count: int) -> None:
        """Count bytes off the wire. Raises TooLarge: honest framing does not double a body."""
        self.received += count
        if self.received > 2 * self.limits.max_bytes + _HEAD_ROOM:
            raise self.too_large()

    def overdue(self) -> TimedOut:
        return TimedOut(f"No whole answer within {self.limits.total:g} s", address=self.address)

    def too_large(self) -> TooLarge:
        size = f"{self.limits.max_bytes / 2**20:g} MB"
        return TooLarge(f"The answer is larger than {size}", address=self.address)
