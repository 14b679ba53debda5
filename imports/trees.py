"""XML as it is really sent, to a tree: mended where that is safe, refused where it is not."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from imports.entry import Unreadable

_LONGEST_PROLOG = 100_000  # characters
_HUGE = 9_000_000  # bytes from which one text may pass libxml2's limit of 10 MB

_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[<>]*(?:\[(.*?)\]\s*)?>", re.S | re.I)
_ENTITY = re.compile(r"<!ENTITY\s+([^\s%]\S*)", re.I)
_ELEMENT = re.compile(r"<([A-Za-z_][^\s/<>]*)")
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_NAME = "(?:lt|gt|amp|quot|apos);"
_REFERENCE = re.compile(
    rf"&(?!{_XML_NAME})(?:#(\d{{1,10}})|#x([0-9a-f]{{1,8}})|([a-z][a-z0-9]{{1,31}}));", re.I
)
_PAIR = re.compile(
    r"&#(x[dD][89abAB][0-9a-fA-F]{2}|5[56]\d{3});&#(x[dD][c-fC-F][0-9a-fA-F]{2}|5[67]\d{3});"
)
# Some generators forget the last tag of all; what was cut off in transit ends elsewhere.
_ALL_BUT_THE_END = re.compile(r"</(?:[\w.-]+:)?channel\s*>\s*$", re.I)
_BARE_AMPERSAND = re.compile(rf"&(?!{_XML_NAME}|#\d+;|#x[0-9a-fA-F]+;)")
_BARE_BRACKET = re.compile(r"<(?![A-Za-z_/!?])")
_TAG = re.compile(r"<[A-Za-z_][^<>]*>")
_ATTRIBUTE = re.compile(r"""([\w:.-]\s*=\s*)(?:("[^"]*"|'[^']*')|([^\s"'<>]+))""")


class Broken(Unreadable):
    """XML that cannot be mended by rule; a guess may still get something out of it."""


@dataclass(frozen=True, slots=True)
class Prolog:
    """What stands before the root element."""

    name: str  # the root's, as written; "" when there is no element
    end: int  # where the root starts
    subset: str  # the declarations inside the DOCTYPE


def prolog(text: str) -> Prolog:
    """Find the root element of a document."""
    at, subset = text.find("<"), ""
    while 0 <= at < _LONGEST_PROLOG:
        if found := _ELEMENT.match(text, at):
            return Prolog(found[1], at, subset)
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
        elif text.startswith("<?", at):
            end = text.find("?>", at + 2)
        elif not subset and (doctype := _DOCTYPE.match(text, at, at + _LONGEST_PROLOG)):
            subset, end = doctype[1] or " ", doctype.end() - 1
        else:
            subset = subset or " "
            end = at
        at = text.find("<", end + 1) if end >= 0 else -1
    return Prolog("", len(text), subset)


def root_of(text: str) -> etree._Element:
    """The root element of an XML document. No entity is expanded and nothing is loaded.

    Raises Unreadable for a document that declares entities of its own, breaks off in the middle,
    nests too deeply, or is no XML even after mending.
    """
    start = prolog(text)
    if not start.name:
        raise Unreadable("There is no XML in it.")
    _refuse_entities(start.subset)
    # The lines of the prolog stay, so that a fault is reported with its line in the file.
    body = "\n" * text.count("\n", 0, start.end) + _whole(text[start.end :], start.name)
    body = _REFERENCE.sub(_reference, _PAIR.sub(_joined, _UNFIT.sub("", body)))
    root, _ = _parsed(body, recover=False)
    if root is None:
        root, fault = _parsed(outside_cdata(body, _mended), recover=True)
        if root is None:
            raise Broken(f"The XML is broken: {fault}.")
    return root


def outside_cdata(text: str, change: Callable[[str], str]) -> str:
    """The text with all but its CDATA sections changed."""
    first, *rest = text.split("<![CDATA[")
    pieces = [change(first)]
    for piece in rest:
        section, mark, after = piece.partition("]]>")
        pieces.append(f"<![CDATA[{section}{mark}{change(after)}")
    return "".join(pieces)


def markup_of(text: str) -> str:
    """The text without its CDATA sections and comments."""
    return _without(_without(text, "<![CDATA[", "]]>"), "<!--", "-->")


def _without(text: str, opening: str, closing: str) -> str:
    first, *rest = text.split(opening)
    return "".join([first, *(piece.partition(closing)[2] for piece in rest)])


def _refuse_entities(subset: str) -> None:
    for name in _ENTITY.findall(subset):
        if f"{name};" not in html5:
            raise Unreadable(
                f"It declares an entity of its own (“{name[:30]}”), which nothing needs "
                "and attacks use."
            )


def _whole(body: str, name: str) -> str:
    """The root element without what follows it. Raises Unreadable when its end is missing."""
    if re.match(r"<[^<>]*/>", body):
        return body[: body.index(">") + 1]
    closing = re.compile(rf"</{re.escape(name)}\s*(?:>|\Z)", re.I)
    if ends := [found.start() for found in closing.finditer(body)]:
        return f"{body[: ends[-1]]}</{name}>"
    if _ALL_BUT_THE_END.search(body[-200:]):
        return body
    raise Unreadable(f"It breaks off in the middle: the closing </{name}> is missing.")


def _parsed(body: str, *, recover: bool) -> tuple[etree._Element | None, str]:
    """(root or None, the first fault)."""
    data = body.encode()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        recover=recover,
        huge_tree=len(data) > _HUGE,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    faults = [fault for fault in parser.error_log if fault.level > etree.ErrorLevels.WARNING]
    if any(fault.type_name == "ERR_RESOURCE_LIMIT" for fault in faults):
        raise Unreadable("Its elements are nested hundreds deep, which nothing needs.")
    first = f"line {faults[0].line}: {faults[0].message.strip()}" if faults else "no element in it"
    return root, first


def _joined(pair: re.Match[str]) -> str:
    """Two references to UTF-16 halves, as the one character that was meant."""
    high, low = (int(half[1:], 16) if half[0] in "x" else int(half) for half in pair.groups())
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return ""
    return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _reference(found: re.Match[str]) -> str:
    """A reference to what XML does not know, by what browsers make of it; else as it is."""
    if found[3]:
        meant = html5.get(f"{found[3]};")
        return "".join(f"&#{ord(character)};" for character in meant) if meant else found[0]
    number = int(found[1]) if found[1] else int(found[2], 16)
    if 0x80 <= number < 0xA0:  # written by people who meant windows-1252
        return bytes([number]).decode("cp1252", "ignore")
    return found[0] if number < 0x110000 and not _UNFIT.match(chr(number)) else ""


def _mended(markup: str) -> str:
    """Bare ampersands and brackets escaped, bare attributes quoted."""
    # Where one bad reference went, its neighbours can have closed up to another.
    markup = _REFERENCE.sub(lambda found: _reference(found) or "\ufffd", markup)
    markup = _BARE_BRACKET.sub("&lt;", _BARE_AMPERSAND.sub("&amp;", markup))
    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(_quoted, tag[0]), markup)


def _quoted(attribute: re.Match[str]) -> str:
    return attribute[1] + (attribute[2] or f'"{attribute[3]}"')
