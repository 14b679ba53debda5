"""Topics, authors, tags and old addresses of stories that are being stored, found or made."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models.functions import Lower

from articles.models import Article, ArticleTag, Author, LegacyPath, Tag, Topic
from articles.slugs import free_slugs
from articles.text import slug
from imports.entry import Entry
from imports.models import Run

Made = Sequence[tuple[Entry, Article]]


def topic_of(entry: Entry, run: Run) -> Topic | None:
    """The topic of the entry's main category, by slug; a new one is made."""
    if not (name := entry.topic.strip()):
        return None
    wanted = slug(entry.topic_slug or name, fallback="topic")
    if (
        topic := Topic.objects.filter(slug=wanted).first()
        or Topic.objects.filter(name=name[:80]).first()
    ):
        return topic
    topic = Topic.objects.create(slug=wanted, name=name[:80])
    run.note_made([topic])
    return topic


def add_authors(made: Made, run: Run) -> dict[int, list[int]]:
    """Give each story its byline; returns the authors' numbers by story."""
    names = {name for entry, _ in made for name in entry.authors}
    have = {author.name: author for author in Author.objects.filter(name__in=names)}
    new = [name for name in sorted(names) if name not in have]
    slugs = free_slugs(Author, new, "author")
    rows = [Author(name=name, slug=free) for name, free in zip(new, slugs, strict=True)]
    Author.objects.bulk_create(rows)
    run.note_made(rows)
    have |= {author.name: author for author in rows}
    credits = [(a.pk, have[name].pk) for entry, a in made for name in dict.fromkeys(entry.authors)]
    through = Article.authors.through
    through.objects.bulk_create(through(article_id=pk, author_id=of) for pk, of in credits)
    return _by_story(credits)


def add_tags(made: Made, run: Run) -> dict[int, list[str]]:
    """Give each story its tags, in whatever case they are stored; returns their names by story."""
    names = {name for entry, _ in made for name in entry.tags}
    found = Tag.objects.annotate(lower=Lower("name")).filter(lower__in=names)
    have = {tag.name.lower(): tag for tag in found}
    new = [name for name in sorted(names) if name not in have]
    slugs = free_slugs(Tag, new, "tag")
    rows = [Tag(name=name, slug=free) for name, free in zip(new, slugs, strict=True)]
    Tag.objects.bulk_create(rows)
    run.note_made(rows)
    have |= {tag.name: tag for tag in rows}
    tagged = [(a, have[name]) for entry, a in made for name in dict.fromkeys(entry.tags)]
    links = [ArticleTag(content_object_id=a.pk, tag_id=tag.pk) for a, tag in tagged]
    ArticleTag.objects.bulk_create(links)
    return _by_story([(article.pk, tag.name) for article, tag in tagged])


def add_legacy_paths(made: Made) -> None:
    """Keep each story's old addresses; of two stories that claim one, the first has it."""
    rows = [
        LegacyPath(path=path, path_sha256=LegacyPath.key(path), article=article)
        for entry, article in made
        for path in dict.fromkeys(entry.old_paths)
    ]
    LegacyPath.objects.bulk_create(rows, ignore_conflicts=True)


def _by_story(pairs: list[tuple[int, Any]]) -> dict[int, list[Any]]:
    result: dict[int, list[Any]] = defaultdict(list)
    for story, value in pairs:
        result[story].append(value)
    return result
