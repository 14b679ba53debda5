"""What a whole page carries of a sponsor: one box, its token, and nothing for the desk's people."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Topic
from articles.tests.newsroom import story
from sponsors import counting, snapshot, tokens
from sponsors.candidates import Candidate, Copy, Payer
from sponsors.drawing import draw
from sponsors.models import Decisions, Placement
from sponsors.models.creative import CONTENT
from sponsors.picking import Pick
from sponsors.rehearsal import rehearse
from sponsors.tests.prose import LONG
from sponsors.tests.sales import book, editor

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a [^>]*href="([^"]+)" rel="sponsored nofollow noopener"')
BOX = re.compile(r'<aside class="placement.*?</aside>', re.DOTALL)


def page(client: Client, address: str) -> str:
    snapshot.refresh()
    return client.get(address).content.decode()


def boxes(client: Client, address: str) -> list[str]:
    return BOX.findall(page(client, address))


def token(box: str) -> tokens.Token:
    [text] = re.findall(r'data-v="([^"]+)"', box)
    read = tokens.read(text)
    assert read
    return read


@pytest.fixture
def article(energy) -> Article:
    """Long enough for both of an article's placements."""
    return story(topic=energy, body=LONG)


# One box


@pytest.fixture
def everything(energy):
    """A flight in each placement there is."""
    return [book((place, None), name=place) for place in Placement.values]


def test_an_article_draws_one_of_its_two_placements_each_as_often(client, article, everything):
    drawn = [boxes(client, article.get_absolute_url()) for _ in range(60)]
    assert {len(found) for found in drawn} == {1}
    places = Counter(token(box).placement for [box] in drawn)
    assert set(places) == {"article_mid", "article_end"}
    assert min(places.values()) > 10  # fewer come once in ten million runs


def test_the_box_stands_where_its_token_says(client, article, everything):
    for _ in range(20):
        html = page(client, article.get_absolute_url())
        [box] = BOX.findall(html)
        is_in_the_text = html.index(box) < html.index('class="eof"')
        assert is_in_the_text == (token(box).placement == "article_mid")


def test_a_short_article_has_its_box_at_the_end(client, energy, everything):
    short = story(topic=energy, body="<p>Only this.</p>")
    found = [token(box) for _ in range(20) for box in boxes(client, short.get_absolute_url())]
    assert {each.placement for each in found} == {"article_end"}
    assert len(found) == 20


@pytest.mark.parametrize("place", ["article_mid", "article_end"])
def test_what_is_booked_alone_is_shown_on_every_page(place, client, article):
    book((place, None))
    found = [boxes(client, article.get_absolute_url()) for _ in range(20)]
    assert [len(each) for each in found] == [1] * 20


def test_the_middle_is_between_two_paragraphs(client, article):
    book(("article_mid", None))
    html = page(client, article.get_absolute_url())
    [box] = BOX.findall(html)
    before, after = html.split(box)
    assert before.rstrip().endswith("</p>") and after.lstrip().startswith(
        ("<p>", '<div class="h">')
    )


def test_nothing_booked_leaves_nothing(client, article):
    for address in ("/", "/news/energy", article.get_absolute_url()):
        html = page(client, address)
        assert "placement" not in html and "view.js" not in html


def test_a_story_that_takes_no_sponsor_has_none(client, energy, everything):
    article = story(topic=energy, body=LONG, is_sponsor_free=True)
    assert boxes(client, article.get_absolute_url()) == []
    assert decisions() == {}


# What it carries


ADDRESSES = {"article_mid": "", "article_end": "", "topic_list": "/news/energy", "home_card": "/"}


@pytest.mark.parametrize("place", ADDRESSES)
def test_the_token_names_the_box_and_its_page(place, client, article, energy):
    sold = None if place == "home_card" else energy
    flight = book((place, sold))
    [box] = boxes(client, ADDRESSES[place] or article.get_absolute_url())
    read = token(box)
    page_number = {"topic_list": energy.pk, "home_card": 0}.get(place, article.pk)
    told = (read.flight, read.creative, read.placement, read.topic, read.page)
    creative = flight.creatives.get().pk
    assert told == (flight.pk, creative, place, sold.pk if sold else 0, page_number)
    assert abs((timezone.now() - read.served_at).total_seconds()) < 120
    assert f'data-x="{int(flight.ends_at.timestamp())}"' in box


def test_links_lead_by_way_of_us_and_the_script_is_ours(client, article):
    book(("article_end", None))
    [box] = boxes(client, article.get_absolute_url())
    [text] = re.findall(r'data-v="([^"]+)"', box)
    assert LINK.findall(box) == [f"/x/c/{text}/1", f"/x/c/{text}/2"]
    assert box.count("<script") == 1
    assert '<script src="/static/js/view.js" defer></script>' in box
    assert "overwinter.example/" not in box


def test_every_rendering_has_a_token_of_its_own(client, article):
    book(("article_end", None))
    found = {token(boxes(client, article.get_absolute_url())[0]).nonce for _ in range(5)}
    assert len(found) == 5


def assert_uncounted(html: str) -> None:
    """One box that leads straight to the sponsor, and tells nobody."""
    [box] = BOX.findall(html)
    assert LINK.findall(box) == [
        "https://overwinter.example/start",
        "https://overwinter.example/pricing",
    ]
    assert "data-v" not in box and "data-x" not in box and "<script" not in box
    assert decisions() == {}


def test_the_desks_people_are_not_counted(client, article):
    book(("article_end", None))
    client.force_login(editor())
    assert_uncounted(page(client, article.get_absolute_url()))


def test_a_preview_is_not_counted(client, energy):
    book(("article_end", None))
    client.force_login(editor())
    draft = story(topic=energy, body=LONG)
    assert_uncounted(page(client, f"/admin/articles/article/{draft.pk}/preview/"))


def test_nothing_is_counted_where_measuring_is_off(client, article, settings):
    settings.SPONSOR_MEASURE = False
    book(("article_end", None))
    assert_uncounted(page(client, article.get_absolute_url()))


def test_a_rehearsal_is_not_counted(article):
    book(("article_end", None))
    assert_uncounted(rehearse(article.get_absolute_url()).html)


def decisions() -> dict[tuple[str, str], tuple[int, int]]:
    """What is told to be counted: pages, and those with a box, by placement and topics."""
    counting.flush()
    return {(row.placement, row.topics): (row.pages, row.offers) for row in Decisions.objects.all()}


def test_every_placement_of_a_page_is_counted_sold_or_not(client, article, energy):
    book(("article_end", None))
    for address in (article.get_absolute_url(), article.get_absolute_url(), "/news/energy", "/"):
        page(client, address)
    assert decisions() == {
        ("article_mid", str(energy.pk)): (2, 0),
        ("article_end", str(energy.pk)): (2, 2),
        ("topic_list", str(energy.pk)): (1, 0),
        ("home_card", ""): (1, 0),
    }


def test_a_request_for_the_head_alone_is_no_page(client, article):
    client.head(article.get_absolute_url())
    assert decisions() == {}


# What it costs


def queries(client: Client, address: str) -> list[str]:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return [query["sql"] for query in asked]


def test_a_box_costs_no_query(client, article):
    addresses = ["/", "/news/energy", article.get_absolute_url()]
    before = [len(queries(client, address)) for address in addresses]
    book(*((place, None) for place in Placement.values))
    snapshot.refresh()
    after = [queries(client, address) for address in addresses]
    assert [len(asked) for asked in after] == before
    assert not [query for asked in after for query in asked if "sponsors_" in query]


def test_a_box_sets_no_cookie(client, article):
    book(("article_end", None))
    snapshot.refresh()
    response = client.get(article.get_absolute_url())
    assert '<aside class="placement' in response.content.decode()
    assert not response.cookies and "Cookie" not in response.get("Vary", "")


DEMO = json.loads((settings.BASE_DIR / "samples" / "desk.json").read_text())["sponsors"]


def demo_picks() -> Iterator[Pick]:
    """All that the demonstration has booked, by numbers as long as a large site's."""
    for told in DEMO:
        payer = Payer(told["name"], told["legal_name"], told["proof"])
        for flight, words in [(f, words) for f in told["flights"] for words in f["creatives"]]:
            said = {name: words[name] for name in CONTENT}
            copy = Copy(**said, id=123_456, weight=1, withheld="")
            end = timezone.now() + timedelta(days=30)
            yield Pick(
                Candidate(
                    flight=12_345, name=flight["name"], payer=payer, kind=flight["kind"],
                    status="booked", starts_at=timezone.now(), ends_at=end, placement="article_end",
                    topics=frozenset([1]), is_run_of_site=False, excluded=frozenset(),
                    creatives=(copy,),
                ),
                copy,
                1,
            )  # fmt: skip


@pytest.mark.parametrize("place", Placement.values)
def test_a_box_of_the_demonstration_is_two_kilobytes_at_the_most(place):
    topic = Topic(pk=1, slug="open-source", name="Open source")
    token = "x" * tokens.LENGTH
    sizes = [len(draw(place, pick, [topic], token).encode()) for pick in demo_picks()]
    assert sizes and max(sizes) <= 2048


# What goes wrong


@pytest.mark.parametrize("broken", ["drawing.draw", "tokens.mint", "counting.decided"])
def test_a_page_is_whole_whatever_breaks_in_its_box(broken, client, article, monkeypatch, caplog):
    def fail(*args: object, **told: object) -> None:
        raise RuntimeError("broken")

    without = page(client, article.get_absolute_url())
    book(("article_end", None))
    monkeypatch.setattr(f"sponsors.{broken}", fail)
    assert page(client, article.get_absolute_url()) == without
    assert "could not be drawn" in caplog.text
