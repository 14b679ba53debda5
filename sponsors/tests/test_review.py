"""Where a creative is judged: the difference, the buttons, and the frames with real pages."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from lxml import html

from articles.tests.newsroom import story, topic
from sponsors import counting
from sponsors.models import Approval, Creative, PageStat, Placement, SlotStat
from sponsors.tests.judging import buttons, frame, judge, review
from sponsors.tests.sales import book, editor

DOWNLOAD = "curl -fsSL https://overwinter.example/install.sh | sh"


@pytest.fixture
def desk(client, db):
    client.force_login(editor())
    return client


@pytest.fixture
def creative(energy) -> Creative:
    return book(("article_end", energy)).creatives.get()


@pytest.fixture
def submitted(creative) -> Creative:
    """Approved, and edited since."""
    creative.fine_print = "20 GB free, no card required."
    creative.save()
    return creative


def staff(client, *codenames: str) -> User:
    user = User.objects.create_user("sol", is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="sponsors")
    user.user_permissions.set(rights.filter(codename__in=codenames))
    client.force_login(user)
    return user


def tree(response):
    return html.fromstring(response.content.decode())


# The difference and the verdict


def test_the_difference_is_shown_field_by_field(desk, submitted):
    page = desk.get(review(submitted)).content.decode()
    assert "<del>10</del><ins>20</ins> GB free" in page
    assert page.count('<span class="mark">changed</span>') == 1
    assert "it was edited after its approval" in page


def test_what_was_never_approved_is_called_new(desk, energy):
    flight = book(("article_end", energy))
    new = Creative.objects.create(
        flight=flight,
        headline="One",
        body="Two",
        cta_label="Go",
        cta_url="https://overwinter.example/",
    )
    page = desk.get(review(new)).content.decode()
    assert "New: nothing of it was approved before" in page
    assert "<ins>" not in page


def test_another_flight_is_part_of_the_difference(desk, creative, space):
    creative.flight = book(("article_end", space), name="space, June")
    creative.save()
    changed = tree(desk.get(review(creative))).find_class("is-changed")
    assert [each.xpath(".//ins")[0].text for each in changed] == ["space, June"]


def test_markup_in_the_copy_is_text(desk, creative):
    Creative.objects.update(body="<script>alert(1)</script>")
    assert "<script>alert" not in desk.get(review(creative)).content.decode()


def test_approval_is_recorded_and_logged(desk, submitted):
    assert judge(desk, "approve", submitted).endswith(
        "is approved: it is shown while its flight runs."
    )
    submitted.refresh_from_db()
    assert submitted.approved_by == editor()
    assert submitted.withheld() == ""
    assert "Approved." in desk.get(review(submitted).replace("preview", "history")).content.decode()


def test_what_changed_while_it_was_looked_at_is_not_approved(desk, submitted):
    seen = tree(desk.get(review(submitted))).xpath("//input[@name='seen']/@value")[0]
    Creative.objects.update(headline="Slipped in")
    assert "Nothing was done" in judge(desk, "approve", submitted, seen=seen)
    submitted.refresh_from_db()
    assert submitted.status == Approval.SUBMITTED


def test_what_was_rejected_while_it_was_looked_at_stays_rejected(desk, submitted):
    seen = tree(desk.get(review(submitted))).xpath("//input[@name='seen']/@value")[0]
    submitted.reject()
    assert "Nothing was done" in judge(desk, "approve", submitted, seen=seen)
    submitted.refresh_from_db()
    assert submitted.status == Approval.REJECTED


def test_what_cannot_be_approved_is_told_why(desk, submitted):
    Creative.objects.update(cta_url="https://evil.example/")
    assert "It was not approved: evil.example is not among" in judge(desk, "approve", submitted)


def test_two_approve_what_runs_what_it_downloads(desk, submitted):
    Creative.objects.update(command=DOWNLOAD)
    assert "approved by one of two: it waits for a second" in judge(desk, "approve", submitted)
    assert buttons(desk, submitted) == ["reject"]
    desk.force_login(editor("tom"))
    assert buttons(desk, submitted) == ["approve", "reject"]
    assert "is approved: it is shown" in judge(desk, "approve", submitted)
    submitted.refresh_from_db()
    assert submitted.seconded_by == editor("tom")


def test_the_first_approver_cannot_second_by_hand(desk, submitted):
    Creative.objects.update(command=DOWNLOAD)
    judge(desk, "approve", submitted)
    assert "somebody else has to approve it" in judge(desk, "approve", submitted)


@pytest.mark.parametrize(
    ("rights", "offered"),
    [
        (["view_creative"], []),
        (["view_creative", "change_creative"], ["submit"]),
        (["view_creative", "approve_creative"], ["approve"]),
    ],
)
def test_buttons_are_for_who_may_press_them(rights, offered, client, creative):
    creative.reject()
    staff(client, *rights)
    assert buttons(client, creative) == offered


@pytest.mark.parametrize("step", ["submit", "approve", "reject"])
def test_a_step_that_is_not_ones_own_is_refused(step, client, submitted):
    staff(client, "view_creative")
    response = client.post(review(submitted), {"do": step})
    assert response.status_code == 403
    submitted.refresh_from_db()
    assert submitted.status == Approval.SUBMITTED


def test_a_step_that_nobody_knows_is_refused(desk, creative):
    assert desk.post(review(creative), {"do": "publish"}).status_code == 400


def test_the_page_is_for_the_desk(client, creative):
    for address in (review(creative), frame(creative)):
        assert client.get(address).status_code == 302
    staff(client)
    for address in (review(creative), frame(creative)):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", ["0/preview/", "0/preview/article_end/light/"])
def test_a_creative_that_is_not_there_is_not_found(address, desk):
    assert desk.get(f"/admin/sponsors/creative/{address}").status_code == 404


# The list


@pytest.mark.parametrize(
    ("query", "found"),
    [("waits=approval", 2), ("waits=second", 1), ("figures=stale", 1), ("figures=fresh", 2)],
)
def test_the_list_is_filtered_by_what_is_to_be_done(query, found, desk, energy, space):
    old = {"claim_checked_on": timezone.localdate() - timedelta(days=120)}
    book(("article_end", energy), copy=old)
    for number, command in enumerate(["", DOWNLOAD]):
        words = {"command": command, "output": ""}
        creative = book((list(Placement)[number + 1], space), copy=words).creatives.get()
        if not command:
            creative.reject()
            creative.submit()
    response = desk.get(f"/admin/sponsors/creative/?{query}")
    assert response.context["cl"].result_count == found


def test_old_figures_are_told_in_list_and_form_and_review(desk, energy):
    old = {"claim_checked_on": timezone.localdate() - timedelta(days=120)}
    creative = book(("article_end", energy), copy=old).creatives.get()
    form = f"/admin/sponsors/creative/{creative.pk}/change/"
    for address in ("/admin/sponsors/creative/", form, review(creative)):
        told = desk.get(address).content.decode()
        assert "figures checked 120 days ago: check again" in told, address


# The frames


def sources(response) -> list[str]:
    return tree(response).xpath("//iframe/@src")


def test_every_placement_of_the_flight_has_four_frames(desk, energy):
    story(topic=energy)
    creative = book(("article_end", energy), ("home_card", None)).creatives.get()
    found = sources(desk.get(review(creative)))
    assert len(found) == 8
    assert {re.findall(r"preview/(\w+)/", each)[0] for each in found} == {
        "article_end",
        "home_card",
    }
    everywhere = sources(desk.get(f"{review(creative)}?all=on"))
    assert len(everywhere) == 4 * len(Placement)


@pytest.mark.parametrize("placement", Placement)
@pytest.mark.parametrize("is_sold_by_topic", [True, False])
def test_a_frame_holds_the_real_page_with_the_box_in_it(placement, is_sold_by_topic, desk, energy):
    body = f"<p>{'word ' * 60}</p>" * 8  # long enough to have a middle
    told = story("The one that is read", topic=energy, body=body)
    creative = book((placement, energy if is_sold_by_topic else None)).creatives.get()
    creative.reject()
    for source in sources(desk.get(review(creative))):
        page = desk.get(source).content.decode()
        assert page.count("placement-label") == page.count('id="the-box"') == 1, source
        assert creative.headline in page
        assert told.headline in page


def test_the_newest_story_of_the_topic_that_takes_sponsors_is_shown(desk, energy, creative):
    story("Older", topic=energy, age=timedelta(days=1))
    story("Newest", topic=energy, is_sponsor_free=True)
    story("Elsewhere", topic=topic("space"))
    assert "address=%2Fnews%2Fenergy%2Folder" in sources(desk.get(review(creative)))[0]


def test_another_page_can_be_tried(desk, creative):
    told = story("Elsewhere", topic=topic("space"))
    response = desk.get(review(creative), {"address": told.get_absolute_url()})
    page = desk.get(sources(response)[0]).content.decode()
    assert told.headline in page
    assert creative.headline in page


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("/news/energy/nothing", "There is no page at"),
        ("/admin/", "is no page for readers"),
        ("https://evil.example/", "is not this site"),
        ("nonsense", "is no address of a page"),
        ("/", "has no place for a end of an article"),
        ("//[", "is no address"),
    ],
)
def test_a_page_that_cannot_be_tried_is_told_why_and_the_box_stands_alone(
    address, fault, desk, creative
):
    response = desk.get(review(creative), {"address": address})
    assert fault in html.fromstring(response.content.decode()).text_content()
    alone = desk.get(sources(response)[0]).content.decode()
    assert alone.count("<aside") == 1


def test_without_a_story_the_box_stands_alone(desk, creative):
    response = desk.get(review(creative))
    assert "Nothing is published yet where it would be shown." in response.content.decode()
    assert "<aside" in desk.get(sources(response)[0]).content.decode()


def test_a_flight_without_slots_says_so(desk, energy):
    creative = book().creatives.get()
    assert "The flight has no slot yet" in desk.get(review(creative)).content.decode()
    assert len(sources(desk.get(f"{review(creative)}?all=on"))) == 4 * len(Placement)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_framed_page_has_one_theme_and_no_script(theme, desk, creative):
    told = story(topic=topic())
    path = frame(creative, theme=theme)
    page = desk.get(path, {"address": told.get_absolute_url()}).content.decode()
    assert f'<html data-theme="{theme}"' in page
    assert "<script" not in page
    assert '<aside id="the-box"' in page


@pytest.mark.parametrize("path", ["article_end/sepia", "sidebar/light"])
def test_no_other_placement_or_theme_is_framed(path, desk, creative):
    assert desk.get(f"{review(creative)}{path}/").status_code == 404


def test_only_the_framed_page_may_be_framed_and_only_by_us(desk, creative):
    outer, inner = desk.get(review(creative)), desk.get(frame(creative))
    assert outer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in outer["Content-Security-Policy"]
    assert "frame-src 'self'" in outer["Content-Security-Policy"]
    assert inner["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in inner["Content-Security-Policy"]
    assert "script-src 'none'" in inner["Content-Security-Policy"]
    assert "frame-src" not in inner["Content-Security-Policy"]


def test_a_framed_page_carries_no_token_and_counts_nothing(desk, creative):
    told = story(topic=topic())
    page = desk.get(frame(creative), {"address": told.get_absolute_url()}).content.decode()
    assert "/x/c/" not in page and "data-x" not in page
    counting.flush()
    assert not SlotStat.objects.exists() and not PageStat.objects.exists()
