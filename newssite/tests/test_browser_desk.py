"""The desk in a browser: under its policy, from the keyboard, with and without scripts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect

from articles.models import Article
from articles.tests.newsroom import draft, topic
from newssite.tests.browsing import SCHEMES, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PASSWORD = "correct horse battery staple"  # of an account that lives as long as the tests
STORIES = "/admin/articles/article/"
ADD = f"{STORIES}add/"
MODELS = [f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry]


@pytest.fixture(scope="module")
def cookie(showcase: dict[str, str], site: str) -> Any:
    """The cookie of an editor's session."""
    user = User.objects.create_superuser("editor", "editor@fanfold.example", PASSWORD)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}


@pytest.fixture
def desk(visit: Visit, cookie: Any) -> Visit:
    """A page of an editor who has logged in."""
    visit.page.context.add_cookies([cookie])
    return visit


@pytest.fixture
def plain(browser: Browser, cookie: Any, site: str) -> Iterator[Page]:
    """The same in a browser that runs no script."""
    context = browser.new_context(java_script_enabled=False, base_url=site)
    context.add_cookies([cookie])
    yield context.new_page()
    context.close()


def form(article: Article) -> str:
    return f"{STORIES}{article.pk}/change/"


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Body")


def press(page: Page, button: str) -> None:
    """Press a button of the form and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def saved(page: Page) -> str:
    """The body as it is stored once the draft is saved."""
    press(page, "Save draft")
    expect(page.locator(".messagelist .success")).to_be_visible()
    # The editor writes a title for every link, which is empty where nobody gave one.
    return Article.objects.latest("pk").body.replace(' title=""', "")


# Every page of it

_ADDRESSES = "(links) => links.map((link) => link.getAttribute('href'))"


def test_an_editor_logs_in_and_out(visit, cookie):
    page = visit.open("/admin/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Log in")
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    press(page, "Log out")
    assert visit.faults() == []


@pytest.mark.parametrize("model", MODELS)
def test_the_pages_of_a_model_keep_to_the_policy(desk, model):
    page = desk.open(f"/admin/{model}/")
    assert desk.faults() == []
    for address in page.locator(".object-tools .addlink").evaluate_all(_ADDRESSES):
        desk.open(address)
        assert desk.faults() == []
    assert {answer.status for answer in desk.pages()} == {200}


# What axe finds in Django's own markup, and why it stays.
KNOWN = {
    r"label-title-only .*searchbar": "the search field's label is a magnifying glass",
    r"label .*v(Date|Time)Field": "a moment's two fields have one heading and a word each before",
    r"label .*select2-search__field": "Select2, which comes with Django, names no search field",
    r"aria-input-field-name .*select2-selection": "Select2 names an empty choice by its emptiness",
    r"list .*select2-selection__rendered": "Select2 keeps its search field in the list of choices",
}


def own_faults(desk: Visit) -> list[str]:
    """What axe calls serious or critical, without what is known."""
    return [
        fault
        for fault in desk.axe()
        if re.search(r"\((serious|critical)\)", fault)
        and not any(re.match(known, fault) for known in KNOWN)
    ]


@pytest.mark.parametrize("path", ["login", "index", "list", "add", "draft", "published"])
def test_axe_finds_nothing_serious_of_ours(desk, path):
    addresses = {
        "login": "/admin/login/",
        "index": "/admin/",
        "list": STORIES,
        "add": ADD,
        "draft": form(draft(topic=topic())),
        "published": form(Article.objects.get(slug="long-read")),
    }
    if path == "login":
        desk.page.context.clear_cookies()
    for scheme in SCHEMES:
        desk.page.emulate_media(color_scheme=scheme)
        desk.open(addresses[path])  # anew: the admin's colours take their time to change
        assert own_faults(desk) == [], scheme


# The form of a story


def test_the_editor_is_there_and_has_a_name(desk):
    page = desk.open(form(draft(body="<p>Some <strong>text</strong>.</p>")))
    expect(editor(page)).to_have_text("Some text.")
    expect(editor(page)).to_be_editable()
    expect(page.locator("textarea[name=body]")).to_be_hidden()
    assert desk.faults() == []


def test_what_is_typed_is_stored_as_clean_html(desk):
    page = desk.open(ADD)
    page.get_by_label("Headline").fill("Heat pumps")
    editor(page).click()
    _type_a_story(page)
    assert saved(page) == (
        "<h2>A heading</h2><p>Some <strong>bold</strong> words and "
        '<a href="https://gridledger.example/pumps" rel="noopener">a link</a> go on.</p>'
        "<table><tbody><tr><th><p>month</p></th><th><p>hours</p></th></tr>"
        "<tr><td><p>May</p></td><td><p>12</p></td></tr></tbody></table>"
    )
    assert desk.faults() == []


def _type_a_story(page: Page) -> None:
    write = page.keyboard
    page.locator(".prose-menubar__selected").click()
    page.get_by_role("button", name="Heading 2").click()
    write.type("A heading")
    write.press("Enter")
    write.type("Some ")
    write.press("Control+b")
    write.type("bold")
    write.press("Control+b")
    write.type(" words and a link")
    for _ in "a link":
        write.press("Shift+ArrowLeft")
    page.get_by_role("button", name="insert link").click()
    page.get_by_label("URL", exact=True).fill("https://gridledger.example/pumps")
    page.get_by_role("button", name="Update").click()
    write.press("ArrowRight")
    write.type(" go on.")
    page.get_by_role("button", name="Insert table", exact=True).click()
    page.get_by_label("Rows").fill("2")
    page.get_by_label("Columns").fill("2")
    page.get_by_label("Include header row").select_option("Yes")
    page.get_by_role("button", name="Insert Table", exact=True).click()
    for number, cell in enumerate(["month", "hours", "May", "12"]):
        write.press("Tab") if number else None
        write.type(cell)


FROM_GOOGLE_DOCS = """<meta charset='utf-8'>
<b style="font-weight:normal;" id="docs-internal-guid-5d8b"><p dir="ltr" style="line-height:1.38;">
<span style="font-size:11pt;font-weight:400;font-style:normal;">Plain, </span>
<span style="font-size:11pt;font-weight:700;font-style:normal;">bold</span>
<span style="font-size:11pt;font-weight:400;font-style:normal;"> and </span>
<span style="font-size:11pt;font-weight:400;font-style:italic;">italic</span></p></b>
<script>alert("script")</script><img src="x:" onerror="alert('handler')">"""
FROM_WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<style><!-- p.MsoNormal {margin:0cm; mso-pagination:widow-orphan;} --></style></head><body>
<!--StartFragment--><p class=MsoNormal style='margin-bottom:8.0pt' onclick='alert("click")'>
<span lang=EN-GB>Plain, </span><b style='mso-bidi-font-weight:normal'><span>bold</span></b>
<span lang=EN-GB> and </span><i><span lang=EN-GB style='font-family:Arial'>italic</span></i>
<o:p></o:p></p><!--EndFragment--></body></html>"""
_PASTE = """(target, html) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/html", html);
  target.focus();
  target.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize("copied", [FROM_GOOGLE_DOCS, FROM_WORD], ids=["google-docs", "word"])
def test_what_is_pasted_keeps_its_stresses_and_nothing_else(desk, copied):
    ran: list[str] = []
    desk.page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page = desk.open(form(draft()))
    editor(page).evaluate(_PASTE, copied.replace("\n", ""))
    expect(editor(page)).to_have_text("Plain, bold and italic")
    assert not re.search(r"style=|script|onerror|onclick|class=", editor(page).inner_html())
    assert saved(page) == "<p>Plain, <strong>bold</strong> and <em>italic</em></p>"
    assert ran == []


def test_without_scripts_a_story_is_written_as_html(plain):
    plain.goto(ADD)
    plain.get_by_label("Headline").fill("Heat pumps")
    body = plain.get_by_role("textbox", name="Body")
    body.fill("<h1>Two</h1><p onclick=x style=color:red>Text</p><script>alert(1)</script>")
    expect(body).to_be_visible()
    assert saved(plain) == "<h2>Two</h2><p>Text</p>"


def test_the_publish_button_publishes(desk):
    article = draft("Heat pumps", topic=topic(), body="<p>Text.</p>")
    press(desk.open(form(article)), "Publish")
    page = desk.open("/news/energy/heat-pumps")
    expect(page.get_by_role("heading", level=1)).to_have_text("Heat pumps")
    assert desk.faults() == []


def test_what_is_refused_says_so_beside_the_field_and_keeps_the_text(desk):
    page = desk.open(form(draft("Heat pumps")))
    editor(page).click()
    page.keyboard.type("Text that took an hour.")
    press(page, "Publish")
    expect(page.locator(".field-topic .errorlist")).to_contain_text("File the story under a topic")
    expect(editor(page)).to_have_text("Text that took an hour.")
    assert desk.faults() == []


@pytest.mark.parametrize("filed", [True, False])
def test_a_preview_opens_beside_the_form(desk, filed):
    article = draft("Heat pumps", body="<p>Text.</p>", topic=topic() if filed else None)
    page = desk.open(form(article))
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Preview").click()
    preview = Visit(opened.value, desk.home)
    preview.page.reload()
    expect(preview.page.get_by_role("status")).to_contain_text("Readers do not see this story now")
    expect(preview.page.get_by_role("heading", level=1)).to_have_text("Heat pumps")
    assert preview.faults() == preview.axe() == []
    assert preview.page.evaluate("opener") is None


def test_a_headline_is_counted_while_it_is_typed(desk):
    page = desk.open(ADD)
    headline = page.get_by_label("Headline")
    count = page.locator(".field-headline .desk-count")
    headline.fill("Ünë 👋")
    expect(count).to_have_text("5")
    headline.fill("x" * 90)
    expect(count).not_to_have_class(re.compile("is-long"))
    headline.press_sequentially("y")
    expect(count).to_have_text("91, long: 90 read better")
    expect(count).to_have_class(re.compile("is-long"))
    expect(count).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize("width", [375, 1280])
def test_the_save_row_stays_in_view_and_on_top(desk, width):
    page = desk.open(form(draft(topic=topic(), body="<p>Line.</p>" * 40)), width)
    expect(editor(page)).to_be_visible()
    for place in (0, 0.5, 1):
        page.evaluate("(place) => scrollTo(0, place * document.body.scrollHeight)", place)
        for name in ("Save draft", "Publish", "Save and close"):
            button = page.get_by_role("button", name=name)
            expect(button).to_be_in_viewport(ratio=1)
            button.click(trial=True)  # fails where something else would get the click
    assert page.locator(".desk-row").bounding_box()["height"] < 120


@pytest.mark.parametrize("path", ["/admin/", STORIES, ADD])
def test_the_desk_is_as_wide_as_its_window(desk, path):
    for width in (375, 1280):
        desk.open(path, width)
        assert desk.overhang() <= 0, width


def test_the_editor_shows_that_it_has_the_focus(desk):
    page = desk.open(ADD)
    editor(page).focus()
    outline = editor(page).evaluate("(each) => getComputedStyle(each).outlineStyle")
    assert outline == "solid"
