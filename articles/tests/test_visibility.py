"""One sweep over every public address for words of stories that no reader may see.

Each hidden story is full of words that stand nowhere else. A new pattern in articles.urls fails
the sweep until ADDRESSES says how to ask for it.
"""

from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from articles import urls
from articles.models import Article
from articles.models.article import Status
from articles.tests.crawling import Answer, ask, crawl
from articles.tests.newsroom import (
    draft,
    picture,
    scheduled,
    source,
    stories,
    story,
    topic,
    verification,
    withdrawn,
)  # fmt: skip

pytestmark = pytest.mark.django_db

Maker = Callable[..., Article]


def in_review(headline: str = "", **fields: object) -> Article:
    return draft(headline, status=Status.IN_REVIEW, published_at=timezone.now(), **fields)


def ready(headline: str = "", **fields: object) -> Article:
    return draft(headline, status=Status.READY, published_at=timezone.now(), **fields)


HIDDEN: dict[str, Maker] = {
    "draft": draft,
    "inreview": in_review,
    "ready": ready,
    "scheduled": scheduled,
    "withdrawn": withdrawn,
}

# How to ask for each pattern, given a story: the story's own addresses and those around it.
ADDRESSES: dict[str, Callable[[Article], list[str]]] = {
    "": lambda s: ["/", "/?x=1"],
    "topics": lambda s: ["/topics"],
    "news/<name:slug>": lambda s: [f"/news/{s.topic.slug}{query}" for query in places(s)],
    "news/<name:topic_slug>/<name:slug>": lambda s: [
        s.get_absolute_url(),
        f"/news/space/{s.slug}",
        f"{s.get_absolute_url()}-mistyped",
    ],
    "art-<number:pk>": lambda s: [f"/art-{s.pk}"],
    "sources": lambda s: ["/sources"],
    "sources/<name:slug>": lambda s: [f"/sources/{s.source.slug}{query}" for query in places(s)],
    "tags/<name:slug>": lambda s: [
        f"/tags/{tag.slug}{query}" for tag in s.tags.all() for query in places(s)
    ],
    "authors/<name:slug>": lambda s: [
        f"/authors/{author.slug}{query}" for author in s.authors.all() for query in places(s)
    ],
    "media/<path:name>": lambda s: [s.lead.file.url, s.lead.small_url],
    r"^(?P<path>.+)/$": lambda s: [f"{s.get_absolute_url()}/", f"/art-{s.pk}/"],
}


def places(article: Article) -> list[str]:
    """The queries of a list's first page and of those that start beside the story."""
    moment = int((article.published_at or timezone.now()).timestamp() * 1_000_000)
    return ["", f"?before={moment}-{article.pk + 1}", f"?after={moment}-{article.pk - 1}"]


def marked(make: Maker, word: str) -> Article:
    """A story of which every part says whose it is, under a topic and a tag that others have."""
    return make(
        f"{word}headline of the hour",
        topic=topic(),
        slug=f"{word}slug-of-the-hour",
        dek=f"{word}dek",
        body=f"<h2>{word}heading</h2><p>{word}body</p>",
        source=source(f"{word}source.example", about=f"{word}about"),
        source_url=f"https://{word}source.example/{word}address",
        lead=picture(credit=f"{word}credit"),
        lead_alt=f"{word}alt",
        lead_caption=f"{word}caption",
        verification=verification(method=f"{word}method"),
        tags=[f"{word}tag", "grid"],
        authors=[f"{word}author"],
    )


@pytest.fixture
def hidden() -> dict[str, Article]:
    stories(22, source=source(), tags=["grid"], authors=["Ines Kowal"])
    return {word: marked(make, f"qx{word}") for word, make in HIDDEN.items()}


def patterns(routes: list[URLPattern | URLResolver]) -> Iterator[str]:
    for route in routes:
        if isinstance(route, URLResolver):
            yield from (f"{route.pattern}{inner}" for inner in patterns(route.url_patterns))
        else:
            yield str(route.pattern)


def around(article: Article) -> list[str]:
    return [address for addresses in ADDRESSES.values() for address in addresses(article)]


def told(answer: Answer) -> str:
    """What the answer says beyond the address that it was asked for."""
    path = answer.address.partition("?")[0]
    return f"{answer.headers}\n{answer.text}".replace(path, "").replace(path.rstrip("/"), "")


def test_every_pattern_is_swept():
    assert set(patterns(urls.urlpatterns)) == set(ADDRESSES)


def test_no_word_of_a_hidden_story_stands_anywhere(client, hidden):
    asked = [address for article in hidden.values() for address in around(article)]
    answers = crawl(client, *asked)
    leaks = {address: told(answer) for address, answer in answers.items() if "qx" in told(answer)}
    assert leaks == {}


def test_no_picture_of_a_hidden_story_is_named_anywhere(client, hidden):
    text = "".join(told(answer) for answer in crawl(client, "/").values())
    assert not [word for word, article in hidden.items() if article.lead.content_hash in text]


@pytest.mark.parametrize("word", HIDDEN)
def test_the_addresses_of_a_hidden_story_answer_nothing(client, hidden, word):
    article = hidden[word]
    asked = [article.get_absolute_url(), f"/art-{article.pk}"]
    expected = 410 if word == "withdrawn" else 404
    assert [ask(client, address).status for address in asked] == [expected, expected]


@pytest.mark.parametrize("word", HIDDEN)
def test_what_only_a_hidden_story_has_is_unknown(client, hidden, word):
    article = hidden[word]
    asked = [
        article.lead.file.url,
        article.source.get_absolute_url(),
        f"/tags/qx{word}tag",
        f"/authors/qx{word}author",
    ]
    assert [ask(client, address).status for address in asked] == [404] * 4


def test_no_hidden_telling_of_a_public_story_is_named(client, hidden):
    lead = story()
    Article.objects.filter(pk__in=[article.pk for article in hidden.values()]).update(same_as=lead)
    assert "qx" not in ask(client, lead.get_absolute_url()).text


def test_no_number_counts_a_hidden_story(client, hidden):
    pages = ["/", "/topics", "/news/energy", "/sources", "/sources/gridledger", "/tags/grid"]
    text = "".join(ask(client, address).text for address in pages)
    assert "22 stories" in text
    assert "23 stories" not in text and "27 stories" not in text


def test_a_topic_of_hidden_stories_alone_is_not_listed(client):
    draft(topic=topic("perigee"))
    scheduled(topic=topic("perigee"))
    assert "perigee" not in ask(client, "/topics").text + ask(client, "/").text


PARTS = [
    "headline", "dek", "heading", "body", "slug", "tag", "author", "source", "about", "address",
    "credit", "alt", "caption", "method",
]  # fmt: skip


def test_the_sweep_sees_every_part_of_a_story_that_is_public(client):
    """What the tests above do not find, they would find."""
    marked(story, "qxpublic")
    text = "".join(told(answer) for answer in crawl(client, "/").values())
    assert [part for part in PARTS if f"qxpublic{part}" not in text] == []
