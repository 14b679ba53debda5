"""Liquid, Hugo's and Zola's shortcodes and kramdown's marks in a Markdown text, made plain.

What a generator would have filled in is filled in where the file says enough; the rest goes, with
a note. Code is left alone, as its reader was meant to see it.
"""

import re
from collections.abc import Callable
from functools import cache

from imports.formats.markdown import embeds
from imports.formats.markdown.embeds import Arguments

# One pass over what may mean something; every repetition is bounded, so that no text is slow.
_INSIDE = r"(?:[^{}]|\{\{[^{}]{0,200}\}\}){0,2000}?"
_TOKEN = re.compile(
    r"(?P<fence>^[ \t]*(?:[-*+>][ \t]+|\d+[.)][ \t]+)?(?P<run>`{3,}|~{3,})[^\n`]*$)"
    r"|(?P<span>(?<!`)(?P<tick>`{1,2})(?!`)[^\n]{1,500}?(?<!`)(?P=tick)(?!`))"
    r"|(?P<shown>\{\{[<%]/\*[^{}]{0,2000}?\*/[>%]\}\})"
    r"|(?P<code>\{\{[<%][ \t]*(?P<ends>/?)[ \t]*(?P<name>[\w./-]+)"
    rf"(?P<with>{_INSIDE})/?\s*[>%]\}}\}})"
    rf"|(?P<tag>\{{%-?\s*(?P<word>\w+)(?P<rest>{_INSIDE})-?%\}})"
    r"|(?P<output>\{\{-?(?P<asked>[^{}]{0,500}?)-?\}\})"
    r"|(?P<contents>^[ \t]*(?:[-*+]|\d+\.)[^\n]{0,200}\n[ \t]*\{:\s*toc[^{}\n]{0,200}\}[ \t]*$)"
    r"|(?P<mark>[ \t]{0,8}\{:\s*(?:[.#][\w-]|toc|no_toc|[\w-]+=[\"'])[^{}\n]{0,500}\}"
    r"|\{::[^{}\n]{0,500}\}|\{:/\w{0,30}\})"
    r"|(?P<place>\{(?P<which>filename|static|attach|tag|category|author|index)\}"
    r"(?P<target>[^\s)\"'<>\]]*))",
    re.M,
)
_RAW_MARK = re.compile(r"\{%-?\s*(end)?raw\s*-?%\}")
_SHOWN = re.compile(r"\{\{([<%])/\*(.*?)\*/([>%])\}\}", re.S)
_CALL = re.compile(r"\s*([a-z_]\w*)\((.*)\)\s*", re.S)
_INNER = re.compile(r"\{\{([^{}]{0,200})\}\}")
_LITERAL = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)')\s*((?:\|.*)?)", re.S)
_NAME = re.compile(r"\s*([a-z_][\w.-]*)\s*((?:\|.*)?)", re.S)
_CODE = {"highlight", "codeblock"}
_FLOW = {
    *("if", "unless", "elsif", "else", "endif", "endunless", "for", "endfor", "case", "when"),
    *("endcase", "assign", "capture", "endcapture", "break", "continue", "cycle", "increment"),
    *("decrement", "tablerow", "endtablerow"),
}
_QUOTES = {"blockquote", "pullquote", "quote"}
_SILENT = {"end", "toc"}
_LONGEST = 1000  # characters of a value, which a text may ask for very often


class Resolver:
    """Makes the texts of one story plain; `notes` tells what was left out.

    `variable` knows what "site.baseurl" or "page.title" is (None: unknown), `story` the path of
    another story by the name or path of its file ("": unknown).
    """

    def __init__(self, variable: Callable[[str], str | None], story: Callable[[str], str]) -> None:
        # Looked up once each: a text may ask for the same a hundred thousand times.
        self.variable, self.story = cache(variable), cache(story)
        self.notes: dict[str, None] = {}

    def resolve(self, text: str) -> str:
        return _Pass(self, text).result() if "{" in text else text

    def left_out(self, what: str) -> str:
        self.notes[f"{what} left out"] = None
        return ""


class _Pass:
    def __init__(self, resolver: Resolver, text: str) -> None:
        self.resolver, self.text = resolver, text
        self.fence = ""  # the run of signs that opened the fenced code in which we are
        self.is_raw = False
        self.block = ""  # the tag whose content is gathered, with where it starts and its language
        self.block_at, self.language = 0, ""
        self.parts: list[str] = []

    def result(self) -> str:
        at = 0
        for token in _TOKEN.finditer(self.text):
            self.parts.append(self.text[at : token.start()])
            self.parts.append(self._token(token))
            at = token.end()
        self.parts.append(self.text[at:])
        return "".join(self.parts)

    def _token(self, token: re.Match[str]) -> str:
        kind = _kind(token)
        if self.block:
            return self._in_block(token)
        if kind == "fence":
            return self._fence(token)
        if self.fence or kind == "span":
            return self._shown(token)
        if self.is_raw:
            self.is_raw = token["word"] != "endraw"
            return token[0] if self.is_raw else ""
        return _HANDLERS[kind](self, token)

    def _fence(self, token: re.Match[str]) -> str:
        run = token["run"]
        if not self.fence:
            self.fence = run
        elif run.startswith(self.fence) and token[0].strip() == run:
            self.fence = ""
        return token[0]

    def _in_block(self, token: re.Match[str]) -> str:
        """The content of code or a comment, until its end."""
        ends = token["word"] == f"end{self.block}" or (
            token["name"] == self.block and token["ends"]
        )
        if not ends:
            return token[0]
        inside = _RAW_MARK.sub("", "".join(self.parts[self.block_at :]))
        del self.parts[self.block_at :]
        name, self.block = self.block, ""
        return embeds.fenced(inside, self.language) if name in _CODE else ""

    def _gather(self, name: str, language: str = "") -> str:
        self.block, self.block_at, self.language = name, len(self.parts) + 1, language
        return ""

    def _liquid_tag(self, token: re.Match[str]) -> str:
        name, rest = token["word"], token["rest"]
        if name in _CODE:
            return self._gather(name, embeds.language(rest))
        match name:
            case "comment":
                return self._gather(name)
            case "raw":
                self.is_raw = True
                return ""
            case "post_url" | "link":
                return self._story(rest)
        if name in _FLOW:
            return self.resolver.left_out("conditions and loops of Liquid")
        if rest.startswith("("):
            rest = rest.strip()[1:].removesuffix(")")
        return self._call(name.removeprefix("end"), rest, token, ends=name.startswith("end"))

    def _hugo(self, token: re.Match[str]) -> str:
        name, ends = token["name"].lower(), bool(token["ends"])
        if not ends and name in _CODE:
            return self._gather(name, embeds.language(token["with"]))
        if not ends and name == "comment":
            return self._gather(name)
        if name in {"ref", "relref"}:
            return self._story(token["with"])
        if name == "param":
            field = token["with"].strip(" \"'")
            return self._variable(f"page.{field}", token[0])
        return self._call(name, token["with"], token, ends=ends)

    def _call(self, name: str, rest: str, token: re.Match[str], *, ends: bool) -> str:
        """A shortcode by its name, whosever it is."""
        if name in _QUOTES:
            return "\n\n</blockquote>\n\n" if ends else "\n\n<blockquote>\n\n"
        if ends or name in _SILENT:
            return ""
        arguments = Arguments.of(self._filled(rest))
        if (made := embeds.made(name, arguments, alone=self._is_alone(token))) is not None:
            return made
        return self._left_out(name)

    def _left_out(self, name: str) -> str:
        return self.resolver.left_out(f"the shortcode “{name[:40]}”")

    def _filled(self, arguments: str) -> str:
        """Arguments with the outputs inside them filled in."""
        return _INNER.sub(lambda found: self._variable(found[1], found[0]), arguments)

    def _output(self, token: re.Match[str]) -> str:
        return self._variable(token["asked"], token[0])

    def _variable(self, asked: str, found: str) -> str:
        """The value of an expression; what is none of Liquid's stays as it is."""
        if literal := _LITERAL.fullmatch(asked):
            return self._based(literal[1] or literal[2] or "", literal[3])
        if call := _CALL.fullmatch(asked):
            made = embeds.made(call[1], Arguments.of(call[2]), alone=True)
            return self._left_out(call[1]) if made is None else made
        if not (name := _NAME.fullmatch(asked)):
            return found
        value = self.resolver.variable(name[1])
        if value is None or len(value) > _LONGEST or "date" in name[2]:
            return self.resolver.left_out(f"“{{{{ {' '.join(asked.split())[:60]} }}}}”")
        return self._based(value, name[2])

    def _based(self, value: str, filters: str) -> str:
        """A value before which Liquid's filters put where the site begins."""
        base = self.resolver.variable("site.baseurl") or ""
        if "absolute_url" in filters or re.search(r"prepend:\s*site\.url", filters):
            base = f"{self.resolver.variable('site.url') or ''}{base}"
        elif "relative_url" not in filters and not re.search(r"prepend:\s*site\.base", filters):
            return value
        return f"{base}/{value.lstrip('/')}"

    def _story(self, named: str) -> str:
        name = next(iter(Arguments.of(named).positional), "")
        path = self.resolver.story(name.partition("#")[0])
        if not path or len(path) > _LONGEST:
            path = ""
            self.resolver.left_out(f"the link to “{name[:80]}”, which is not among the files,")
        return path

    def _shown(self, token: re.Match[str]) -> str:
        """What stands for itself: code, and a shortcode that is written about."""
        for mark in _RAW_MARK.finditer(token[0]):
            self.is_raw = not mark[1]
        return _SHOWN.sub(r"{{\1\2\3}}", _RAW_MARK.sub("", token[0]))

    def _nothing(self, token: re.Match[str]) -> str:
        return ""

    def _place(self, token: re.Match[str]) -> str:
        """Pelican's links to files beside the text."""
        match token["which"]:
            case "static" | "attach":
                return token["target"]
            case "filename":
                return self._story(f'"{token["target"]}"')
        return self.resolver.left_out("a link to a list of stories")

    def _is_alone(self, token: re.Match[str]) -> bool:
        """Whether it stands on a line of its own."""
        before = self.text[max(0, token.start() - 200) : token.start()].rpartition("\n")[2]
        after = self.text[token.end() : token.end() + 200].partition("\n")[0]
        return not before.strip() and not after.strip()


_HANDLERS: dict[str, Callable[[_Pass, re.Match[str]], str]] = {
    "shown": _Pass._shown,
    "code": _Pass._hugo,
    "tag": _Pass._liquid_tag,
    "output": _Pass._output,
    "contents": _Pass._nothing,
    "mark": _Pass._nothing,
    "place": _Pass._place,
}


def _kind(token: re.Match[str]) -> str:
    return next(kind for kind in ("fence", "span", *_HANDLERS) if token[kind] is not None)
