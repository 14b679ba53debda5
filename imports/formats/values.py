"""Values of cells and of JSON, of whatever type they came, as what a story needs."""

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from articles.text import plain

_TRUE, _FALSE = {"true", "yes", "y", "t", "1", "on"}, {"false", "no", "n", "f", "0", "off"}


def text(value: Any) -> str:
    """A string or number as text; "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def several(value: Any) -> list[str]:
    """The names in a list, in an object with a name, or in a text parted by "|" or ";"."""
    if isinstance(value, str):
        if not (listed := _json_list(value)):
            return [part for each in re.split(r"[|;]", unescape(value)) if (part := each.strip())]
        value = listed
    if not isinstance(value, list):
        value = [] if value is None else [value]
    return [found for each in value if (found := _name(each))]


def _json_list(written: str) -> list[Any]:
    """What some tables hold in a cell: ["one", "two"]."""
    if not written.strip().startswith("["):
        return []
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        return []
    return value if isinstance(value, list) else []


def _name(value: Any) -> str:
    if isinstance(value, Mapping):
        return next(filter(None, (text(value.get(key)) for key in ("name", "title", "slug"))), "")
    return text(value)


def pictures(value: Any) -> list[tuple[str, str, str]]:
    """(address, alternative text, caption) of each picture."""
    found = []
    for each in value if isinstance(value, list) else [value]:
        inside = each if isinstance(each, Mapping) else {"url": each}
        addresses = (text(inside.get(key)) for key in ("url", "src", "address"))
        if address := next(filter(None, addresses), ""):
            alt, caption = (plain(text(inside.get(key))) for key in ("alt", "caption"))
            found.append((address, alt, caption))
    return found


def truth(value: Any) -> bool | None:
    """Whether a cell says yes or no; None when it says something else."""
    if isinstance(value, bool):
        return value
    word = text(value).lower()
    return True if word in _TRUE else False if word in _FALSE else None
