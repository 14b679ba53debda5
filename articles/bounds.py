"""What HTML may cost. Parsing it takes time and memory that grow with the square of some shapes."""

import re
from collections.abc import Callable, Iterator

MOST_CHARACTERS = 2_000_000
MOST_AMPERSANDS = 100_000
MOST_DEPTH = 1000
MOST_HEADINGS = 1000
# A parser opens each <b>, <i> and the like that was left open again in every later block.
MOST_COPIES = 2_000_000

# A comment, what is taken for one, or a tag; a tag that holds a bracket has no end here.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^>]*>?|</[^A-Za-z][^>]*>?"
    r"|<(?P<closes>/?)(?P<name>[A-Za-z][^\t\n\f\r /<>]*)(?P<rest>[^<>]*)(?P<end>>?)",
    re.S,
)
_HEADING = re.compile(r"<h[1-6]\b", re.I)
# These hold nothing, or end where the next of their kind begins.
_UNNESTED = {
    *("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
    *("track", "wbr", "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot"),
}
_REOPENED = {
    *("b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
}


def fault(html: str) -> str:
    """Why this is no HTML to parse, as the end of a sentence about it; "" for what costs little."""
    return next((reason for check in _CHECKS if (reason := check(html))), "")


def _length(html: str) -> str:
    if len(html) <= MOST_CHARACTERS:
        return ""
    return f"has {len(html):,} characters, more than {MOST_CHARACTERS:,}"


def _ampersands(html: str) -> str:
    is_bearable = html.count("&") <= MOST_AMPERSANDS
    return "" if is_bearable else f"has more than {MOST_AMPERSANDS:,} ampersands"


def _headings(html: str) -> str:
    if html.count("<") <= MOST_HEADINGS or len(_HEADING.findall(html)) <= MOST_HEADINGS:
        return ""
    return f"has more than {MOST_HEADINGS:,} headings"


def _nesting(html: str) -> str:
    if (tags := html.count("<")) <= MOST_DEPTH:
        return ""
    most_reopened = 0
    for depth, reopened in _depths(html):
        most_reopened = max(most_reopened, reopened)
        if depth > MOST_DEPTH:
            return f"is HTML that is nested more than {MOST_DEPTH:,} deep"
    if most_reopened * tags > MOST_COPIES:
        return "is HTML that grows without measure when it is parsed"
    return ""


def _depths(html: str) -> Iterator[tuple[int, int]]:
    """At each start tag how many elements are open, and of them how many that are reopened.

    At least as many as any parser has: an end tag counts only for what was opened last.
    """
    opened: list[str] = []
    reopened = 0
    for tag in _MARKUP.finditer(html):
        if not tag["name"]:
            continue
        name = tag["name"].lower()
        if tag["closes"]:
            if opened and opened[-1] == name:
                reopened -= opened.pop() in _REOPENED
        elif name not in _UNNESTED or not tag["end"] or _goes_on(tag["rest"]):
            opened.append(name)
            reopened += name in _REOPENED
            yield len(opened), reopened


def _goes_on(attributes: str) -> bool:
    """Whether a value in quotes may go on behind the bracket."""
    return attributes.count('"') % 2 == 1 or attributes.count("'") % 2 == 1


_CHECKS: list[Callable[[str], str]] = [_length, _ampersands, _headings, _nesting]
