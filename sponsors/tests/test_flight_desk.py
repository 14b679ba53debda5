"""A flight at the desk: what its form refuses and why, and its buttons."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from articles.tests.desk import errors, filled, said
from sponsors import snapshot
from sponsors.models import Delivery, Flight, Kind, Status
from sponsors.tests.sales import book, editor

ARTICLE = "article_end"
# Ahead of any test, so that nothing is billed yet.
JUNE, JULY, AUGUST = (datetime(2096, month, 1, tzinfo=UTC) for month in (6, 7, 8))
IN_JUNE: dict[str, Any] = {"starts_at": JUNE, "ends_at": JULY}
LIST = reverse("admin:sponsors_flight_changelist")


@pytest.fixture
def desk(client, db):
    client.force_login(editor())
    return client


def with_rights(client, *rights: str):
    """Somebody of the desk who may do these things and nothing else."""
    user = User.objects.create_user("rae", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return client


def form_of(flight: Flight) -> str:
    return reverse("admin:sponsors_flight_change", args=[flight.pk])


def button(flight: Flight, name: str) -> str:
    return reverse(f"admin:sponsors_flight_{name}", args=[flight.pk])


def send(client, flight: Flight, **changes: Any):
    """Open the flight's form, change it and save it."""
    return client.post(form_of(flight), filled(client.get(form_of(flight))) | changes)


def metered(energy, **fields: Any) -> Flight:
    return book((ARTICLE, energy), **{"kind": "cpm", "goal": 1000, "price_micro": 5, **fields})


def billed(energy) -> Flight:
    flight = metered(energy)
    Delivery.objects.create(flight=flight, views=7, billed_units=7, spend_micro=35)
    return flight


# Terms


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"kind": "cpm"}, "goal", "how many views are sold"),
        ({"kind": "cpc"}, "goal", "how many clicks are sold"),
        ({"kind": "share"}, "share", "1 to 100 per cent"),
        ({"kind": "share", "share": "101"}, "share", "1 to 100 per cent"),
        ({"kind": "house"}, "share", "a weight"),
        ({"kind": "house", "share": "1", "price_micro": "3"}, "price_micro", "its price is 0"),
        ({"kind": "exclusive", "share": "5"}, "share", "Leave it empty"),
        ({"price_micro": "-1"}, "price_micro", "greater than or equal to 0"),
        ({"ends_at_0": "2096-05-01"}, "ends_at", "ends after it starts"),
        ({"currency": "eur"}, "currency", "Three capital letters"),
    ],
)
def test_terms_that_do_not_go_together_are_told_beside_the_field(
    changes, field, told, desk, energy
):
    flight = book((ARTICLE, energy), **IN_JUNE)
    found = errors(send(desk, flight, **changes))
    assert [told in sentence for sentence in found[field]] == [True]
    assert "" not in found


def test_what_is_counted_is_not_sold_where_nothing_is(desk, energy, settings):
    settings.SPONSOR_MEASURE = False
    flight = book((ARTICLE, energy), **IN_JUNE)
    found = errors(send(desk, flight, kind="cpm", goal="9"))
    assert "Nothing is counted here" in found["kind"][0]


@pytest.mark.parametrize(
    "terms",
    [
        {"kind": "exclusive", "price_micro": "12.50", "goal": "500"},
        {"kind": "share", "share": "40", "price_micro": "3"},
        {"kind": "cpm", "goal": "30000", "pace": "asap"},
        {"kind": "cpc", "goal": "20", "price_micro": "0.125"},
        {"kind": "house", "share": "2", "price_micro": "0"},
    ],
    ids=lambda terms: terms["kind"],
)
def test_every_kind_can_be_sold(terms, desk, energy):
    flight = book((ARTICLE, energy), status=Status.DRAFT, **IN_JUNE)
    assert send(desk, flight, status="booked", **terms).status_code == 302
    flight.refresh_from_db()
    assert (flight.kind, flight.status) == (terms["kind"], "booked")


@pytest.mark.parametrize("make", [billed, lambda energy: book((ARTICLE, energy), price_micro=5)])
def test_what_is_billed_cannot_be_typed_over(make, desk, energy):
    flight = make(energy)
    page = desk.get(form_of(flight)).content.decode()
    assert "something is billed by this already" in page
    sent = {"price_micro": "9", "kind": "house", "goal": "5", "name": "renamed"}
    assert send(desk, flight, **sent).status_code == 302
    before, after = flight, Flight.objects.get(pk=flight.pk)
    names = ("kind", "price_micro", "goal", "starts_at", "sponsor_id")
    assert [getattr(after, name) for name in names] == [getattr(before, name) for name in names]
    assert after.name == "renamed"


def test_a_price_past_a_million_survives_a_save_that_cannot_change_it(desk, energy):
    flight = book((ARTICLE, energy), price_micro=2_000_000_000_001)
    assert send(desk, flight, name="renamed").status_code == 302
    flight.refresh_from_db()
    assert (flight.name, flight.price_micro) == ("renamed", 2_000_000_000_001)


def test_what_is_billed_is_no_draft_again(desk, energy):
    found = errors(send(desk, billed(energy), status="draft"))
    assert "cannot be a draft again" in found["status"][0]


def test_the_form_stops_nothing_and_starts_nothing_that_was_stopped(desk, energy):
    flight = book((ARTICLE, energy))
    assert "stopped" in errors(send(desk, flight, status="stopped"))["status"][0]
    flight.stop()
    send(desk, flight, status="booked")
    flight.refresh_from_db()
    assert flight.status == Status.STOPPED


@pytest.mark.parametrize("make", [billed, lambda energy: book((ARTICLE, energy), price_micro=5)])
def test_what_money_was_earned_by_is_not_deleted(make, desk, energy):
    flight = make(energy)
    one = reverse("admin:sponsors_flight_delete", args=[flight.pk])
    assert desk.post(one, {"post": "yes"}).status_code == 403
    many = {"action": "delete_selected", "_selected_action": [flight.pk], "post": "yes"}
    desk.post(LIST, many)
    assert Flight.objects.filter(pk=flight.pk).exists()


# Slots: those that are sent are asked for, not those that are stored


@pytest.fixture
def held(energy):
    return book((ARTICLE, energy), name="energy, June", **IN_JUNE)


def test_a_draft_moved_out_of_a_taken_slot_is_booked(held, desk, energy, space):
    draft = book((ARTICLE, energy), status=Status.DRAFT, **IN_JUNE)
    assert "“energy, June”" in send(desk, draft, status="booked").content.decode()
    moved = {"slots-0-topic": str(space.pk)}
    assert send(desk, draft, status="booked", **moved).status_code == 302
    assert draft.slots.get().held_from == JUNE


def test_a_draft_whose_taken_slot_is_deleted_is_booked(held, desk, energy, space):
    draft = book((ARTICLE, energy), (ARTICLE, space), status=Status.DRAFT, **IN_JUNE)
    taken = [slot.topic_id for slot in draft.slots.all()].index(energy.pk)
    sent = {"status": "booked", f"slots-{taken}-DELETE": "on"}
    assert send(desk, draft, **sent).status_code == 302
    assert draft.slots.get().topic == space


def test_a_booking_moves_to_another_slot_and_period_at_once(held, desk, energy, space):
    """The new slot is taken in the old period, and the old slot in the new one."""
    mine = book((ARTICLE, space), **IN_JUNE)
    book((ARTICLE, space), starts_at=JULY, ends_at=AUGUST)
    sent = {"starts_at_0": "2096-07-01", "ends_at_0": "2096-08-01"}
    sent |= {"slots-0-topic": str(energy.pk)}
    assert send(desk, mine, **sent).status_code == 302
    assert (mine.slots.get().topic, mine.slots.get().held_from) == (energy, JULY)


@pytest.mark.parametrize("period", [{"starts_at_0": "0001-01-01"}, {"ends_at_0": "9999-12-31"}])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_period_lies_in_years_that_every_zone_has(period, zone, desk, energy, settings):
    settings.TIME_ZONE = zone
    draft = book((ARTICLE, energy), status=Status.DRAFT, **IN_JUNE)
    response = send(desk, draft, status="booked", **period)
    assert "Give a moment between 2000 and 2200" in response.content.decode()


def test_shares_past_the_whole_are_told_beside_the_slot(desk, energy):
    book((ARTICLE, energy), kind=Kind.SHARE, share=60, name="most of June", **IN_JUNE)
    draft = book((ARTICLE, energy), kind=Kind.SHARE, share=41, status=Status.DRAFT, **IN_JUNE)
    response = send(desk, draft, status="booked")
    assert "40 % are left" in response.content.decode()
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    assert send(desk, draft, status="booked", share="40").status_code == 302


def test_who_may_not_touch_slots_is_told_of_the_rival_all_the_same(held, client, energy):
    draft = book((ARTICLE, energy), status=Status.DRAFT, **IN_JUNE)
    seller = with_rights(client, "view_flight", "change_flight", "view_sponsor")
    response = seller.post(
        form_of(draft), filled(seller.get(form_of(draft))) | {"status": "booked"}, follow=True
    )
    assert "“energy, June” of Overwinter holds" in said(response)[0]
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


# Buttons


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pause", Status.BOOKED, Status.PAUSED),
        ("resume", Status.PAUSED, Status.BOOKED),
        ("stop", Status.BOOKED, Status.STOPPED),
        ("stop", Status.PAUSED, Status.STOPPED),
    ],
)
def test_a_button_turns_the_flight_and_leaves_a_record(name, before, after, desk, energy):
    flight = book((ARTICLE, energy), status=before)
    response = desk.post(button(flight, name), follow=True)
    flight.refresh_from_db()
    assert flight.status == after
    assert response.redirect_chain == [(form_of(flight), 302)]
    assert LogEntry.objects.get().object_id == str(flight.pk)


def test_what_is_paused_is_off_the_pages_at_once(desk, energy, django_capture_on_commit_callbacks):
    flight = book((ARTICLE, energy))
    snapshot.refresh()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(button(flight, "pause"))
    assert not snapshot.current().by_placement.get(ARTICLE)


def test_resuming_names_who_has_the_slot_meanwhile(desk, energy):
    paused = book((ARTICLE, energy), status=Status.PAUSED)
    book((ARTICLE, energy), name="the rival")
    response = desk.post(button(paused, "resume"), follow=True)
    assert "“the rival” of Overwinter holds end of an article" in said(response)[0]
    paused.refresh_from_db()
    assert paused.status == Status.PAUSED


def test_resuming_a_share_counts_what_was_sold_meanwhile(desk, energy):
    terms = {"kind": Kind.SHARE, "share": 60}
    paused = book((ARTICLE, energy), status=Status.PAUSED, **terms)
    book((ARTICLE, energy), name="the rival", **terms)
    assert "to “the rival”" in said(desk.post(button(paused, "resume"), follow=True))[0]


def test_stopping_asks_first_and_says_what_it_does(desk, energy):
    flight = book((ARTICLE, energy))
    page = desk.get(button(flight, "stop")).content.decode()
    assert "Stopping is final" in page
    flight.refresh_from_db()
    assert flight.status == Status.BOOKED


def test_a_stopped_flight_is_over_from_then_on(desk, energy):
    flight = book((ARTICLE, energy))
    desk.post(button(flight, "stop"))
    flight.refresh_from_db()
    assert flight.over_at <= timezone.now() < flight.ends_at


@pytest.mark.parametrize("name", ["pause", "resume", "stop"])
@pytest.mark.parametrize("status", [Status.DRAFT, Status.STOPPED])
def test_what_is_not_running_is_not_turned(name, status, desk, energy):
    flight = book((ARTICLE, energy), status=status)
    response = desk.post(button(flight, name), follow=True)
    assert f"It is {status}, so it cannot be" in said(response)[0]
    assert f'formaction="{button(flight, name)}"' not in response.content.decode()


def test_what_is_over_is_not_turned(desk, energy):
    flight = book((ARTICLE, energy), ends_at=timezone.now() - timedelta(hours=1))
    assert "It is over already" in said(desk.post(button(flight, "pause"), follow=True))[0]


@pytest.mark.parametrize("name", ["pause", "resume", "copy"])
def test_looking_at_a_button_presses_nothing(name, desk, energy):
    assert desk.get(button(book((ARTICLE, energy)), name)).status_code == 405


@pytest.mark.parametrize("name", ["pause", "resume", "stop", "copy"])
def test_buttons_are_for_those_who_may(name, client, energy):
    flight = book((ARTICLE, energy))
    assert client.post(button(flight, name)).headers["Location"].startswith("/admin/login/")
    viewer = with_rights(client, "view_flight", "view_sponsor")
    assert viewer.post(button(flight, name)).status_code == 403
    assert "formaction" not in viewer.get(form_of(flight)).content.decode()
    flight.refresh_from_db()
    assert (flight.status, Flight.objects.count()) == (Status.BOOKED, 1)


def test_a_button_of_no_flight_is_not_found(desk):
    assert desk.post("/admin/sponsors/flight/0/pause/").status_code == 404


# From the list


def act(client, action: str, *flights: Flight, **data: Any):
    chosen = {"action": action, "_selected_action": [flight.pk for flight in flights]}
    return client.post(LIST, chosen | data, follow=True)


def test_several_are_paused_from_the_list_and_one_that_cannot_be_is_named(desk, energy, space):
    good, bad = book((ARTICLE, energy)), book((ARTICLE, space), name="bad", status=Status.DRAFT)
    told = said(act(desk, "pause", good, bad))
    assert any("“bad” was not paused. It is draft" in sentence for sentence in told)
    good.refresh_from_db()
    assert good.status == Status.PAUSED


def test_several_are_stopped_from_the_list_once_confirmed(desk, energy, space):
    flights = book((ARTICLE, energy)), book((ARTICLE, space))
    asked = act(desk, "stop", *flights)
    assert "Stopping is final" in asked.content.decode()
    assert not Flight.objects.filter(status=Status.STOPPED)
    act(desk, "stop", *flights, confirmed="yes")
    assert Flight.objects.filter(status=Status.STOPPED).count() == 2


def test_who_may_only_look_has_no_actions(client, energy):
    flight = book((ARTICLE, energy))
    act(with_rights(client, "view_flight"), "pause", flight)
    flight.refresh_from_db()
    assert flight.status == Status.BOOKED


# Copies


def test_a_copy_is_a_draft_with_the_same_terms_slots_and_words(desk, energy, space):
    flight = book((ARTICLE, energy), ("topic_list", space), kind="cpm", goal=9, price_micro=5)
    desk.post(button(flight, "copy"))
    copy = Flight.objects.exclude(pk=flight.pk).get()
    assert (copy.name, copy.status, copy.goal) == ("a flight, copy", Status.DRAFT, 9)
    assert [slot.spot for slot in copy.slots.all()] == [slot.spot for slot in flight.slots.all()]
    assert copy.creatives.get().headline == flight.creatives.get().headline


def test_copied_words_are_nobodys_approval(desk, energy):
    flight = book((ARTICLE, energy))
    desk.post(button(flight, "copy"))
    words = Flight.objects.exclude(pk=flight.pk).get().creatives.get()
    told = (words.status, words.approved_by, words.approved_hash, words.approved_content)
    assert told == ("draft", None, "", None)


def test_the_longest_name_can_be_copied(desk, energy):
    book((ARTICLE, energy), name="x" * 120)
    assert "1 copied, as drafts." in said(act(desk, "copy", Flight.objects.get()))
    assert {len(flight.name) for flight in Flight.objects.all()} == {120}


# Beside the form


def test_the_form_says_what_was_delivered_and_earned(desk, energy):
    over = {"starts_at": JUNE.replace(year=2026), "ends_at": JULY.replace(year=2026)}
    flight = book((ARTICLE, energy), price_micro=96_000_000, **over)
    page = desk.get(form_of(flight)).content.decode()
    assert "<dt>earned</dt><dd>96.00 EUR</dd>" in page
    assert reverse("report", args=["x"])[:-1] in page


def test_who_may_only_look_reads_the_price_in_words(client, energy):
    flight = book((ARTICLE, energy), price_micro=1_500_500_000)
    page = with_rights(client, "view_flight", "view_sponsor").get(form_of(flight))
    assert "1,500.50 EUR for the whole period" in page.content.decode()


def test_a_flight_leads_to_the_review_of_its_creatives(desk, energy):
    flight = book(("article_end", energy))
    address = reverse("admin:sponsors_creative_preview", args=[flight.creatives.get().pk])
    page = desk.get(reverse("admin:sponsors_flight_change", args=[flight.pk]))
    assert f'href="{address}"' in page.content.decode()
