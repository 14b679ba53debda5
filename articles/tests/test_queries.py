"""What each page costs the database: the same for three stories as for thirty."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.tests.newsroom import picture, source, stories, topic, verification, withdrawn

pytestmark = pytest.mark.django_db

QUERIES = {
    "/": 4,
    "/topics": 1,
    "/news/energy": 5,
    "/news/energy/the-story": 5,
    "/art-{pk}": 1,
    "/art-{gone}": 2,
    "/sources": 1,
    "/sources/gridledger": 4,
    "/tags/grid": 3,
    "/authors/ines-kowal": 3,
    "/media/{file}": 1,
    "/topics/": 0,
    "/no/such-page-here": 1,
}
BUDGETS = {"/news/energy/the-story": 6, "/news/energy": 6, "/": 8}


def publish(number: int) -> None:
    """Stories with all that costs queries: sources, pictures, checks, several tags and authors."""
    shared = {"lead_alt": "A pylon.", "tags": ["grid", "heat", "law"], "source": source()}
    people = ["Ines Kowal", "Tom Okafor", "Ada Lund"]
    for place in range(number):
        file = topic(["energy", "space", "chips"][place % 3])
        extra = {"topic": file, "lead": picture(), "verification": verification()}
        stories(1, authors=people, **shared, **extra)


def cost(client, path: str) -> int:
    """How many queries a warm page takes: the sponsors' snapshot, say, is in memory by then."""
    shown = Article.objects.get(slug="the-story")
    gone = Article.objects.get(slug="gone").pk
    address = path.format(pk=shown.pk, gone=gone, file=shown.lead.file.name)
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(address)
    return len(queries)


@pytest.fixture
def three(db) -> None:
    stories(1, slug="the-story", lead=picture(), lead_alt="A pylon.", tags=["grid", "heat"])
    withdrawn(slug="gone")
    publish(2)


@pytest.mark.parametrize("path", QUERIES)
def test_a_page_takes_so_many_queries(client, three, path):
    assert cost(client, path) == QUERIES[path]


@pytest.mark.parametrize("path", QUERIES)
def test_thirty_stories_cost_no_more_than_three(client, three, path):
    publish(27)
    assert cost(client, path) == QUERIES[path]


@pytest.mark.parametrize("path", BUDGETS)
def test_a_page_keeps_its_budget(path):
    assert QUERIES[path] <= BUDGETS[path]


def test_a_page_further_back_costs_what_the_first_one_costs(client, three):
    publish(63)
    older = client.get("/news/energy").context["page"].older
    assert cost(client, f"/news/energy?before={older}") == QUERIES["/news/energy"]
