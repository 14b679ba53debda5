"""The headline of a page: what it tells machines, in the form that readers see."""

from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from itertools import islice

from lxml.html import HtmlElement

from articles.text import plain
from imports.formats.page.lines import Metas, Site, folded_line, line_of
from imports.formats.page.linked import Thing
from imports.formats.values import text

_METAS = (
    *("og:title", "twitter:title", "parsely-title", "sailthru.title", "citation_title"),
    *("dc.title", "dcterms.title", "headline"),
)
_MOST_HEADINGS = 50
_LONGEST = 400  # characters; longer headings are no headlines
_ALIKE = 0.8  # of SequenceMatcher, from which a heading is the headline in other words
_SHORTEST_SHARE = 0.4  # of the headline, from which a heading inside it is the whole of it


def headline(tree: HtmlElement, metas: Metas, story: Thing, site: Site) -> str:
    """The headline without the site's name; "" when the page has none."""
    shown = list(_headings(tree, site, "h1", "h2"))
    for told in (text(story.get("headline")), *metas.all(*_METAS)):
        if line := _own_part(told, site):
            return _as_shown(line, shown)
    largest = list(_headings(tree, site, "h1"))
    title = _own_part(next((line_of(each) for each in tree.iter("title")), ""), site)
    if len(largest) == 1 or not title:
        return next(iter([*largest, *shown]), "")
    return _as_shown(title, shown)


def _own_part(told: str, site: Site) -> str:
    """What was told without the site's name; "" when there was no more."""
    told = site.cut_from(plain(told))
    return "" if site.is_named(told) else told


def _headings(tree: HtmlElement, site: Site, *names: str) -> Iterator[str]:
    for element in islice(tree.iter(*names), _MOST_HEADINGS):
        shown = line_of(element).rstrip("¶# ")
        if shown and len(shown) <= _LONGEST and not site.is_named(shown):
            yield shown


def _as_shown(told: str, shown: list[str]) -> str:
    """What was told, in the form of the heading that says the same or the whole of it."""
    wanted = folded_line(told)
    folded = {heading: folded_line(heading) for heading in shown}
    ways: tuple[Callable[[str], bool], ...] = (
        lambda line: line == wanted,
        lambda line: wanted.startswith(line) and len(line) > _SHORTEST_SHARE * len(wanted),
        lambda line: line in wanted and len(line) > _SHORTEST_SHARE * len(wanted),
        lambda line: not line.startswith(wanted) and _is_alike(line, wanted),
    )
    for says_it in ways:
        if found := next((each for each in shown if says_it(folded[each])), ""):
            return found
    return told


def _is_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE
