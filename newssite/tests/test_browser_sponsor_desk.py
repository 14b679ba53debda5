"""The desk's pages of sponsors in a browser: narrow and wide, light and dark, by keyboard."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles.tests.newsroom import topic
from newssite.tests.browsing import SCHEMES
from newssite.tests.test_browser_desk import cookie, desk, own_faults, plain, press  # noqa: F401
from sponsors.models import Flight
from sponsors.tests.sales import book, sponsor

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def flight(showcase) -> Flight:
    """Exclusive, and in the way of another."""
    where = ("article_end", topic("metered"))
    ends = {"ends_at": timezone.now() + timedelta(days=40)}
    book(where, name="some views", kind="cpm", goal=1000, **ends)
    book(where, name="a plan", status="draft", **ends)
    return book(where, name="the whole", price_micro=1_500_000_000, **ends)


def addresses(flight: Flight) -> dict[str, str]:
    def of(name: str, *numbers: int) -> str:
        return reverse(f"admin:sponsors_{name}", args=numbers)

    today = timezone.localdate()
    wish = f"placement=article_end&kind=cpm&first={today}&last={today + timedelta(days=9)}"
    return {
        "list": of("flight_changelist"),
        "form": of("flight_change", flight.pk),
        "stop": of("flight_stop", flight.pk),
        "timeline": of("timeline"),
        "availability": f"{of('availability')}?{wish}",
        "explain": f"{of('explain')}?address=/news/energy",
        "sponsor": of("sponsor_change", sponsor().pk),
        "revoke": of("sponsor_revoke", sponsor().pk),
    }


NAMES = ["list", "form", "stop", "timeline", "availability", "explain", "sponsor", "revoke"]
# The months above a list are close together in Django's own markup.
DATES = re.compile(r"target-size .*(date-back|starts_at__)")


@pytest.mark.parametrize("name", NAMES)
def test_each_page_is_whole_and_within_its_width(name, desk, flight):  # noqa: F811
    for scheme in SCHEMES:
        desk.page.emulate_media(color_scheme=scheme)
        for width in (375, 1280):
            desk.open(addresses(flight)[name], width)
            assert desk.overhang() <= 0, (scheme, width)
            assert [each for each in own_faults(desk) if not DATES.match(each)] == [], scheme
    assert desk.faults() == []


def test_a_bar_is_reached_by_keyboard_and_leads_to_its_flight(desk, flight):  # noqa: F811
    page = desk.open(addresses(flight)["timeline"])
    bar = page.get_by_role("link", name=re.compile("“the whole” of Overwinter, exclusive, booked"))
    bar.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Delivered and earned")).to_be_visible()


def test_a_flight_is_paused_resumed_and_stopped_without_a_script(plain, flight):  # noqa: F811
    plain.goto(addresses(flight)["form"])
    press(plain, "Pause")
    expect(plain.locator(".messagelist .success")).to_contain_text("is paused")
    press(plain, "Resume")
    expect(plain.locator(".messagelist .success")).to_contain_text("is booked again")
    plain.get_by_role("link", name="Stop…").click()
    press(plain, "Yes, stop for good")
    expect(plain.locator(".messagelist .success")).to_contain_text("is stopped")
    expect(plain.get_by_role("button", name="Pause")).to_have_count(0)
