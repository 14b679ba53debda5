"""Lexical, the documents of Ghost 5 and later, as HTML."""

from collections.abc import Iterable
from html import escape
from itertools import groupby
from typing import Any

from imports.entry import Refused
from imports.formats.ghost import cards
from imports.formats.ghost.values import Row, number, row, rows, text

_DEEPEST = 100
# The bits of a text's format, from the outermost element to the innermost.
_FORMATS = (
    *((1, "strong"), (2, "em"), (4, "s"), (8, "u")),
    *((128, "mark"), (32, "sub"), (64, "sup"), (16, "code")),
)
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LINKS = {"link", "autolink"}
_INLINE = {*_LINKS, "linebreak", "tab", "tk"}
_NOTHING = {"zwnj", "at-link", "at-link-search"}  # what the editor needs for itself


def render(document: Any) -> tuple[str, list[str]]:
    """(HTML, notes on what was left out). Raises Refused for what is no lexical document."""
    root = row(document).get("root")
    if not isinstance(root, dict):
        raise Refused("its lexical document has no root")
    writer = _Writer()
    return writer.blocks(rows(root.get("children"))), list(writer.notes)


class _Writer:
    def __init__(self) -> None:
        self.notes: dict[str, None] = {}
        self.depth = 0

    def blocks(self, nodes: Iterable[Row]) -> str:
        """Blocks one after the other; texts between them in paragraphs."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Refused(f"its parts are nested more than {_DEEPEST} deep")
        parts: list[str] = []
        for is_inline, group in groupby(nodes, _is_inline):
            if is_inline:
                parts.append(cards.paragraph(self._inline(group)))
            else:
                parts += [self._block(node) for node in group]
        self.depth -= 1
        return "".join(parts)

    def _block(self, node: Row) -> str:
        name = text(node.get("type")).removeprefix("extended-")
        children = rows(node.get("children"))
        match name:
            case "paragraph":
                return self._mixed(children, "<p>", "</p>")
            case "heading":
                tag = text(node.get("tag")).lower()
                tag = tag if tag in _HEADINGS else "h2"
                return self._mixed(children, f"<{tag}>", f"</{tag}>")
            case "quote" | "aside":
                inside = self.blocks(children)
                return f"<blockquote>{inside}</blockquote>" if inside else ""
            case "list":
                return self._list(node)
            case "code":
                return cards.code(_words(children), text(node.get("language")))
        if cards.is_card(name):
            html, note = cards.render(name, node)
            self.notes |= {note: None} if note else {}
            return html
        if not children and name not in _NOTHING:
            self.notes[f"a part of the unknown kind “{name[:30]}” left out"] = None
        return self.blocks(children) if name not in _NOTHING else ""

    def _mixed(self, children: list[Row], start: str, end: str) -> str:
        """An element of inline nodes; blocks that stand in it all the same come after it."""
        parts = []
        for is_inline, group in groupby(children, _is_inline):
            if not is_inline:
                parts.append(self.blocks(group))
            elif (inside := self._inline(group)).strip():
                parts.append(f"{start}{inside}{end}")
        return "".join(parts)

    def _list(self, node: Row) -> str:
        items: list[str] = []
        for child in rows(node.get("children")):
            children = rows(child.get("children"))
            nested = bool(children) and children[0].get("type") == "list"
            inside = self.blocks(children) if nested else self._item(children)
            # A list in a list is an item of its own here, and belongs to the item before it.
            if nested and items:
                items[-1] += inside
            else:
                items.append(inside)
        is_ordered = text(node.get("listType")) == "number" or node.get("tag") == "ol"
        tag = "ol" if is_ordered else "ul"
        start = number(node.get("start")) if is_ordered else 1
        mark = f' start="{start}"' if start > 1 else ""
        shown = "".join(f"<li>{item}</li>" for item in items)
        return f"<{tag}{mark}>{shown}</{tag}>" if items else ""

    def _item(self, children: list[Row]) -> str:
        return "".join(
            self._inline(group) if is_inline else self.blocks(group)
            for is_inline, group in groupby(children, _is_inline)
        )

    def _inline(self, nodes: Iterable[Row]) -> str:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Refused(f"its parts are nested more than {_DEEPEST} deep")
        html = "".join(map(self._piece, nodes))
        self.depth -= 1
        for _, tag in _FORMATS:
            html = html.replace(f"</{tag}><{tag}>", "")
        return html

    def _piece(self, node: Row) -> str:
        match text(node.get("type")):
            case "linebreak":
                return "<br>"
            case "tab":
                return "\t"
            case "link" | "autolink":
                inside = self._inline(rows(node.get("children")))
                return f'<a href="{escape(text(node.get("url")))}">{inside}</a>'
        words = escape(text(node.get("text")), quote=False)
        given = node.get("format")
        bits = given if isinstance(given, int) else 0
        for bit, tag in reversed(_FORMATS):
            if bits & bit and words:
                words = f"<{tag}>{words}</{tag}>"
        return words


def _is_inline(node: Row) -> bool:
    name = text(node.get("type"))
    has_text = isinstance(node.get("text"), str) and not node.get("children")
    return name in _INLINE or (has_text and name not in _NOTHING and not cards.is_card(name))


def _words(nodes: Iterable[Row]) -> str:
    """The source in a code block of Lexical's own."""
    return "".join(
        "\n" if node.get("type") == "linebreak" else text(node.get("text")) for node in nodes
    )
