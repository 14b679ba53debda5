"""A creative tried on a real page of ours, for whoever has to say whether readers may see it.

The page is rehearsed, so nobody is counted; the creative is drawn whatever its status.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from django.apps import apps

from sponsors.candidates import Candidate, Copy, Reach, candidates
from sponsors.models import Creative, Placement
from sponsors.picking import Pick
from sponsors.rehearsal import NoPage, Rehearsal, rehearse

THEMES = ("light", "dark")
TRIES = 9  # pages looked at for one that has the placement
BOX = "the-box"  # the id that a framed page's box is found by

_SCRIPT = re.compile(r"<script\b.*?</script\s*>", re.DOTALL | re.IGNORECASE)
_ASIDE = re.compile(r'<aside(?=[^>]*\bclass="placement\b)')


def placements(creative: Creative) -> list[Placement]:
    """Those that its flight has slots in, in the order in which a reader meets them."""
    bought = {each.placement for each in _candidates(creative)}
    return [placement for placement in Placement if placement in bought]


def usual_page(creative: Creative, placement: str) -> str:
    """The address of a page on which it would be shown there; "" when there is none yet."""
    pages = islice(_usual_pages(_candidate(creative, placement)), TRIES)
    return next((page for page in pages if not page_fault(placement, page)), "")


def _usual_pages(flight: Candidate) -> Iterator[str]:
    """The newest stories of the topics that are sold, or else of any; their topics for a list."""
    if flight.placement == Placement.HOME_CARD:
        yield "/"
        return
    topics: Any = apps.get_model("articles.Topic").objects.exclude(pk__in=flight.excluded)
    if flight.topics:
        topics = topics.filter(pk__in=flight.topics)
    newest = [
        list(topic.articles.published().for_cards().newest_first()[:TRIES]) for topic in topics
    ]
    found: list[Any] = sorted(chain(*newest), key=lambda story: story.published_at, reverse=True)
    for story in found:
        is_list = flight.placement == Placement.TOPIC_LIST
        yield story.topic.get_absolute_url() if is_list else story.get_absolute_url()


def page_fault(placement: str, address: str) -> str:
    """Why a creative cannot be tried there, "" when it can."""
    try:
        _asked(placement, address)
    except NoPage as fault:
        return str(fault)
    return ""


def on_page(creative: Creative, placement: str, address: str) -> str:
    """The page's HTML with the creative's box in it. Raises NoPage with a sentence."""
    page = _asked(placement, address)
    ask = next(ask for ask in page.asks if ask.placement == placement)
    flight = _candidate(creative, placement)
    sold = next((topic.pk for topic in ask.topics if topic.pk in flight.topics), None)
    forced = (placement, Pick(flight, flight.creatives[0], sold))
    return rehearse(page.address, forced=forced).html


def alone(creative: Creative, placement: str) -> tuple[Pick, list]:
    """The pick of the creative's box by itself, and the topics of the page that it stands for."""
    flight = _candidate(creative, placement)
    topics = list(apps.get_model("articles.Topic").objects.filter(pk__in=flight.topics)[:1])
    return Pick(flight, flight.creatives[0], topics[0].pk if topics else None), topics


def framed(html: str, theme: str) -> str:
    """A page to be looked at in a frame: in one theme, without scripts, links in a new window."""
    html = _SCRIPT.sub("", html)
    html = html.replace("<html ", f'<html data-theme="{theme}" ', 1)
    html = html.replace("<head>", '<head><base target="_blank">', 1)
    return _ASIDE.sub(f'<aside id="{BOX}"', html, count=1)


def _asked(placement: str, address: str) -> Rehearsal:
    """The page as it is; NoPage when it is none, or none for this placement."""
    page = rehearse(address)
    ask = next((ask for ask in page.asks if ask.placement == placement), None)
    if ask is None:
        raise NoPage(f"{page.address} has no place for a {Placement(placement).label}.")
    if ask.is_free:
        raise NoPage(f"{page.address} takes no sponsor: its editor said so.")
    return page


def _candidate(creative: Creative, placement: str) -> Candidate:
    """The flight there, in this creative's words; where it has no slot, as if on every page."""
    for candidate in _candidates(creative):
        if candidate.placement == placement:
            return candidate
    everywhere = Reach(placement, frozenset(), is_run_of_site=True, excluded=frozenset())
    [candidate] = _candidates(creative, reaches=[everywhere])
    return candidate


def _candidates(creative: Creative, **told: Any) -> list[Candidate]:
    return candidates(creative.flight, copies=[Copy.of(creative)], **told)
