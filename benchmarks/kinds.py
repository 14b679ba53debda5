"""The pages that are measured, one of a kind, and how often each asks the database."""

from dataclasses import dataclass
from typing import TypeVar

from django.db import connection
from django.db.models import Count, Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.keyset import Cursor
from articles.models import Article, Author, Source, Tag, Topic
from articles.views.listings import PAGE_SIZE
from benchmarks.servers import HOST, Failed

Row = TypeVar("Row", bound=Model)

FAR = 300  # the page of a topic that shows what paging costs
SMALL = "energy"  # a topic with a tenth of the stories
LONG = "article, long"  # the page whose size the constant server answers with


@dataclass(frozen=True, slots=True)
class Kind:
    """`status` is the answer that its address must give."""

    name: str
    path: str
    status: int = 200


def kinds() -> list[Kind]:
    """Of each kind the dearest: the longest story, the tag, name and source with most stories."""
    stories = Article.objects.published()
    long, short = stories.latest("word_count", "pk"), stories.earliest("word_count", "pk")
    topic = _fullest(Topic, "articles")
    tag = _fullest(Tag, "items")
    return [
        Kind("home", "/"),
        Kind("topics", "/topics"),
        Kind("topic, small", f"/news/{SMALL}"),
        Kind("topic, page 1", topic.get_absolute_url()),
        _far(topic),
        Kind(LONG, long.get_absolute_url()),
        Kind("article, short", short.get_absolute_url()),
        Kind("source", _fullest(Source, "articles").get_absolute_url()),
        Kind("tag", f"/tags/{tag.slug}"),
        Kind("author", _fullest(Author, "articles").get_absolute_url()),
        # As readers mistype: one letter too many, so that the page looks for what was meant.
        Kind("404", f"{long.get_absolute_url()}x", status=404),
        Kind("short link", f"/{long.number}", status=301),
        Kind("healthz", "/healthz"),
    ]


def queries(kind: Kind, port: int) -> int:
    """How many a page sends when it is asked for again, nothing of it being kept."""
    client = Client(SERVER_NAME=HOST, SERVER_PORT=str(port), raise_request_exception=False)
    client.get(kind.path)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(kind.path)
    if response.status_code != kind.status:
        raise Failed(
            f"{kind.path} ({kind.name}) answers {response.status_code}, not {kind.status}."
        )
    return len(captured)


def _fullest(model: type[Row], stories: str) -> Row:
    """The row with most stories; `stories` is its relation to them."""
    return model._default_manager.annotate(count=Count(stories)).latest("count", "pk")


def _far(topic: Topic) -> Kind:
    """Page 300, or the last full one of a topic with fewer."""
    stories = Article.objects.published().filter(topic=topic)
    number = min(FAR, stories.count() // PAGE_SIZE)
    last_seen = stories.newest_first()[(number - 1) * PAGE_SIZE - 1]
    return Kind(
        f"topic, page {number}", f"{topic.get_absolute_url()}?before={Cursor.at(last_seen)}"
    )
