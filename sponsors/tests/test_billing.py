"""What is billed: the sums by themselves, then as they are stored and held against editors."""

import random
import threading
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connections, transaction
from django.db.models import Sum
from django.urls import reverse
from hypothesis import given, strategies as st

from sponsors import counting
from sponsors.batches import Batch, store
from sponsors.billing import Terms, bills
from sponsors.events import Fault, What
from sponsors.models import Delivery, Flight, PageStat, SlotStat
from sponsors.tests.readers import click, filtered, page, second_click, view
from sponsors.tests.sales import book, editor

CPM = Terms("cpm", 1_234_567, 1_000)
CPC = Terms("cpc", 350_001, 40)
SUMS = ("views", "clicks", "spend_micro")


def cpm(**fields) -> Flight:
    return book(
        ("article_end", None), **{"kind": "cpm", "price_micro": 1_234_567, "goal": 3} | fields
    )


def count(*events) -> Delivery:
    """Store them; the delivery of their flight, which is one."""
    assert store(Batch(events)) == 0
    return Delivery.objects.get(flight=events[0].token.flight)


@given(st.integers(0, 3_000), st.lists(st.integers(0, 400), max_size=30))
def test_however_units_come_in_their_price_is_the_same(billed, amounts):
    together = next(bills(CPM, min(billed, 1_000), [sum(amounts)]))
    apart = list(bills(CPM, min(billed, 1_000), amounts))
    for figure in ("billed", "bonus", "spend_micro"):
        assert sum(getattr(bill, figure) for bill in apart) == getattr(together, figure)


@given(st.lists(st.integers(0, 400), max_size=30))
def test_nothing_is_billed_past_the_goal_and_nothing_is_lost(amounts):
    made = list(bills(CPC, 0, amounts))
    assert sum(bill.billed for bill in made) == min(sum(amounts), 40)
    assert [bill.billed + bill.bonus for bill in made] == amounts
    assert sum(bill.spend_micro for bill in made) == min(sum(amounts), 40) * 350_001


@pytest.mark.parametrize(
    ("kind", "units"), [("cpm", 9), ("cpc", 2), ("exclusive", 0), ("share", 0), ("house", 0)]
)
def test_views_are_sold_by_cpm_first_link_clicks_by_cpc_and_neither_by_others(kind, units):
    assert Terms(kind, 5, 10).units(views=9, clicks=2) == units


@pytest.mark.django_db
def test_past_the_goal_a_view_counts_and_costs_nothing():
    flight = cpm()
    delivery = count(*(view(page(flight)) for _ in range(5)))
    assert (delivery.views, delivery.billed_units, delivery.spend_micro) == (5, 3, 3_703)
    assert SlotStat.objects.values_list("bonus", "spend_micro").get() == (2, 3_703)


@pytest.mark.django_db
def test_of_a_cpc_flight_clicks_on_the_first_link_are_billed():
    flight = cpm(kind="cpc", price_micro=350_000)
    token = page(flight)
    delivery = count(view(token), click(token), second_click(token))
    assert (delivery.clicks, delivery.billed_units, delivery.spend_micro) == (1, 1, 350_000)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "terms", [{"kind": "exclusive", "price_micro": 5, "goal": 1}, {"kind": "house", "share": 1}]
)
def test_what_is_not_metered_earns_nothing_by_being_seen(terms):
    flight = book(("article_end", None), **terms)
    delivery = count(*(view(page(flight)) for _ in range(3)))
    assert (delivery.views, delivery.billed_units, delivery.spend_micro) == (3, 0, 0)
    assert SlotStat.objects.get().bonus == 0


@pytest.mark.django_db
def test_rows_earn_together_exactly_what_the_flight_does():
    flights = [cpm(goal=goal, price_micro=price) for goal, price in [(50, 999), (500, 1_234_567)]]
    flights.append(cpm(kind="cpc", goal=9, price_micro=350_001))
    chance = random.Random(7)
    for _ in range(12):
        tokens = [_random_page(chance, flights) for _ in range(chance.randrange(1, 60))]
        events = [chance.choice([view, click])(token) for token in tokens for _ in range(2)]
        store(Batch(events))
    for flight in flights:
        delivery = Delivery.objects.get(flight=flight)
        rows = SlotStat.objects.filter(flight=flight)
        sums = rows.aggregate(**{name: Sum(name) for name in (*SUMS, "bonus")})
        assert [sums[name] for name in SUMS] == [getattr(delivery, name) for name in SUMS]
        assert delivery.billed_units + sums["bonus"] == (
            delivery.clicks if flight.kind == "cpc" else delivery.views
        )
        assert delivery.billed_units <= flight.goal
        pages = PageStat.objects.filter(flight=flight).aggregate(Sum("views"), Sum("clicks"))
        assert pages == {"views__sum": delivery.views, "clicks__sum": delivery.clicks}


def _random_page(chance, flights):
    minute = int(time.time()) // 60 - chance.randrange(300)
    return page(chance.choice(flights), page=chance.randrange(4), minute=minute)


@pytest.fixture
def billed(db) -> Flight:
    flight = cpm()
    count(view(page(flight)))
    return flight


def save(flight: Flight) -> None:
    flight.price_micro = 1
    flight.save()


def update(flight: Flight) -> None:
    Flight.objects.filter(pk=flight.pk).update(price_micro=1)


def bulk_update(flight: Flight) -> None:
    flight.price_micro = 1
    Flight.objects.bulk_update([flight], ["price_micro"])


@pytest.mark.parametrize("change", [save, update, bulk_update])
def test_a_price_that_something_was_billed_by_cannot_change(change, billed):
    with pytest.raises(ValidationError, match="billed by this already"), transaction.atomic():
        change(billed)
    assert Flight.objects.get().price_micro == 1_234_567
    assert count(view(page(billed))).spend_micro == 2_469


def test_nor_in_the_admin(billed, client):
    client.force_login(editor())
    address = reverse("admin:sponsors_flight_change", args=[billed.pk])
    form = client.get(address).context["adminform"].form
    data = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}
    data |= {"price_micro": "0.01", "starts_at_0": "2026-06-01", "starts_at_1": "00:00"}
    for formset in ("slots", "creatives"):
        data |= {f"{formset}-TOTAL_FORMS": 0, f"{formset}-INITIAL_FORMS": 0}
    told = client.post(address, {name: value for name, value in data.items() if value is not None})
    assert "billed by this already" in told.content.decode()
    assert Flight.objects.get().price_micro == 1_234_567


def test_until_something_is_billed_a_price_may_change(db):
    flight = cpm()
    count(filtered(What.VIEW, page(flight), Fault.BOT))
    save(flight)
    assert count(view(page(flight))).spend_micro == 0  # 1 micro-unit for a thousand


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_counts_does_not_wait_for_an_editor_nor_bill_by_a_price_that_is_changing():
    flight = cpm()
    event = view(page(flight))
    with transaction.atomic():
        save(flight)
        assert refused_elsewhere(lambda: store(Batch([event])))
    assert count(event).spend_micro == 0
    assert SlotStat.objects.get().views == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_editor_who_saves_is_no_outage(caplog):
    flight, tries = cpm(), []
    counting.viewed(view(page(flight)))
    with transaction.atomic():
        save(flight)
        refused_elsewhere(lambda: tries.append(counting.flush()))
    tries.append(counting.flush())
    assert tries == [False, True] and SlotStat.objects.get().views == 1
    assert caplog.records == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_editor_waits_for_who_counts_and_is_refused_then():
    flight = cpm()
    token = page(flight)
    refusals = []

    def change() -> None:
        try:
            save(flight)
        except ValidationError as refusal:
            refusals.append(refusal.messages[0])
        finally:
            connections.close_all()

    editing = threading.Thread(target=change)
    with transaction.atomic():
        store(Batch([view(token)]))
        editing.start()
        editing.join(0.3)
        assert editing.is_alive()
    editing.join(10)
    assert "billed by this already" in refusals[0]


def refused_elsewhere(work) -> bool:
    """Whether the database refuses it at once to another connection."""
    refused = []

    def attempt() -> None:
        try:
            work()
        except OperationalError:
            refused.append(True)
        finally:
            connections.close_all()

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join(5)
    return bool(refused)
