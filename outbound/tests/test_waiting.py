"""Retry-After: seconds, dates, and the rubbish between them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import hypothesis
import pytest
from hypothesis import given, strategies as st

from outbound.waiting import LONGEST_RETRY_AFTER, retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("0", 0), (" 120 ", 120), ("99999999999999999999", LONGEST_RETRY_AFTER)),
        *(("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER), ("9" * 5000, None)),
        *(("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 -0000", 0)),
        *(
            ("", None),
            ("soon", None),
            ("-5", None),
            ("1.5", None),
            ("²", None),
            ("Sun, 99 Nov", None),
        ),
    ],
)
def test_what_is_read_and_what_is_ignored(value: str, seconds: int | None) -> None:
    assert retry_after(value) == seconds


def test_a_date_counts_from_now() -> None:
    moment = datetime.now(UTC) + timedelta(hours=2)
    assert retry_after(format_datetime(moment, usegmt=True)) in range(7198, 7202)


@hypothesis.settings(deadline=None)
@given(st.text() | st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,6} \d\d:\d\d:\d\d [+-]?\w{1,6}"))
def test_nothing_raises_and_nothing_lasts_longer_than_a_week(value: str) -> None:
    assert (retry_after(value) or 0) in range(LONGEST_RETRY_AFTER + 1)
