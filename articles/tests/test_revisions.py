"""A snapshot holds all that a story is: every field of today and of tomorrow."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import models

from articles import snapshots
from articles.models import Article, ArticleRevision, Asset, Author, Source, Topic, Verification
from articles.tests import newsroom

pytestmark = pytest.mark.django_db
MOMENT = datetime(2020, 2, 29, 12, 30, 15, 123456, tzinfo=UTC)


def another(field: models.Field) -> Any:
    """A value that the field does not have in a new draft."""
    special = {
        "body": "<p>Other words entirely.</p>",
        "slug": "another-slug",
        "status": "ready",
        "sentiment": "negative",
        "sentiment_origin": "editor",
        "headings": [{"level": 2, "text": "Two", "anchor": "two"}],
        "topic": Topic(name="Space", slug="space"),
        "source": Source(name="Perigee", domain="perigee.example"),
        "verification": Verification(verified_by="A", method="Read it.", evidence="Paper."),
        "lead": Asset(file="a.webp", width=1, height=1, credit="C", content_hash="0" * 64),
        "same_as": Article(headline="The lead"),
        "is_sponsor_free": True,
    }
    if field.name in special:
        value = special[field.name]
        if isinstance(value, models.Model):
            models.Model.save_base(value) if isinstance(value, Asset) else value.save()
        return value
    if isinstance(field, models.DateTimeField):
        return MOMENT
    return 7 if isinstance(field, models.IntegerField) else f"another {field.name}"[:30]


DERIVED = {"headings", "word_count", "reading_minutes"}  # prepare() makes these of the body


@pytest.mark.parametrize("field", snapshots.fields(Article), ids=lambda field: field.name)
def test_every_field_is_kept_and_restored(field: models.Field) -> None:
    article = newsroom.draft("A headline", lead_alt="What the picture shows", body="<p>Words.</p>")
    before = getattr(article, field.attname)
    stored = Article.objects.filter(pk=article.pk)
    stored.update(**{field.name: another(field)})
    kept = ArticleRevision.keep(stored.get(), "save")
    value = getattr(stored.get(), field.attname)
    stored.update(**{field.attname: before})
    assert kept.data[field.attname] is not None
    kept.restore()
    assert value != before
    assert field.name in DERIVED or getattr(stored.get(), field.attname) == value


def test_authors_and_tags_are_kept_and_restored() -> None:
    article = newsroom.draft()
    article.tags.add("open-data", "repair")
    article.authors.add(Author.objects.create(name="Ingrid Vale"))
    kept = ArticleRevision.keep(article, "save")
    article.tags.set(["other"])
    article.authors.clear()
    kept.restore()
    assert set(article.tags.names()) == {"open-data", "repair"}
    assert [author.name for author in article.authors.all()] == ["Ingrid Vale"]


def test_no_field_is_left_out_but_the_rows_own() -> None:
    names = {field.name for field in Article._meta.get_fields() if not field.auto_created}
    kept = {field.name for field in snapshots.fields(Article)} | {"authors", "tags"}
    generic = {"tagged_items"}
    assert names - kept - generic == snapshots.LEFT_OUT - {"id"} | ({"id"} & names)


def test_a_restore_is_a_revision_of_its_own() -> None:
    article = newsroom.draft("First headline")
    first = ArticleRevision.keep(article, "save")
    article.headline = "Second headline"
    article.save()
    ArticleRevision.keep(article, "save")
    restored = first.restore()
    assert (restored.number, restored.kind) == (3, "restore")
    assert restored.content_sha256 == first.content_sha256


def test_equal_stories_have_equal_digests() -> None:
    article = newsroom.draft()
    one = snapshots.digest(snapshots.take(article))
    assert snapshots.digest(snapshots.take(Article.objects.get(pk=article.pk))) == one
    article.dek = "Another dek"
    article.save()
    assert snapshots.digest(snapshots.take(article)) != one
