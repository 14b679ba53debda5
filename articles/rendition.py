"""A body as a reader gets it: what the rights allow, with anchors, frames and marked links."""

from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import urlsplit

import lxml.html
from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from lxml.html import HtmlElement, builder

from articles.headings import Heading
from articles.text import count_words, first_words

EXCERPT_PARAGRAPHS = 2
EXCERPT_WORDS = 120
# A text with less than this is not cut in two.
HALVED_BLOCKS = 6
HALVED_LENGTH = 1500  # characters: some 250 words of English
# Without it libxml2 leaves out, unsaid, what is nested deeper than 255 elements.
_PARSER = lxml.html.HTMLParser(huge_tree=True, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Rendition:
    """`html` is safe to print; where not `is_whole`, the rest is at the source.

    A long text comes in two halves, between which something may stand: `head`, and `tail`, which is
    "" for all others.
    """

    head: SafeString
    tail: SafeString
    headings: list[Heading]
    is_whole: bool

    @property
    def html(self) -> SafeString:
        return self.head + self.tail


def render(body: str, headings: list[Heading], rights: str) -> Rendition:
    """The sanitised body under `rights`; a value that is unknown gives as little as link."""
    if rights == "full":
        return Rendition(*_whole(body, headings), headings, is_whole=True)
    if rights == "excerpt":
        return Rendition(_excerpt(body), SafeString(""), [], is_whole=False)
    return Rendition(SafeString(""), SafeString(""), [], is_whole=False)


def _whole(body: str, headings: list[Heading]) -> tuple[SafeString, SafeString]:
    root = _parsed(body)
    # As `headings` counts them: one inside another is none of its own.
    outermost = [e for e in root.iter("h2", "h3") if not list(e.iterancestors("h2", "h3"))]
    for element, heading in zip(outermost, headings, strict=False):
        _add_permalink(element, heading)
    for element in list(root.iter("table")):
        _frame_table(element)
    for element in root.iter("pre"):
        element.set("class", "term")
        element.set("tabindex", "0")
    for element in root.iter("a"):
        _mark_way_out(element)
    tail = _cut_off(root)
    return _printed(root), _printed(tail) if len(tail) else SafeString("")


def _cut_off(root: HtmlElement) -> HtmlElement:
    """Takes the second half out of a long text; an empty element for one that stays whole."""
    blocks, tail = list(root), builder.DIV()
    lengths = [len(block.text_content()) + len(block.tail or "") for block in blocks]
    if len(blocks) >= HALVED_BLOCKS and sum(lengths) >= HALVED_LENGTH and (at := _joints(blocks)):
        passed = [0, *accumulate(lengths)]
        tail.extend(blocks[min(at, key=lambda place: abs(2 * passed[place] - passed[-1])) :])
    return tail


def _joints(blocks: list[HtmlElement]) -> list[int]:
    """Before which blocks the text may be cut: a paragraph or a section that follows a paragraph,
    from the second one on, which announces nothing."""
    paragraphs = [place for place, block in enumerate(blocks) if block.tag == "p"]
    ends = [place for place in paragraphs[1:] if not _announces(blocks[place])]
    return [end + 1 for end in ends if end + 1 < len(blocks) and _opens(blocks[end + 1])]


def _announces(paragraph: HtmlElement) -> bool:
    return paragraph.text_content().rstrip().endswith((":", "\uff1a"))


def _opens(block: HtmlElement) -> bool:
    return block.tag == "p" or block.get("class") == "h"


def _excerpt(body: str) -> SafeString:
    """The first two paragraphs as plain text, 120 words at most."""
    root = _parsed(body)
    paragraphs = [text for p in root.iter("p") if (text := " ".join(p.text_content().split()))]
    left, kept = EXCERPT_WORDS, []
    for text in paragraphs[:EXCERPT_PARAGRAPHS]:
        if left > 0:
            kept.append(first_words(text, left))
            left -= sum(count_words(text))
    return mark_safe("".join(f"<p>{escape(text)}</p>" for text in kept))  # noqa: S308  escaped


def _parsed(body: str) -> HtmlElement:
    if not body:
        return builder.DIV()
    return lxml.html.fragment_fromstring(body, create_parent="div", parser=_PARSER)


def _printed(root: HtmlElement) -> SafeString:
    html = lxml.html.tostring(root, encoding="unicode")
    return mark_safe(html.removeprefix("<div>").removesuffix("</div>"))  # noqa: S308  was sanitised


def _add_permalink(element: HtmlElement, heading: Heading) -> None:
    """<div class="h"><h2 id=…>…</h2><a class="permalink" …>#</a></div>"""
    anchor = heading["anchor"]
    frame = builder.DIV(builder.CLASS("h"))
    _wrap(element, frame)
    element.set("id", anchor)
    link = builder.A("#", builder.CLASS("permalink"), href=f"#{anchor}")
    link.set("aria-label", f"Link to section: {heading['text']}")
    frame.append(link)


def _frame_table(element: HtmlElement) -> None:
    """A table scrolls in a frame of its own, which the keyboard can reach."""
    _wrap(element, builder.E.section(builder.CLASS("scroll"), tabindex="0", role="group"))
    element.getparent().set("aria-label", "Table")
    rows = list(element.iter("tr"))
    if rows and element.find("thead") is None and all(cell.tag == "th" for cell in rows[0]):
        head = builder.E.thead(rows[0])  # the editor writes a head as a first row of th
        element.insert(0, head)
    for cell in element.iter("th"):
        cell.set("scope", "col" if next(cell.iterancestors("thead"), None) is not None else "row")
    for cell in element.iter("th", "td"):
        if len(cell) == 1 and cell[0].tag == "p" and not (cell.text or "").strip():
            cell[0].drop_tag()  # and the words of a cell as a paragraph


def _wrap(element: HtmlElement, frame: HtmlElement) -> None:
    frame.tail, element.tail = element.tail, None
    element.getparent().replace(element, frame)
    frame.append(element)


def _mark_way_out(element: HtmlElement) -> None:
    try:
        host = urlsplit(element.get("href", "")).hostname
    except ValueError:  # such as http://[, which leads nowhere
        return
    if host and host != urlsplit(settings.SITE_URL).hostname:
        element.set("class", "out")
