"""Dates as sources write them, to moments in UTC. The order of day and month is never guessed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from feedparser.datetimes.asctime import _parse_date_asctime as by_asctime
from feedparser.datetimes.greek import _parse_date_greek as by_greek
from feedparser.datetimes.hungarian import _parse_date_hungarian as by_hungarian
from feedparser.datetimes.korean import (
    _parse_date_nate as by_nate,
    _parse_date_onblog as by_onblog,
)

from imports.entry import Refused

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=366)

_LONGEST = 120  # characters; longer ones are no dates, and slow to look at
_ISO = re.compile(
    r"(\d{4})(?:[-/.](\d\d?)(?:[-/.](\d\d?))?|(\d\d)(\d\d))?"
    r"(?:(?:\s*T\s*|\s+)(\d\d?):?(\d\d)(?::?(\d\d?)(?:[.,]\d+)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.I,
)
_YEAR_FIRST = re.compile(r"(\d{4})\s?年\s?(\d\d?)\s?月\s?(\d\d?)\s?日\s*(\d\d?:\d\d(?::\d\d)?)?")
_SECONDS = re.compile(r"1?\d{9}|1\d{12}")  # since 1970, or milliseconds
_TWELVE_HOURS = re.compile(r"\b(\d\d?)(:\d\d(?::\d\d)?)\s*([AP])\.?M\b\.?", re.I)
_END_IN_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])$")
_WORD = re.compile(r"[^\W\d_]{3,}\.?")
_YEAR_ZERO = re.compile("(?<=[A-Za-z,] )00[0-9]{2}(?![0-9])")
_OFFSET_FROM = re.compile(r"\b(?:GMT|UTC)\s?([+-]\d)")

# Zone names that mean one thing in the dates of feeds.
_ZONES = {
    **dict.fromkeys(("WET", "UTC", "GMT"), "+0000"),
    **dict.fromkeys(("BST", "CET", "MEZ", "WEST"), "+0100"),
    **dict.fromkeys(("CEST", "MESZ", "EET"), "+0200"),
    **dict.fromkeys(("EEST", "MSK"), "+0300"),
    **dict.fromkeys(("HKT", "SGT", "AWST"), "+0800"),
    **dict.fromkeys(("JST", "KST"), "+0900"),
    **{"AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300"},
    **{"BRT": "-0300", "EDT": "-0400", "EST": "-0500", "CDT": "-0500", "CST": "-0600"},
    **{"MDT": "-0600", "MST": "-0700", "PDT": "-0700", "PST": "-0800"},
    **{"AKDT": "-0800", "AKST": "-0900", "HST": "-1000"},
}
_ZONE_NAME = re.compile(rf"\s*\b({'|'.join(_ZONES)})\b(?=(?: \d{{4}})?$)", re.I)
# The beginnings of months in German, French, Spanish, Portuguese, Italian and Dutch.
_MONTHS = {
    **dict.fromkeys(("jän", "ene", "gen"), "Jan"),
    **dict.fromkeys(("fév", "fev"), "Feb"),
    **dict.fromkeys(("mär", "mrz", "mrt", "maa"), "Mar"),
    **dict.fromkeys(("avr", "abr"), "Apr"),
    **dict.fromkeys(("mai", "mei", "mag"), "May"),
    **dict.fromkeys(("juin", "giu"), "Jun"),
    **dict.fromkeys(("juil", "lug"), "Jul"),
    **dict.fromkeys(("aoû", "aou", "ago"), "Aug"),
    **dict.fromkeys(("set", "sept"), "Sep"),
    **dict.fromkeys(("okt", "out", "ott"), "Oct"),
    **dict.fromkeys(("dez", "déc", "dic"), "Dec"),
}


def parse(text: str) -> datetime | None:
    """The moment in UTC; None when this is no date or leaves open which. No zone means UTC."""
    text = " ".join(text[: _LONGEST + 1].split())
    if not text or len(text) > _LONGEST:
        return None
    text = _OFFSET_FROM.sub(r"\1", _END_IN_BRACKETS.sub("", text))
    text = _ZONE_NAME.sub(lambda found: f" {_ZONES[found[1].upper()]}", text)
    try:
        moment = _by_count(text) or _by_iso(text) or _by_mail(text) or _by_feedparser(text)
        return moment and moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def sane(moment: datetime, now: datetime) -> datetime:
    """The moment, when a story can have it. Raises Refused with the reason."""
    if moment < EARLIEST:
        raise Refused(f"it lies before {EARLIEST.year}")
    if moment > now + LATEST_AHEAD:
        raise Refused("it lies more than a year ahead")
    return moment


def _by_count(text: str) -> datetime | None:
    if not _SECONDS.fullmatch(text):
        return None
    return datetime.fromtimestamp(int(text[:10] if len(text) == 13 else text), UTC)


def _by_iso(text: str) -> datetime | None:
    """ISO 8601 and its common misspellings: slashes, a space for the T, hours of one digit."""
    text = _YEAR_FIRST.sub(r"\1-\2-\3 \4", text).strip()
    if not (found := _ISO.fullmatch(text)):
        return None
    year, month, day = int(found[1]), int(found[2] or found[4] or 1), int(found[3] or found[5] or 1)
    hour, minute, second = (int(part or 0) for part in found.group(6, 7, 8))
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(text)
    # Hour 24 and second 60 are written, and mean the beginning of the next.
    time = timedelta(hours=hour, minutes=minute, seconds=second)
    return datetime(year, month, day, tzinfo=UTC) + time - _offset((found[9] or "Z").upper())


def _offset(zone: str) -> timedelta:
    if zone[0] not in "+-":
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -ahead if zone[0] == "-" else ahead


def _by_mail(text: str) -> datetime | None:
    """RFC 822 as in mail, with the names of months and zones that feeds add."""
    text = _WORD.sub(_in_english, _TWELVE_HOURS.sub(_to_twenty_four, text))
    if not re.search("[A-Za-z]{3}", text):
        return None  # "01/02/2024": parsedate would take the first for the month
    if _YEAR_ZERO.search(text):
        return None  # what programs write for "no date"; parsedate would add 2000
    if ":" not in text:
        text += " 00:00"
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_english(found: re.Match[str]) -> str:
    word = found[0].rstrip(".")
    return _MONTHS.get(word[:4].lower()) or _MONTHS.get(word[:3].lower()) or word


def _to_twenty_four(found: re.Match[str]) -> str:
    hour = int(found[1]) % 12 + (12 if found[3] in "pP" else 0)
    return f"{hour:02}{found[2]}"


_HANDLERS: tuple[Callable[[str], Any], ...] = (
    by_asctime,
    by_greek,
    by_hungarian,
    by_nate,
    by_onblog,
)


def _by_feedparser(text: str) -> datetime | None:
    for handler in _HANDLERS:
        try:
            if parts := handler(text):
                return datetime(*parts[:6]).replace(tzinfo=UTC)
        except (KeyError, AttributeError, ValueError, OverflowError):
            continue
    return None
