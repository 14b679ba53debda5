import re
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles.tests.newsroom import story, topic
from sponsors import rendering, snapshot
from sponsors.explaining import Explanation, explain
from sponsors.models import Creative, Flight, FlightSlot, Kind, Status
from sponsors.rehearsal import NoPage
from sponsors.tests.prose import LONG
from sponsors.tests.sales import book, sponsor

pytestmark = pytest.mark.django_db

HOUSE = {"kind": Kind.HOUSE, "share": 1}


@pytest.fixture
def address(energy) -> str:
    """Of a story with both of an article's places."""
    return story(topic=energy, body=LONG).get_absolute_url()


def told(found: Explanation) -> dict[str, str]:
    """The reason of each flight by its name."""
    return {outcome.flight.name: outcome.reason for outcome in found.outcomes}


def everything(energy, space) -> None:
    """A flight in every state that a desk may have it in."""
    day, now = timedelta(days=1), timezone.now()
    book(("article_end", None), kind=Kind.SHARE, share=40, name="shared")
    book(("article_mid", energy), kind=Kind.CPM, goal=500, name="metered")
    book(("article_mid", None), ("article_end", None), name="ours", **HOUSE)
    book(("article_end", space), name="off topic", **HOUSE)
    book(("home_card", None), name="elsewhere")
    book(("article_end", energy), name="to come", starts_at=now + day, ends_at=now + 2 * day)
    book(("article_end", energy), name="over", starts_at=now - 3 * day, ends_at=now - 2 * day)
    book(("article_end", energy), name="paused", status=Status.PAUSED)
    book(("article_end", energy), name="stopped", status=Status.STOPPED)
    book(("article_end", energy), name="draft", status=Status.DRAFT)
    book(name="no slots", **HOUSE)
    book(("article_end", energy), name="edited", **HOUSE)
    Creative.objects.filter(flight__name="edited").update(body="Nobody approved this.")


def test_every_booked_flight_is_listed_once_with_its_reason(address, energy, space):
    everything(energy, space)
    found = explain(address, chance=0.1)
    assert len(found.outcomes) == Flight.objects.exclude(status=Status.DRAFT).count()
    assert told(found) == {
        "shared": "is shown",
        "metered": "gives way to “shared” of Overwinter: share of voice comes before CPM",
        "ours": "gives way to “shared” of Overwinter: share of voice comes before house",
        "off topic": "is booked for other topics",
        "elsewhere": "is not sold for this page's places",
        "to come": "starts in 23 h",
        "over": "ended 2 d ago",
        "paused": "is paused",
        "stopped": "is stopped",
        "no slots": "is not sold for this page's places",
        "edited": "“Back up the thing you would hate to rebuild” was edited after its approval",
    }
    assert [outcome.flight.name for outcome in found.outcomes if outcome.is_shown] == ["shared"]


def test_without_a_chance_each_flight_has_its_odds(address, energy, space):
    everything(energy, space)
    found = explain(address)
    odds = {outcome.flight.name: outcome.odds for outcome in found.outcomes if outcome.odds}
    assert odds == {"shared": 400, "metered": 600}
    assert found.shown
    assert found.shown.flight.name == "metered"
    assert told(found)["shared"] == "is shown on 40 % of such pages"


def sponsors_own(number: int) -> dict[str, object]:
    """A sponsor that can be told by its box."""
    name = f"sponsor{number}"
    links = {"cta_url": f"https://{name}.example/", "alt_url": "", "alt_label": ""}
    return {"sponsor": sponsor(name), "copy": links, "name": name}


def test_its_winner_is_what_a_reader_gets_by_the_same_chance(address, energy, client, monkeypatch):
    """Over all tiers: shares, then what is metered, then our own."""
    now, random = timezone.now(), Random(8)
    book(("article_end", None), kind=Kind.SHARE, share=30, **sponsors_own(1))
    book(("article_mid", None), kind=Kind.SHARE, share=20, **sponsors_own(2))
    for number, slot in enumerate(["article_end", "article_mid"], 3):
        book((slot, energy), kind=Kind.CPM, goal=number * 100, **sponsors_own(number))
    book(("article_end", None), **HOUSE, **sponsors_own(5))
    monkeypatch.setattr(timezone, "now", lambda: now)
    snapshot.refresh()
    seen: Counter[str] = Counter()
    for chance in (random.random() for _ in range(25)):
        monkeypatch.setattr(rendering, "random", lambda chance=chance: chance)
        page = client.get(address).content.decode()
        drawn = re.findall(r'aria-label="Sponsored: (\w+)"', page)
        shown = explain(address, at=now, chance=chance).shown
        assert drawn == ([shown.flight.payer.name] if shown else [])
        seen.update(drawn)
    assert len(seen) == 4


def test_another_moment_may_be_asked_about(address, energy):
    flight = book(("article_end", energy), name="energy")
    before = explain(address, at=flight.ends_at - timedelta(milliseconds=1))
    after = explain(address, at=flight.ends_at)
    assert [bool(found.shown) for found in (before, after)] == [True, False]
    assert told(after) == {"energy": "ended 0 s ago"}


def test_a_flight_that_fares_differently_in_its_places_says_so_for_each(address, energy):
    flight = book(("article_mid", None), ("article_end", None), name="choosy", **HOUSE)
    FlightSlot.objects.create(flight=flight, placement="article_mid", topic=energy, exclude=True)
    book(("article_end", energy))
    assert told(explain(address))["choosy"] == (
        "excludes a topic of this page (middle of an article); gives way to “a flight” of "
        "Overwinter: exclusive comes before house (end of an article)"
    )


def test_a_page_that_takes_no_sponsor_says_so(energy):
    book(("article_end", energy), name="energy")
    free = story(topic=energy, is_sponsor_free=True).get_absolute_url()
    assert told(explain(free)) == {"energy": "is kept off: this page takes no sponsor"}
    assert told(explain("/topics")) == {
        "energy": "is kept off: this page has no place for sponsors"
    }


def test_a_flight_that_cannot_be_read_is_listed_too(address, energy):
    book(("article_end", energy), name="broken")
    Creative.objects.update(hooks=7)
    assert told(explain(address)) == {"broken": "cannot be read, and the log says why"}


def test_an_address_without_a_page_is_a_sentence():
    with pytest.raises(NoPage, match="There is no page at /news/nowhere"):
        explain("/news/nowhere")


def said(capsys, *arguments: str) -> list[str]:
    call_command("explain_placement", *arguments)
    return capsys.readouterr().out.splitlines()


def test_the_command_says_what_is_shown_and_ends_with_a_count(address, energy, capsys):
    book(("article_end", energy), name="energy, June")
    first, places, outcome, shown, count = said(capsys, address)
    assert first.startswith(f"{address} at ")
    assert places == "places: middle of an article, end of an article; topics: Energy"
    assert outcome == "“energy, June” of Overwinter is shown on 100 % of such pages"
    assert shown.startswith("shown most often: “energy, June” of Overwinter, “Back up")
    assert count == "flights=1 shown=1"


def test_a_time_without_a_zone_is_the_sites(address, energy, capsys, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    book(("article_end", energy))
    found = said(capsys, address, "--at", "2026-10-25T12:00", "--chance", "0.5")
    assert found[0] == f"{address} at 2026-10-25 12:00:00 CET"
    assert found[-1] == "flights=1 shown=0"
    found = said(capsys, address, "--at", "2026-10-25T12:00Z")
    assert found[0] == f"{address} at 2026-10-25 13:00:00 CET"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/news/nowhere"], "There is no page at /news/nowhere"),
        (["https://elsewhere.example/"], "elsewhere.example is not this site"),
        (["/", "--at", "noon"], "--at noon: give a moment such as"),
        (["/", "--at", "0001-01-01"], "--at 0001-01-01: give a moment such as"),
        (["/", "--chance", "1"], "--chance 1: give a number from 0 to below 1"),
        (["/", "--chance", "nan"], "--chance nan: give a number"),
    ],
)
def test_bad_arguments_are_a_sentence_and_code_2(arguments, sentence):
    topic("energy")
    with pytest.raises(CommandError, match=re.escape(sentence)) as refusal:
        call_command("explain_placement", *arguments)
    assert refusal.value.returncode == 2
