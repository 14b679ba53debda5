"""No sponsor here: one sweep over every public address for words that a sponsor has paid for.

Everything a sponsor may say is full of words that stand nowhere else, and run of site is booked in
every placement. A new pattern in any urlconf fails the sweep until it is listed.
"""

from collections.abc import Callable, Iterator

import lxml.html
import pytest
from django.test import Client
from django.urls import get_resolver, resolve

from articles.models import Article
from articles.tests.crawling import crawl
from articles.tests.newsroom import picture, source, stories, story, topic, verification
from articles.tests.test_visibility import ADDRESSES, patterns
from sponsors.models import Placement
from sponsors.tests.prose import LONG
from sponsors.tests.sales import book, sponsor

pytestmark = pytest.mark.django_db

# How to ask for each pattern, given a story.
ASKED: dict[str, Callable[[Article], list[str]]] = ADDRESSES | {
    "healthz": lambda s: ["/healthz"],
    "readyz": lambda s: ["/readyz"],
    "admin": lambda s: ["/admin"],
}
# The only pages with a placement.
PLACED = {"", "news/<name:slug>", "news/<name:topic_slug>/<name:slug>"}
# Where sponsors may be named: what is told of them, their own reports and links, the desk.
EXEMPT = ("sponsorship", "x/", "admin/")

COPY = {
    "hook": "qxhook about {topic}?",
    "hooks": {"energy": "qxhooks"},
    "headline": "qxheadline",
    "body": "qxbody",
    "command": "qxcommand",
    "output": "qxoutput",
    "cta_label": "qxcta",
    "cta_url": "https://qxsponsor.example/qxstart",
    "alt_label": "qxalt",
    "alt_url": "https://qxsponsor.example/qxpricing",
    "fine_print": "qxfine",
}


@pytest.fixture
def public() -> Article:
    payer = sponsor("qxsponsor", legal_name="Qxlegal AS", proof="qxproof", group="qxgroup")
    book(*((place, None) for place in Placement.values), sponsor=payer, copy=COPY, name="qxflight")
    stories(22, source=source(), tags=["grid"], authors=["Ines Kowal"])
    return story(
        "A story with everything",
        topic=topic(),
        body=LONG,
        source=source(),
        source_url="https://gridledger.example/everything",
        lead=picture(),
        lead_alt="A mast.",
        verification=verification(),
        tags=["grid"],
        authors=["Ines Kowal"],
    )


def swept(client: Client, article: Article) -> Iterator[tuple[str, str]]:
    """Every address that can be asked for or reached, and all that it answers."""
    asked = [address for addresses in ASKED.values() for address in addresses(article)]
    for address in crawl(client, *asked):
        if not is_exempt(address.lstrip("/")):
            response = client.get(address)
            told = b"".join(response).decode(errors="replace")
            yield address, f"{told}\n{dict(response.items())}"


def is_exempt(route: str) -> bool:
    return route.startswith(EXEMPT)


def without_boxes(html: str) -> str:
    tree = lxml.html.document_fromstring(html.encode())
    for box in tree.find_class("placement"):
        box.drop_tree()
    return lxml.html.tostring(tree, encoding="unicode")


def route(address: str) -> str:
    return resolve(address.partition("?")[0]).route


def test_every_pattern_is_swept():
    found = set(patterns(get_resolver().url_patterns))
    assert {each for each in found if not is_exempt(each)} == set(ASKED)


def test_no_word_of_a_sponsor_stands_outside_its_box(client, public):
    leaks = {
        address: told
        for address, told in swept(client, public)
        if "qx" in (without_boxes(told) if "<html" in told else told).lower()
    }
    assert leaks == {}


def test_only_the_pages_with_a_placement_have_a_box(client, public):
    boxed = {
        route(address) for address, told in swept(client, public) if '<aside class="pl' in told
    }
    assert boxed == PLACED


def test_no_page_has_two(client, public):
    counts = {told.count('<aside class="placement') for _, told in swept(client, public)}
    assert counts == {0, 1}


PARTS = ["hook", "headline", "body", "command", "output", "cta", "alt", "fine", "legal", "proof"]


def test_the_sweep_sees_every_part_of_what_is_booked(client, public):
    """What the tests above do not find, they would find."""
    seen = "".join(told for _, told in swept(client, public)).lower()
    assert [part for part in PARTS if f"qx{part}" not in seen] == []
