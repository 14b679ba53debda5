"""{% load placements %}{% placement "article_end" topics %}: the one way a page meets a sponsor."""

import logging
from collections.abc import Iterable, Sequence
from random import random

from django import template
from django.utils import timezone

from sponsors import drawing, snapshot
from sponsors.drawing import PageTopic
from sponsors.picking import pick

logger = logging.getLogger("sponsors")
register = template.Library()


@register.simple_tag
def placement(name: str, topics: Iterable[PageTopic | None] = ()) -> str:
    """The box booked for this page now, or "". `topics` are the page's, the primary first.

    No page breaks because a sponsor did: whatever goes wrong is logged and draws nothing.
    """
    try:
        return _draw(name, [topic for topic in topics or () if topic is not None])
    except Exception:
        logger.exception("The placement %s could not be drawn", name)
        return ""


def _draw(name: str, topics: Sequence[PageTopic]) -> str:
    booked = snapshot.current().by_placement.get(name, ())
    keys = [topic.pk for topic in topics]
    chance = random()  # noqa: S311 - shares out pages, keeps no secret
    picked = pick(booked, topics=keys, now=timezone.now(), chance=chance)
    return drawing.draw(name, picked, topics) if picked else ""
