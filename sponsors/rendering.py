"""A page while it is rendered: what it asked the tag for, and the one box that it gets."""

from dataclasses import dataclass, field
from datetime import datetime
from random import random
from typing import Protocol, Self

from django.http import HttpRequest

from sponsors import snapshot
from sponsors.models.slot import on_same_page
from sponsors.picking import Pick, pick_page


class PageTopic(Protocol):
    """A topic as a page has it."""

    pk: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What a page told the tag. `topics` has the primary one first; `page` is the story's or the
    topic's primary key, 0 on the front page; a page that `is_free` takes no sponsor."""

    placement: str
    topics: tuple[PageTopic, ...]
    page: int
    is_free: bool

    @property
    def keys(self) -> list[int]:
        return [topic.pk for topic in self.topics]


@dataclass(slots=True)
class Rendering:
    """One page being rendered. `forced` is the one box it draws, whatever is booked."""

    is_rehearsal: bool = False
    forced: tuple[str, Pick] | None = None
    asks: list[Ask] = field(default_factory=list)
    _pick: Pick | None = None
    _has_picked: bool = False

    @classmethod
    def of(cls, request: HttpRequest | None) -> Self:
        """The request's own, from its first placement on; a new one where there is no request."""
        found = getattr(request, "_sponsors", None)
        if not isinstance(found, cls):
            found = cls()
            found.attach(request)
        return found

    def attach(self, request: HttpRequest | None) -> None:
        """Make it the one that the tags of this request's page will find."""
        if request is not None:
            request._sponsors = self  # type: ignore[attr-defined]

    def answer(self, ask: Ask, now: datetime) -> Pick | None:
        """What is drawn here. The first ask of a page decides for those after it, too."""
        self.asks.append(ask)
        if self.forced:
            placement, pick = self.forced
            return pick if placement == ask.placement else None
        if not ask.is_free and not self._has_picked:
            self._has_picked = True
            self._pick = _pick(ask, now)
        is_here = self._pick and self._pick.flight.placement == ask.placement and not ask.is_free
        return self._pick if is_here else None


def _pick(ask: Ask, now: datetime) -> Pick | None:
    """The one box of a page, of which `ask` is the first placement to come."""
    places = on_same_page(ask.placement)
    return pick_page(
        snapshot.current().by_placement,
        places[places.index(ask.placement) :],
        topics=ask.keys,
        now=now,
        chance=random(),  # noqa: S311 - shares out pages, keeps no secret
    )
