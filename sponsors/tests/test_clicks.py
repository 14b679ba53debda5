import logging
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError
from django.urls import reverse

from sponsors import counting, filtering, snapshot
from sponsors.models import Creative, Sponsor, Status
from sponsors.tests.sales import COPY, book
from sponsors.tests.sending import FIREFOX, GOOGLEBOT, counted, token

pytestmark = pytest.mark.django_db
FIRST, SECOND = COPY["cta_url"], COPY["alt_url"]


@pytest.fixture
def flight():
    return book(("article_end", None))


@pytest.fixture
def reader(client):
    client.defaults |= {"HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": "203.0.113.9"}
    return client


def address(text, link=1):
    return reverse("click", args=[text, link])


def follow(reader, flight, link=1, **told):
    """Where the link of a page that is served now leads."""
    return reader.get(address(token(flight), link), **told).headers.get("Location")


# Where it leads


def test_the_links_lead_to_the_sponsor(reader, flight):
    assert follow(reader, flight, 1) == FIRST
    assert follow(reader, flight, 2) == SECOND


def test_nobody_keeps_the_answer_or_learns_the_page(reader, flight):
    response = reader.get(address(token(flight)))
    assert response.status_code == 302
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "origin"
    assert not response.cookies


def test_it_leads_where_the_creative_leads_now(reader, flight):
    """Not where it led when the page was served."""
    text, moved = token(flight), "https://overwinter.example/spring"
    creative = flight.creatives.get()
    creative.cta_url = moved
    creative.approve(creative.approved_by)
    snapshot.forget()
    assert reader.get(address(text))["Location"] == moved


def test_an_edit_that_nobody_approved_leads_nowhere_new(reader, flight):
    creative = flight.creatives.get()
    creative.cta_url = "https://overwinter.example/unseen"
    creative.save()
    snapshot.forget()
    assert follow(reader, flight) == FIRST


def test_a_rejected_creative_leads_home(reader, flight):
    flight.creatives.get().reject()
    snapshot.forget()
    assert follow(reader, flight) == "/"


def test_a_second_link_that_is_not_there_leads_home(reader):
    plain = book(("article_end", None), copy={"alt_label": "", "alt_url": ""})
    assert follow(reader, plain, 2) == "/"


def test_there_is_no_third_link(reader, flight):
    assert reader.get(address(token(flight), 3)).status_code == 404
    assert reader.get(address(token(flight), 0)).status_code == 404
    assert counted() == {}


@pytest.mark.parametrize(
    "bad",
    [
        "http://overwinter.example/",
        "https://evil.example/",
        "https://overwinter.example.evil.example/",
        "https://overwinter.example@evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "https://overwinter.example/\r\nSet-Cookie: a=b",
    ],
)
def test_only_the_sponsors_own_hosts_are_ever_led_to(reader, flight, bad):
    """Even of what was approved, and whatever got past the forms."""
    content = flight.creatives.get().approved_content | {"cta_url": bad}
    Creative.objects.filter(flight=flight).update(headline="edited", approved_content=content)
    snapshot.forget()
    assert follow(reader, flight) == "/"


def test_a_host_that_the_sponsor_has_lost_is_not_led_to(reader, flight):
    Sponsor.objects.update(link_hosts=["new.example"])
    snapshot.forget()
    assert follow(reader, flight) == "/"


# Nothing of the request


EVIL = ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/%0d%0aX-Evil:%201"]


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_of_a_request_is_led_to(reader, flight, evil):
    query = {"url": evil, "next": evil, "oadest": evil}
    told = {"HTTP_REFERER": evil, "HTTP_X_FORWARDED_HOST": "evil.example"}
    response = reader.get(address(token(flight)), query, **told)
    assert response["Location"] == FIRST
    assert reader.get(address("A" * 56), query, **told)["Location"] == "/"


@pytest.mark.parametrize(
    "text", ["A" * 56, "A", "%0d%0aX:1", "https:evil.example", "%00", "é", "x" * 5000, "..", "%2f"]
)
def test_what_we_have_not_signed_leads_home(reader, text):
    response = reader.get(f"/x/c/{text}/1")
    assert (response.status_code, response.get("Location")) in {(302, "/"), (404, None)}
    assert response.get("X") is None


def test_a_token_leads_to_its_own_creative_only(reader, flight):
    other = book(
        ("home_card", None),
        sponsor=Sponsor.objects.create(name="Perigee", slug="perigee", link_hosts=["p.example"]),
        copy={"cta_url": "https://p.example/", "alt_label": "", "alt_url": ""},
    )
    one, two = token(flight), token(other)
    assert reader.get(address(one[:8] + two[8:]))["Location"] == "/"
    assert reader.get(address(two))["Location"] == "https://p.example/"


# What it counts as


def test_a_click_is_counted_with_its_view(reader, flight):
    follow(reader, flight)
    assert counted() == {"views": 1, "clicks": 1}


def test_the_second_link_is_counted_apart(reader, flight):
    follow(reader, flight, 2)
    assert counted() == {"views": 1, "clicks_alt": 1}


def test_a_forged_click_is_not_counted(reader, flight):
    reader.get(address("A" * 56))
    assert counted() == {}
    assert counting.stats()["forged"] == 1


@pytest.mark.parametrize(
    "told",
    [
        {"HTTP_USER_AGENT": GOOGLEBOT},
        {"HTTP_USER_AGENT": "curl/8.14.1"},
        {"HTTP_USER_AGENT": ""},
        {"HTTP_SEC_PURPOSE": "prefetch"},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "prefetch"},
    ],
)
def test_no_program_clicks_and_each_is_led_on(reader, flight, told):
    assert follow(reader, flight, **told) == FIRST
    assert counted() == {"bad_bot": 1}


def test_a_look_at_the_link_is_no_click(reader, flight):
    response = reader.head(address(token(flight)))
    assert (response["Location"], response.content) == (FIRST, b"")
    assert counted() == {"bad_bot": 1}


def test_a_click_can_only_be_asked_for(reader, flight):
    assert reader.post(address(token(flight))).status_code == 405
    assert counted() == {}


def test_where_nothing_is_measured_it_only_leads_on(reader, flight, settings):
    settings.SPONSOR_MEASURE = False
    assert follow(reader, flight) == FIRST
    assert counted() == {}


# When it is over


def test_a_page_from_yesterday_still_leads_on(reader, flight):
    text = token(flight, now=flight.starts_at)
    assert reader.get(address(text))["Location"] == FIRST
    assert counted() == {"bad_stale": 1}


LONG_AGO = {
    "starts_at": datetime(2020, 1, 1, tzinfo=UTC),
    "ends_at": datetime(2020, 2, 1, tzinfo=UTC),
}


def test_a_flight_that_ended_long_ago_still_leads_on(reader):
    ended = book(("article_end", None), **LONG_AGO)
    assert follow(reader, ended) == FIRST
    assert counted() == {"bad_stale": 1}


def stop(flight, status=Status.STOPPED):
    flight.status = status
    flight.save()
    snapshot.forget()


def test_a_paused_flight_still_leads_on(reader, flight):
    stop(flight, Status.PAUSED)
    assert follow(reader, flight) == FIRST
    assert counted() == {"bad_stale": 1}


def test_a_stopped_flight_leads_to_the_sponsor_no_more(reader, flight):
    stop(flight)
    response = reader.get(address(token(flight)))
    assert response.status_code == 410
    assert response["Cache-Control"] == "no-store"
    assert b"This sponsorship has ended" in response.content
    assert counted() == {"bad_stale": 1}


def test_of_a_stopped_flight_nothing_is_said_again(reader, flight):
    stop(flight)
    page = reader.get(address(token(flight))).content.decode().lower()
    creative = flight.creatives.get()
    for words in ("overwinter", creative.headline, creative.cta_label, creative.body):
        assert words.lower() not in page


def test_a_flight_that_was_stopped_long_ago_is_known_still(reader):
    stopped_at = datetime(2020, 1, 10, tzinfo=UTC)
    stopped = book(("article_end", None), **LONG_AGO, status=Status.STOPPED, stopped_at=stopped_at)
    assert reader.get(address(token(stopped))).status_code == 410


# When something is broken


def test_a_click_that_cannot_be_counted_leads_on(reader, flight, monkeypatch, caplog):
    monkeypatch.setattr(filtering, "event", lambda *_, **__: 1 / 0)
    with caplog.at_level(logging.ERROR):
        assert follow(reader, flight) == FIRST
    assert len(caplog.records) == 1


def test_without_a_database_what_is_in_memory_leads_on(reader, flight, monkeypatch):
    text = token(flight)
    snapshot.current()
    monkeypatch.setattr(Creative, "objects", Away())
    assert reader.get(address(text))["Location"] == FIRST


def test_without_a_database_the_rest_is_led_home(reader, flight, monkeypatch):
    creative = flight.creatives.get()
    creative.cta_url = "https://overwinter.example/unseen"
    creative.save()
    text = token(flight)
    snapshot.current()
    monkeypatch.setattr(Creative, "objects", Away())
    assert reader.get(address(text))["Location"] == "/"


class Away:
    """A database that has gone."""

    def __getattr__(self, name):
        raise DatabaseError("the connection is closed")
