"""Generated stories to measure with: the same seed, count and moment give the same newsroom.

Skewed on purpose, as real newsrooms are: one topic has most of the stories, so that it has pages
far back, and a few tags and names have many.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from articles.models import Article, ArticleTag, Author, Source, Tag, Topic, Verification
from articles.models.article import Sentiment, SentimentOrigin, Status
from articles.slugs import free_slugs
from benchmarks.prose import Vocabulary, sentences

Row = TypeVar("Row")

TOPICS = {  # percent of the stories
    "web": 62,
    "energy": 10,
    "chips": 8,
    "security": 7,
    "policy": 5,
    "networks": 4,
    "open-source": 3,
    "space": 1,
}
SOURCES = ("gridledger", "desk-notes", "slowpages", "benchwork", "perigee", "substrate")
AUTHORS = 40
TAGS = 200
TAGS_A_STORY = 4
WORDS = (200, 1500)  # of a body
BATCH = 500  # stories a transaction
TOGETHER = 3  # stories that share their moment, as a feed delivers them
SPACING = timedelta(minutes=75)  # between two such moments


@dataclass(frozen=True, slots=True)
class Newsroom:
    """What stories point at, each kind in the order in which it was made."""

    topics: list[Topic]
    sources: list[Source]
    authors: list[Author]
    tags: list[Tag]


@dataclass(frozen=True, slots=True)
class Written:
    """A story that is not stored yet, with what hangs on it."""

    article: Article
    authors: list[Author]
    tags: list[Tag]


def fill(count: int, *, seed: int = 1, newest: datetime | None = None) -> None:
    """Put `count` published stories into an empty newsroom, the newest at `newest` (None: now).

    ValueError when there are stories already: generated ones do not belong among real ones.
    """
    if Article.objects.exists():
        raise ValueError("The database holds stories. Generated ones go into an empty one only.")
    newest = newest or timezone.now()
    vocabulary = Vocabulary(seed)
    room = _newsroom(vocabulary)
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        moments = [newest - SPACING * ((count - 1 - number) // TOGETHER) for number in numbers]
        stories = [
            _written(room, vocabulary, number, moment)
            for number, moment in zip(numbers, moments, strict=True)
        ]
        _store(stories)


def _newsroom(vocabulary: Vocabulary) -> Newsroom:
    rng = random.Random(f"{vocabulary.seed} newsroom")
    topics = [
        Topic(name=slug.capitalize(), slug=slug, intro=vocabulary.line(rng, 10, 25))
        for slug in TOPICS
    ]
    sources = [
        Source(
            name=name.capitalize(),
            slug=name,
            domain=f"{name}.example",
            home_url=f"https://{name}.example/",
            language="en",
            rights="full",
            about=vocabulary.line(rng, 10, 25),
        )
        for name in SOURCES
    ]
    # Words from where they are long enough for a name.
    names = vocabulary.words[300:]
    authors = [
        Author(name=f"{given} {family}".title(), slug=f"{given}-{family}")
        for given, family in zip(names[:AUTHORS], names[AUTHORS:], strict=False)
    ]
    tags = [Tag(name=word, slug=word) for word in names[2 * AUTHORS :][:TAGS]]
    return Newsroom(
        Topic.objects.bulk_create(topics),
        Source.objects.bulk_create(sources),
        Author.objects.bulk_create(authors),
        Tag.objects.bulk_create(tags),
    )


def _written(room: Newsroom, vocabulary: Vocabulary, number: int, moment: datetime) -> Written:
    # Its own generator: a story is the same whatever the number of stories before it.
    rng = random.Random(f"{vocabulary.seed} {number}")
    source = rng.choice(room.sources)
    article = Article(
        headline=vocabulary.line(rng, 5, 10),
        dek=sentences(rng, vocabulary.some(rng, rng.randint(15, 35))),
        body=vocabulary.body(rng, rng.randint(*WORDS)),
        topic=rng.choices(room.topics, weights=list(TOPICS.values()))[0],
        source=source,
        source_url=f"{source.home_url}{number}",
        source_published_at=moment - timedelta(minutes=rng.randint(5, 600)),
        language="en",
        sentiment=rng.choice(Sentiment.values),
        sentiment_origin=SentimentOrigin.AUTOMATIC,
        status=Status.PUBLISHED,
        published_at=moment,
    )
    if rng.random() < 0.25:
        article.verification = _verification(vocabulary, rng, moment)
    article.prepare()
    authors = _uneven(rng, room.authors, rng.choice((1, 1, 2)))
    return Written(article, authors, _uneven(rng, room.tags, TAGS_A_STORY))


def _verification(vocabulary: Vocabulary, rng: random.Random, moment: datetime) -> Verification:
    return Verification(
        verified_by=vocabulary.line(rng, 2, 2),
        verified_at=moment,
        method=vocabulary.line(rng, 8, 20),
        evidence=vocabulary.line(rng, 5, 15),
    )


def _uneven(rng: random.Random, rows: Sequence[Row], count: int) -> list[Row]:
    """`count` different rows; of 200 the first is drawn 28 times as often as the last."""
    places: dict[int, None] = {}
    while len(places) < count:
        places[int(len(rows) * rng.random() ** 2)] = None
    return [rows[place] for place in places]


@transaction.atomic
def _store(stories: list[Written]) -> None:
    articles = [story.article for story in stories]
    slugs = free_slugs(Article, [article.headline for article in articles], "story")
    for article, slug in zip(articles, slugs, strict=True):
        article.slug = slug
    Verification.objects.bulk_create(a.verification for a in articles if a.verification)
    Article.objects.bulk_create(articles)
    byline = Article.authors.through
    byline.objects.bulk_create(
        byline(article=story.article, author=author)
        for story in stories
        for author in story.authors
    )
    ArticleTag.objects.bulk_create(
        ArticleTag(content_object=story.article, tag=tag) for story in stories for tag in story.tags
    )
