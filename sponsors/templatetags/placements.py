"""{% load placements %}{% placement "article_end" topics %}: the one way a page meets a sponsor."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import Context
from django.utils import timezone

from sponsors import counting, drawing, tokens
from sponsors.drawing import PageTopic
from sponsors.picking import Pick
from sponsors.rendering import Ask, Rendering

logger = logging.getLogger("sponsors")
register = template.Library()


@register.simple_tag(takes_context=True)
def placement(
    context: Context,
    name: str,
    topics: Iterable[PageTopic | None] = (),
    page: int = 0,
    is_free: bool = False,
) -> str:
    """The box booked for this page now, or "". `topics` are the page's, the primary first.

    `page` is the story's or the topic's number, 0 for the front page; one that `is_free` takes no
    sponsor. No page breaks because a sponsor did: whatever goes wrong is logged and draws nothing.
    """
    try:
        known = [topic for topic in topics or () if topic is not None]
        request = getattr(context, "request", None)
        ask = Ask(name, tuple(known), page or 0, bool(is_free))
        return _answer(ask, Rendering.of(request), is_counted=_is_counted(request))
    except Exception:
        logger.exception("The placement %s could not be drawn", name)
        return ""


def _answer(ask: Ask, rendering: Rendering, *, is_counted: bool) -> str:
    """The box for this ask, told to whoever counts."""
    now = timezone.now()
    pick = rendering.answer(ask, now)
    is_counted = is_counted and not rendering.is_rehearsal
    html = _drawn(ask, pick, now, is_counted=is_counted) if pick else ""
    if is_counted and not ask.is_free:
        counting.decided(ask.placement, ask.keys, is_drawn=bool(html))
    return html


def _drawn(ask: Ask, pick: Pick, now: datetime, *, is_counted: bool) -> str:
    token = ""
    if is_counted:
        token = tokens.mint(
            flight=pick.flight.flight,
            creative=pick.creative.id,
            placement=ask.placement,
            topic=pick.topic or 0,
            page=ask.page,
            now=now,
        )
    return drawing.draw(ask.placement, pick, ask.topics, token)


def _is_counted(request: HttpRequest | None) -> bool:
    """Whether this is a reader's page. Only the desk's people have a session."""
    return (
        request is not None
        and request.method == "GET"
        and settings.SPONSOR_MEASURE
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
    )
