"""When a feed is worth asking again: what its server says, what it says itself, what we allow."""

import random
import re
from collections.abc import Mapping
from datetime import timedelta

INTERVAL = timedelta(hours=1)  # publishers ask for no more than one visit an hour
LONGEST_WAIT = timedelta(days=7)
JITTER = 0.25  # of a wait after a failure: feeds that failed together must not come back together

_HEAD = 64 * 1024  # bytes of a feed in which it speaks of itself
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?([0-9]{1,12})", re.I)
_TTL = re.compile(rb"<ttl>\s*([0-9]{1,8})\s*</ttl>", re.I)
_PERIOD = re.compile(rb"<sy:updatePeriod>\s*([a-z]+)\s*</", re.I)
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s*([0-9]{1,6})\s*</", re.I)
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s/>]")
_PERIODS = {
    b"hourly": timedelta(hours=1),
    b"daily": timedelta(days=1),
    b"weekly": timedelta(days=7),
    b"monthly": timedelta(days=30),
    b"yearly": timedelta(days=365),
}


def after_success(
    *, retry_after: float | None, headers: Mapping[str, str], pace: timedelta
) -> timedelta:
    """The longest of all that ask us to wait, at least an hour and at most a week.

    `retry_after` in seconds; `headers` with names in lower case; `pace` as the feed itself says.
    """
    return min(max(INTERVAL, _seconds(retry_after), _fresh_for(headers), pace), LONGEST_WAIT)


def after_failure(errors_in_a_row: int, *, retry_after: float | None = None) -> timedelta:
    """Twice as long after each further failure and never before the server wants us, to a week."""
    wait = INTERVAL * 2 ** min(errors_in_a_row - 1, 10)
    spread = 1 + random.uniform(0, JITTER)  # noqa: S311  no secret
    return min(max(wait * spread, _seconds(retry_after)), LONGEST_WAIT)


def own_pace(body: bytes) -> timedelta:
    """How often a feed says that it changes: RSS's ttl (minutes) or the syndication module's.

    Zero when it says nothing. https://web.resource.org/rss/1.0/modules/syndication/
    """
    entry = _ENTRY.search(body, 0, _HEAD)
    head = body[: entry.start() if entry else _HEAD]
    ttl = _TTL.search(head)
    pace = timedelta(minutes=int(ttl[1])) if ttl else timedelta()
    if period := _PERIOD.search(head):
        often = _FREQUENCY.search(head)
        length = _PERIODS.get(period[1].lower(), timedelta())
        pace = max(pace, length / max(int(often[1]) if often else 1, 1))
    return min(pace, LONGEST_WAIT)


def _seconds(value: float | None) -> timedelta:
    return timedelta(seconds=min(value or 0, LONGEST_WAIT.total_seconds()))


def _fresh_for(headers: Mapping[str, str]) -> timedelta:
    """What is left of Cache-Control's max-age: RFC 9111 section 4.2."""
    found = _MAX_AGE.search(headers.get("cache-control", ""))
    age = headers.get("age", "")
    spent = int(age) if re.fullmatch(r"[0-9]{1,12}", age) else 0
    return _seconds(max(int(found[1]) - spent, 0)) if found else timedelta()
