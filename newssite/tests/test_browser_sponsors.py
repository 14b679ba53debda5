"""From a page in a browser to what is counted, through all that a server runs."""

import itertools

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from newssite.tests.browsing import SCHEMES, WIDTHS
from sponsors import snapshot
from sponsors.models import Flight, SlotStat, Status
from sponsors.tests.sending import CHROME, counted, token

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PLACES = {"home": "home_card", "topic": "topic_list", "long-read": "article_end"}


@pytest.fixture
def page(unseen, site):
    """A reader's page, in a browser that does not call itself headless."""
    context = unseen.new_context(user_agent=CHROME, base_url=site)
    context.route("https://overwinter.example/**", lambda route: route.fulfill(body="the sponsor"))
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("name", "placement"), PLACES.items())
def test_a_box_that_is_read_is_counted_once(visit, showcase, name, placement):
    SlotStat.objects.all().delete()
    page = visit.open(showcase[name])
    box = page.locator(".placement")
    with page.expect_response("**/x/v", timeout=10_000) as answer:
        box.scroll_into_view_if_needed()
    assert answer.value.status == 204
    page.wait_for_timeout(1500)
    assert counted() == {"views": 1}
    assert SlotStat.objects.get().placement == placement
    assert visit.faults() == []
    assert visit.shift() == 0
    assert visit.stored() == []


def test_a_box_that_nobody_scrolls_to_is_not(visit, showcase):
    SlotStat.objects.all().delete()
    page = visit.open(showcase["long-read"])
    expect(page.locator(".placement")).not_to_be_in_viewport()
    page.wait_for_timeout(1700)
    assert counted() == {}


def test_a_click_leads_to_the_sponsor_and_is_counted_with_its_view(visit, showcase):
    SlotStat.objects.all().delete()
    page = visit.open(showcase["long-read"])
    page.locator(".placement .button").click()
    page.wait_for_url("https://overwinter.example/start")
    assert counted() == {"views": 1, "clicks": 1}


def test_the_link_of_a_stopped_sponsorship_tells_so_to_everybody(visit, showcase):
    flight = Flight.objects.get(slots__placement="article_end")
    address = reverse("click", args=[token(flight), 1])
    flight.status = Status.STOPPED
    flight.save()
    snapshot.refresh()
    for width, scheme in itertools.product(WIDTHS, SCHEMES):
        visit.page.emulate_media(color_scheme=scheme)
        page = visit.open(address, width)
        expect(page.get_by_role("heading", level=1)).to_have_text("This sponsorship has ended")
        assert visit.axe() == [], (width, scheme)
        assert visit.overhang() <= 0, width
    assert visit.faults() == []
