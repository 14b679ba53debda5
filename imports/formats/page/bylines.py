"""Who wrote the story of a page: by what it tells machines, else by the line that readers see."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from lxml.html import HtmlElement

from imports.bylines import name_of
from imports.formats.page.lines import Metas, Site, folded_line, line_of
from imports.formats.page.linked import Linked, Thing, listed, types
from imports.formats.values import text

_METAS = (
    *("citation_author", "parsely-author", "sailthru.author", "article:author", "og:author"),
    *("byl", "dc.creator", "dcterms.creator", "dc:creator"),
)
_GENERAL = ("author", "authors", "creator")  # which may be whoever made the site
_ORGANISATIONS = {"Organization", "NewsMediaOrganization", "Corporation"}
_MOST_NAMES = 10
_MOST_ELEMENTS = 200
_MOST_TEXTS = 50
_MOST = 1000  # characters of a text with names
_LONGEST = 60  # characters
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:by-?line|author|autor|auteur|writer)(?:s|es)?(?:[_-]{1,2}(?:name|link)s?)?(?=\s|$)",
    re.I,
)
# Whose names these are: commenters, or the people of other stories.
_OTHERS = re.compile(
    r"comment|related|sidebar|recommend|teaser|promo|most-read|popular|latest|carousel", re.I
)
_NO_BYLINE = re.compile(r"footer|widget|avatar|social|share|newsletter|reader|bio\b", re.I)
_BY = re.compile(
    r"^(?:(?:written|words|text|story|posted|published|reported)\s+by|by|veröffentlicht\s+von|von"
    r"|text(?:e)?|publié\s+par|par|escrito\s+por|por|di|door|av|af|autor(?:in|a)?|auteur|author)"
    r"(?:\s*:\s*|\s+)(?=\S)|^(?:投稿者|作者|文|記者|编辑|責任編集)\s*[:：]?\s*",
    re.I,
)
_AND = re.compile(r"\s*[;、]\s*|\s+(?:and|und|et|y|e|och|og|&)\s+", re.I)
_AFTER = re.compile(r"\s+(?:[-–—|·•]|on|in|for|at)\s.*$|\s*[-–—|·•,]\s*$|\s*\(.*$", re.S)
_JOB = re.compile(
    r"\b(?:editors?|reporters?|correspondents?|writers?|staff|desk|team|columnists?|producers?"
    r"|contributors?|redaktion|rédaction|redacción|admin|administrator|guest|news)\b",
    re.I,
)
_WRITTEN = re.compile(r"written|author|verfasst|écrit|escrit|scritto|door|autor", re.I)
_ROOTS = {"body", "html"}
_WITH_REL = "//a[contains(concat(' ', @rel, ' '), ' author ')]"
_WITH_ITEMPROP = "//*[contains(concat(' ', @itemprop, ' '), ' author ')]"
_NO_NAME = re.compile(r"\d|https?:|www\.|@|[<>{}\[\]=?!]|\.(?:com|org|net|de|fr|es)\b", re.I)


def authors(tree: HtmlElement, metas: Metas, linked: Linked, story: Thing, site: Site) -> list[str]:
    """The names of those who wrote it, [] when the page does not say."""
    page = tree.text_content()
    told = list(_names([*metas.all(*_METAS), *_labelled(metas)], page, site))
    general = list(_names(metas.all(*_GENERAL), page, site))

    def seen(elements: list[HtmlElement]) -> Iterator[list[str]]:
        """The names in each line that readers see; as machines are told them, where they are."""
        for lines in _bylines(elements):
            words = f" {folded_line(' '.join(lines))} "
            known = [each for each in (*told, *general) if f" {folded_line(each)} " in words]
            yield known or list(_names(map(_without_by, lines), page, site))

    ways = chain(
        [list(_names(_told(linked, story, people=True), page, None))],
        seen(tree.xpath(_WITH_REL)),
        seen(tree.xpath(_WITH_ITEMPROP)),
        [told],
        seen(_by_class(tree)),
        [general, list(_names(_told(linked, story, people=False), page, None))],
    )
    return next((list(dict.fromkeys(names))[:_MOST_NAMES] for names in ways if names), [])


def _labelled(metas: Metas) -> Iterator[str]:
    """What WordPress and others write for cards: label1 "Written by", data1 the name."""
    for number in range(1, 4):
        if _WRITTEN.search(metas.first(f"twitter:label{number}")):
            yield metas.first(f"twitter:data{number}")


def _told(linked: Linked, story: Thing, *, people: bool) -> Iterator[str]:
    """Names in JSON-LD: of people, or of the organisations that stand in for them."""
    for value in listed(story.get("author")) + listed(story.get("creator")):
        thing = linked.resolved(value)
        is_other = bool(set(types(thing)) & _ORGANISATIONS)
        if is_other != people:
            for name in listed(thing.get("name")):
                yield text(name)


def _bylines(elements: list[HtmlElement]) -> Iterator[list[str]]:
    """The texts of elements, those that stand beside each other together."""
    found: dict[HtmlElement, list[str]] = {}
    for element in elements[:_MOST_ELEMENTS]:
        if not _is_of_others(element):
            inside = element.xpath(".//*[@itemprop='name']") or [element]
            if shown := " ".join(map(line_of, inside)):
                found.setdefault(element.getparent(), []).append(shown)
    yield from found.values()


def _is_of_others(element: HtmlElement) -> bool:
    around = (each for each in (element, *element.iterancestors()) if each.tag not in _ROOTS)
    return any(_OTHERS.search(_named(each)) for each in around)


def _by_class(tree: HtmlElement) -> list[HtmlElement]:
    """The innermost elements that are called a byline or an author; short ones first."""
    found: list[HtmlElement] = []
    for element in tree.iter("span", "div", "p", "a", "address", "cite", "li", "em", "strong"):
        named = _named(element)
        if len(named) < 300 and _CLASS.search(named) and not _NO_BYLINE.search(named):
            around = set(element.iterancestors())
            if not any(each.tag in {"aside", "footer", "nav", "form"} for each in around):
                found = [each for each in found if each not in around]
                found.append(element)
        if len(found) > _MOST_ELEMENTS:
            break
    return sorted(found, key=lambda each: len(line_of(each)) > _LONGEST)


def _named(element: HtmlElement) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"


def _names(given: Iterable[str], page: str, site: Site | None) -> Iterator[str]:
    """The names in texts; `site` None where the site itself may be one of them."""
    seen = set[str]()
    for written in islice(given, _MOST_TEXTS):
        for part in _parted(" ".join(written.split())[:_MOST], page):
            name = name_of(part)
            name = _AFTER.sub("", site.cut_from(name) if site else name).strip()
            is_site = site is not None and site.is_named(name)
            if _is_name(name) and not is_site and name.casefold() not in seen:
                seen.add(name.casefold())
                yield name


def _without_by(shown: str) -> str:
    """A byline without the word it begins with, unless that is a part of a name: Von Miller."""
    name = _BY.sub("", shown, count=1)
    return name if " " in name or not name.isascii() else shown


def _parted(written: str, page: str) -> Iterator[str]:
    """The several names in one text."""
    names = [part.strip() for part in _AND.split(written)]
    for part in names if all(" " in name for name in names) else [written]:
        pieces = [piece.strip() for piece in part.split(",")]
        if len(pieces) == 2 and all(pieces) and f"{pieces[1]} {pieces[0]}" in page:
            yield f"{pieces[1]} {pieces[0]}"  # "Vale, Ingrid", where readers see Ingrid Vale
        elif len(pieces) > 1 and all(1 < len(piece.split()) < 5 for piece in pieces):
            yield from (piece for piece in pieces if not _JOB.search(piece))
        else:
            yield part


def _is_name(name: str) -> bool:
    return (
        1 < len(name) <= _LONGEST
        and len(name.split()) <= 7
        and not _NO_NAME.search(name)
        and any(map(str.isalpha, name))
    )
