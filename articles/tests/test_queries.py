"""What each page costs the database: the same for three stories as for thirty."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.tests.newsroom import (
    picture,
    source,
    stories,
    story,
    topic,
    verification,
    withdrawn,
)  # fmt: skip

pytestmark = pytest.mark.django_db

QUERIES = {
    "/": 4,
    "/topics": 1,
    "/news/energy": 5,
    "/news/energy/the-story": 6,
    "/art-{pk}": 1,
    "/art-{gone}": 3,
    "/sources": 1,
    "/sources/gridledger": 4,
    "/tags/grid": 3,
    "/authors/ines-kowal": 3,
    "/media/{file}": 1,
    "/topics/": 0,
    "/news/energy/no-such-page-here": 5,
}
BUDGETS = {"/news/energy/the-story": 6, "/news/energy": 6, "/": 8}


def publish(number: int) -> None:
    """Stories with all that costs queries: sources, pictures, checks, several tags and authors."""
    shown = {"source": source(), "lead": picture(), "lead_alt": "A pylon."}
    for place in range(number):
        file = topic(["energy", "space", "chips"][place % 3])
        names = {"tags": ["grid", "heat"], "authors": ["Ines Kowal", "Tom Okafor"]}
        story(topic=file, verification=verification(), **shown, **names)


def cost(client: Client, address: str) -> int:
    """How many queries a warm page takes: the sponsors' snapshot, say, is in memory by then."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def costs(client: Client) -> dict[str, int]:
    shown, gone = (Article.objects.get(slug=slug) for slug in ("the-story", "gone"))
    names = {"pk": shown.pk, "gone": gone.pk, "file": shown.lead.file.name}
    return {path: cost(client, path.format(**names)) for path in QUERIES}


@pytest.fixture
def three(db) -> None:
    story(slug="the-story", lead=picture(), lead_alt="A pylon.", tags=["grid", "heat"])
    withdrawn(slug="gone")
    publish(2)


def test_every_page_takes_so_many_queries(client, three):
    assert costs(client) == QUERIES


def test_thirty_stories_cost_no_more_than_three(client, three):
    publish(27)
    assert costs(client) == QUERIES


@pytest.mark.parametrize("path", BUDGETS)
def test_a_page_keeps_its_budget(path):
    assert QUERIES[path] <= BUDGETS[path]


def test_a_page_further_back_costs_what_the_first_one_costs(client, three):
    stories(21)
    older = client.get("/news/energy").context["page"].older
    assert cost(client, f"/news/energy?before={older}") == QUERIES["/news/energy"]
