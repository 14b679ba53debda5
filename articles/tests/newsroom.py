"""A small newsroom for tests: stories in every state, made by the models themselves."""

import io
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from articles.models import Article, Asset, Author, Source, Topic, Verification

_numbers = count(1)


def topic(slug: str = "energy", **fields: Any) -> Topic:
    defaults = {"name": slug.capitalize(), **fields}
    return Topic.objects.get_or_create(slug=slug, defaults=defaults)[0]


def source(domain: str = "gridledger.example", **fields: Any) -> Source:
    defaults = {"name": domain.partition(".")[0].capitalize(), "rights": "full", **fields}
    return Source.objects.get_or_create(domain=domain, defaults=defaults)[0]


def author(name: str = "Ines Kowal") -> Author:
    return Author.objects.get_or_create(name=name)[0]


def verification(**fields: Any) -> Verification:
    defaults = {
        "verified_by": "Ruth Adeyemi",
        "method": "Compared the figures with the operator’s filing.",
        "evidence": "The filing of 3 March, page 12.",
    }
    return Verification.objects.create(**defaults | fields)


def image(width: int = 40, height: int = 30, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a picture in one colour, another one at each call."""
    colour = tuple((next(_numbers) * 7919 % 2**24).to_bytes(3))
    data = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(data, kind, **options)
    return data.getvalue()


def picture(data: bytes | None = None, credit: str = "Grid Ledger") -> Asset:
    asset = Asset(file=ContentFile(data or image(), name="upload.png"), credit=credit)
    asset.save()
    return asset


def draft(headline: str = "", **fields: Any) -> Article:
    """A story that only the desk knows, saved; `tags` and `authors` are names."""
    headline = headline or f"Story number {next(_numbers)}"
    tags, authors = fields.pop("tags", []), fields.pop("authors", [])
    article = Article(headline=headline, **fields)
    article.save()
    article.tags.set(tags)
    article.authors.set([author(name) for name in authors])
    return article


def story(headline: str = "", *, age: timedelta = timedelta(hours=1), **fields: Any) -> Article:
    """A story that readers see, published `age` ago; under energy unless told otherwise."""
    fields = {"topic": fields.pop("topic", None) or topic(), "dek": "What it says.", **fields}
    article = draft(headline, **fields)
    article.publish(at=timezone.now() - age)
    return article


def stories(number: int, *, at: datetime | None = None, **fields: Any) -> list[Article]:
    """So many stories, a minute apart, or all published at the one moment `at`."""
    made = [story(age=timedelta(minutes=minute), **fields) for minute in range(number)]
    if at:
        Article.objects.filter(pk__in=[article.pk for article in made]).update(published_at=at)
    return made


def scheduled(headline: str = "", **fields: Any) -> Article:
    return story(headline, age=-timedelta(hours=1), **fields)


def withdrawn(headline: str = "", **fields: Any) -> Article:
    article = story(headline, **fields)
    article.withdraw(note="The figures were not what they seemed.")
    return article
