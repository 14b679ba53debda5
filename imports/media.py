"""Pictures and players in the HTML of others: none is taken over, since each would call home."""

import re

_TAG = re.compile(
    r"<(/?)(img|figure|figcaption|iframe|embed|object|video|audio"
    r"|noscript|script|style|template|table|pre|blockquote)\b([^<>]*)>",
    re.I,
)
_ANY_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_PLAYERS = {"iframe", "embed", "object", "video", "audio"}
_SKIPPED = {"noscript", "script", "style", "template", "object", "video", "audio"}
_EMOJI = re.compile(r"emoji|smiley", re.I)
_PIXEL = re.compile(r"[012](?:px)?")
_LONGEST_EMOJI = 16  # characters


def without_media(html: str) -> tuple[str, list[str]]:
    """(the HTML without pictures, players and their captions, notes on how many there were).

    Pictures of emoji become their characters; pixels that only count readers are not counted.
    """
    sieve = _Sieve(html)
    return sieve.kept_html(), sieve.notes()


class _Sieve:
    """One pass over the tags that matter. What stays is not safe yet: the sanitiser is next."""

    def __init__(self, html: str) -> None:
        self.html, self.kept = html, list[str]()
        self.pictures = self.players = 0
        self.skipped = ""  # the element whose content is being skipped
        self.open_figures, self.figure_at = 0, 0  # where in `kept` the outermost one starts
        self.has_media = self.has_more = self.in_caption = False  # that figure
        lower = html.lower()
        self.last_ends = {name: lower.rfind(f"</{name}") for name in _SKIPPED}

    def kept_html(self) -> str:
        at = 0
        for tag in _TAG.finditer(self.html):
            self._text(self.html[at : tag.start()])
            self._tag(tag, tag[2].lower(), closes=bool(tag[1]))
            at = tag.end()
        self._text(self.html[at:])
        return "".join(self.kept)

    def notes(self) -> list[str]:
        counts = ((self.pictures, "remote picture"), (self.players, "embedded player"))
        return [f"{n} {what}{'s' if n > 1 else ''} left out" for n, what in counts if n]

    def _text(self, text: str) -> None:
        if self.skipped:
            return
        self.kept.append(text)
        if self.open_figures and not self.in_caption and not self.has_more:
            self.has_more = bool(_ANY_TAG.sub("", text).strip())

    def _tag(self, tag: re.Match[str], name: str, *, closes: bool) -> None:
        if self.skipped:
            self.skipped = "" if closes and name == self.skipped else self.skipped
        elif closes and name in _SKIPPED | _PLAYERS:
            pass
        elif name == "img":
            self._picture({key.lower(): a or b or c for key, a, b, c in _ATTRIBUTE.findall(tag[3])})
        elif name in _SKIPPED | _PLAYERS:
            self._count_player(name in _PLAYERS)
            self.skipped = name if self.last_ends.get(name, -1) > tag.start() else ""
        else:
            self._block(name, closes=closes)
            self.kept.append(tag[0])
            self._end_figure(name, closes=closes)

    def _picture(self, attributes: dict[str, str]) -> None:
        alt = attributes.get("alt", "")
        if _EMOJI.search(attributes.get("class", "")) and 0 < len(alt) <= _LONGEST_EMOJI:
            self.kept.append(alt)
        elif not any(_PIXEL.fullmatch(attributes.get(side, "")) for side in ("width", "height")):
            self.pictures += 1
            self.has_media = True

    def _count_player(self, is_player: bool) -> None:
        self.players += is_player
        self.has_media = self.has_media or is_player

    def _block(self, name: str, *, closes: bool) -> None:
        if name == "figure" and not closes:
            if not self.open_figures:
                self.figure_at = len(self.kept)
                self.has_media = self.has_more = self.in_caption = False
            self.open_figures += 1
        elif name == "figcaption":
            self.in_caption = not closes
        elif not closes:
            self.has_more = True

    def _end_figure(self, name: str, *, closes: bool) -> None:
        if name == "figure" and closes and self.open_figures:
            self.open_figures -= 1
            if not self.open_figures and self.has_media and not self.has_more:
                del self.kept[self.figure_at :]
