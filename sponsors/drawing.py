"""From a pick to the box on the page: who paid, why here, and the sponsor's words, all as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from sponsors.acceptance import TOPIC
from sponsors.candidates import Copy, Payer
from sponsors.models import Placement
from sponsors.picking import Pick


class PageTopic(Protocol):
    """A topic as a page has it."""

    pk: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Shape:
    """How the box differs between placements."""

    css: str = ""
    promise: str = ""  # follows “… paid for this space”
    has_hook: bool = False
    has_topic_label: bool = False
    has_policy_link: bool = False
    is_card: bool = False


SHAPES = {
    Placement.ARTICLE_END: Shape(
        promise=" and had no part in the story above", has_hook=True, has_policy_link=True
    ),
    Placement.TOPIC_LIST: Shape(
        css=" placement-banner", promise="; it does not choose the stories", has_topic_label=True
    ),
    Placement.HOME_CARD: Shape(css=" placement-card", is_card=True),
}


@dataclass(frozen=True, slots=True)
class Box:
    """What the template draws. `topic` is the sold one, None for run of site."""

    shape: Shape
    payer: Payer
    creative: Copy
    topic: PageTopic | None
    hook: str


def draw(placement: str, pick: Pick, topics: Sequence[PageTopic]) -> SafeString:
    """The box as HTML for a page with these topics, primary first. Asks the database nothing."""
    shape = SHAPES[Placement(placement)]
    sold = next((topic for topic in topics if topic.pk == pick.topic), None)
    read = sold or next(iter(topics), None)
    hook = hook_line(pick.creative, read) if shape.has_hook else ""
    box = Box(shape, pick.flight.payer, pick.creative, sold, hook)
    return render_to_string("sponsors/_placement.html", {"box": box})


def hook_line(creative: Copy, topic: PageTopic | None) -> str:
    """The topic's own line, else the default; "" when it would name a topic and there is none."""
    line = creative.hooks.get(topic.slug, creative.hook) if topic else creative.hook
    if topic is None:
        return "" if TOPIC in line else line
    return line.replace(TOPIC, topic.name)
