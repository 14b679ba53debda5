"""What stands before the text: YAML, TOML or JSON, or Pelican's lines of "Key: value"."""

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any

import yaml

from imports.entry import Refused

YAML, TOML, JSON, LINES = "YAML", "TOML", "JSON", "lines"
MOST_CHARACTERS = 100_000
_MOST_ALIASES = 20  # in YAML; each can stand for all that was written before it
_DEEPEST = 30
_MOST_DOTS = 500  # in a key of TOML, for which the time grows with their square

_YAML_START = re.compile(r"\s*^---[ \t]*\n", re.M)
_YAML_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$\n?", re.M)
_TOML_START = re.compile(r"\s*^\+\+\+[ \t]*\n", re.M)
_TOML_END = re.compile(r"^\+\+\+[ \t]*$\n?", re.M)
_JSON_START = re.compile(r"\s*\{\s*[\"}]")
_LINE = re.compile(r"([A-Za-z][\w-]{0,40})[ \t]*:(?:[ \t]+(.*))?$")
_LINE_KEYS = {
    *("title", "date", "modified", "category", "tags", "keywords", "slug", "author", "authors"),
    *("summary", "lang", "status", "subtitle", "description", "image", "template", "url"),
}
_NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Parts:
    """A file in two: its front matter as read, of which form ("": there is none), and its text."""

    fields: dict[str, Any]
    body: str
    form: str = ""


def split(text: str) -> Parts:
    """The parts of a file. Raises Refused with the line for front matter that is broken."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for form, start, end in ((YAML, _YAML_START, _YAML_END), (TOML, _TOML_START, _TOML_END)):
        opening = start.match(text)
        closing = end.search(text, opening.end()) if opening else None
        if opening and closing:
            head = text[opening.end() : closing.start()]
            fields = _loaded(form, head, text.count("\n", 0, opening.end()))
            # A text may also begin with a rule and have another one below.
            has_fields = isinstance(fields, dict)
            return Parts(fields, text[closing.end() :], form) if has_fields else Parts({}, text)
    if _JSON_START.match(text):
        return _split_json(text)
    return _split_lines(text) or Parts({}, text)


def load(form: str, written: str) -> Any:
    """What a YAML, TOML or JSON text says. Raises Refused when it is broken."""
    return _loaded(form, written, 0)


def _loaded(form: str, written: str, lines_before: int) -> Any:
    if len(written) > MOST_CHARACTERS:
        raise Refused(f"its front matter has more than {MOST_CHARACTERS:,} characters")
    try:
        match form:
            case "YAML":
                return yaml.load(written, Loader=_Loader) or {}  # noqa: S506 only texts come of it
            case "TOML":
                return _toml(written)
        return json.loads(written, strict=False)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + lines_before + 1
        raise Refused(f"its front matter is broken YAML in line {line}: {error.problem}") from None
    except (yaml.YAMLError, RecursionError, ValueError, LookupError) as error:
        said = " ".join(str(error).split())[:200]
        raise Refused(f"its front matter is broken {form}: {said}") from None


def _toml(written: str) -> dict[str, Any]:
    if any(line.partition("=")[0].count(".") > _MOST_DOTS for line in written.split("\n")):
        raise ValueError("it has a key of absurdly many parts")
    return tomllib.loads(written)


class _Loader(yaml.BaseLoader):
    """Everything as it is written: "yes" stays a word, 007 a number of three digits, and a date
    what its author typed. Builds texts, lists and dicts only."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.aliases = self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.aliases += self.check_event(yaml.AliasEvent)
        if self.aliases > _MOST_ALIASES:
            raise yaml.YAMLError(f"it has more than {_MOST_ALIASES} aliases")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise yaml.YAMLError(f"it is nested more than {_DEEPEST} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if isinstance(node, yaml.ScalarNode) and node.style is None and node.value in _NULLS:
            return None
        return super().construct_object(node, deep=deep)


def _split_json(text: str) -> Parts:
    start = len(text) - len(text.lstrip())
    try:
        fields, end = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        said = " ".join(str(error).split())[:200]
        raise Refused(f"its front matter is broken JSON: {said}") from None
    if end - start > MOST_CHARACTERS:
        raise Refused(f"its front matter has more than {MOST_CHARACTERS:,} characters")
    return Parts(fields, text[end:], JSON)


def _split_lines(text: str) -> Parts | None:
    """Lines of Pelican's (and MultiMarkdown's) kind; None where the text just begins."""
    fields: dict[str, Any] = {}
    key, at = "", len(text) - len(text.lstrip("\n"))
    while at < len(text) and at < MOST_CHARACTERS:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        if key and line.startswith(("    ", "\t")) and line.strip():
            fields[key] = f"{fields[key]} {line.strip()}".strip()
        elif found := _LINE.match(line):
            key = found[1].lower()
            if not fields and key not in _LINE_KEYS:
                return None
            fields[key] = (found[2] or "").strip()
        else:
            break
        at = end + 1
    if fields.keys().isdisjoint({"title", "date", "slug"}):
        return None
    return Parts(fields, text[at:], LINES)
