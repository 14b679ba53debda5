"""Where a creative is judged, in a browser: real pages in frames, and nothing else in them."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from newssite.tests.browsing import SCHEMES, Visit
from sponsors import snapshot
from sponsors.models import Creative, Placement
from sponsors.tests.judging import review

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def creative(showcase: dict[str, str]) -> Creative:
    """Approved at the end of articles, and edited since."""
    found = Creative.objects.filter(flight__slots__placement=Placement.ARTICLE_END).first()
    assert found is not None
    found.fine_print = "20 GB free, no card required."
    found.save()
    return found


@pytest.fixture
def desk(visit: Visit, site: str, showcase: dict[str, str]) -> Visit:
    """A page of somebody who may approve."""
    user = User.objects.create_superuser("approver")
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    session: Any = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}
    visit.page.context.add_cookies([session])
    return visit


def frames(desk: Visit) -> list[Any]:
    """The framed documents of the first placement, each loaded: 360 px and wide, light and dark."""
    found = []
    for frame in desk.page.locator(".stage").first.locator("iframe").all():
        frame.scroll_into_view_if_needed()
        inner = frame.element_handle().content_frame()
        inner.wait_for_load_state("load")
        inner.wait_for_selector("#the-box")
        found.append(inner)
    return found


BOX_IS_SEEN = """() => {
  const box = document.getElementById("the-box").getBoundingClientRect();
  return box.top >= 0 && box.top < innerHeight && box.width <= innerWidth;
}"""
PAPER = "getComputedStyle(document.querySelector('#the-box')).backgroundColor"


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_frames_show_the_box_in_both_widths_and_themes(width, scheme, desk, creative):
    desk.page.emulate_media(color_scheme=scheme)
    desk.open(review(creative), width)
    found = frames(desk)
    widths = [frame.evaluate("innerWidth") for frame in found]
    assert widths[:2] == [360, 360] and min(widths[2:]) >= 1000
    assert all(frame.evaluate(BOX_IS_SEEN) for frame in found)
    light, dark = ({each.evaluate(PAPER) for each in found[theme::2]} for theme in (0, 1))
    assert len(light) == len(dark) == 1 and light != dark
    assert desk.overhang() <= 0
    assert desk.faults() == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing(scheme, desk, creative):
    desk.page.emulate_media(color_scheme=scheme)
    desk.open(f"{review(creative)}?all=on")
    assert desk.axe() == []


def test_the_page_opens_at_its_top(desk, creative):
    desk.open(f"{review(creative)}?all=on")
    desk.page.wait_for_timeout(300)
    assert desk.page.evaluate("scrollY") == 0


def test_a_link_of_a_frame_opens_in_a_window_of_its_own(desk, creative):
    desk.open(review(creative))
    inner = frames(desk)[0]
    with desk.page.context.expect_page() as opened:
        inner.get_by_role("link", name="How sponsorship works").click()
    assert opened.value.url.endswith("/sponsorship")
    assert "/preview/" in inner.url


def test_the_clipboard_gets_the_command_as_it_is_read(visit, showcase, creative):
    creative.approve(User.objects.create_superuser("second"))
    snapshot.refresh()
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.open(showcase["long-read"])
    kbd = page.locator(".placement kbd")
    kbd.click(click_count=3)
    page.keyboard.press("ControlOrMeta+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip("\n") == kbd.inner_text() == creative.command


def test_one_button_approves_what_is_shown(desk, creative):
    page = desk.open(review(creative))
    expect(page.locator(".is-changed")).to_have_count(1)
    expect(page.locator("del")).to_have_text("10")
    page.get_by_role("button", name="Approve exactly this").click()
    expect(page.locator(".messagelist")).to_contain_text("is shown while its flight runs")
    expect(page.get_by_role("button", name="Approve exactly this")).to_have_count(0)
    creative.refresh_from_db()
    assert creative.withheld() == ""
