"""The list of feeds: their health, and what an editor can do about it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.tests import newsroom
from imports.models import Feed
from imports.tests.desk import allowed

pytestmark = pytest.mark.django_db
FEEDS = "/admin/imports/feed/"


def feed(number: int = 1, **fields: Any) -> Feed:
    later = timezone.now() + timedelta(hours=1)
    given = {"title": f"Feed {number}", "next_due_at": later, **fields}
    address = f"https://gridledger.example/{number}.xml"
    return Feed.objects.create(**{"address": address, "source": newsroom.source(), **given})


def act(client: Client, action: str, *feeds: Feed) -> str:
    given = {"action": action, "_selected_action": [each.pk for each in feeds]}
    return client.post(FEEDS, given, follow=True).content.decode()


def test_the_list_tells_each_feeds_health(editor: Client) -> None:
    feed(1, last_error="Not found (404)", errors_in_a_row=7, last_good_at=timezone.now())
    feed(2, is_active=False, off_reason="Its server says that it is gone for good (410).")
    text = editor.get(FEEDS).content.decode()
    assert "Not found (404)" in text and ">7<" in text
    assert "gone for good" in text and ">never<" in text


@pytest.mark.parametrize(("health", "title"), [("well", 1), ("failing", 2), ("off", 3)])
def test_the_list_is_filtered_by_health(editor: Client, health: str, title: int) -> None:
    feed(1)
    feed(2, errors_in_a_row=1)
    feed(3, is_active=False)
    rows = editor.get(FEEDS, {"health": health}).context["cl"].result_list
    assert [row.title for row in rows] == [f"Feed {title}"]


def test_read_now_makes_a_feed_due(editor: Client) -> None:
    one, other, off = feed(1), feed(2), feed(3, is_active=False)
    text = act(editor, "read_now", one, off)
    assert "1 feed due now" in text and "1 feed switched off and will not be read" in text
    assert list(Feed.objects.due()) == [one]
    other.refresh_from_db()
    assert other.next_due_at and other.next_due_at > timezone.now()


def test_a_feed_is_switched_off(editor: Client) -> None:
    one = feed(1, next_due_at=None)
    assert "1 feed switched off" in act(editor, "switch_off", one, feed(2, is_active=False))
    assert not Feed.objects.due().exists()
    assert "by an editor" in editor.get(FEEDS).content.decode()


def test_a_feed_is_switched_on_and_begins_anew(editor: Client) -> None:
    one = feed(1, is_active=False, off_reason="Gone.", errors_in_a_row=9, etag='"x"')
    assert "1 feed switched on" in act(editor, "switch_on", one)
    one.refresh_from_db()
    assert (one.is_active, one.off_reason, one.errors_in_a_row, one.etag) == (True, "", 0, "")
    assert list(Feed.objects.due()) == [one]


@pytest.mark.parametrize("action", ["read_now", "switch_on", "switch_off"])
def test_those_who_may_only_look_change_nothing(action: str) -> None:
    one, other = feed(1), feed(2, is_active=False)
    before = list(Feed.objects.values())
    act(allowed("view_feed"), action, one, other)
    assert list(Feed.objects.values()) == before


def test_the_list_is_for_those_who_may_see_feeds(reporter: Client, reader: Client) -> None:
    assert reporter.get(FEEDS).status_code == 403
    assert reader.get(FEEDS).status_code == 302


def test_a_list_of_feeds_costs_the_same_for_three_and_for_thirty(editor: Client) -> None:
    costs = []
    for numbers in (range(3), range(3, 30)):
        for number in numbers:
            feed(number, topic=newsroom.topic(), source=newsroom.source(f"s{number}.example"))
        with CaptureQueriesContext(connection) as queries:
            editor.get(FEEDS)
        costs.append(len(queries))
    assert costs[0] == costs[1]
