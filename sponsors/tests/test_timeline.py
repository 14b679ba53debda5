"""Bookings over time: which are in each other's way, and how the desk sees it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from lxml import html

from sponsors import timeline
from sponsors.models import Flight, FlightSlot, Kind, Status
from sponsors.tests.sales import book, editor, sponsor

END, MID = "article_end", "article_mid"
JUNE, JULY, AUGUST = (datetime(2096, month, 1, tzinfo=UTC) for month in (6, 7, 8))
ADDRESS = reverse("admin:sponsors_timeline")


def sell(name: str, *slots: Any, **fields: Any) -> Flight:
    """In June, unless told otherwise."""
    return book(*slots, **{"name": name, "starts_at": JUNE, "ends_at": JULY, **fields})


def share(name: str, *slots: Any, of: int, **fields: Any) -> Flight:
    return sell(name, *slots, kind=Kind.SHARE, share=of, **fields)


def metered(name: str, *slots: Any, **fields: Any) -> Flight:
    return sell(name, *slots, **{"kind": Kind.CPM, "goal": 1000, **fields})


def shown() -> timeline.Timeline:
    flights = Flight.objects.select_related("sponsor").prefetch_related("slots__topic")
    return timeline.of(flights)


def conflicts() -> list[str]:
    return [clash.words for clash in shown().clashes if clash.is_conflict]


def notes() -> list[str]:
    return [clash.words for clash in shown().clashes if not clash.is_conflict]


# Conflicts


def test_nothing_is_left_of_an_exclusive_slot(energy):
    sell("all", (END, energy))
    metered("some", (END, energy))
    assert conflicts() == [
        "“some” of Overwinter gets nothing in end of an article, #energy: “all” of Overwinter is "
        "exclusive in end of an article, #energy, so it goes first."
    ]


def test_an_exclusive_run_of_site_takes_the_topics_too(energy):
    sell("all", (END, None))
    share("some", (END, energy), of=40)
    assert "“some” of Overwinter gets nothing" in conflicts()[0]


def test_an_exclusive_run_of_site_leaves_the_topic_that_it_excludes(energy):
    everywhere = sell("all", (END, None))
    FlightSlot.objects.create(flight=everywhere, placement=END, topic=energy, exclude=True)
    metered("some", (END, energy))
    assert (conflicts(), notes()) == ([], [])


def test_an_exclusive_flight_in_one_place_starves_the_other_place_of_the_page(energy):
    sell("all", (END, energy))
    metered("some", (MID, energy))
    assert "and a page draws one box only" in conflicts()[0]


def test_two_exclusive_places_of_one_page_share_it(energy):
    sell("middle", (MID, energy))
    sell("end", (END, energy))
    assert "so they share those pages" in conflicts()[0]


def test_one_flight_in_both_places_is_in_nobodys_way(energy):
    sell("both", (MID, energy), (END, energy))
    assert conflicts() == []


def test_shares_of_two_places_of_one_page_are_less_than_sold(energy):
    share("middle", (MID, energy), of=40)
    share("end", (END, energy), of=40)
    assert "so each gets less" in conflicts()[0]


def test_shares_of_a_topic_and_of_all_pages_add_up(energy):
    share("everywhere", (END, None), of=60)
    share("here", (END, energy), of=50)
    assert conflicts() == [
        "110 % of end of an article, #energy is sold: “everywhere” of Overwinter 60 %, "
        "“here” of Overwinter 50 %."
    ]


def test_shares_up_to_the_whole_are_no_conflict(energy):
    share("one", (END, energy), of=60)
    share("two", (END, energy), of=40)
    assert conflicts() == []


def test_competitors_in_one_slot_are_named(energy):
    for slug in ("overwinter", "vault"):
        rival = sponsor(slug, group="backup", link_hosts=["overwinter.example"])
        metered(slug, (END, energy), sponsor=rival)
    assert "compete (“backup”)" in conflicts()[0]


def test_a_topic_on_the_front_page_is_shown_nowhere(energy):
    sell("lost", ("home_card", energy))
    assert "the front page has no topic" in conflicts()[0]


# Notes


def test_a_topic_beside_run_of_site_is_worth_knowing_only(energy):
    sell("everywhere", (END, None))
    sell("here", (END, energy))
    assert conflicts() == []
    assert notes() == [
        "On the pages of #energy, “here” of Overwinter goes before “everywhere” of Overwinter, "
        "which is run of site."
    ]


# Nothing to say


@pytest.mark.parametrize(
    "other",
    [
        {"starts_at": JULY, "ends_at": AUGUST},
        {"status": Status.PAUSED},
        {"status": Status.DRAFT},
        {"status": Status.STOPPED},
        {"kind": Kind.HOUSE, "share": 1, "goal": None},
    ],
)
def test_what_does_not_meet_does_not_clash(other, energy):
    sell("all", (END, energy))
    metered("some", (END, energy), **other)
    assert shown().clashes == ()


def test_other_topics_and_other_pages_do_not_meet(energy, space):
    sell("all", (END, energy))
    metered("some", (END, space), ("topic_list", energy))
    assert shown().clashes == ()


def test_a_clash_lasts_while_both_run(energy):
    sell("all", (END, energy))
    metered("some", (END, energy), starts_at=JUNE + timedelta(days=9), ends_at=AUGUST)
    clash = shown().clashes[0]
    assert (clash.starts_at, clash.ends_at) == (JUNE + timedelta(days=9), JULY)


# Rows


def test_rows_go_from_place_to_place_with_run_of_site_first(energy, space):
    metered("many", (END, space), (END, energy), (END, None), (MID, energy), ("home_card", None))
    assert [str(row.slot) for row in shown().rows] == [
        "middle of an article, #energy",
        "end of an article, run of site",
        "end of an article, #energy",
        "end of an article, #space",
        "card on the front page, run of site",
    ]


def test_what_overlaps_lies_in_lanes_and_what_follows_in_one(energy):
    share("one", (END, energy), of=10)
    share("two", (END, energy), of=10)
    share("three", (END, energy), of=10, starts_at=JULY, ends_at=AUGUST)
    lanes = [[str(each.flight) for each in lane] for lane in shown().rows[0].lanes]
    assert lanes == [["one", "three"], ["two"]]


# The page


@pytest.fixture
def desk(client, db):
    client.force_login(editor())
    return client


def look(client, **query: Any):
    return client.get(ADDRESS, {"from": "2096-05-28", "weeks": "8"} | query)


def table(response: Any) -> list[list[str]]:
    page = html.fromstring(response.content.decode())
    return [[cell.text_content() for cell in row] for row in page.xpath("//tbody/tr")]


def test_bars_and_table_say_the_same(desk, energy):
    flight = sell("all", (END, energy))
    response = look(desk)
    assert table(response) == [
        [
            *("end of an article", "#energy", "all", "Overwinter", "exclusive"),
            *(flight.period, "booked", "no"),
        ]
    ]
    bar = html.fromstring(response.content.decode()).xpath("//svg/a")[0]
    assert bar.get("href") == reverse("admin:sponsors_flight_change", args=[flight.pk])
    assert "all” of Overwinter, exclusive, booked" in bar.get("aria-label")


def test_a_bar_is_as_long_as_its_part_of_the_window(desk, energy):
    sell("all", (END, energy), starts_at=JUNE, ends_at=JUNE + timedelta(weeks=2))
    bar = look(desk, **{"from": "2096-06-01", "weeks": "8"}).context["picture"]["bars"][0]
    assert (bar["x"], bar["width"]) == ("190.0", "250.0")


def test_conflicts_are_marked_in_bar_and_table_and_named(desk, energy):
    sell("all", (END, energy))
    metered("some", (END, energy))
    response = look(desk)
    assert response.content.decode().count("is-at-odds") == 4
    assert [row[-1] for row in table(response)] == ["yes", "yes"]
    assert "“some” of Overwinter gets nothing" in response.content.decode()


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PAUSED, Status.STOPPED])
def test_what_is_not_booked_is_told_by_pattern_and_by_word(status, desk, energy):
    begun = {"starts_at": datetime(2026, 6, 1, tzinfo=UTC), "ends_at": AUGUST}
    sell("some", (END, energy), status=status, **begun)
    page = look(desk, **{"from": "2026-06-01"}).content.decode()
    assert f'fill="url(#{status})"' in page
    assert f">{status}: some" in page


def test_what_is_over_before_the_window_is_left_out(desk, energy):
    sell("past", (END, energy), starts_at=JUNE - timedelta(weeks=9), ends_at=JUNE)
    assert "Nothing is booked" in look(desk, **{"from": "2096-06-01"}).content.decode()


def test_the_window_moves_with_plain_links(desk):
    page = look(desk).content.decode()
    assert '<a href="?from=2096-04-30&amp;weeks=8">Earlier</a>' in page
    assert '<a href="?from=2096-06-25&amp;weeks=8">Later</a>' in page


def test_without_a_question_it_shows_four_weeks_back_and_twelve_ahead(desk):
    window = desk.get(ADDRESS).context["window"]
    assert (window.weeks, window.since.weekday()) == (16, 0)
    assert timedelta(weeks=4) <= date.today() - window.since < timedelta(weeks=5)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "0001-01-01"},
        {"from": "9999-12-31"},
        {"weeks": "0"},
        {"weeks": "x"},
        {"weeks": "9" * 30},
    ],
)
def test_nonsense_is_answered_with_a_sentence(query, desk):
    response = look(desk, **query)
    assert response.status_code == 200
    assert "errornote" in response.content.decode()


@pytest.mark.parametrize("since", ["2000-01-01", "2200-01-01"])
def test_the_links_stay_within_what_is_answered(since, desk):
    response = look(desk, **{"from": since, "weeks": "104"})
    for name in ("earlier", "later"):
        assert "errornote" not in desk.get(f"{ADDRESS}?{response.context[name]}").content.decode()


def test_what_nobody_has_booked_leads_to_its_availability(desk, energy, space):
    sell("all", (END, energy), ("home_card", None))
    free = {place["placement"]: place["links"] for place in look(desk).context["free"]}
    assert [link["label"] for link in free["end of an article"]] == ["run of site", "#space"]
    assert "card on the front page" not in free
    assert "form" in desk.get(free["end of an article"][1]["address"]).context


def test_it_takes_the_same_queries_for_many(
    desk, energy, space, django_assert_num_queries, django_assert_max_num_queries
):
    sell("one", (END, energy))
    with django_assert_max_num_queries(12) as one:
        look(desk)
    for number in range(5):
        metered(f"flight {number}", (END, energy), ("topic_list", space))
    with django_assert_num_queries(len(one)):
        look(desk)


def test_it_carries_no_style_of_its_own(desk, energy):
    sell("all", (END, energy))
    content = html.fromstring(look(desk).content.decode()).get_element_by_id("content-main")
    assert content.xpath(".//@style") == []
    assert content.xpath(".//script | .//style") == []


def test_it_is_for_those_who_may_see_flights(client, db):
    assert look(client).headers["Location"].startswith("/admin/login/")
    client.force_login(User.objects.create_user("rae", is_staff=True))
    assert look(client).status_code == 403
