import csv
import io
import re
from decimal import Decimal

import lxml.html
import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.tests.newsroom import draft, story, withdrawn
from sponsors import reports, sharing
from sponsors.days import DAY, HOUR
from sponsors.lines import earned
from sponsors.models import Creative, Flight, Kind, PageStat, SlotStat, Sponsor, Status
from sponsors.tests.sales import JULY, JUNE, NOW, book, editor, sponsor, tally
from sponsors.tests.test_placement import ATTACKS

pytestmark = pytest.mark.django_db

FORMULAS = [
    '=HYPERLINK("https://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "＝1+1",
    "a;=1+1",
    "a\n=1+1",
    '","=1+1',
]
AMOUNT = re.compile(r"[\d,]+\.\d{2,6}")


@pytest.fixture(autouse=True)
def mid_june(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def sell(*slots, copy=None, **fields):
    """A flight whose claims were checked by the day that it is in these tests."""
    return book(*slots, copy={"claim_checked_on": NOW.date()} | (copy or {}), **fields)


@pytest.fixture
def sold(overwinter, energy):
    """A flight by views, one by clicks and one at a flat price that nothing divides."""
    june = {"starts_at": JUNE, "ends_at": JULY}
    views = sell(
        ("article_end", energy), name="views", kind=Kind.CPM, price_micro=18_500_007, goal=9, **june
    )
    clicks = sell(
        ("home_card", None), name="clicks", kind=Kind.CPC, price_micro=333_333, goal=9, **june
    )
    flat = sell(("topic_list", energy), name="flat", price_micro=1_000_000_007, **june)
    for day in range(4):
        when = JUNE + day * DAY
        tally(views, when, views=900, clicks=7, topic_number=energy.pk, spend_micro=16_650_007)
        tally(clicks, when + HOUR, views=80, clicks=3, clicks_alt=2, bonus=1, spend_micro=666_666)
        tally(flat, when + 2 * HOUR, views=50, clicks=1, bad_bot=3, bad_stale=2)
    return [views, clicks, flat]


def page(client, sponsor, suffix=""):
    return client.get(sharing.link(sponsor) + suffix)


def tree(client, sponsor):
    return lxml.html.document_fromstring(page(client, sponsor).content.decode())


def csv_rows(client, sponsor):
    text = b"".join(page(client, sponsor, ".csv").streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def micro(text: str) -> int:
    return int(Decimal(text.replace(",", "")) * 1_000_000)


# One truth (check 10)


def counted_and_earned(flights):
    counted = SlotStat.objects.filter(flight__in=flights).aggregate(Sum("spend_micro"))
    return counted["spend_micro__sum"] + sum(earned(flight, NOW) for flight in flights)


def test_every_figure_of_money_agrees_to_the_micro_unit(client, overwinter, sold):
    truth = counted_and_earned(sold)
    rows, told = csv_rows(client, overwinter), page(client, overwinter, ".json").json()
    assert reports.totals(sold[2]).spend_micro == earned(sold[2], NOW) > 0
    assert sum(each.spend_micro for each in reports.totals_of(sold).values()) == truth
    assert sum(int(row["spend_micro"]) for row in rows) == truth
    assert sum(micro(row["spend"]) for row in rows) == truth
    assert told["spend_micro"] == {"EUR": truth}
    assert sum(flight["totals"]["spend_micro"] for flight in told["flights"]) == truth
    assert sum(line["spend_micro"] for line in told["lines"]) == truth


def test_the_page_prints_what_the_files_say(client, overwinter, sold):
    shown = tree(client, overwinter)
    for data in shown.xpath("//data"):
        assert micro(data.text) == int(data.get("value"))
    assert int(shown.xpath("//data")[0].get("value")) == counted_and_earned(sold)
    for flight in sold:
        [section] = shown.xpath(f"//section[@id='flight-{flight.pk}']")
        spend = reports.totals(flight).spend_micro
        assert int(section.xpath(".//data")[0].get("value")) == spend
        for what in ("topic", "placement", "creative"):
            assert printed(section, f"by-{what}-{flight.pk}") == spend
        assert micro(section.xpath(".//tfoot//td[last()]")[0].text) == spend
        days = section.xpath(".//details//tbody//td[last()]")
        assert sum(micro(day.text) for day in days) == spend


def printed(section, heading: str) -> int:
    """The sum of the amounts in the table under this heading."""
    cells = section.xpath(f".//h3[@id='{heading}']/../..//td")
    return sum(micro(cell.text) for cell in cells if AMOUNT.fullmatch(cell.text or ""))


def test_the_admin_shows_the_same(client, sold):
    client.force_login(editor())
    for flight in sold:
        shown = client.get(reverse("admin:sponsors_flight_change", args=[flight.pk])).content
        amounts = {micro(amount) for amount in AMOUNT.findall(shown.decode())}
        assert reports.totals(flight).spend_micro in amounts


def test_counts_agree_everywhere(client, overwinter, sold):
    rows, told = csv_rows(client, overwinter), page(client, overwinter, ".json").json()
    for name in ("views", "clicks", "clicks_alt", "bonus", "bad_bot", "bad_stale"):
        truth = SlotStat.objects.aggregate(sum=Sum(name))["sum"]
        assert sum(int(row[name]) for row in rows) == truth
        assert sum(flight["totals"][name] for flight in told["flights"]) == truth
        assert sum(line[name] for line in told["lines"]) == truth


def test_currencies_are_never_added_up(client, overwinter, sold):
    Flight.objects.filter(pk=sold[1].pk).update(status=Status.PAUSED)
    dollars = sell(("article_mid", None), name="dollars", currency="USD", price_micro=10**9)
    told = page(client, overwinter, ".json").json()["spend_micro"]
    assert told == {"EUR": counted_and_earned(sold), "USD": earned(dollars, NOW)}
    assert "effective CPM" not in tree(client, overwinter).xpath("//dl")[0].text_content()


# What the page says


def test_an_upcoming_flight_is_announced_without_figures(client, overwinter):
    sell(("article_end", None), name="July", starts_at=JULY, ends_at=JULY + DAY)
    shown = tree(client, overwinter).text_content()
    assert "not started" in shown
    assert "Nothing is counted yet" not in shown


def test_a_flight_that_was_stopped_before_its_start_is_over(client, overwinter):
    flight = sell(("article_end", None), kind=Kind.CPM, goal=9, starts_at=JULY, ends_at=JULY + DAY)
    Flight.objects.filter(pk=flight.pk).update(status=Status.STOPPED, stopped_at=NOW)
    assert tree(client, overwinter).find_class("verdict")[0][0].text_content() == "stopped"


def test_before_the_first_view_the_page_says_so(client, overwinter):
    sell(("article_end", None), starts_at=JUNE, ends_at=JULY, price_micro=30_000_000)
    shown = tree(client, overwinter).text_content()
    assert "Nothing is counted yet" in shown
    assert "has earned 14.375 EUR by time" in shown


def test_a_sponsor_without_flights_has_a_page(client, overwinter):
    sell(("article_end", None), name="secret plans", status=Status.DRAFT)
    shown = tree(client, overwinter).text_content()
    assert "Nothing is booked yet" in shown
    assert "secret plans" not in shown


def test_the_page_says_when_nothing_is_measured(client, overwinter, settings):
    settings.SPONSOR_MEASURE = False
    sell(("article_end", None), starts_at=JUNE, ends_at=JULY)
    shown = tree(client, overwinter).text_content()
    assert "Not measured." in shown
    assert "Nothing is counted yet" not in shown


@pytest.mark.parametrize(
    ("views", "words"),
    [(500, "on pace"), (300, "40\u00a0% behind"), (600, "20\u00a0% ahead"), (1000, "goal reached")],
)
def test_the_pace_is_told_in_words(client, overwinter, views, words):
    flight = sell(
        *[("article_end", None)],
        **{"kind": Kind.CPM, "goal": 1000, "starts_at": NOW - 5 * DAY, "ends_at": NOW + 5 * DAY},
    )
    tally(flight, NOW.replace(minute=0) - DAY, views=views)
    assert tree(client, overwinter).find_class("verdict")[0][0].text_content() == words


def test_stories_with_few_clicks_are_told_together(client, overwinter):
    told, few, gone, hidden = story("Sodium on the grid"), story("Small"), withdrawn(), draft()
    flight = sell(("article_end", None), starts_at=JUNE, ends_at=JULY)
    tally(flight, JUNE, views=500, clicks=20)
    for number, clicks in ((told.pk, 5), (few.pk, 4), (gone.pk, 6), (hidden.pk, 7)):
        PageStat.objects.create(
            day=JUNE.date(),
            flight=flight,
            placement="article_end",
            page_number=number,
            views=clicks * 10,
            clicks=clicks,
        )
    shown = page(client, overwinter).content.decode()
    assert f'<a href="{told.get_absolute_url()}">Sodium on the grid</a>' in shown
    assert "other stories" in shown
    assert f"art-{gone.pk}" in shown and f"art-{hidden.pk}" in shown
    assert not any(each.headline in shown for each in (few, gone, hidden))


def test_only_the_sponsors_own_flights_are_told(client, overwinter, sold):
    other = sponsor("coldharbour")
    mine = sell(("article_mid", None), name="mine alone", sponsor=other, copy=elsewhere())
    assert [row["flight"] for row in csv_rows(client, other)] == []
    shown = tree(client, other)
    assert shown.xpath("//section[@class='flight']/@id") == [f"flight-{mine.pk}"]


def elsewhere():
    return {"cta_url": "https://coldharbour.example/", "alt_url": "", "alt_label": ""}


def test_a_page_asks_as_much_of_a_year_as_of_a_day(client, sold, overwinter):
    with CaptureQueriesContext(connection) as few:
        page(client, overwinter)
    for number in range(6):
        flight = sell(("article_mid", None), kind=Kind.CPM, goal=10**6, name=f"{number}")
        for day in range(40):
            tally(flight, JUNE + day * DAY, placement="article_mid", views=10, topic_number=number)
    with CaptureQueriesContext(connection) as many:
        page(client, overwinter)
    assert len(many) == len(few) <= 10


def test_every_chart_has_a_name_and_its_figures_in_a_table(client, overwinter, sold):
    shown = tree(client, overwinter)
    for chart in shown.find_class("chart"):
        assert chart.get("role") == "img" and chart.get("aria-label")
        assert chart.xpath("./title/text()") and chart.xpath("./desc/text()")
    assert len(shown.find_class("chart")) == 2 * len(sold)
    assert len(shown.xpath("//details[@class='days']//table")) == len(sold)


def test_nothing_on_the_page_needs_a_weaker_policy(client, overwinter, sold):
    answer = page(client, overwinter)
    shown = lxml.html.document_fromstring(answer.content.decode())
    assert shown.xpath("//@style | //style | //script[not(@src)] | //@onclick") == []
    assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_any_name_is_text(client, overwinter, energy, sold, attack):
    rename(overwinter, energy, attack)
    shown = tree(client, overwinter)
    assert shown.xpath("//script[not(@src)] | //img | //@onerror | //aside") == []
    assert attack in shown.find_class("flight")[0].text_content()


def rename(sponsor, topic, name):
    Sponsor.objects.filter(pk=sponsor.pk).update(name=name)
    Flight.objects.filter(sponsor=sponsor).update(name=name)
    Creative.objects.update(headline=name)
    type(topic).objects.filter(pk=topic.pk).update(name=name)


# Files


def test_the_csv_is_as_rfc_4180_says(client, overwinter, sold):
    answer = page(client, overwinter, ".csv")
    text = b"".join(answer.streaming_content).decode()
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = text.split("\r\n")
    assert lines[-1] == "" and "\n" not in text.replace("\r\n", "")
    assert {len(row) for row in csv.reader(lines[:-1])} == {len(lines[0].split(","))}
    assert lines[0].startswith("day,sponsor,flight,")
    assert len(lines) - 2 == 4 * len(sold) + 15  # days counted, and days earned by the flat price


def test_a_day_in_a_file_begins_at_midnight_of_the_sites_zone(client, overwinter, sold, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    assert {row["day"] for row in csv_rows(client, overwinter)} >= {"2026-06-01T00:00:00+02:00"}


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(client, overwinter, energy, sold, formula):
    rename(overwinter, energy, formula)
    rows = csv_rows(client, overwinter)
    texts = {row[name] for row in rows for name in ("sponsor", "flight_name", "headline", "topic")}
    assert any("1+1" in text or "'" in text for text in texts)
    for text in texts:
        for cell in re.split(r"[;\t\r\n]", text):
            assert not cell.strip().startswith(("=", "+", "-", "@", "＝")), text
        assert not text.startswith(("\t", "\r"))


def test_numbers_and_names_that_are_harmless_stay_as_they_are(client, overwinter, sold):
    Flight.objects.filter(pk=sold[0].pk).update(name="a-b + c = d; e, “f” 5 %")
    row = csv_rows(client, overwinter)[0]
    assert row["flight_name"] in {"a-b + c = d; e, “f” 5 %", "clicks", "flat"}
    assert row["views"].isdigit() and row["spend_micro"].isdigit()


# Who may read it (check 21)

SUFFIXES = ["", ".csv", ".json"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_it_is_kept_by_nothing_listed_nowhere_and_told_to_nobody(client, overwinter, sold, suffix):
    answer = page(client, overwinter, suffix)
    assert answer.status_code == 200
    assert_private(answer)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_forged_or_revoked_link_is_a_page_that_is_not_there(client, overwinter, sold, suffix):
    number, epoch, signature = sharing.key(overwinter).split(".")
    sponsor("coldharbour")
    old = sharing.link(overwinter)
    sharing.revoke(overwinter)
    forged = [f"/x/r/{number}.{epoch}.{'A' * 24}", f"/x/r/{int(number) + 1}.2.{signature}", old]
    for link in (*forged, "/x/r/1", "/x/r/.."):
        answer = client.get(link + suffix)
        assert answer.status_code == 404
        assert_private(answer)
        assert b"There is no page at this address" in answer.content
        assert b"Overwinter" not in answer.content


def assert_private(answer):
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_only_be_read(client, overwinter, method):
    assert getattr(client, method)(sharing.link(overwinter)).status_code == 405


def test_reading_it_changes_nothing(client, overwinter, sold):
    before = list(Sponsor.objects.values()), list(Flight.objects.values())
    client.get(sharing.link(overwinter) + "?report_epoch=9")
    assert (list(Sponsor.objects.values()), list(Flight.objects.values())) == before
