"""Which of the texts of an entry is its body and which its dek, and what is HTML at all."""

import re
from collections.abc import Iterable
from html import escape

_TAG = re.compile(r"<[^<>]*>")
# A closing tag, a void element or an entity: what nobody types by accident.
_LOOKS_LIKE_HTML = re.compile(
    r"</[a-z][a-z0-9]*\s*>|<(?:br|hr|p|img)\b[^<>]*>|&(?:#\w+|[a-z]\w+);", re.I
)
_COMPARED = 1_000_000  # characters; longer texts are compared by their length with markup


def looks_like_html(text: str) -> bool:
    return bool(_LOOKS_LIKE_HTML.search(text))


def as_html(text: str) -> str:
    """Plain text as HTML that shows its paragraphs and lines."""
    paragraphs = [part for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()) if part]
    lines = [escape(part.strip(), quote=False).replace("\n", "<br>") for part in paragraphs]
    return "".join(f"<p>{line}</p>" for line in lines)


def body_of(texts: Iterable[str], others: Iterable[str] = ()) -> str:
    """The longest text; of equally long ones the first.

    Names of elements do not say it: many publishers fill content:encoded with the excerpt.
    Of `others`, which often repeat a text without its markup, one must be twice as long.
    """
    body, other = (max(each, key=_length, default="") for each in (texts, others))
    return other if _length(other) > 2 * _length(body) else body


def dek_of(texts: Iterable[str], body: str) -> str:
    """The first text that is shorter than the body."""
    return next((text for text in texts if 0 < _length(text) < _length(body)), "")


def _length(text: str) -> int:
    if len(text) > _COMPARED:
        return len(text)
    return len("".join(_TAG.sub("", text).split()))
