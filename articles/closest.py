"""Stories whose address is like one that has no page."""

from difflib import SequenceMatcher
from urllib.parse import unquote

from django.db.models import Q

from articles.models import Article

SHOWN = 3
CANDIDATES = 60
LEAST_ALIKE = 0.5


def closest_stories(path: str) -> list[Article]:
    """Up to three public stories whose slug resembles the path's last piece, the likest first."""
    if not path.startswith("/news/"):
        return []  # the search reads every story's slug: not for any stranger's rubbish
    asked = unquote(path).rstrip("/").rpartition("/")[2][:100].lower()
    words = sorted({word for word in asked.split("-") if len(word) > 3 and word.isalnum()}, key=len)
    if not words:
        return []
    alike = Q()
    for word in words[-4:]:
        alike |= Q(slug__contains=word)
    rows = Article.objects.published().filter(alike).for_cards().newest_first()[:CANDIDATES]
    ranked = sorted(((_likeness(asked, story.slug), story) for story in rows), key=lambda r: -r[0])
    return [story for likeness, story in ranked[:SHOWN] if likeness >= LEAST_ALIKE]


def _likeness(asked: str, slug: str) -> float:
    return SequenceMatcher(None, asked, slug, autojunk=False).ratio()
