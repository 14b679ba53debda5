"""Markdown to HTML: CommonMark with tables and strikethrough. HTML in it stays as found."""

from markdown_it import MarkdownIt
from markdown_it.token import Token

from imports.entry import Refused

MOST_CHARACTERS = 1_000_000
_MOST_BRACKETS = 25_000  # one that nothing closes costs as much as a whole sentence
_DEEPEST = 50  # lists and quotes in one another; what lies deeper would be dropped


def _parser(*, breaks: bool) -> MarkdownIt:
    options = {"html": True, "breaks": breaks, "maxNesting": _DEEPEST}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])


_PARSERS = {breaks: _parser(breaks=breaks) for breaks in (False, True)}


def render(text: str, *, breaks: bool = False) -> str:
    """The text as HTML; with `breaks` every line stays one. Raises Refused for absurd texts."""
    return _render(_tokens(text, breaks), breaks)


def render_line(text: str) -> str:
    """One line, such as a summary, as HTML without a paragraph around it."""
    parser = _PARSERS[False]
    _refuse_huge(text)
    try:
        return parser.renderInline(text)
    except (RecursionError, ValueError, LookupError) as error:
        raise Refused(f"its Markdown cannot be read: {error}") from None


def render_titled(text: str, title: str) -> tuple[str, str]:
    """(the HTML without the heading that is its title, that title).

    That is the first heading of level 1 when no title is given, else one at the very beginning
    that repeats it. Raises Refused for absurd texts.
    """
    tokens = _tokens(text, False)
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0:
            heading = _words(tokens[at + 1])
            if not title or (at == 0 and heading.casefold() == title.strip().casefold()):
                return _render(tokens[:at] + tokens[at + 3 :], False), title or heading
            break
    return _render(tokens, False), title


def _tokens(text: str, breaks: bool) -> list[Token]:
    _refuse_huge(text)
    try:
        return _PARSERS[breaks].parse(text)
    except (RecursionError, ValueError, LookupError) as error:
        raise Refused(f"its Markdown cannot be read: {error}") from None


def _render(tokens: list[Token], breaks: bool) -> str:
    parser = _PARSERS[breaks]
    return str(parser.renderer.render(tokens, parser.options, {}))


def _words(inline: Token) -> str:
    shown = (child.content for child in inline.children or () if child.type != "html_inline")
    return " ".join("".join(shown).split())


def _refuse_huge(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"its text has {len(text):,} characters, more than {MOST_CHARACTERS:,}")
    if text.count("[") > _MOST_BRACKETS:
        raise Refused(f"its text has more than {_MOST_BRACKETS:,} brackets")
