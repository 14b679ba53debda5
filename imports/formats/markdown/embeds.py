"""What a shortcode puts into a page: pictures, code, and links in place of players."""

import re
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Self

_ARGUMENT = re.compile(
    r"(?:([\w-]+)\s*[=:]\s*)?(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|`([^`]*)`|([^\s\"'=,()`]+))"
)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)(?:[?#]|$)", re.I)
_SOURCES = ("src", "url", "image", "image_path", "path", "file", "filename", "link", "name")
_FIGURES = {
    *("figure", "image", "img", "picture", "photo", "image_with_class", "asset_img", "imgproc"),
    *("include", "include_cached", "include_relative", "responsive_image", "imgcap"),
}
_ID = re.compile(r"[\w-]{1,80}")
_PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "instagram": "https://www.instagram.com/p/{}/",
    "tweet": "https://x.com/i/status/{}",
    "twitter": "https://x.com/i/status/{}",
    "x": "https://x.com/i/status/{}",
}
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands in a shortcode after its name."""

    positional: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, written: str) -> Self:
        positional, named = list[str](), dict[str, str]()
        for name, double, single, ticks, bare in _ARGUMENT.findall(written):
            value = double or single or ticks or bare
            if name:
                named[name.lower()] = value
            else:
                positional.append(value)
        return cls(tuple(positional), named)

    def first(self, *names: str) -> str:
        return next(filter(None, (self.named.get(name, "") for name in names)), "")


def made(name: str, given: Arguments, *, alone: bool) -> str | None:
    """What the shortcode stands for; None when nobody here knows. `alone`: on its own line."""
    if name in _PLAYERS or name == "gist":
        return _player(name, given)
    if name in _FIGURES:
        return _figure(given, alone=alone)
    if name in {"video", "audio", "mp4"}:
        source = given.first("src", "url", "mp4", "file") or next(iter(given.positional), "")
        return _link(source) if source else None
    return "<br>" if name == "br" else None


def fenced(code: str, language: str) -> str:
    """Code as a fenced block that nothing inside it can end."""
    longest = max(map(len, re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"\n\n{fence}{language}\n{code.strip(chr(10))}\n{fence}\n\n"


def language(written: str) -> str:
    """The language that a tag around code names first, "" when it names none."""
    given = Arguments.of(written)
    named = given.first("lang", "language") or next(iter(given.positional), "")
    return named if _LANGUAGE.fullmatch(named) else ""


def _player(name: str, given: Arguments) -> str | None:
    if name == "gist":
        parts = given.positional[:2] or (given.first("user"), given.first("id"))
        path = "/".join(parts)
        return _link(f"https://gist.github.com/{path}") if re.fullmatch(r"[\w/-]+", path) else None
    identifier = given.first("id") or next(iter(given.positional[-1:]), "")
    if identifier.startswith(("http://", "https://")):
        return _link(identifier)
    return _link(_PLAYERS[name].format(identifier)) if _ID.fullmatch(identifier) else None


def _link(address: str) -> str:
    shown = escape(address)
    return f'<a href="{shown}">{shown}</a>'


def _figure(given: Arguments, *, alone: bool) -> str | None:
    source = given.first(*_SOURCES)
    if not source or not (_PICTURE.search(source) or given.first("src")):
        source = next(filter(_PICTURE.search, given.positional), "")
    if not source:
        return None
    others = [each for each in given.positional if each != source]
    caption = unescape(given.first("caption", "title"))
    alt = given.first("alt") or ("" if given.named else next(reversed(others), ""))
    picture = f'<img src="{escape(source)}" alt="{escape(unescape(alt))}">'
    if target := given.first("link", "href"):
        picture = f'<a href="{escape(target)}">{picture}</a>' if target != source else picture
    if not alone:
        return picture
    below = f"<figcaption>{escape(caption, quote=False)}</figcaption>" if caption else ""
    return f"\n\n<figure>{picture}{below}</figure>\n\n"
