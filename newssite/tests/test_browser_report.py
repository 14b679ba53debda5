"""A sponsor's report as a browser has it: legible at every width, in both themes, and on paper."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from articles.tests.newsroom import story, topic
from newssite.tests.browsing import HEIGHT, SCHEMES, WIDTHS
from sponsors import sharing
from sponsors.models import Flight, Kind, PageStat, SlotStat
from sponsors.tests.sales import book

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
DAY = timedelta(days=1)
LONG = "The exclusive booking of the agents topic, with its banner, for the whole of last autumn"


@pytest.fixture(scope="module")
def report(site: str) -> Iterator[str]:
    """The path of a report with every kind of flight: running, to come, over, of months."""
    yield make()
    call_command("flush", interactive=False, verbosity=0)


def make() -> str:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    energy, end = topic("energy"), "article_end"
    metered = {"kind": Kind.CPM, "price_micro": 18_500_007, "goal": 30_000}
    views = book((end, energy), starts_at=today - 21 * DAY, ends_at=today + 9 * DAY, **metered)
    tell(views, today - 21 * DAY, 21, 1000)
    long = book((end, None), name=LONG, price_micro=10**15 + 7, starts_at=today - 100 * DAY)
    tell(long, today - 100 * DAY, 100, 90)
    day = book(("home_card", None), name="الطاقة", starts_at=today - 2 * DAY, ends_at=today - DAY)
    tell(day, today - 2 * DAY, 1, 10)
    book(("topic_list", None), name="to come", starts_at=today + DAY, ends_at=today + 9 * DAY)
    return sharing.link(views.sponsor)


def tell(flight: Flight, first: datetime, days: int, views: int) -> None:
    """So many days with about so many views each, and a story that most of them were seen in."""
    creative, noon = flight.creatives.get(), first + timedelta(hours=12)
    read = story("The battery that outlived the car it was built for, and what its makers learned")
    placement = flight.slots.get().placement
    for number in range(days):
        seen, moment = views + number % 7 * views // 10, noon + number * DAY
        SlotStat.objects.create(
            **{"hour": moment, "flight": flight, "creative": creative, "placement": placement},
            **{"views": seen, "clicks": seen // 90, "clicks_alt": seen // 200, "bad_bot": 3},
            spend_micro=seen * 18_500 if flight.kind == Kind.CPM else 0,
        )
    PageStat.objects.create(
        **{"day": noon.date(), "flight": flight, "placement": placement},
        **{"page_number": read.pk, "views": views, "clicks": 9},
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_report_is_quiet_and_still_and_no_wider_than_the_window(visit, report, width):
    visit.open(report, width)
    visit.settle()
    assert (visit.faults(), visit.shift(), visit.stored()) == ([], 0, [])
    assert visit.overhang() <= 0
    assert visit.weight("document", "stylesheet", "script") <= 60 * 1024


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing(visit, report, scheme):
    visit.page.emulate_media(color_scheme=scheme)
    page = visit.open(report)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = []
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{width} {fault}" for fault in visit.axe()]
    assert found == []


@pytest.mark.parametrize("width", [320, 1280])
def test_words_in_a_chart_keep_their_size_and_do_not_meet(visit, report, width):
    page = visit.open(report, width)
    boxes = (
        page.locator(".chart")
        .first.locator(".moment")
        .evaluate_all(
            "(all) => all.map((each) => each.getBoundingClientRect()).map((b) => [b.left, b.right])"
        )
    )
    assert len(boxes) >= 4
    assert all(one[1] < two[0] for one, two in pairwise(boxes))
    assert boxes[-1][1] <= width
    size = "(each) => parseFloat(getComputedStyle(each).fontSize)"
    assert page.locator(".chart text").first.evaluate(size) == 14


def test_what_was_delivered_and_what_was_due_are_both_drawn(visit, report):
    page = visit.open(report)
    chart = page.get_by_role("img", name="views delivered beside those due").first
    drawn = chart.locator("polyline").evaluate_all(
        "(all) => all.map((each) => [getComputedStyle(each).stroke, each.getBBox().width])"
    )
    assert len({colour for colour, _ in drawn}) == 2
    assert all(length > 500 for _, length in drawn)


def test_the_days_open_without_scripts(browser, site, report):
    context = browser.new_context(java_script_enabled=False, base_url=site)
    page = context.new_page()
    page.goto(report)
    page.locator(".days summary").first.click()
    expect(page.locator(".days table").first).to_be_visible()
    context.close()


def test_a_story_that_is_left_for_tells_its_page_nothing(visit, report):
    page = visit.open(report)
    with page.expect_request(lambda request: "/news/" in request.url) as asked:
        page.locator(".sums a[href^='/news/']").first.click()
    assert "referer" not in asked.value.headers


def test_paper_has_the_figures_and_the_charts(visit, report):
    visit.page.emulate_media(media="print", color_scheme="dark")
    page = visit.open(report)
    expect(page.locator(".figures").first).to_be_visible()
    expect(page.locator(".chart").first).to_be_visible()
    expect(page.locator(".status")).to_be_hidden()
