from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from imports.dates import parse, sane
from imports.entry import Refused

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tue, 17 Feb 2026 15:20:02 +0100", "2026-02-17 14:20:02"),
        ("Tue, 17 Feb 2026 15:20:02 EST", "2026-02-17 20:20:02"),
        ("Tue, 17 Feb 2026 15:20 CEST", "2026-02-17 13:20:00"),
        ("Tuesday, 17 February 2026 3:20 PM", "2026-02-17 15:20:00"),
        ("Thurs, 5 Sept 2024 10:00:00 GMT (web)", "2024-09-05 10:00:00"),
        ("17 Feb 2026", "2026-02-17 00:00:00"),
        ("Feb 17, 2026", "2026-02-17 00:00:00"),
        ("Sun Jan  4 16:29:06 PST 2004", "2004-01-05 00:29:06"),
        ("Tue Feb 17 2026 10:00:00 GMT+0100 (Mitteleuropäische Zeit)", "2026-02-17 09:00:00"),
        ("lun, 12 févr. 2024 10:00:00 +0100", "2024-02-12 09:00:00"),
        ("Di, 12 Dez 2023 08:00:00 CET", "2023-12-12 07:00:00"),
        ("2026-02-17T15:20:02Z", "2026-02-17 15:20:02"),
        ("2026-02-17T15:20:02.1234567+01:00", "2026-02-17 14:20:02"),
        ("2026-02-17T15:20+0100", "2026-02-17 14:20:00"),
        ("2026-02-17T10:00:00-05:00[America/New_York]", "2026-02-17 15:00:00"),
        ("2026-02-17 9:05", "2026-02-17 09:05:00"),
        ("20260217T152002Z", "2026-02-17 15:20:02"),
        ("2026/2/7 14:33:00", "2026-02-07 14:33:00"),
        ("2026-02-17", "2026-02-17 00:00:00"),
        ("2026-02", "2026-02-01 00:00:00"),
        ("2025-12-31T24:00:00Z", "2026-01-01 00:00:00"),
        ("2024年5月3日 10:20", "2024-05-03 10:20:00"),
        ("2004년 05월 28일  01:31:15", "2004-05-27 16:31:15"),
        ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11 17:00:00"),
        ("2004-július-13T9:15-05:00", "2004-07-13 14:15:00"),
        ("1700000000", "2023-11-14 22:13:20"),
        ("1700000000000", "2023-11-14 22:13:20"),
    ],
)
def test_dates_as_they_are_written(text: str, moment: str) -> None:
    parsed = parse(text)
    assert parsed and parsed.tzinfo is UTC
    assert f"{parsed:%Y-%m-%d %H:%M:%S}" == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Invalid Date",
        "soon",
        "12:30",
        "Mon",
        "5 hours ago",
        "12/31/2024 10:00:00 PM",
        "01/02/2024",
        "Tue, 31 Feb 2026 15:20:02 GMT",
        "0000-00-00 00:00:00",
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "2026-13-01",
        "9999-12-31T23:59:59-10:00",
        "1" * 5000,
    ],
)
def test_no_date_is_guessed(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=60) | st.text(alphabet="0123456789-:TZ+ ,JanFebGMT/.", max_size=40))
def test_any_text_is_a_date_or_none(text: str) -> None:
    moment = parse(text)
    assert moment is None or moment.tzinfo is UTC


def test_a_sane_moment_is_given_back() -> None:
    assert sane(NOW, NOW) == NOW
    assert sane(NOW + timedelta(days=365), NOW)


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (datetime(1989, 12, 31, tzinfo=UTC), "before 1990"),
        (datetime(1, 1, 1, tzinfo=UTC), "before 1990"),
        (datetime(2027, 11, 3, tzinfo=timezone(timedelta(hours=9))), "a year ahead"),
    ],
)
def test_an_absurd_moment_is_refused(moment: datetime, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        sane(moment, NOW)
