"""JSON-LD: what a page tells search engines of the story that it shows (schema.org)."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TypeAlias

from lxml.html import HtmlElement

from imports.addresses import folded
from imports.formats.values import text

Thing: TypeAlias = dict[str, Any]

_MOST_CHARACTERS = 1_000_000  # of one script
_MOST_THINGS = 1000
_AROUND = re.compile(r"^\s*(?://)?\s*(?:<!\[CDATA\[|<!--)|(?://)?\s*(?:\]\]>|-->)\s*$")
_ARTICLE = re.compile(r"(?:article|blogposting|mediaposting|forumposting)$|^report$", re.I)
_MANY = 3  # articles, from which a page that is none of them lists them


class Linked:
    """The things that a page describes."""

    def __init__(self, tree: HtmlElement) -> None:
        self.things: list[Thing] = []
        for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
            if len(written := script.text or "") <= _MOST_CHARACTERS:
                self.things.extend(_things(_loaded(written)))
        del self.things[_MOST_THINGS:]
        named = (thing for thing in self.things if isinstance(thing.get("@id"), str))
        # A thing is told in one place and pointed at from others, where it has nothing but the id.
        self.by_id = {thing["@id"]: thing for thing in sorted(named, key=len)}

    def story(self, address: str) -> Thing:
        """The article of the page, {} without one; of several the one at this address.

        Failing that the page itself, when it says who wrote it.
        """
        found = [thing for thing in self.things if is_article(thing)]
        if address:
            here = [each for each in found if folded(address) in map(folded, _addresses(each))]
            found = here or (found if len(found) < _MANY else [])
        pages = (each for each in self.things if "WebPage" in types(each) and "author" in each)
        return next(chain(found, pages), {})

    def is_list(self) -> bool:
        """Whether the page says of itself that it lists others."""
        kinds = {kind.lower() for thing in self.things for kind in types(thing)}
        return bool(kinds & {"collectionpage", "searchresultspage"})

    def resolved(self, value: Any) -> Thing:
        """The thing behind a value: told here or, by its id, elsewhere; a mere name is one too."""
        if isinstance(value, str):
            return self.by_id.get(value) or {"name": value}
        if not isinstance(value, dict):
            return {}
        identifier = value.get("@id")
        known = self.by_id.get(identifier, {}) if isinstance(identifier, str) else {}
        return known | value


def is_article(thing: Thing) -> bool:
    return any(map(_ARTICLE.search, types(thing)))


def types(thing: Thing) -> list[str]:
    return [kind for kind in listed(thing.get("@type")) if isinstance(kind, str)]


def listed(value: Any) -> list[Any]:
    """A list as it is, anything else as a list of it."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _loaded(written: str) -> Any:
    try:
        return json.loads(_AROUND.sub("", written).rstrip(" \r\n\t;"), strict=False)
    except (ValueError, RecursionError):
        return None


def _things(value: Any) -> Iterator[Thing]:
    """Every object with a type, those that stand for themselves before those within others."""
    level = listed(value)
    for _ in range(8):
        found = [each for each in level if isinstance(each, dict)]
        yield from (each for each in found if "@type" in each)
        level = list(_inside(found))[:_MOST_THINGS]


def _inside(things: Iterable[Thing]) -> Iterator[Any]:
    for thing in things:
        for value in thing.values():
            yield from listed(value)


def _addresses(thing: Thing) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        value = thing.get(key)
        yield text(value.get("@id") if isinstance(value, dict) else value)
