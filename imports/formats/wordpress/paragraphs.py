"""Paragraphs of the classic editor: it stores none, only empty lines."""

import re
from collections import Counter
from html import escape, unescape

_VERBATIM = {"pre", "script", "style", "textarea", "svg", "math"}
# Elements in which text stands in paragraphs, in lines, or not at all.
_FLOW = {
    *("", "div", "section", "article", "aside", "main", "header", "footer", "blockquote"),
    *("center", "form", "fieldset", "details", "hgroup", "nav"),
}
_LINES = {"p", "li", "td", "th", "dt", "dd", "figcaption", "address", "caption", "summary"}
_OTHERS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "legend", "figure", "ul", "ol", "dl", "menu", "select"),
    *("table", "thead", "tbody", "tfoot", "tr", "colgroup", "video", "audio", "object", "iframe"),
    *("noscript", "map"),
}
_EMPTY = {"hr", "col"}
_ENDED_BY_ITSELF = {"p", "li", "td", "th", "dt", "dd", "tr"}
_NAMES = "|".join(sorted(_VERBATIM | (_FLOW - {""}) | _LINES | _OTHERS | _EMPTY))
_BLOCK = re.compile(rf"<(/?)({_NAMES})\b[^<>]*>", re.I)
_TAG = re.compile(r"<[A-Za-z/][^<>]*>")
_SHOWN = re.compile(r"<(?:img|input|embed|br|button)\b", re.I)
_BREAK_AT_END = re.compile(r"<br\s*/?>$", re.I)
_ADDRESS = re.compile(r"https?://[^\s<>\"'\[\]]+", re.I)


def paragraphs(text: str) -> str:
    """The text with its paragraphs and line breaks as HTML; blocks and what is in <pre> stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _TAG.sub(lambda tag: tag[0].replace("\n", " "), text)
    return _Walk(text).written().strip()


def with_links(text: str) -> str:
    """The text with each line that is an address made a link: WordPress shows a player there."""
    return "\n".join(map(_linked, text.split("\n")))


class _Walk:
    """One pass over the blocks, knowing in which one we are."""

    def __init__(self, text: str) -> None:
        self.text, self.out = text, list[str]()
        self.open, self.counts = [""], Counter[str]()
        self.unclosed = set[str]()

    def written(self) -> str:
        at = 0
        while block := _BLOCK.search(self.text, at):
            self._run(self.text[at : block.start()])
            at = self._block(block)
        self._run(self.text[at:])
        return "".join(self.out)

    def _block(self, block: re.Match[str]) -> int:
        name, closes = block[2].lower(), bool(block[1])
        if name in _VERBATIM and not closes and (end := self._end(name, block.end())):
            self.out.append(self.text[block.start() : end])
            return end
        if closes:
            self._close(name)
        elif name not in _EMPTY and name not in _VERBATIM:
            if self.open[-1] == name and name in _ENDED_BY_ITSELF:
                self._close(name)
            self.open.append(name)
            self.counts[name] += 1
        self.out.append(block[0])
        return block.end()

    def _close(self, name: str) -> None:
        if not self.counts[name]:
            return
        while (last := self.open.pop()) != name:
            self.counts[last] -= 1
        self.counts[name] -= 1

    def _end(self, name: str, at: int) -> int:
        """Where an element ends, 0 when it does not."""
        if name in self.unclosed:
            return 0
        end = re.compile(rf"</{name}\s*>", re.I).search(self.text, at)
        if end is None:
            self.unclosed.add(name)
            return 0
        return end.end()

    def _run(self, text: str) -> None:
        """Text between two blocks."""
        where = self.open[-1]
        if not text.strip() or where in _OTHERS:
            self.out.append(text)
        elif where in _LINES:
            parts = ["<br>\n".join(part) for part in _parts(text)]
            self.out.append("<br><br>\n".join(parts))
        else:
            self.out.extend(_paragraph(part) for part in _parts(text))


def _parts(text: str) -> list[list[str]]:
    """Lines that belong together, without the breaks at their ends."""
    parts: list[list[str]] = [[]]
    for line in map(str.strip, text.split("\n")):
        if line:
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    # A line that ends with a break of its own needs no second one.
    return [[_BREAK_AT_END.sub("", line) for line in part] for part in parts if part]


def _paragraph(lines: list[str]) -> str:
    text = "<br>\n".join(map(_linked, lines))
    is_only_tags = not _TAG.sub("", text).strip() and not _SHOWN.search(text)
    return f"{text}\n" if is_only_tags else f"<p>{text}</p>\n"


def _linked(line: str) -> str:
    address = line.strip()
    if not _ADDRESS.fullmatch(address):
        return line
    return f'<a href="{escape(unescape(address))}">{address}</a>'
