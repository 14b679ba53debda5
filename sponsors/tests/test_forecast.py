"""What can be sold still: forecast less what is sold, and the words for it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from sponsors import stocktaking
from sponsors.candidates import Reach
from sponsors.forecast import Claim, Pages, Supply, Wish, available
from sponsors.models import Decisions, Delivery, Kind, SlotStat
from sponsors.pacing import HOUR, UNIFORM, Traffic
from sponsors.tests.sales import NOW, book, editor

ENERGY, SPACE = 1, 2
WEEK = timedelta(weeks=1)
PLACES = ("article_mid", "article_end")


def pages(*topics: int, views: float = 1000, places: tuple[str, ...] = PLACES) -> Pages:
    return Pages(places, frozenset(topics), views)


def supply(*served: Pages, traffic: Traffic = UNIFORM) -> Supply:
    """Served in the week before NOW."""
    return Supply(served, NOW - WEEK, NOW, traffic, is_rate_known=True, ctr=0.01)


def claim(kind: str, *topics: int, placement: str = "article_end", **told: Any) -> Claim:
    """For the coming week, on these topics; none is run of site."""
    reach = Reach(placement, frozenset(topics), not topics, told.pop("excluded", frozenset()))
    period = {"starts_at": NOW, "ends_at": NOW + WEEK}
    return Claim(**{"name": kind, "kind": kind, "reaches": (reach,)} | period | told)


def wish(*topics: int, **told: Any) -> Wish:
    period = {"starts_at": NOW, "ends_at": NOW + WEEK}
    return Wish(**{"placement": "article_end", "topics": frozenset(topics)} | period | told)


def figures(found: Any) -> tuple[int, int, int]:
    return round(found.total), round(found.sold), round(found.free)


# Supply


def test_a_page_on_two_of_the_topics_counts_once():
    served = supply(pages(ENERGY), pages(SPACE), pages(ENERGY, SPACE, views=500))
    assert figures(available(wish(ENERGY), served, [])) == (1500, 0, 1500)
    assert figures(available(wish(ENERGY, SPACE), served, [])) == (2500, 0, 2500)
    assert figures(available(wish(), served, [])) == (2500, 0, 2500)


def test_pages_without_the_placement_are_not_counted():
    other = pages(ENERGY, places=("topic_list",))
    assert available(wish(ENERGY), supply(other), []).total == 0


def test_half_the_time_at_an_even_traffic_is_half_the_views():
    half = wish(ENERGY, ends_at=NOW + WEEK / 2)
    assert figures(available(half, supply(pages(ENERGY)), [])) == (500, 0, 500)


def test_the_hours_of_the_week_are_weighed():
    weights = [1.0] * 168
    monday_noon = NOW.replace(hour=12, minute=0)  # NOW is a Monday
    weights[12] = 169.0  # as much as half of the week
    noon = wish(ENERGY, starts_at=monday_noon, ends_at=monday_noon + HOUR)
    found = available(noon, supply(pages(ENERGY), traffic=Traffic.of(weights)), [])
    assert found.total == pytest.approx(1000 * 169 / 336)


def test_what_is_past_is_not_for_sale():
    since = wish(ENERGY, starts_at=NOW - WEEK)
    assert figures(available(since, supply(pages(ENERGY)), [])) == (1000, 0, 1000)


# What is sold


def test_an_exclusive_flight_has_all_of_its_pages():
    served = supply(pages(ENERGY), pages(SPACE), pages(ENERGY, SPACE, views=500))
    found = available(wish(ENERGY, SPACE), served, [claim(Kind.EXCLUSIVE, ENERGY)])
    assert figures(found) == (2500, 1500, 1000)
    assert found.holders == ("exclusive",)


def test_two_exclusive_flights_do_not_sell_a_page_twice():
    served = supply(pages(ENERGY, SPACE))
    both = [claim(Kind.EXCLUSIVE, ENERGY), claim(Kind.EXCLUSIVE, SPACE)]
    assert figures(available(wish(), served, both)) == (1000, 1000, 0)


def test_an_exclusive_flight_for_half_the_time_has_half():
    half = claim(Kind.EXCLUSIVE, ENERGY, ends_at=NOW + WEEK / 2)
    assert figures(available(wish(ENERGY), supply(pages(ENERGY)), [half])) == (1000, 500, 500)


def test_the_other_place_of_the_page_is_sold_with_it():
    found = available(
        wish(ENERGY), supply(pages(ENERGY)), [claim(Kind.EXCLUSIVE, ENERGY, placement=PLACES[0])]
    )
    assert found.free == 0


def test_an_excluded_topic_is_not_taken():
    served = supply(pages(ENERGY), pages(SPACE))
    everywhere = claim(Kind.EXCLUSIVE, excluded=frozenset({ENERGY}))
    assert figures(available(wish(), served, [everywhere])) == (2000, 1000, 1000)


def test_a_share_has_its_part():
    found = available(wish(ENERGY), supply(pages(ENERGY)), [claim(Kind.SHARE, ENERGY, share=40)])
    assert (figures(found), found.most_shared) == ((1000, 400, 600), 40)


def test_a_metered_flight_takes_what_it_has_still_to_deliver():
    half = claim(Kind.CPM, ENERGY, views_left=300)
    assert figures(available(wish(ENERGY), supply(pages(ENERGY)), [half])) == (1000, 300, 700)


def test_a_metered_flight_spreads_over_its_pages_and_its_period():
    """Half of its pages and half of its time: a quarter."""
    wide = claim(Kind.CPC, ENERGY, SPACE, views_left=400, ends_at=NOW + 2 * WEEK)
    found = available(wish(ENERGY), supply(pages(ENERGY), pages(SPACE)), [wide])
    assert figures(found) == (1000, 100, 900)


def test_a_metered_flight_presses_into_what_an_exclusive_one_leaves():
    both = [claim(Kind.EXCLUSIVE, ENERGY), claim(Kind.CPM, ENERGY, SPACE, views_left=400)]
    found = available(wish(SPACE), supply(pages(ENERGY), pages(SPACE)), both)
    assert figures(found) == (1000, 400, 600)


def test_more_than_there_is_is_oversold():
    much = claim(Kind.CPM, ENERGY, views_left=1700)
    assert figures(available(wish(ENERGY), supply(pages(ENERGY)), [much])) == (1000, 1700, -700)


def test_what_is_booked_for_another_time_takes_nothing():
    later = claim(Kind.EXCLUSIVE, ENERGY, starts_at=NOW + WEEK, ends_at=NOW + 2 * WEEK)
    found = available(wish(ENERGY), supply(pages(ENERGY)), [later])
    assert (found.sold, found.holders) == (0, ())


# What is read


def serve(topics: str, *, hours: int = 48, pages: int = 10, offers: int = 0, **told: Any) -> None:
    """So many pages in each of the last hours."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    placement = told.get("placement", "article_end")
    Decisions.objects.bulk_create(
        Decisions(
            hour=hour - number * HOUR,
            placement=placement,
            topics=topics,
            pages=pages,
            offers=offers,
        )
        for number in range(hours)
    )


def test_pages_are_learned_by_their_topics_in_any_order(db):
    serve("1 2")
    serve("2 1")
    learned = stocktaking.supply("article_end")
    assert [(each.topics, each.views) for each in learned.pages] == [({1, 2}, 960 * 0.5)]
    assert (learned.is_rate_known, learned.is_known) == (False, True)


def test_a_page_with_two_places_counts_once(db):
    serve("1")
    serve("1", placement="article_mid", pages=4)
    assert [each.views for each in stocktaking.supply("article_end").pages] == [240]
    assert [each.views for each in stocktaking.supply("article_mid").pages] == [96]


def test_how_many_boxes_are_seen_is_learned(db, energy):
    serve("1", offers=10)
    flight = book(("article_end", energy))
    stat = {"flight": flight, "creative": flight.creatives.get(), "placement": "article_end"}
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    SlotStat.objects.create(hour=hour, views=120, clicks=3, **stat)
    learned = stocktaking.supply("article_end")
    assert (learned.pages[0].views, learned.is_rate_known) == (480 * 0.25, True)


def test_less_than_a_day_is_not_enough_to_say_anything(db):
    serve("1", hours=5)
    assert not stocktaking.supply("article_end").is_known


def test_what_is_booked_is_claimed_with_what_it_has_still_to_deliver(db, energy, space):
    cpm = book(("article_end", energy), kind="cpm", goal=1000)
    Delivery.objects.create(flight=cpm, views=400, clicks=2)
    book(("article_end", space), kind="cpc", goal=10)
    book(("article_end", space), kind="house", share=1)
    book(("article_end", space), status="paused")
    left = {claim.kind: claim.views_left for claim in stocktaking.claims()}
    assert left == {"cpm": 600, "cpc": 2000}


# What the desk is told


@pytest.fixture
def desk(client, db):
    client.force_login(editor())
    return client


def ask(client, **told: Any):
    """Ask for the coming week at the end of articles."""
    today = timezone.localdate()
    usual = {"placement": "article_end", "kind": "cpm", "first": today + timedelta(days=1)}
    data = usual | {"last": today + timedelta(days=7)} | told
    return client.get(reverse("admin:sponsors_availability"), data)


def answer(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.context["answer"])


@pytest.fixture
def busy(energy, space):
    """Four weeks of 100 pages an hour on energy, 10 on both topics."""
    serve(str(energy.pk), hours=28 * 24 + 1, pages=100)
    serve(f"{space.pk} {energy.pk}", hours=28 * 24 + 1, pages=10)


def test_it_is_answered_in_words(busy, desk, energy):
    ahead = timezone.now() + timedelta(days=60)
    book(("article_end", energy), kind="share", share=50, ends_at=ahead)
    told = answer(ask(desk, topics=[energy.pk]))
    assert re.match(r"About 9,2\d0 views, 4,6\d0 are sold, 4,6\d0 free\.", told)
    assert "Learned from 28 days." in told
    assert "not known here yet" in told


def test_oversold_is_said(busy, desk, energy):
    ahead = timezone.now() + timedelta(days=8)
    book(("article_end", energy), kind="cpm", goal=90_000, ends_at=ahead)
    assert "oversold by" in answer(ask(desk))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Kind.EXCLUSIVE, "Nobody else has bought any of it"),
        (Kind.SHARE, "100 % is free at every moment"),
        (Kind.CPC, "0.50 % clicks on views"),
        (Kind.HOUSE, "A house flight gets what is free"),
    ],
)
def test_each_kind_has_its_own_answer(kind, told, busy, desk):
    assert told in answer(ask(desk, kind=kind)).replace("\u00a0", " ")


def test_who_holds_it_is_named(busy, desk, energy):
    book(("article_end", energy), name="taken", ends_at=timezone.now() + timedelta(days=3))
    assert "“taken” of Overwinter" in answer(ask(desk, kind="exclusive"))


def test_nothing_counted_is_unknown(desk, energy):
    assert answer(ask(desk)).startswith("Unknown")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"first": "yesterday"}, "first"),
        ({"last": "2020-01-01", "first": "2020-01-01"}, "last"),
        ({"last": "2020-01-01"}, "last"),
        ({"last": "9999-12-31"}, "last"),
        ({"placement": "sky"}, "placement"),
        ({"kind": "auction"}, "kind"),
        ({"topics": ["x"]}, "topics"),
        ({"topics": ["99999999999999999999"]}, "topics"),
    ],
)
def test_nonsense_is_answered_beside_its_field(told, field, desk):
    response = ask(desk, **told)
    assert response.status_code == 200
    assert response.context["form"].errors[field]


def test_the_front_page_has_no_topic(desk, energy):
    response = ask(desk, placement="home_card", topics=[energy.pk])
    assert response.context["form"].errors["topics"] == [
        "The front page has no topic: choose none."
    ]


def test_it_is_for_those_who_may_see_flights(client, db):
    assert ask(client).headers["Location"].startswith("/admin/login/")
    client.force_login(User.objects.create_user("rae", is_staff=True))
    assert ask(client).status_code == 403
    assert client.post(reverse("admin:sponsors_availability")).status_code in (403, 405)
