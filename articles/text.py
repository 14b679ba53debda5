"""Plain text: what is left of a line of HTML or of somebody's typing, and cutting it at a word."""

import re
import unicodedata
from html import unescape
from itertools import islice

import nh3
from django.utils.text import slugify

from articles import bounds

# Control characters, zero-width characters and lone surrogates: invisible, and trouble for
# databases, searches and readers. The joiners U+200C and U+200D stay: Persian, Urdu, the Indic
# scripts and emoji are misspelt without them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060-\u2064\ufeff\ufffe\uffff\ud800-\udfff]"
)
# Marks that turn the reading direction of all that follows; marks for a single spot stay.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAG = re.compile(r"<[^<>]*>")
_BLOCK_END = re.compile(r"<(?:/(?:p|h\d|li|tr|div|blockquote|pre|td|th)|br)\b[^>]*>", re.I)
# Scripts written without spaces between words: each of their characters counts as one.
_UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_COUNTED = re.compile(rf"({_UNSPACED})|(?:(?!{_UNSPACED})\w)+(?:['’.-](?:(?!{_UNSPACED})\w)+)*")


def visible(text: str) -> str:
    """The text in Unicode's composed form, without characters that nobody can see."""
    return unicodedata.normalize("NFC", _TURNING.sub("", _INVISIBLE.sub("", text)))


def line(text: str) -> str:
    """One line of text as it was typed: white space folded, a tag in it left as the words it is."""
    return " ".join(visible(text).split())


def plain(text: str) -> str:
    """One line of text: tags removed, entities decoded, white space folded."""
    text = visible(text)
    if "<" in text:
        text = _without_tags(text)
    return line(unescape(text))


def _without_tags(html: str) -> str:
    html = _BLOCK_END.sub(r"\g<0> ", html)
    # What no parser should be given: roughly, and in no time.
    return _TAG.sub(" ", html) if bounds.fault(html) else nh3.clean(html, tags=set())


def cut(text: str, length: int) -> str:
    """The text if it fits, else as many whole words as fit with an ellipsis at the end."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    if not text[length - 1].isspace() and " " in head.strip():
        head = head.rsplit(None, 1)[0]
    return head.rstrip(" ,;:.–—-") + "…"


def count_words(text: str) -> tuple[int, int]:
    """(words, characters of scripts that put no spaces between words)."""
    unspaced = [match[1] is not None for match in _COUNTED.finditer(text)]
    return unspaced.count(False), unspaced.count(True)


def first_words(text: str, most: int) -> str:
    """The text if it has no more words than that, else its first ones with an ellipsis."""
    ends = [match.end() for match in islice(_COUNTED.finditer(text), most + 1)]
    return text if len(ends) <= most else text[: ends[most - 1]] + "…"


def slug(text: str, length: int = 80, fallback: str = "story") -> str:
    """A readable piece of an address, whole words, in the text's own script."""
    whole = slugify(text, allow_unicode=True)
    if len(whole) <= length:
        return whole or fallback
    head = whole[: length + 1]
    return (head.rsplit("-", 1)[0] if "-" in head else head[:length]).strip("-_")
