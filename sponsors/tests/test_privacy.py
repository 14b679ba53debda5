"""What is left of readers after they came: sums, and for a day hashes that nobody can undo."""

import logging

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import RequestFactory
from django.utils import timezone

from sponsors import counting, filtering, ledger, tokens
from sponsors.beacon import Beacon
from sponsors.models import Salt, Seen, SlotStat
from sponsors.tests.sales import book

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CRAWLER = "Mozilla/5.0 (compatible; Glimmerbot/2.1)"
ADDRESSES = [f"203.0.113.{last}" for last in range(40)] + [
    f"2001:db8:{last}::5" for last in range(9)
]
REFERRER, COOKIE = "https://somewhere.example/private", "who=reader-4711"


@pytest.fixture
def visited(client, caplog, db):
    """A site that readers, programs and forgers have sent views and clicks to."""
    caplog.set_level(logging.DEBUG)
    filtering.start_over()
    flight = book(("article_end", None))
    beacon = Beacon(lambda environ, start_response: [])
    for number, address in enumerate(ADDRESSES):
        token = _token(flight, number)
        seen = {
            "REMOTE_ADDR": address,
            "HTTP_USER_AGENT": CRAWLER if number % 5 == 0 else BROWSER,
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "HTTP_REFERER": REFERRER,
            "HTTP_COOKIE": COOKIE,
        }
        for body in (token, token, token[::-1]):
            request = RequestFactory().post("/x/v", body, content_type="text/plain", **seen)
            beacon(request.environ, lambda status, headers: None)
        client.get(f"/x/c/{token}/{1 + number % 2}", **seen)
    counting.flush()
    filtering.start_over()
    return flight


def _token(flight, number: int) -> str:
    return tokens.mint(
        flight=flight.pk,
        creative=flight.creatives.get().pk,
        placement="article_end",
        topic=0,
        page=number,
        now=timezone.now(),
    )


def stored() -> str:
    """All that the database holds, but the account of the desk."""
    tables = [model for model in apps.get_models() if model._meta.app_label != "auth"]
    rows = [row for table in tables for row in table._base_manager.values()]
    return "\n".join(str(list(row.values())) for row in rows)


def traces() -> list[str]:
    """What would tell of a reader: addresses and networks in any spelling, and what they sent."""
    networks = ["203.0.113", "cb0071", r"\xcb\x00q", "2001:db8", "20010db8", r"\x01\r\xb8"]
    return [*networks, "Firefox", "Gecko", "Glimmerbot", "somewhere.example", "reader-4711"]


def test_the_database_the_log_and_the_cache_hold_nothing_of_a_reader(visited, caplog):
    assert SlotStat.objects.get().views > 5
    held = stored() + caplog.text + str(getattr(cache, "_cache", ""))
    assert [trace for trace in traces() if trace in held] == []


def test_the_scan_would_find_what_it_looks_for(visited):
    visited.sponsor.contact_email = "me@203.0.113.9"
    visited.sponsor.save()
    assert [trace for trace in traces() if trace in stored()] == ["203.0.113"]


def test_of_a_hash_there_are_63_bits_and_when_it_ends(visited):
    assert {field.name for field in Seen._meta.get_fields()} == {"key", "period"}
    assert all(0 <= key < 2**63 for key in Seen.objects.values_list("key", flat=True))


def test_a_day_later_no_hash_and_no_salt_of_it_is_left(visited, monkeypatch):
    assert Seen.objects.exists()
    later = ledger.clock() + 24 * 3600
    monkeypatch.setattr(ledger, "clock", lambda: later)
    ledger.purge()
    assert not Seen.objects.exists()
    ledger.prepare()
    assert min(Salt.objects.values_list("period", flat=True)) >= ledger.current() - 1
