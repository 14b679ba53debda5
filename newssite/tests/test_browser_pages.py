"""Every kind of page as a reader's browser has it: quiet, still, whole and reachable."""

import pytest
from playwright.sync_api import Page, expect

from newssite.tests.browsing import HEIGHT, SCHEMES, WIDTHS, Visit
from newssite.tests.showcase import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
each_page = pytest.mark.parametrize("name", PAGES)
PAPER = {"light": "rgb(251, 252, 250)", "dark": "rgb(18, 23, 20)"}
INK = "getComputedStyle(document.body).backgroundColor"
KILOBYTE = 1024


@each_page
def test_a_page_is_light_quiet_and_still(visit, showcase, name):
    """No error, no breach of the policy, nothing asked of others or stored, nothing that moves."""
    for width in WIDTHS:
        visit.open(showcase[name], width)
        if width == WIDTHS[0]:  # nothing is in the browser's cache yet
            assert visit.weight("document", "stylesheet", "script") <= 60 * KILOBYTE
            assert visit.weight("script") <= 6 * KILOBYTE
        visit.settle()
        assert visit.faults() == [], width
        assert visit.shift() == 0, width
        assert visit.overhang() <= 0, width
    assert visit.stored() == []


@each_page
def test_axe_finds_nothing(visit, showcase, name):
    visit.open(showcase[name])
    found = {
        f"{width} {scheme} {fault}"
        for width in WIDTHS
        for scheme in SCHEMES
        for fault in _drawn(visit, width, scheme).axe()
    }
    assert found == set()


def _drawn(visit: Visit, width: int, scheme: str) -> Visit:
    visit.page.set_viewport_size({"width": width, "height": HEIGHT})
    visit.page.emulate_media(color_scheme=scheme)
    return visit


def test_pages_are_served_as_in_production(visit, showcase):
    """Else the tests above have looked at other pages than readers get."""
    visit.open(showcase["long-read"])
    visit.settle()
    sheets = [each for each in visit.answers if each.request.resource_type == "stylesheet"]
    pictures = [each for each in visit.answers if each.request.resource_type == "image"]
    assert {each.headers["cache-control"] for each in sheets} == {
        "max-age=315360000, public, immutable"
    }
    assert {each.headers["content-encoding"] for each in sheets} == {"br"}
    assert {each.headers["cache-control"] for each in pictures} == {"public, max-age=300"}
    assert all("'none'" in each.headers["content-security-policy"] for each in visit.pages())


def test_what_is_booked_is_on_its_pages(visit, showcase):
    """Else the boxes have gone unlooked at."""
    for name in ("home", "topic", "long-read", "link-only", "arabic"):
        page = visit.open(showcase[name])
        expect(page.get_by_role("complementary", name="Sponsored: Overwinter")).to_be_visible()


# The theme


@pytest.mark.parametrize("system", SCHEMES)
def test_the_theme_is_the_systems_until_a_reader_chooses(visit, showcase, system):
    visit.page.emulate_media(color_scheme=system)
    page = visit.open(showcase["home"])
    assert page.evaluate(INK) == PAPER[system]
    page.get_by_role("radio", name="dark").check()
    assert page.evaluate(INK) == PAPER["dark"]
    page.get_by_role("radio", name="light").check()
    assert page.evaluate(INK) == PAPER["light"]
    page.get_by_role("radio", name="auto").check()
    assert page.evaluate(INK) == PAPER[system]


def test_a_chosen_theme_is_there_before_the_next_page_is_drawn(visit, showcase):
    visit.open(showcase["home"]).get_by_role("radio", name="dark").check()
    page = visit.open(showcase["long-read"])
    visit.settle()
    first_paint = page.evaluate("performance.getEntriesByName('first-paint')[0].startTime")
    assert page.evaluate("seen.themeAt") < first_paint
    assert page.evaluate(INK) == PAPER["dark"]
    expect(page.get_by_role("radio", name="dark")).to_be_checked()
    assert visit.page.context.cookies() == []


# Without scripts


@pytest.fixture
def plain(browser, site):
    """A page in a browser that runs no script."""
    context = browser.new_context(java_script_enabled=False, color_scheme="light", base_url=site)
    yield context.new_page()
    context.close()


def test_a_page_without_scripts_says_the_same(visit, plain, showcase):
    for path in showcase.values():
        plain.goto(path)
        assert plain.inner_text("body") == visit.open(path).inner_text("body"), path


def test_without_scripts_the_theme_changes_all_the_same(plain, showcase):
    plain.goto(showcase["long-read"])
    before = plain.locator("body").evaluate(f"() => {INK}")
    plain.get_by_role("radio", name="dark").check()
    after = plain.locator("body").evaluate(f"() => {INK}")
    assert (before, after) == (PAPER["light"], PAPER["dark"])


# Paper, writing directions, forced colours


@pytest.mark.parametrize("name", ["home", "topic", "long-read", "arabic"])
def test_paper_shows_the_story_and_no_sponsor(visit, showcase, name):
    visit.page.emulate_media(media="print", color_scheme="dark")
    page = visit.open(showcase[name])
    for hidden in (".status", ".placement", ".theme", ".nav", ".skip"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("main h1, main h2").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
        "rgb(255, 255, 255)"
    )


def test_a_story_from_right_to_left(visit, showcase):
    page = visit.open(showcase["arabic"])
    story = page.locator("article.article")
    expect(story).to_have_attribute("dir", "rtl")
    expect(story).to_have_attribute("lang", "ar")
    assert {each: _direction(page, each) for each in ("h1", ".prose p", ".record", ".term")} == {
        "h1": "rtl",
        ".prose p": "rtl",
        ".record": "ltr",
        ".term": "ltr",
    }
    words = page.locator("h1").bounding_box()
    contents = page.locator(".toc").bounding_box()
    assert contents["x"] >= words["x"] + words["width"]  # in the rail where its reading starts


def test_arrows_point_the_way_their_words_run(visit, showcase):
    """Right to left in an Arabic story, left to right in the sponsor's box under it."""
    page = visit.open(showcase["arabic"])
    turned = "(link) => getComputedStyle(link, '::after').rotate"
    assert page.locator(".prose a.out").first.evaluate(turned) == "-45deg"
    assert page.locator(".placement .go").evaluate(turned) == "90deg"


def _direction(page: Page, selector: str) -> str:
    return page.locator(selector).first.evaluate("(each) => getComputedStyle(each).direction")


def test_a_headline_from_right_to_left_in_a_list(visit, showcase):
    page = visit.open(showcase["tag"])
    assert _direction(page, "h2[lang=ar]") == "rtl"
    assert _direction(page, "li:has(h2[lang=ar]) .record") == "ltr"


def test_forced_colours_keep_what_is_chosen_apart(visit, showcase):
    visit.page.emulate_media(forced_colors="active")
    page = visit.open(showcase["topic"])
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    for marked in (".nav [aria-current]", ".theme :checked + span", ".status b"):
        line = page.locator(marked).evaluate("(each) => getComputedStyle(each).outlineStyle")
        assert line == "solid", marked
    label = page.locator(".placement strong")
    assert label.evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"


# The keyboard

# Each stop: what has the focus, whether a ring is drawn, and how much of it can be seen.
_FOCUS = """() => {
  const target = document.activeElement;
  const drawn = target.type === "radio" ? target.nextElementSibling : target;
  const style = getComputedStyle(drawn), box = drawn.getBoundingClientRect();
  const bar = document.querySelector(".status").getBoundingClientRect();
  return {
    what: target === document.body ? "" : target.outerHTML.slice(0, 80),
    ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    isSeen: box.bottom > 0 && box.top < innerHeight
      && (box.top < bar.top || box.top >= bar.bottom || bar.top >= bar.bottom),
  };
}"""


def test_the_first_stop_leads_to_the_story(visit, showcase):
    page = visit.open(showcase["long-read"])
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    expect(page.locator(":focus")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(
    ("name", "width"), [("home", 320), ("long-read", 1280), ("arabic", 320), ("topic", 1280)]
)
def test_every_stop_of_the_keyboard_can_be_seen(visit, showcase, name, width):
    page = visit.open(showcase[name], width)
    visit.settle()
    links = page.locator("a:visible:not([tabindex='-1'])").count()
    stops = []
    while len(stops) < 200:
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUS)
        if not stop["what"]:
            break
        stops.append(stop)
    assert len(stops) >= links
    assert [stop for stop in stops if stop["ring"] < 2 or not stop["isSeen"]] == []
