"""The HTML that Ghost itself made of a story, its cards made plain; the rest stays as found."""

import re
from collections.abc import Callable
from html import escape

from lxml import etree, html as lxml_html

from articles.text import plain
from imports.elements import Element
from imports.formats.ghost import cards
from imports.formats.ghost.values import Row

_GATE = re.compile(
    r"<!--\s*kg-gated-block:begin\s+nonMember:(\w+)(?:\s+memberSegment:\"([^\"<>]*)\")?\s*-->"
)
_GATE_END = re.compile(r"<!--\s*kg-gated-block:end\s*-->")
# Those with buttons, clocks and the like, or with blocks inside a link.
_CARD = re.compile(
    r"<(div|figure)\b[^<>]{0,200}?\bclass\s*=\s*\"[^\"<>]{0,200}?"
    r"\bkg-(audio|bookmark|callout|embed|file|signup|toggle|video)-card(?=[\s\"])",
    re.I,
)
_EDGES = {name: re.compile(rf"<(/?){name}\b[^<>]*>", re.I) for name in ("div", "figure")}


def read(html: str) -> tuple[str, list[str]]:
    """(the HTML with plain cards, notes on what was left out)."""
    html, notes = _open_parts(html)
    pieces, at = [], 0
    while card := _CARD.search(html, at):
        end = _end_of(html, card)
        if end < 0:
            break
        shown, note = _card(card[2].lower(), html[card.start() : end])
        notes |= {note: None} if note else {}
        pieces += [html[at : card.start()], shown]
        at = end
    return "".join([*pieces, html[at:]]), list(notes)


def _open_parts(html: str) -> tuple[str, dict[str, None]]:
    """What every reader saw; parts for members only are left out."""
    first, *rest = _GATE.split(html)
    pieces, notes = [first], dict[str, None]()
    for everybody, segment, part in zip(*[iter(rest)] * 3, strict=True):
        inside, *after = _GATE_END.split(part, maxsplit=1)
        if note := cards.hidden_from(everybody == "true", segment or ""):
            notes[note] = None
        else:
            pieces.append(inside)
        pieces += after
    return "".join(pieces), notes


def _end_of(html: str, card: re.Match[str]) -> int:
    """Where the card's element ends; -1 when it never does."""
    depth = 0
    for edge in _EDGES[card[1].lower()].finditer(html, card.start()):
        depth += -1 if edge[1] else 1
        if depth == 0:
            return edge.end()
    return -1


def _card(name: str, found: str) -> tuple[str, str]:
    """(plain HTML, a note); the card as found when nothing can be made of it."""
    reader = _READERS.get(name)
    try:
        element = lxml_html.fragment_fromstring(found)
        payload = reader(element) if reader else {}
    except (etree.LxmlError, ValueError):
        return found, ""
    return cards.render(name, payload) if payload is not None else (found, "")


def _audio(card: Element) -> Row:
    return {"src": _attribute(card, ".//audio", "src"), "title": _words(card, "kg-audio-title")}


def _bookmark(card: Element) -> Row:
    # Ghost's classes of author and publisher are exchanged, for old themes' sake.
    return {
        "url": _attribute(card, ".//a", "href"),
        "title": _words(card, "kg-bookmark-title"),
        "description": _words(card, "kg-bookmark-description"),
        "publisher": _words(card, "kg-bookmark-author"),
        "author": _words(card, "kg-bookmark-publisher"),
        "caption": _inner(_first(card, ".//figcaption")),
    }


def _callout(card: Element) -> Row:
    text = _inner(_by_class(card, "kg-callout-text"))
    return {"calloutText": text, "calloutEmoji": _words(card, "kg-callout-emoji")}


def _embed(card: Element) -> Row | None:
    """A player without words; None for what has some, which stays as it is."""
    player, caption = _first(card, ".//iframe"), _first(card, ".//figcaption")
    if player is None or plain(_inner(card).replace(_inner(caption), "")):
        return None
    metadata = {"title": player.get("title", "")}
    return {"url": player.get("src", ""), "metadata": metadata, "caption": _inner(caption)}


def _file(card: Element) -> Row:
    return {
        "src": _attribute(card, ".//a", "href"),
        "fileTitle": _words(card, "kg-file-card-title"),
        "fileCaption": _words(card, "kg-file-card-caption"),
        "fileName": _words(card, "kg-file-card-filename"),
    }


def _toggle(card: Element) -> Row:
    return {
        "heading": _inner(_by_class(card, "kg-toggle-heading-text")),
        "content": _inner(_by_class(card, "kg-toggle-content")),
    }


def _video(card: Element) -> Row:
    caption = _inner(_first(card, ".//figcaption"))
    return {"src": _attribute(card, ".//video", "src"), "caption": caption}


_READERS: dict[str, Callable[[Element], Row | None]] = {
    "audio": _audio,
    "bookmark": _bookmark,
    "callout": _callout,
    "embed": _embed,
    "file": _file,
    "toggle": _toggle,
    "video": _video,
}


def _first(card: Element, path: str) -> Element | None:
    return card.find(path)


def _by_class(card: Element, name: str) -> Element | None:
    found = (each for each in card.iter(etree.Element) if name in each.get("class", "").split())
    return next(found, None)


def _attribute(card: Element, path: str, name: str) -> str:
    found = _first(card, path)
    return "" if found is None else found.get(name, "").strip()


def _words(card: Element, name: str) -> str:
    found = _by_class(card, name)
    return "" if found is None else " ".join(found.text_content().split())


def _inner(element: Element | None) -> str:
    """The HTML inside an element."""
    if element is None:
        return ""
    children = (etree.tostring(child, encoding="unicode", method="html") for child in element)
    return "".join([escape(element.text or "", quote=False), *children]).strip()
