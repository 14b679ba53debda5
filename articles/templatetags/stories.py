"""Small things that story templates say in more than one place."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django import template
from django.template.defaultfilters import date as formatted
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.jsonld import absolute
from articles.languages import direction
from articles.models import Article

register = template.Library()

_TONES = {"positive": "pos", "negative": "neg"}

register.filter("absolute", absolute)


@register.filter
def stamp(moment: datetime) -> str:
    """The time for a moment of today, else the day, in the site's zone."""
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return str(formatted(local, "H:i" if is_today else "M j"))


@register.filter
def tone(sentiment: str) -> str:
    """The design's class for a sentiment; "" for neutral and unknown."""
    return _TONES.get(sentiment, "")


@register.simple_tag
def written_in(article: Article) -> SafeString:
    """lang and dir attributes for a story's own words, where its language is known."""
    if not article.language:
        return SafeString("")
    return format_html(' lang="{}" dir="{}"', article.language, direction(article.language))


@register.simple_tag
def public_stories(numbers: Iterable[int]) -> dict[int, Article]:
    """Those of the stories with these numbers that readers may see, by number: one query."""
    return Article.objects.published().for_cards().in_bulk(list(numbers))


@register.filter
def numbered(stories: Mapping[int, Article], number: int) -> Article | None:
    """The story with this number, None when it is not among them."""
    return stories.get(number)
