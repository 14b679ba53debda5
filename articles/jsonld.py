"""Structured data for machines that read pages: schema.org NewsArticle."""

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from articles.models import Article

# Inside <script> these characters could end the element or start a comment.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def news_article(article: Article) -> SafeString:
    """The JSON text of a story as https://schema.org/NewsArticle, safe inside a script element."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.headline[:110],
        "description": article.dek or None,
        "mainEntityOfPage": absolute(article.get_absolute_url()),
        "identifier": article.number,
        "datePublished": _moment(article.published_at),
        "inLanguage": article.language or settings.SITE_LANGUAGE,
        "articleSection": article.topic.name if article.topic else None,
        "wordCount": article.word_count,
        "author": [_person(author) for author in article.authors.all()] or None,
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": settings.SITE_NAME,
            "url": settings.SITE_URL,
        },
        "image": absolute(article.lead.file.url) if article.lead else None,
        "isBasedOn": article.source_url or None,
    }
    kept = {key: value for key, value in data.items() if value is not None}
    return mark_safe(json.dumps(kept, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308  escaped


def absolute(path: str) -> str:
    """The full address of a path of ours; an address that is full already stays as it is."""
    return path if "://" in path else settings.SITE_URL + path


def _person(author: Any) -> dict[str, str]:
    return {
        "@type": "Person",
        "name": author.name,
        "url": absolute(author.get_absolute_url()),
    }


def _moment(value: Any) -> str | None:
    return value.isoformat() if value else None
