"""The desk asks why a page shows what it shows."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from lxml import html

from articles.tests.newsroom import story
from sponsors import snapshot
from sponsors.models import Delivery
from sponsors.tests.sales import book, editor

ADDRESS = reverse("admin:sponsors_explain")


@pytest.fixture
def desk(client, db):
    client.force_login(editor())
    return client


@pytest.fixture
def page(energy) -> str:
    return story(topic=energy).get_absolute_url()


def ask(client, address: str, **query: Any):
    snapshot.forget()
    return client.get(ADDRESS, {"address": address} | query)


def verdicts(response: Any) -> dict[str, list[str]]:
    """What became of each flight and how often it is shown, by its name."""
    content = html.fromstring(response.content.decode())
    rows = [[cell.text_content() for cell in row] for row in content.xpath("//tbody/tr")]
    return {row[0]: row[3:] for row in rows}


def test_the_winner_is_named_with_its_odds(desk, page, energy):
    book(("article_end", energy), name="the one")
    response = ask(desk, page)
    assert "“the one” of Overwinter is shown" in response.content.decode()
    assert verdicts(response)["the one"][1] == "1000"


def test_a_winner_of_some_pages_is_not_said_to_have_them_all(desk, page, energy):
    book(("article_end", energy), name="the most", kind="share", share=70)
    book(("article_end", energy), name="the rest", kind="share", share=30)
    told = html.fromstring(ask(desk, page).content.decode()).findtext(".//p[@class='first']")
    assert "“the most” of Overwinter is shown most often on" in told


def test_every_booked_flight_is_listed_once_with_its_reason(desk, page, energy, space):
    book(("article_end", energy), ("article_mid", energy), name="here")
    book(("article_end", space), name="elsewhere")
    book(("article_end", energy), name="off", status="paused")
    told = verdicts(ask(desk, page))
    assert told.keys() == {"here", "elsewhere", "off"}
    assert told["off"][0] == "is paused"


def test_another_moment_can_be_asked_about(desk, page, energy):
    book(("article_end", energy), name="the one")
    later = timezone.localtime(timezone.now() + timedelta(days=9))
    response = ask(desk, page, at=f"{later:%Y-%m-%dT%H:%M}")
    assert "Nothing is shown" in response.content.decode()
    assert verdicts(response)["the one"][0].startswith("ended")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"address": "/nowhere"}, "address"),
        ({"address": "https://elsewhere.example/"}, "address"),
        ({"address": "javascript:alert(1)"}, "address"),
        ({"address": "/admin/"}, "address"),
        ({"address": ""}, "address"),
        ({"address": "/" + "x" * 3000}, "address"),
        ({"address": "/", "at": "soon"}, "at"),
        ({"address": "/", "at": "0001-01-01T00:00"}, "at"),
        ({"address": "/", "at": "9999-12-31T23:59"}, "at"),
    ],
)
def test_nonsense_is_answered_beside_its_field(query, field, desk):
    response = desk.get(ADDRESS, query)
    assert response.status_code == 200
    assert response.context["form"].errors[field]


def test_asking_counts_nothing(desk, page, energy):
    book(("article_end", energy))
    ask(desk, page)
    assert not Delivery.objects.exists()


def test_it_is_for_those_who_may_see_flights(client, page):
    assert ask(client, page).headers["Location"].startswith("/admin/login/")
    client.force_login(User.objects.create_user("rae", is_staff=True))
    assert ask(client, page).status_code == 403
