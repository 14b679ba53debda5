"""From a pick to the box on the page: who paid, why here, and the sponsor's words, all as text.

The same box is drawn for many pages, so what it says is drawn once and kept; only the token, which
every page has of its own, is put in for each.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from sponsors import labels
from sponsors.acceptance import TOPIC
from sponsors.candidates import Copy
from sponsors.models import Kind, Placement
from sponsors.picking import Pick
from sponsors.rendering import PageTopic

BOXES = 512  # kept drawn in a process, of about 4 KB each
# Where a token goes. Nobody can guess it, so no sponsor's words hold it.
_TOKEN = secrets.token_hex(28)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the box differs between placements."""

    css: str = ""
    promise: str = ""  # follows “… paid for this space”
    has_hook: bool = False
    has_topic_label: bool = False
    has_policy_link: bool = False
    is_card: bool = False


SHAPES: dict[str, Shape] = {
    Placement.ARTICLE_MID: Shape(
        promise=" and had no part in this story", has_hook=True, has_policy_link=True
    ),
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
    """All that the template draws. Two that are equal look the same, but for their tokens."""

    shape: Shape
    is_house: bool
    site: str
    language: str
    sponsor: str
    legal_name: str
    proof: str
    topic_slug: str  # of the sold one; "" for run of site
    topic_name: str
    hook: str
    headline: str
    body: str
    command: str
    output: str
    cta_label: str
    cta_url: str
    alt_label: str
    alt_url: str
    fine_print: str
    until: int  # the flight's end in seconds since 1970; 0 for a box that is not counted

    @property
    def word(self) -> str:
        return labels.word(self.language)

    @property
    def direction(self) -> str:
        """Which way the site's language runs; a story around the box may run the other way."""
        return "rtl" if self.language.partition("-")[0] in settings.LANGUAGES_BIDI else "ltr"

    @property
    def label(self) -> str:
        """What a screen reader calls the box."""
        return f"House notice: {self.headline}" if self.is_house else f"{self.word}: {self.sponsor}"

    @property
    def payer(self) -> str:
        return "" if self.is_house else labels.payer(self.legal_name, self.shape.promise)

    @property
    def reason(self) -> str:
        return "" if self.is_house else labels.reason(self.topic_name)


def draw(placement: str, pick: Pick, topics: Sequence[PageTopic], token: str = "") -> SafeString:
    """The box as HTML for a page with these topics, primary first. Asks the database nothing.

    Without a token its links lead straight to the sponsor and no script comes with it.
    """
    box = _box(placement, pick, topics, is_counted=bool(token))
    return mark_safe(token.join(_drawn(box)))  # noqa: S308  a template's, and our own token


@lru_cache(maxsize=BOXES)
def _drawn(box: Box) -> tuple[str, ...]:
    """The box as the template draws it, in the pieces that stand between its tokens."""
    html = render_to_string("sponsors/_placement.html", {"box": box, "token": _TOKEN})
    return tuple(html.split(_TOKEN))


def _box(placement: str, pick: Pick, topics: Sequence[PageTopic], *, is_counted: bool) -> Box:
    shape, flight, copy = SHAPES[placement], pick.flight, pick.creative
    sold = next((topic for topic in topics if topic.pk == pick.topic), None)
    read = sold or next(iter(topics), None)
    return Box(
        shape=shape,
        is_house=flight.kind == Kind.HOUSE,
        site=settings.SITE_NAME,
        language=settings.SITE_LANGUAGE,
        sponsor=flight.payer.name,
        legal_name=flight.payer.legal_name,
        proof=flight.payer.proof,
        topic_slug=sold.slug if sold else "",
        topic_name=sold.name if sold else "",
        hook=hook_line(copy, read) if shape.has_hook else "",
        headline=copy.headline,
        body=copy.body,
        command=copy.command,
        output=copy.output,
        cta_label=copy.cta_label,
        cta_url=copy.cta_url,
        alt_label=copy.alt_label,
        alt_url=copy.alt_url,
        fine_print=copy.fine_print,
        until=int(flight.ends_at.timestamp()) if is_counted else 0,
    )


def hook_line(creative: Copy, topic: PageTopic | None) -> str:
    """The topic's own line, else the default; "" when it would name a topic and there is none."""
    line = creative.hooks.get(topic.slug, creative.hook) if topic else creative.hook
    if topic is None:
        return "" if TOPIC in line else line
    return line.replace(TOPIC, topic.name)
