"""A story as a file for people and other programs: front matter, then its body as HTML.

The front matter is YAML with one field a line, each value as in JSON, which is YAML too. Fields
have the names that most site generators and import_markdown know.
"""

import json
import re
from pathlib import PurePosixPath
from typing import Any

from articles.models import Article
from articles.models.article import ArticleQuerySet, Status

FOLDER = "stories"
DRAFTS = "drafts"
_MOST_NAME = 200  # bytes; file systems take 255
# What JSON may leave as it is and YAML may not, or reads as the end of a line.
_UNFIT = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def all_stories() -> ArticleQuerySet:
    return Article.objects.for_page().prefetch_related("legacy_paths").order_by("pk")


def path_of(article: Article) -> PurePosixPath:
    """Where its file lies in an export. Slugs are unique; only a very long one gets its number."""
    topic = article.topic.slug if article.topic else DRAFTS
    return PurePosixPath(FOLDER, _name(topic, ""), f"{_name(article.slug, article.number)}.md")


def text_of(article: Article) -> str:
    given = (item for item in _front_matter(article).items() if item[1] not in (None, "", []))
    fields = "\n".join(f"{name}: {_value(value)}" for name, value in given)
    return f"---\n{fields}\n---\n\n{article.body}\n"


def _front_matter(article: Article) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": article.headline,
        "slug": article.slug,
        "number": article.number,
        "description": article.dek,
        "date": article.published_at,
        # Of what was withdrawn, whenever: no generator shall bring it back to readers.
        "draft": article.status != Status.PUBLISHED or article.withdrawn_at is not None,
        "status": article.status,
        "category": article.topic.name if article.topic else "",
        "tags": _names(article.tags),
        "authors": _names(article.authors),
        "lang": article.language,
        "source": article.source.name if article.source else "",
        "source_url": article.source_url,
        "source_date": article.source_published_at,
        "same_as": f"art-{article.same_as_id}" if article.same_as_id else "",
        "sentiment": article.sentiment,
        "withdrawn": article.withdrawn_at,
        "withdrawal_note": article.withdrawal_note,
        "aliases": sorted(legacy.path for legacy in article.legacy_paths.all()),
    }
    return fields | _picture(article) | _verification(article)


def _picture(article: Article) -> dict[str, Any]:
    if article.lead is None:
        return {}
    return {
        "image": f"media/{article.lead.file.name}",
        "image_alt": article.lead_alt,
        "image_caption": article.lead_caption,
        "image_credit": article.lead.credit,
    }


def _verification(article: Article) -> dict[str, Any]:
    if (check := article.verification) is None:
        return {}
    return {
        "verified_by": check.verified_by,
        "verified_at": check.verified_at,
        "verified_how": check.method,
        "evidence": check.evidence_url or check.evidence,
    }


def _names(many: Any) -> list[str]:
    return sorted(each.name for each in many.all())


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=lambda moment: moment.isoformat())
    return _UNFIT.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _name(slug: str, number: str) -> str:
    if len(slug.encode()) <= _MOST_NAME:
        return slug
    cut = slug.encode()[:_MOST_NAME].decode(errors="ignore")
    return f"{cut}-{number}" if number else cut
