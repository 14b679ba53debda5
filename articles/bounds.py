"""What HTML may cost. Parsing it takes time and memory that grow with the square of some shapes."""

import re
from collections.abc import Callable

MOST_CHARACTERS = 2_000_000
MOST_AMPERSANDS = 100_000
MOST_DEPTH = 1000
MOST_HEADINGS = 1000
# A parser opens each <b>, <i> and the like that was left open again in every later block.
MOST_COPIES = 2_000_000

# A comment, what is taken for one, or a tag; a tag that holds a bracket has no end here.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^>]*>?|</[^A-Za-z][^>]*>?"
    r"|<(?P<closes>/?)(?P<name>[A-Za-z][^\s/<>]*)(?P<rest>[^<>]*)(?P<end>>?)",
    re.S,
)
_HEADING = re.compile(r"<h[1-6]\b", re.I)
_REOPENED = re.compile(
    r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/][^>]*", re.I
)
# These hold nothing, or end where the next of their kind begins.
_UNNESTED = {
    *("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
    *("track", "wbr", "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot"),
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


def _depth(html: str) -> str:
    """At least as deep as any parser has it: an end tag counts only for what was opened last."""
    if html.count("<") <= MOST_DEPTH:
        return ""
    opened: list[str] = []
    for tag in _MARKUP.finditer(html):
        if not tag["name"]:
            continue
        name, is_whole = tag["name"].lower(), bool(tag["end"]) and _is_closed(tag["rest"])
        if tag["closes"]:
            if opened and opened[-1] == name:
                opened.pop()
        elif not is_whole or name not in _UNNESTED:
            opened.append(name)
            if len(opened) > MOST_DEPTH:
                return f"is HTML that is nested more than {MOST_DEPTH:,} deep"
    return ""


def _is_closed(attributes: str) -> bool:
    """Whether no value in quotes goes on behind the bracket."""
    return attributes.count('"') % 2 == 0 and attributes.count("'") % 2 == 0


def _copies(html: str) -> str:
    tags = html.count("<")
    if tags * tags <= MOST_COPIES or tags * len({*_REOPENED.findall(html)}) <= MOST_COPIES:
        return ""
    return "is HTML that grows without measure when it is parsed"


_CHECKS: list[Callable[[str], str]] = [_length, _ampersands, _headings, _depth, _copies]
