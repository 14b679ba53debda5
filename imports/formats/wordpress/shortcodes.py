"""Shortcodes: `[caption]…[/caption]`, `[audio src="…"]`, and a thousand of plugins.

Which words a site had registered is not in its export. So an unknown word in brackets is taken for
a shortcode only when it is built like one: it has attributes, an end, or an underscore. “[sic]”
and “[our translation]” are words of the story.
"""

import re
from collections import Counter
from html import escape, unescape
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

_TOKEN = re.compile(
    r"<!--"
    r"|<(?P<verbatim>pre|code|script|style|textarea)\b[^<>]*>"
    r"|<[A-Za-z/][^<>]*>"
    r"|(?P<outer>\[?)\[(?P<closes>/?)(?P<name>[A-Za-z][\w-]*)"
    r"(?P<attributes>(?:[\s=/][^\[\]]{0,5000})?)\](?P<after>\]?)",
    re.I,
)
_CLOSING = re.compile(r"\[/([A-Za-z][\w-]*)\](\]?)")
_ESCAPED = re.compile(r"(?<!\w)\[(\[/?[A-Za-z][\w-]*[^\[\]]{0,5000}\])\]")
_ATTRIBUTE = re.compile(
    r"""([\w-]{1,100})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))|"([^"]*)"|'([^']*)'|(\S+)"""
)
_QUOTES = str.maketrans("“”„‟″‘’‚‛′", "\"\"\"\"\"'''''")
_NAMED = re.compile(r"\s[\w-]{1,100}\s*=\s*\S")
_POSITIONAL = re.compile(r"[\s=]+\S*[/\d]")
_ADDRESS = re.compile(r"https?://[^\s<>\"'|\[\]]+", re.I)
_PICTURE = re.compile(r"\s*((?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?)(.*)", re.S | re.I)

_CAPTIONS = {"caption", "wp_caption"}
_GALLERIES = {"gallery", "playlist", "slideshow", "nggallery", "ngg"}
_MEDIA = {"audio", "video", "wpvideo", "videopress"}
_SOURCES = ("src", "mp4", "m4v", "webm", "ogv", "wmv", "flv", "mp3", "m4a", "ogg", "wav", "wma")
_CODE = {"code", "sourcecode"}
_KNOWN = {
    *_CAPTIONS,
    *_GALLERIES,
    *_MEDIA,
    "embed",
    *("youtube", "vimeo", "dailymotion", "ted", "tweet", "twitter-tweet", "instagram", "facebook"),
    *("soundcloud", "spotify", "bandcamp", "flickr", "googlemaps", "slideshare", "scribd"),
    *("contact-form", "contact-form-7", "wpforms", "gravityform", "formidable", "polldaddy"),
    *("crowdsignal", "recent-posts", "related-posts", "display-posts", "archives", "sitemap"),
    *("toc", "adsense", "spacer", "divider", "separator", "nextpage", "pagebreak", "latex"),
}
# What only arranges a page: its content starts on a new line.
_LAYOUT = re.compile(
    r"(?:vc|et_pb|kc|av|fusion_builder|fusion_text)(?:_\w+)?"
    r"|(?:row|column|columns|col|section|container|tabs?|accordion|toggle)(?:[_-]\w+)?"
    r"|(?:one|two|three|four|five)_\w+|su_(?:row|column)"
)
_MOST_NAMES = 10


def resolve(html: str) -> tuple[str, list[str]]:
    """(the HTML without shortcodes, notes on what was left out).

    Those of WordPress itself become HTML; of others the text between begin and end stays.
    """
    if "[" not in html:
        return html, []
    resolver = _Resolver(html)
    return resolver.resolved(), resolver.notes()


class _Resolver:
    """One pass over the text."""

    def __init__(self, html: str) -> None:
        self.html, self.out = html, list[str]()
        self.ends, self.escaped_ends = set[str](), set[str]()
        for found in _CLOSING.finditer(html):
            self.ends.add(found[1])
            if found[2]:
                self.escaped_ends.add(found[1])
        self.opened = set[str]()
        # The one whose content is being gathered: (its name, its attributes, where in `out`).
        self.gathered: tuple[str, dict[str, str], int] | None = None
        self.unclosed = set[str]()  # elements of which no end is to come
        self.galleries, self.left_out = 0, Counter[str]()

    def resolved(self) -> str:
        at = 0
        while token := _TOKEN.search(self.html, at):
            self.out.append(self.html[at : token.start()])
            at = self._token(token)
        self.out.append(self.html[at:])
        return "".join(self.out)

    def notes(self) -> list[str]:
        notes = []
        if self.galleries:
            notes.append(
                "1 gallery left out"
                if self.galleries == 1
                else f"{self.galleries} galleries left out"
            )
        if self.left_out:
            names = list(self.left_out)[:_MOST_NAMES]
            more = ", …" if len(self.left_out) > _MOST_NAMES else ""
            notes.append(f"shortcodes left out: {', '.join(names)}{more}")
        return notes

    def _token(self, token: re.Match[str]) -> int:
        """Put what stands for it into `out`; returns where to go on."""
        if token["name"]:
            return self._brackets(token)
        self.out.append(token[0])
        if token["verbatim"]:
            return self._verbatim(token["verbatim"].lower(), token.end())
        if token[0] == "<!--":
            return self._copy_to("-->", token.end())
        return token.end()

    def _copy_to(self, mark: str, at: int) -> int:
        if mark in self.unclosed or (end := self.html.find(mark, at)) < 0:
            self.unclosed.add(mark)
            return at
        self.out.append(self.html[at : end + len(mark)])
        return end + len(mark)

    def _verbatim(self, name: str, at: int) -> int:
        """The content of an element in which brackets are brackets."""
        if name in self.unclosed:
            return at
        end = re.compile(f"</{name}", re.I).search(self.html, at)
        if end is None:
            self.unclosed.add(name)
            return at
        self.out.append(_ESCAPED.sub(r"\1", self.html[at : end.start()]))
        return end.start()

    def _brackets(self, token: re.Match[str]) -> int:
        name = token["name"]
        if not self._is_shortcode(token):
            self.out.append(token[0])
            return token.end()
        if token["outer"]:
            if token["after"]:  # [[gallery]] is how one writes about [gallery]
                is_index = self.html[token.start() - 1 : token.start()].isalnum()
                self.out.append(token[0] if is_index else token[0][1:-1])
                return token.end()
            if (end := self._escaped_end(name, token.end())) > 0:
                self.out.append(self.html[token.start() + 1 : end - 1])
                return end
            self.out.append("[")
        at = token.end("attributes") + 1
        if token["closes"]:
            self._close(name)
            return at
        self.opened.add(name)
        return self._open(name, token["attributes"], at)

    def _is_shortcode(self, token: re.Match[str]) -> bool:
        name, attributes = token["name"], token["attributes"]
        if token["closes"]:
            return name in self.opened or name in _KNOWN or "_" in name
        if name in self.ends or attributes.endswith(" /") or _NAMED.match(attributes):
            return True
        has_no_words = not attributes.strip() or bool(_POSITIONAL.match(attributes))
        return has_no_words and (name in _KNOWN or "_" in name)

    def _escaped_end(self, name: str, at: int) -> int:
        """Where `[[name]…[/name]]` ends, 0 when it does not."""
        if name not in self.escaped_ends:
            return 0
        end = self.html.find(f"[/{name}]]", at)
        if end < 0:
            self.escaped_ends.discard(name)
            return 0
        return end + len(name) + 4

    def _open(self, name: str, written: str, at: int) -> int:
        attributes = _attributes(written)
        if name in _CODE and name in self.ends:
            return self._code(name, at)
        if name in _GALLERIES:
            self.galleries += 1
        elif name in _CAPTIONS or name == "embed":
            if name in self.ends and self.gathered is None:
                self.gathered = name, attributes, len(self.out)
            elif address := _source(attributes):
                self.out.append(_link(address))
        elif address := _source(attributes) if name in _KNOWN else "":
            self.out.append(_link(address))
        else:
            self._leave_out(name)
        return at

    def _close(self, name: str) -> None:
        if self.gathered is not None and self.gathered[0] == name:
            _, attributes, start = self.gathered
            inner = "".join(self.out[start:])
            del self.out[start:]
            self.gathered = None
            self.out.append(_embedded(inner) if name == "embed" else _figure(inner, attributes))
        elif _LAYOUT.fullmatch(name):
            self.out.append("\n\n")

    def _leave_out(self, name: str) -> None:
        self.left_out[name] += 1
        if _LAYOUT.fullmatch(name):
            self.out.append("\n\n")

    def _code(self, name: str, at: int) -> int:
        end = self.html.find(f"[/{name}]", at)
        if end < 0:
            self.ends.discard(name)
            return at
        inner = self.html[at:end]
        is_escaped = "&lt;" in inner or "&gt;" in inner
        self.out.append(f"<pre>{inner if is_escaped else escape(inner, quote=False)}</pre>")
        return end + len(name) + 3


def _attributes(written: str) -> dict[str, str]:
    """Attributes by their names; the first one without a name is ""."""
    found: dict[str, str] = {}
    for parts in _ATTRIBUTE.findall(unescape(written).translate(_QUOTES).lstrip(" =")):
        name, *values = parts
        found.setdefault(name.lower(), next(filter(None, values), ""))
    return found


def _source(attributes: dict[str, str]) -> str:
    """The first address among the attributes, in the order in which players look for it."""
    named = [attributes.get(name, "") for name in (*_SOURCES, "url", "")]
    return next((found[0] for value in named if (found := _ADDRESS.match(value.strip()))), "")


def _link(address: str) -> str:
    last = PurePosixPath(unquote(urlsplit(address).path)).name if _is_file(address) else ""
    return f'<a href="{escape(address)}">{escape(last or address, quote=False)}</a>'


def _is_file(address: str) -> bool:
    try:
        return bool(re.search(r"\.\w{2,4}$", urlsplit(address).path))
    except ValueError:
        return False


def _embedded(inner: str) -> str:
    found = _ADDRESS.match(unescape(re.sub("<[^<>]*>", "", inner)).strip())
    return _link(found[0]) if found else inner


def _figure(inner: str, attributes: dict[str, str]) -> str:
    found = _PICTURE.match(inner)
    if not found:
        return inner
    picture, text = found.groups()
    text = (attributes.get("caption") or text).strip()
    caption = f"<figcaption>{text}</figcaption>" if text else ""
    return f"<figure>{picture}{caption}</figure>"
