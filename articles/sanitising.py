"""The one sanitiser: somebody's HTML in, HTML that a reader may be shown out."""

import re

import nh3
from django.core.exceptions import ValidationError
from django_prose_editor.config import allowlist_from_extensions, expand_extensions

from articles import bounds
from articles.editor import EXTENSIONS
from articles.text import visible

# What others write for the same thing; taken in, then renamed to ours.
_RENAMED = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
_RENAMED |= dict.fromkeys(["div", "section", "article", "figcaption", "dt", "dd", "center"], "p")
_FOREIGN = re.compile(rf"<(/?)({'|'.join(_RENAMED)})(?=[\s>])")
# The editor's tables have no captions: one becomes the paragraph before its table.
_CAPTION = re.compile(r"(<table(?:\s[^>]*)?>)\s*<caption>((?:(?!<caption>).)*?)</caption>", re.S)
# Each round may leave work for the next, such as a paragraph that now stands in another one.
MOST_ROUNDS = 8
# Elements that go when they hold nothing; what parts two words inside an inline one stays.
_BLOCKS, _INLINE = {"p", "h2", "h3", "li", "blockquote"}, {"strong", "em"}
_TAG = re.compile("(<[^>]*>)")
_BLANK = re.compile(r"(?:\s|&nbsp;)*")
_AFTER_TAG = re.compile("(?<=>)")
# Elements whose content is no text of the story either.
_DROPPED_WHOLE = {"script", "style", "template", "noscript", "iframe", "svg", "math", "form"}


def _cleaner() -> nh3.Cleaner:
    allowed = allowlist_from_extensions(expand_extensions(EXTENSIONS))
    # "*": nh3 would allow lang and title on every element, of which the editor knows nothing.
    attributes = allowed["attributes"] | {"a": {"href", "title"}, "*": set()}
    return nh3.Cleaner(
        tags=set(allowed["tags"]) | set(_RENAMED) | {"caption"},
        attributes=attributes,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
        clean_content_tags=_DROPPED_WHOLE,
    )


_CLEANER = _cleaner()


def sanitise(html: str) -> str:
    """Allowed HTML, foreign names for the same thing made ours, empty elements gone. Idempotent.

    ValidationError for what would take minutes or gigabytes; see articles.bounds.
    """
    refuse_monstrous(html)
    clean = html
    for _ in range(MOST_ROUNDS):
        previous, clean = clean, _once(clean)
        refuse_monstrous(clean)
        if clean == previous:
            break
    return clean


def refuse_monstrous(html: str) -> None:
    """ValidationError with a sentence for what no parser should be given; see articles.bounds."""
    if reason := bounds.fault(html):
        raise ValidationError(f"The text {reason}.")


def _once(html: str) -> str:
    # Piece by piece: composed with what follows it, the ">" of a tag would become another sign.
    # In every round: what was written as an entity is a character only after the first.
    seen = "".join(visible(piece) for piece in _AFTER_TAG.split(html))
    # After nh3 every "<" that is no tag is an entity, so tags can be replaced as text.
    clean = _FOREIGN.sub(lambda tag: f"<{tag[1]}{_RENAMED[tag[2]]}", _CLEANER.clean(seen))
    return _without_empty(_CAPTION.sub(_paragraph_before, clean)).strip()


def _paragraph_before(match: re.Match[str]) -> str:
    return f"<p>{nh3.clean(match[2], tags=set())}</p>{match[1]}"


def _without_empty(html: str) -> str:
    """One pass, however deep they nest: a text may be a hundred thousand empty elements."""
    kept: list[str] = []
    opened: list[int] = []  # where in `kept` the open elements start that may go
    filled = -1  # where in `kept` the last piece is that holds something
    for piece in _TAG.split(html):
        name = piece.strip("</>")
        if piece in {f"<{name}>", f"</{name}>"} and name in _BLOCKS | _INLINE:
            if piece[1] != "/":
                opened.append(len(kept))
            elif opened and filled < (start := opened.pop()):
                if name in _BLOCKS:
                    del kept[start:]
                else:
                    kept[start] = ""
                continue
        elif piece != "<br>" and not _BLANK.fullmatch(piece):
            filled = len(kept)
        kept.append(piece)
    return "".join(kept)
