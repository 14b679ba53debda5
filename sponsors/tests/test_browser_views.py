"""When static/js/view.js says that a box was seen, in real browsers on pages of our own.

Most are asked through the browser's driver, which scrolls for them. What a driver would disturb (a
tab behind another, a page fetched ahead, a page left and come back to) is left to a Chromium that
nobody drives: its pages act for themselves, and the server sees what comes of it.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import chromium
from sponsors.tests.papers import LATER, SCRIPT, TOKEN, Server, paper

pytestmark = pytest.mark.browser
NEVER = 1.7  # seconds after which a view that has not been sent will not be


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_the_script_is_small():
    assert len(SCRIPT.encode()) <= 1000


# With a driver that says it is none


@pytest.fixture
def reader(unseen, server):
    context = unseen.new_context(viewport={"width": 1000, "height": 700})
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    # The server has no icon, which is no fault of the script's.
    assert [each for each in faults if "404" not in each] == []


# Scrolls until so much of the box's height is in the window, from below.
_SHOW = """(share) => {
  const box = document.querySelector("aside").getBoundingClientRect();
  scrollTo(0, scrollY + box.top + share * box.height - innerHeight);
}"""
# The same for so many milliseconds, and back; says how many there were.
_GLIMPSE = f"""async ([share, spell]) => {{
  const show = {_SHOW}, frame = () => new Promise(requestAnimationFrame);
  show(share);
  await frame();
  const start = performance.now();
  await new Promise((done) => setTimeout(done, spell));
  scrollTo(0, 0);
  await frame();
  return performance.now() - start;
}}"""


def open_page(reader, server, html):
    server.pages["/"] = html
    reader.goto(server.address)
    assert reader.evaluate("navigator.webdriver") is False


def views_of(reader, server, html, share):
    """What is sent while so much of the box is in sight, for longer than it takes."""
    open_page(reader, server, html)
    reader.evaluate(_SHOW, share)
    reader.wait_for_timeout(NEVER * 1000)
    return server.views()


def test_half_a_box_for_a_second_is_one_view(reader, server):
    assert views_of(reader, server, paper(), 0.5) == [TOKEN.encode()]
    reader.evaluate("scrollTo(0, 0)")
    reader.wait_for_timeout(100)
    reader.evaluate(_SHOW, 1)
    reader.wait_for_timeout(NEVER * 1000)
    assert len(server.views()) == 1


def test_a_view_is_sent_without_a_cookie_and_as_little_more(reader, server):
    reader.context.add_cookies([{"name": "a", "value": "b", "url": server.address}])
    views_of(reader, server, paper(), 1)
    method, _, body, told, _ = server.requests[-1]
    assert (method, body) == ("POST", TOKEN.encode())
    assert "cookie" not in told
    assert told["content-type"].startswith("text/plain")  # needs no question before it


def test_less_than_half_is_none(reader, server):
    assert views_of(reader, server, paper(), 0.49) == []


@pytest.mark.parametrize(
    ("height", "share", "count"), [(500, 0.3, 1), (500, 0.29, 0), (404, 0.4, 0)]
)
def test_of_a_large_box_three_tenths_are_enough(reader, server, height, share, count):
    """242,500 pixels are not yet large; 600 by 404 are 242,400."""
    assert len(views_of(reader, server, paper(600, height), share)) == count


def test_a_glimpse_is_none(reader, server):
    assert _glimpses(reader, server, [900]) == []


def test_two_glimpses_are_none(reader, server):
    assert _glimpses(reader, server, [600, 600]) == []


def _glimpses(reader, server, spells):
    """What is sent when the box is seen for so many milliseconds each time."""
    for _ in range(5):
        server.requests.clear()
        open_page(reader, server, paper())
        lasted = [reader.evaluate(_GLIMPSE, [1, spell]) for spell in spells]
        reader.wait_for_timeout(NEVER * 1000)
        if max(lasted) < 980:
            return server.views()
    raise AssertionError("The machine is too busy to show anything so briefly")


@pytest.mark.parametrize(
    "css",
    [
        "aside { display: none !important }",
        "aside { visibility: hidden !important }",
        "aside { opacity: 0 !important }",
        "aside { height: 0 !important; overflow: hidden }",
        "aside { position: absolute; left: -9999px }",
    ],
)
def test_a_box_that_a_blocker_hides_is_none(reader, server, css):
    assert views_of(reader, server, paper(above=0, css=css), 1) == []


def test_past_its_end_the_box_is_gone(reader, server):
    open_page(reader, server, paper(until=int(time.time()) - 1, above=0))
    assert reader.locator("aside").count() == 0
    reader.wait_for_timeout(NEVER * 1000)
    assert server.views() == []


def test_until_its_end_the_box_is_there(reader, server):
    open_page(reader, server, paper(until=int(time.time()) + 60, above=0))
    assert reader.locator("aside").is_visible()


def test_a_driven_browser_sends_none(page, server):
    server.pages["/"] = paper(above=0)
    page.goto(server.address)
    assert page.evaluate("navigator.webdriver") is True
    page.wait_for_timeout(NEVER * 1000)
    assert server.views() == []


# With nobody to drive it


@contextmanager
def read_by_itself(address, folder: Path) -> Iterator[None]:
    """A Chromium that opens the address, and is nobody's to drive."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    process = subprocess.Popen(
        [
            *(chromium(), "--headless=new", "--no-sandbox", "--no-first-run", "--disable-quic"),
            *(*quiet, "--disable-popup-blocking", f"--user-data-dir={folder}", address),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def test_a_tab_behind_another_is_none_until_it_comes_back(server, tmp_path):
    server.pages |= {
        "/": paper(above=0, script="/own.js"),
        "/other": "<!doctype html><title>the tab before it</title>",
        "/own.js": """
          const tell = (what) => fetch("/told/" + what, { method: "POST", body: "" });
          document.addEventListener("visibilitychange", () => tell(document.visibilityState));
          addEventListener("load", () => setTimeout(() => {
            const other = open("/other");
            setTimeout(() => other.close(), 3000);
          }, 400));
        """,
    }
    with read_by_itself(server.address, tmp_path):
        server.wait("/told/hidden")
        back_at = server.wait("/told/visible")
        assert server.views() == []
        assert server.wait("/x/v") - back_at > 0.9


AHEAD = """<!doctype html><title>the page before</title><script src="/ahead.js"></script>
<script type="speculationrules">
{"prerender": [{"source": "list", "urls": ["/"], "eagerness": "immediate"}]}
</script>"""


@pytest.mark.parametrize("is_opened", [False, True])
def test_a_page_fetched_ahead_is_none_until_it_is_opened(server, tmp_path, is_opened):
    server.pages |= {
        "/before": AHEAD,
        "/ahead.js": "setTimeout(() => location.assign('/'), 4000);" * is_opened,
        "/": paper(above=0, script="/own.js"),
        "/own.js": """
          const tell = (what) => fetch("/told/" + what, { method: "POST", body: "" });
          if (document.prerendering) tell("ahead");
          document.addEventListener("prerenderingchange", () => tell("opened"));
        """,
    }
    with read_by_itself(server.address + "/before", tmp_path):
        server.wait("/told/ahead")
        time.sleep(NEVER)
        assert server.views() == []
        if is_opened:
            opened_at = server.wait("/told/opened")
            assert server.wait("/x/v") - opened_at > 0.9


def left_and_returned_to(server, *, leave, until=LATER, away=500):
    """The pages of a reader who leaves `leave` ms after the start and returns `away` ms later."""
    server.pages |= {
        "/": paper(above=0, until=until, script="/own.js"),
        "/away": "<!doctype html><title>away</title><script src=/away.js></script>",
        "/away.js": f"setTimeout(() => history.back(), {away});",
        "/own.js": f"""
          const tell = (what) => fetch("/told/" + what, {{ method: "POST", body: "" }});
          addEventListener("load", () => setTimeout(() => location.assign("/away"), {leave}));
          addEventListener("pageshow", (event) => event.persisted && setTimeout(() =>
            tell("back-" + document.querySelectorAll("aside").length), {NEVER * 1000}));
        """,
    }


def test_a_page_that_was_left_and_returned_to_starts_its_second_anew(server, tmp_path):
    left_and_returned_to(server, leave=600)
    with read_by_itself(server.address, tmp_path):
        server.wait("/told/back-1")
    came_back_at = server.wait("/told/back-1") - NEVER
    assert server.wait("/x/v") - came_back_at > 0.9
    assert len(server.views()) == 1


def test_a_view_that_was_sent_is_not_sent_again_on_return(server, tmp_path):
    left_and_returned_to(server, leave=1600)
    with read_by_itself(server.address, tmp_path):
        server.wait("/told/back-1")
    assert len(server.views()) == 1


def test_a_page_that_is_returned_to_after_the_end_has_lost_its_box(server, tmp_path):
    left_and_returned_to(server, leave=300, until=int(time.time()) + 4, away=5000)
    with read_by_itself(server.address, tmp_path):
        server.wait("/told/back-0", seconds=20)
    assert server.views() == []
