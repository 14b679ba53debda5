"""The text of a page: found by trafilatura, turned into HTML with lists, tables and links."""

import re
from collections.abc import Sequence

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from imports.formats.page.lines import folded_line

_NAMES = {
    **{"item": "li", "quote": "blockquote", "lb": "br", "ref": "a", "row": "tr"},
    **{"p": "p", "del": "del", "table": "table"},
}
_MARKED = {"#b": "strong", "#i": "em", "#u": "u", "#t": "code", "#sub": "sub", "#sup": "sup"}
_UNWRAPPED = "unwrapped"  # an element of which only the text is kept
_SPACES = re.compile(r"[ \t\r\n]+")
_HEAD = 3  # blocks at the top that may repeat headline and byline
_LONGEST_BYLINE, _MOST_WORDS = 500, 12  # characters and words


def text_of(tree: HtmlElement, headline: str, authors: Sequence[str]) -> etree._Element | None:
    """The story's text as a <body> of HTML, without its headline and the line of its authors;
    None when there is no text."""
    found = bare_extraction(
        tree,
        fast=True,
        include_comments=False,
        include_formatting=True,
        include_links=True,
        include_tables=True,
        include_images=False,
    )
    if not isinstance(found, Document) or not len(found.body):
        return None
    body = found.body
    for first in list(body)[:_HEAD]:
        if _repeats(first, headline, authors):
            body.remove(first)  # with the space behind it
    for element in list(body.iterdescendants()):
        _rename(element)
        _fold_spaces(element)
    etree.strip_tags(body, _UNWRAPPED)
    return body


def _repeats(element: etree._Element, headline: str, authors: Sequence[str]) -> bool:
    """Whether this shows only what a story has in a field of its own."""
    shown = " ".join(" ".join(element.itertext()).split())[:_LONGEST_BYLINE]
    words = f" {folded_line(shown)} "
    if words.strip() == folded_line(headline):
        return True
    # A line with a name and no end of a sentence; "Ana Duarte left at noon." is the story itself.
    is_short = element.tag == "p" and len(words.split()) <= _MOST_WORDS
    is_sentence = shown.endswith((".", "!", "?", "…", "。", "”", '"'))
    return (
        is_short and not is_sentence and any(f" {folded_line(each)} " in words for each in authors)
    )


def _fold_spaces(element: etree._Element) -> None:
    """Runs of white space as one, which is what browsers show outside of <pre>."""
    is_kept = element.tag == "pre" or next(element.iterancestors("pre"), None) is not None
    if element.text and not is_kept:
        element.text = _SPACES.sub(" ", element.text)
    if element.tail and next(element.iterancestors("pre"), None) is None:
        element.tail = _SPACES.sub(" ", element.tail)


def as_html(body: etree._Element) -> str:
    inside = (etree.tostring(each, encoding="unicode", method="html") for each in body)
    return (body.text or "") + "".join(inside)


def _rename(element: etree._Element) -> None:
    """One element of trafilatura's own names (those of TEI) as HTML."""
    held = dict(element.attrib)
    element.attrib.clear()
    match element.tag:
        case "head":
            level = held.get("rend", "h2")
            element.tag = level if level in {"h2", "h3", "h4", "h5", "h6"} else "h2"
        case "list":
            element.tag = "ol" if held.get("rend") == "ol" else "ul"
        case "cell":
            element.tag = "th" if held.get("role") == "head" else "td"
        case "hi":
            element.tag = _MARKED.get(held.get("rend", ""), "em")
        case "code":
            around = element.getparent().tag
            is_block = around == "body" or ("\n" in (element.text or "") and around != "pre")
            element.tag = "pre" if is_block else "code"
        case "ref":
            _link(element, held.get("target", ""))
        case tag:
            element.tag = _NAMES.get(tag, _UNWRAPPED)


def _link(element: etree._Element, target: str) -> None:
    element.tag = "a" if target else _UNWRAPPED
    if target:
        element.set("href", target)
