"""The boxes that the showcase does not have: in the middle of a story, and the house's own."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from newssite.tests.browsing import SCHEMES, WIDTHS
from newssite.tests.showcase import ARABIC

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PAGES = {
    "middle": "/news/energy/middle",
    "middle-arabic": "/news/web/middle-arabic",
    "house": "/news/space/house",
    "house-banner": "/news/space",
}
each_page = pytest.mark.parametrize("name", PAGES)
# Gaps in CSS pixels between a box and what stands before and after it.
GAPS = """(box) => {
  const [before, here, after] =
    [box.previousElementSibling, box, box.nextElementSibling].map((e) => e.getBoundingClientRect());
  return [here.top - before.bottom, after.top - here.bottom];
}"""


@pytest.fixture(scope="module")
def placed(site: str):
    from articles.tests.newsroom import story, topic
    from sponsors.models import Kind
    from sponsors.tests.prose import LONG
    from sponsors.tests.sales import book

    energy, space, web = (topic(slug) for slug in ("energy", "space", "web"))
    story("In the middle", slug="middle", topic=energy, language="en", body=LONG)
    story("في الوسط", slug="middle-arabic", topic=web, language="ar", body=LONG + ARABIC)
    for number in range(4):
        story(
            f"The house speaks {number}", slug=f"house-{number}" if number else "house", topic=space
        )
    book(("article_mid", None), name="middle")
    book(("article_end", space), ("topic_list", space), kind=Kind.HOUSE, name="house", share=1)
    yield PAGES
    call_command("flush", interactive=False, verbosity=0)


@each_page
def test_a_box_is_still_quiet_and_no_wider_than_its_page(visit, placed, name):
    for width in WIDTHS:
        page = visit.open(placed[name], width)
        visit.settle()
        expect(page.locator(".placement")).to_have_count(1)
        assert visit.faults() == [], width
        assert visit.shift() == 0, width
        assert visit.overhang() <= 0, width
    assert visit.stored() == []


@each_page
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_a_box(visit, placed, name, scheme):
    visit.page.emulate_media(color_scheme=scheme)
    for width in (WIDTHS[1], WIDTHS[-1]):
        visit.open(placed[name], width)
        assert visit.axe() == [], width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["middle", "middle-arabic"])
def test_the_middle_has_room_around_it(visit, placed, name, width):
    box = visit.open(placed[name], width).locator(".prose > .placement")
    above, below = box.evaluate(GAPS)
    assert 16 <= above <= 48 and 16 <= below <= 60, (above, below)
    assert box.evaluate("(box) => box.offsetWidth <= box.parentElement.clientWidth")


def test_the_middle_of_a_story_from_right_to_left_runs_the_sites_way(visit, placed):
    page = visit.open(placed["middle-arabic"])
    assert _style(page, ".prose > p", "direction") == "rtl"
    assert _style(page, ".prose > .placement", "direction") == "ltr"


def test_paper_has_no_box_in_the_middle(visit, placed):
    visit.page.emulate_media(media="print")
    page = visit.open(placed["middle"])
    expect(page.locator(".placement")).to_be_hidden()
    expect(page.locator(".prose > p").last).to_be_visible()


def test_the_houses_own_box_has_no_colour_of_money(visit, placed):
    page = visit.open(placed["house"])
    assert _style(page, ".placement", "borderTopStyle") == "dashed"
    amber = page.evaluate("""() => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = "var(--paid)";
      const colour = getComputedStyle(probe).color;
      probe.remove();
      return colour;
    }""")
    assert _style(page, ".placement strong", "backgroundColor") != amber


def _style(page: Page, selector: str, name: str) -> str:
    return page.locator(selector).first.evaluate(f"(each) => getComputedStyle(each).{name}")
