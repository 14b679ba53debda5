"""What stands where on the home page."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from articles.front import HEADS, ROW, TOPICS, WIRE, front_page
from articles.models import Article
from articles.tests.newsroom import (
    draft,
    picture,
    scheduled,
    source,
    stories,
    story,
    topic,
    withdrawn,
)  # fmt: skip

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def pictured(**fields: object) -> Article:
    return story(lead=picture(), lead_alt="A pylon.", **fields)


def test_an_empty_site_says_so(client):
    front = front_page()
    assert (front.lead, front.row, front.wire, front.sections) == (None, [], [], [])
    assert "nothing is published yet" in client.get("/").content.decode()


def test_a_site_of_hidden_stories_is_empty():
    draft(topic=topic())
    scheduled()
    withdrawn()
    assert front_page().lead is None and front_page().sections == []


def test_the_lead_is_the_newest_story_with_a_picture_and_a_dek():
    story(age=HOUR)
    pictured(age=2 * HOUR, dek="")
    lead = pictured(age=3 * HOUR)
    pictured(age=4 * HOUR)
    assert front_page().lead == lead


def test_without_a_picture_the_newest_story_leads():
    newest = story(age=HOUR)
    story(age=2 * HOUR)
    assert front_page().lead == newest


def test_a_picture_of_last_week_does_not_lead():
    pictured(age=200 * HOUR)
    made = stories(WIRE + ROW + 1)
    assert front_page().lead == made[0]


def test_the_row_has_the_newest_that_are_not_the_lead_and_say_something():
    lead = pictured(age=HOUR)
    story(age=2 * HOUR, dek="")
    made = [story(age=hours * HOUR) for hours in (3, 4, 5, 6)]
    assert front_page().lead == lead
    assert front_page().row == made[:ROW]


def test_the_wire_has_the_newest_of_all():
    made = stories(WIRE + 3)
    assert front_page().wire == made[:WIRE]


def test_sections_come_by_their_newest_story():
    for hours, slug in enumerate(["space", "energy", "chips"], start=1):
        story(topic=topic(slug), age=hours * HOUR)
        story(topic=topic(slug), age=100 * HOUR)
    assert [section.topic.slug for section in front_page().sections] == ["space", "energy", "chips"]


def test_a_section_has_its_newest_stories_and_counts_them_all():
    made = stories(HEADS + 2)
    draft(topic=topic())
    [section] = front_page().sections
    assert (section.stories, section.count) == (made[:HEADS], HEADS + 2)


def test_a_section_of_stories_of_one_moment_is_no_longer_than_others():
    made = stories(HEADS + 2, at=datetime(2026, 3, 1, tzinfo=UTC))
    [section] = front_page().sections
    assert section.stories == made[: -HEADS - 1 : -1]


def test_a_topic_that_is_new_has_a_section_with_what_it_has():
    made = story(topic=topic("space"))
    assert [section.stories for section in front_page().sections] == [[made]]


def test_only_so_many_topics_have_a_section():
    for number in range(TOPICS + 2):
        story(topic=topic(f"topic-{number}"), age=number * HOUR)
    front = front_page()
    assert (len(front.sections), front.topic_count) == (TOPICS, TOPICS + 2)


def test_one_section_is_wide_and_it_is_not_the_lead_s():
    pictured(topic=topic("space"), age=HOUR)
    pictured(topic=topic("energy"), age=2 * HOUR)
    pictured(topic=topic("chips"), age=3 * HOUR)
    wide = [section.topic.slug for section in front_page().sections if section.is_wide]
    assert wide == ["energy"]


def test_no_picture_is_drawn_twice(client):
    for place, slug in enumerate(["space", "energy", "chips"]):
        pictured(topic=topic(slug), age=place * HOUR)
    text = client.get("/").content.decode()
    assert text.count("<img ") == 2
    sources = [part.split('"')[0] for part in text.split('src="/media/')[1:]]
    assert len(set(sources)) == 2


def test_today_begins_at_midnight_in_the_site_s_zone(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo("Asia/Tokyo"))
    for ticks in (-1, 0, 1):
        draft(topic=topic()).publish(at=midnight + ticks * timedelta(microseconds=1))
    front = front_page((midnight + HOUR).astimezone(UTC))
    assert front.stories_today == 2
    assert front.today.date().isoformat() == "2026-03-02"


def test_yesterday_s_stories_are_not_today_s(settings):
    settings.TIME_ZONE = "America/Los_Angeles"
    noon = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
    draft(topic=topic()).publish(at=noon)
    evening, morning = ((noon + hours * HOUR).astimezone(UTC) for hours in (11, 13))
    assert front_page(evening).stories_today == 1
    assert front_page(morning).stories_today == 0


def test_a_day_with_a_change_of_clocks_is_one_day(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    evening = datetime(2026, 3, 29, 23, tzinfo=ZoneInfo("Europe/Berlin"))
    draft(topic=topic()).publish(at=datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
    assert front_page(evening).stories_today == 1


def test_the_page_says_how_many_stories_of_how_many_sources(client, clock):
    clock(datetime(2026, 3, 1, 20, tzinfo=UTC))
    stories(2, source=source())
    story(source=source("slowpages.example"))
    story(age=30 * HOUR)
    assert "3 stories from 2 sources" in client.get("/").content.decode()


def test_the_page_shows_the_site_s_day(client, clock, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    clock(datetime(2026, 3, 1, 20, tzinfo=UTC))
    text = client.get("/").content.decode()
    assert "Monday, March 2, 2026" in text and "no stories yet today" in text


def test_a_story_of_today_shows_its_hour_and_an_older_one_its_day(client, clock, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    clock(datetime(2026, 3, 1, 20, tzinfo=UTC))
    story(age=HOUR)
    story(age=10 * HOUR)
    text = client.get("/").content.decode()
    assert ">04:00</time>" in text and ">Mar 1</time>" in text


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "UTC"])
def test_the_front_can_be_asked_for_in_any_zone(zone):
    made = story()
    at = datetime.now(ZoneInfo(zone))
    assert front_page(at).wire == [made]
