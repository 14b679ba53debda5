from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from articles.models import Topic
from sponsors import snapshot
from sponsors.models import Approval, Creative, Flight, Kind, Sponsor, Status
from sponsors.tests.judging import judge
from sponsors.tests.sales import CLAIM, COPY, book, editor, sponsor


@pytest.fixture
def desk(client, db):
    client.force_login(editor())
    return client


@pytest.fixture
def seller(client, db) -> User:
    """May change all of sponsorship, and approve nothing."""
    user = User.objects.create_user("sol", is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="sponsors")
    user.user_permissions.set(rights.exclude(codename="approve_creative"))
    client.force_login(user)
    return user


def act(client, action: str, *creatives: Creative):
    """Take an action from the list of creatives, and come back with what it said."""
    data = {"action": action, "_selected_action": [creative.pk for creative in creatives]}
    response = client.post(reverse("admin:sponsors_creative_changelist"), data, follow=True)
    return " ".join(map(str, response.context["messages"]))


def flight_form(*slots: tuple[str, Topic | None], **fields: Any) -> dict[str, Any]:
    """What a browser sends for a new flight with these slots and no creative."""
    data: dict[str, Any] = {
        "sponsor": sponsor().pk,
        "name": "energy, June",
        "kind": Kind.EXCLUSIVE,
        "pace": "even",
        "price_micro": "1500.50",
        "currency": "EUR",
        "starts_at_0": "2026-06-01",
        "starts_at_1": "00:00:00",
        "ends_at_0": "2026-07-01",
        "ends_at_1": "00:00:00",
        "status": Status.BOOKED,
    }
    for formset, total in (("slots", len(slots)), ("creatives", 0)):
        data |= {f"{formset}-TOTAL_FORMS": total, f"{formset}-INITIAL_FORMS": 0}
    for number, (placement, topic) in enumerate(slots):
        data[f"slots-{number}-placement"] = placement
        data[f"slots-{number}-topic"] = topic.pk if topic else ""
    return data | fields


def post_new(client, data: dict[str, Any]):
    return client.post(reverse("admin:sponsors_flight_add"), data)


@pytest.mark.parametrize("model", ["sponsor", "flight", "creative"])
def test_a_list_takes_the_same_queries_for_one_row_and_for_many(
    model, desk, energy, space, django_assert_num_queries, django_assert_max_num_queries
):
    address = reverse(f"admin:sponsors_{model}_changelist")
    book(("article_end", energy), ("topic_list", energy))
    with django_assert_max_num_queries(20) as one:
        desk.get(address)
    for number in range(5):
        links = dict.fromkeys(("cta_url", "alt_url"), "https://vault.example/")
        other = sponsor(f"vault{number}", link_hosts=["vault.example"])
        book(("home_card", space), sponsor=other, copy=links, status=Status.PAUSED)
    with django_assert_num_queries(len(one)):
        desk.get(address)


def test_the_list_of_flights_says_where_and_on_what(desk, energy, space):
    book(("article_end", energy), ("topic_list", None))
    page = desk.get(reverse("admin:sponsors_flight_changelist")).content.decode()
    assert "end of an article, banner in a topic&#x27;s list" in page
    assert "#energy, run of site" in page


def test_the_list_of_sponsors_counts_running_flights(desk, energy, space):
    book(("article_end", energy))
    book(("article_end", space), status=Status.PAUSED)
    page = desk.get(reverse("admin:sponsors_sponsor_changelist")).content.decode()
    assert '<td class="field-running_flights">1</td>' in page


def test_a_flight_is_booked_with_its_price_and_slots(desk, energy):
    response = post_new(desk, flight_form(("article_end", energy), ("topic_list", None)))
    assert response.status_code == 302
    flight = Flight.objects.get()
    assert flight.price_micro == 1_500_500_000
    assert [slot.spot for slot in flight.slots.all()] == [
        ("article_end", energy.pk),
        ("topic_list", None),
    ]


def test_an_overlap_is_told_beside_the_slot(desk, energy):
    post_new(desk, flight_form(("article_end", energy)))
    response = post_new(desk, flight_form(("topic_list", energy), ("article_end", energy)))
    assert response.status_code == 200
    assert "“energy, June” of Overwinter holds end of an article" in response.content.decode()
    assert Flight.objects.count() == 1


def test_booking_a_draft_and_selling_it_a_taken_slot_at_once_is_refused(desk, energy):
    post_new(desk, flight_form(("article_end", energy)))
    draft = flight_form(("article_end", energy), name="a draft", status=Status.DRAFT)
    assert post_new(desk, draft).status_code == 302
    flight = Flight.objects.get(name="a draft")
    slot = flight.slots.get()
    stored = {"slots-INITIAL_FORMS": 1, "slots-0-id": slot.pk, "slots-0-flight": flight.pk}
    address = reverse("admin:sponsors_flight_change", args=[flight.pk])
    response = desk.post(address, draft | stored | {"status": Status.BOOKED})
    assert "“energy, June” of Overwinter holds" in response.content.decode()
    flight.refresh_from_db()
    assert flight.status == Status.DRAFT


@pytest.mark.parametrize("is_run_of_site", [True, False])
def test_the_same_slot_twice_in_one_form_is_refused(is_run_of_site, desk, energy):
    slot = ("article_end", None if is_run_of_site else energy)
    response = post_new(desk, flight_form(slot, slot))
    assert "errorlist" in response.content.decode()
    assert Flight.objects.count() == 0


def test_the_sponsors_hosts_are_typed_one_a_line(desk):
    data = {
        "name": "Overwinter",
        "slug": "overwinter",
        "link_hosts": "overwinter.example\n a.b.example\n",
    }
    assert desk.post(reverse("admin:sponsors_sponsor_add"), data).status_code == 302
    assert Sponsor.objects.get().link_hosts == ["overwinter.example", "a.b.example"]


def creative_form(flight: Flight, **fields: Any) -> dict[str, Any]:
    told = COPY | CLAIM | {"hooks": "energy: reading about storage?"}
    return told | {"flight": flight.pk, "weight": 1} | fields


def test_hooks_are_typed_one_a_line(desk, energy):
    flight = book(("article_end", energy))
    desk.post(reverse("admin:sponsors_creative_add"), creative_form(flight))
    assert flight.creatives.get(approved_hash="").hooks == {"energy": "reading about storage?"}


@pytest.mark.parametrize("hooks", ["no colon", "energy: a\nenergy: b", "enregy: a", "energy: {x}"])
def test_a_hook_we_cannot_place_is_refused_with_a_sentence(hooks, desk, energy):
    data = creative_form(book(("article_end", energy)), hooks=hooks)
    response = desk.post(reverse("admin:sponsors_creative_add"), data)
    assert response.context["adminform"].form.errors["hooks"]
    assert Creative.objects.count() == 1


def test_saving_a_form_unchanged_keeps_the_approval(desk, energy):
    creative = book(("article_end", energy)).creatives.get()
    form = desk.get(reverse("admin:sponsors_creative_change", args=[creative.pk]))
    data = {field.html_name: field.value() or "" for field in form.context["adminform"].form}
    desk.post(form.request["PATH_INFO"], data)
    creative.refresh_from_db()
    assert creative.withheld() == ""


def test_an_edit_in_the_form_withholds_the_creative(desk, energy):
    creative = book(("article_end", energy)).creatives.get()
    address = reverse("admin:sponsors_creative_change", args=[creative.pk])
    desk.post(address, creative_form(creative.flight, headline="Another"))
    creative.refresh_from_db()
    assert creative.status == Approval.SUBMITTED


def test_approval_is_no_action_of_the_list(desk, energy):
    creative = book(("article_end", energy)).creatives.get()
    creative.reject()
    act(desk, "approve", creative)
    creative.refresh_from_db()
    assert creative.status == Approval.REJECTED


def test_who_may_not_approve_is_not_offered_to_reject(seller, client, energy):
    creative = book(("article_end", energy)).creatives.get()
    act(client, "reject", creative)
    creative.refresh_from_db()
    assert creative.withheld() == ""


def test_a_status_sent_by_hand_approves_nothing(seller, client, energy):
    creative = book(("article_end", energy)).creatives.get()
    data = creative_form(creative.flight, headline="Mine", status="approved", approved_hash="x")
    client.post(reverse("admin:sponsors_creative_change", args=[creative.pk]), data)
    creative.refresh_from_db()
    assert creative.headline == "Mine"
    assert creative.withheld() == "was edited after its approval"


def test_what_cannot_be_submitted_is_told_by_name_and_stops_no_other(desk, energy, space):
    bad = book(("article_end", energy), copy={"headline": "Bad link"}).creatives.get()
    good = book(("article_end", space)).creatives.get()
    for creative in (bad, good):
        creative.reject()
    Creative.objects.filter(pk=bad.pk).update(cta_url="https://evil.example/")
    told = act(desk, "submit", bad, good)
    assert "“Bad link” was not submitted: evil.example is not among" in told
    assert "1 submitted." in told


def test_a_save_is_seen_at_once(desk, energy, django_capture_on_commit_callbacks):
    creative = book(("article_end", energy)).creatives.get()
    creative.reject()
    snapshot.refresh()
    with django_capture_on_commit_callbacks(execute=True):
        judge(desk, "approve", creative)
    assert snapshot.current().creatives[creative.pk].withheld == ""
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(
            reverse("admin:sponsors_flight_delete", args=[creative.flight_id]), {"post": "yes"}
        )
    assert snapshot.current().creatives == {}


@pytest.mark.parametrize("model", ["sponsor", "flight", "creative"])
def test_every_form_opens(model, desk, energy):
    row = {
        "flight": (flight := book(("article_end", energy), ("topic_list", None))).pk,
        "sponsor": flight.sponsor_id,
        "creative": flight.creatives.get().pk,
    }[model]
    assert desk.get(reverse(f"admin:sponsors_{model}_add")).status_code == 200
    assert desk.get(reverse(f"admin:sponsors_{model}_change", args=[row])).status_code == 200


def test_a_form_with_nothing_in_it_is_told_what_is_missing(desk):
    empty = {f"slots-0-{name}": "" for name in ("placement", "topic")} | {
        f"creatives-0-{name}": "x" for name in ("headline", "body", "cta_label", "cta_url")
    }
    counts = {"slots-TOTAL_FORMS": 1, "creatives-TOTAL_FORMS": 1}
    initial = {"slots-INITIAL_FORMS": 0, "creatives-INITIAL_FORMS": 0}
    response = post_new(desk, empty | counts | initial | {"slots-0-exclude": "on"})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["sponsor"]
