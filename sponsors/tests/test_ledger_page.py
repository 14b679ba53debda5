"""/sponsorship: who has sponsored what and when, and nothing that is the sponsor's own business."""

import gzip
from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sponsors.models import Flight, FlightSlot, Status
from sponsors.tests.sales import book, sponsor

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
QUERIES = 4  # the flights, their slots and topics, the years
OVER: dict[str, Any] = {"starts_at": NOW - 3 * DAY, "ends_at": NOW - DAY}
AHEAD: dict[str, Any] = {"starts_at": NOW + DAY, "ends_at": NOW + 3 * DAY}


@pytest.fixture
def asked(client):
    """The page as a tree."""

    def ask(query=""):
        response = client.get(f"/sponsorship{query}")
        assert response.status_code == 200
        return lxml.html.document_fromstring(response.content.decode())

    return ask


def other(slug, **fields):
    """Another sponsor, who may lead where the copy of our flights leads."""
    return sponsor(slug, link_hosts=["overwinter.example"], **fields)


def section(tree, key):
    found = tree.xpath(f"//section[@aria-labelledby='{key}']")
    return " ".join(found[0].text_content().split()) if found else ""


def test_what_runs_is_told_with_payer_kind_places_and_period(asked, energy, space):
    flight = book(("article_end", energy), ("topic_list", energy))
    FlightSlot.objects.create(flight=flight, placement="article_end", topic=space, exclude=True)
    told = section(asked(), "now")
    assert "Overwinter Storage AS paid for the whole place, beside nobody else" in told
    assert "end of an article: #energy, never in #space" in told
    assert "banner in a topic's list: #energy" in told
    assert f"{flight.starts_at:%Y-%m-%d} to {flight.ends_at:%Y-%m-%d} · running" in told


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "share", "share": 30}, "a share of the views"),
        ({"kind": "cpm", "goal": 10}, "a number of views"),
        ({"kind": "cpc", "goal": 10}, "a number of clicks"),
    ],
)
def test_every_kind_is_told_in_plain_words(fields, words, asked):
    book(("article_end", None), **fields)
    assert f"{words} end of an article: all pages" in section(asked(), "now")


def test_what_is_over_is_told_until_when(asked):
    stopped = book(("article_end", None), name="stopped")
    Flight.objects.filter(pk=stopped.pk).update(status=Status.STOPPED)
    book(("article_end", None), **OVER)
    told = section(asked(f"?year={OVER['starts_at'].year}"), "before")
    assert f"to {OVER['ends_at']:%Y-%m-%d} · ended" in told
    assert f"to {NOW:%Y-%m-%d} · stopped" in told


def test_a_pause_is_told(asked):
    book(("article_end", None), status=Status.PAUSED)
    assert "· paused" in section(asked(), "now")


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Status.DRAFT},
        {"kind": "house", "share": 1},
        AHEAD,
        {"status": Status.STOPPED, **AHEAD},
    ],
    ids=["draft", "house", "ahead", "stopped before its start"],
)
def test_what_is_no_news_of_ours_is_not_told(fields, client):
    book(("article_end", None), sponsor=other("quietco"), **fields)
    Flight.objects.filter(status=Status.STOPPED).update(stopped_at=NOW)
    assert b"quietco" not in client.get("/sponsorship").content.lower()


def test_no_price_and_no_name_of_the_desk_is_told(client):
    book(("article_end", None), price_micro=4_242_000_000, name="the secret name")
    page = client.get("/sponsorship").content.decode()
    assert "4242" not in page and "4,242" not in page and "secret name" not in page


def test_years_have_pages_of_their_own(asked, client):
    for years in (1, 2):
        past = {key: moment - years * 366 * DAY for key, moment in OVER.items()}
        book(("article_end", None), sponsor=other(f"sponsor-{years}"), **past)
    before = OVER["starts_at"] - 732 * DAY
    page = asked(f"?year={before.year}")
    assert "Sponsor-2 Storage AS" in section(page, "before")
    assert "Sponsor-1" not in section(page, "before")
    assert page.xpath("//nav[@aria-label='Years']//a[@aria-current]/text()") == [str(before.year)]
    (canonical,) = page.xpath("//link[@rel='canonical']/@href")
    assert canonical.endswith(f"/sponsorship?year={before.year}")


@pytest.mark.parametrize("year", ["1066", "20x6", "99999", "२०२६", "0000", "-1", "2026 "])
def test_a_year_without_sponsors_is_not_found(year, client):
    assert client.get("/sponsorship", {"year": year}).status_code == 404


def test_a_claim_has_its_source_and_its_age(asked):
    for days, slug in [(10, "fresh"), (91, "stale")]:
        checked = timezone.localdate() - days * DAY
        book(
            ("article_end", None),
            sponsor=other(slug, proof_checked_on=checked),
            kind="cpm",
            goal=9,
        )
    told = section(asked(), "claims")
    fresh, stale = told.split("Stale: ")
    assert f"checked {timezone.localdate() - 10 * DAY:%Y-%m-%d}" in fresh
    assert "due to be checked again" in stale and "due" not in fresh
    assert "https://fresh.example/teams" in told


def test_measuring_is_told_as_it_is(asked, settings):
    assert "half of the box" in section(asked(), "measure")
    settings.SPONSOR_MEASURE = False
    told = section(asked(), "measure")
    assert "neither views nor clicks are counted" in told and "half of the box" not in told


def test_the_contact_is_the_one_that_is_set(asked, settings):
    assert section(asked(), "contact") == ""
    settings.CONTACT_EMAIL = "sales@news.example"
    assert "sales@news.example" in section(asked(), "contact")


def test_the_label_is_the_one_of_the_sites_language(asked, settings):
    settings.SITE_LANGUAGE = "de"
    page = asked()
    assert "“Anzeige”" in section(page, "label")
    assert page.xpath("//aside//strong/text()")[0] == "Anzeige"


def test_every_form_is_drawn_in_both_schemes_and_named_apart(asked):
    boxes = asked().xpath("//div[contains(@class, 'specimen')]/aside")
    assert len(boxes) == 10
    assert len({box.get("aria-label") for box in boxes}) == 10
    assert not any(box.get("data-v") for box in boxes)
    assert {href for box in boxes for href in box.xpath(".//a/@href")} <= {"#forms", "/sponsorship"}


def test_every_page_leads_to_it(client, energy):
    assert b'<a href="/sponsorship">Sponsorship</a>' in client.get("/topics").content


def test_it_asks_the_same_of_the_database_for_one_flight_as_for_fifty(client, energy):
    costs = []
    for count in (1, 49):
        for number in range(count):
            book(
                *(("article_end", energy), ("home_card", None)),
                sponsor=other(f"sponsor-{count}-{number}"),
                **{"kind": "cpm", "goal": 5},
            )
        with CaptureQueriesContext(connection) as queries:
            client.get("/sponsorship")
        costs.append(len(queries))
    assert costs == [QUERIES, QUERIES]


def test_a_year_with_five_hundred_flights_is_a_light_page(client, energy):
    for number in range(10):
        book(("article_end", energy), sponsor=other(f"sponsor-{number}"), kind="cpm", goal=5)
    rows = list(Flight.objects.all())
    slots = []
    for flight in rows * 49:
        flight.pk = None
        Flight.objects.bulk_create([flight])
        slots.append(FlightSlot(flight_id=flight.pk, placement="article_end", topic=energy))
    FlightSlot.objects.bulk_create(slots)
    page = client.get("/sponsorship").content
    assert page.count(b"[ on ]") == 500
    assert len(gzip.compress(page)) < 30 * 1024


def test_only_reading_is_possible(client):
    assert client.post("/sponsorship").status_code == 405
    assert client.get("/sponsorship/").status_code == 301


def test_nothing_is_set_at_the_reader(client):
    response = client.get("/sponsorship")
    assert not response.cookies and "no-store" not in response.headers.get("Cache-Control", "")
