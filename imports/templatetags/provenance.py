"""Where a story came from, for the desk's pages."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from articles.models import Article
from imports.offering import offers, with_offers

register = template.Library()

_UNITS = ((86_400, "days"), (3600, "h"), (60, "min"))


@register.filter
def ago(moment: datetime) -> str:
    """As in "2 h ago", in the largest unit that fits."""
    seconds = int((timezone.now() - moment).total_seconds())
    for size, unit in _UNITS:
        if seconds >= size:
            count = seconds // size
            return f"{count} {'day' if (count, unit) == (1, 'days') else unit} ago"
    return "just now"


@register.inclusion_tag("admin/imports/item/_offers.html")
def source_offers(article: Article | None) -> dict[str, Any]:
    """A line for each source that has changed what an editor had changed before."""
    rows = with_offers().filter(article=article) if article and article.pk else []
    counted = [(item, len(offers(item))) for item in rows]
    return {"offers": [(item, count) for item, count in counted if count]}
