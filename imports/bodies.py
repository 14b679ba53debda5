"""The body of a story: from the HTML a source sent to HTML that our pages can show."""

import re
from html import escape, unescape

from django.core.exceptions import ValidationError

from articles.sanitising import refuse_monstrous, sanitise
from articles.text import plain, visible
from imports.addresses import absolute, is_web, untracked
from imports.entry import Refused
from imports.media import without_media

_MARKUP = re.compile(r"<[A-Za-z/!]")
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*+)([^<>]*+)>")
# In the sanitiser's output tags are regular: names in lower case, attributes quoted and escaped.
_LINK = re.compile(r'<a\b([^>]*?)\shref="([^"]*)"')
_EMPTY_LINK = re.compile(r"<a\b[^>]*>\s*</a>")
_BLOCK = re.compile(r"<(/?)(p|h2|h3|ul|ol|blockquote|pre|table|hr)\b[^>]*>")
_BREAKS = re.compile(r"(?<!\s)\s*<br>(?:\s*<br>)+\s*")
# WordPress ends every text of a feed with this.
_SIGNATURE = re.compile(
    r"<p>The post <a\b.{1,800}? (?:appeared first|first appeared) on .*</p>\s*$"
)


def cleaned(html: str, base: str) -> tuple[str, list[str]]:
    """(the body made safe, notes on what was left out). Relative links are resolved by `base`.

    Raises Refused for a body that is too long, or so built that cleaning it would take minutes.
    """
    try:
        return _cleaned(html, base)
    except ValidationError as refusal:
        raise Refused(refusal.messages[0].rstrip(".")) from None


def _cleaned(html: str, base: str) -> tuple[str, list[str]]:
    refuse_monstrous(html)
    html = visible(html)
    if not _MARKUP.search(html):
        return sanitise(_from_lines(html)), []
    html, notes = without_media(html)
    body = _LINK.sub(lambda link: _link(link, base), sanitise(html))
    body = sanitise(_in_paragraphs(_EMPTY_LINK.sub("", body)))
    return _SIGNATURE.sub("", body).rstrip() if plain(body) else "", notes


def _from_lines(text: str) -> str:
    """A text without tags, but perhaps with entities, in paragraphs."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    return "".join(f"<p>{part}</p>" for part in parts if part)


def _link(found: re.Match[str], base: str) -> str:
    """A link made absolute and untracked; without href if that fails."""
    address = untracked(absolute(unescape(found[2]), base))
    if is_web(address) or address.lower().startswith("mailto:"):
        return f'<a{found[1]} href="{escape(address)}"'
    return f"<a{found[1]}"


def _in_paragraphs(body: str) -> str:
    """The body with text between its blocks, and text parted by empty lines, in paragraphs."""
    parts: list[str] = []
    depth = at = 0
    for tag in _BLOCK.finditer(body):
        name, closes = tag[2], bool(tag[1])
        if depth == 0:
            parts.append(_paragraphs(body[at : tag.start()]))
            at = tag.start()
        depth += 0 if name == "hr" else -1 if closes else 1
        if depth == 0:
            block = body[at : tag.end()]
            is_plain = name == "p" and closes and block.startswith("<p>")
            parts.append(_paragraphs(block[3:-4]) if is_plain else block)
            at = tag.end()
    return "".join([*parts, _paragraphs(body[at:])])


def _paragraphs(inline: str) -> str:
    """Inline HTML as paragraphs, parted where lines are empty; as it is if that cuts an element."""
    parts = (part.strip() for part in _BREAKS.split(inline))
    texts = [part.removeprefix("<br>").removesuffix("<br>").strip() for part in parts]
    if all(_is_balanced(text) for text in texts):
        return "".join(f"<p>{text}</p>" for text in texts if text)
    return f"<p>{inline}</p>" if _is_balanced(inline) else inline


def _is_balanced(inline: str) -> bool:
    open_names: list[str] = []
    for closes, name, _ in _TAG.findall(inline):
        if name == "br":
            continue
        if not closes:
            open_names.append(name)
        elif not open_names or open_names.pop() != name:
            return False
    return not open_names
