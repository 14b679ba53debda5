"""What an export's JSON holds, whatever somebody or some tool has put there."""

from typing import Any

from articles.text import visible

Row = dict[str, Any]


def text(value: Any) -> str:
    """A string or a number as text without invisible characters; "" for anything else."""
    if isinstance(value, str):
        return visible(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(value: Any) -> int:
    """A whole number, also one written as text; 0 for anything else."""
    try:
        return int(value) if isinstance(value, int | str) else 0
    except ValueError:
        return 0


def is_set(value: Any) -> bool:
    """Whether a flag is up: databases export it as true, 1 or "1"."""
    return value is True or text(value).strip().lower() in {"1", "true"}


def row(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def rows(value: Any) -> list[Row]:
    return [each for each in listed(value) if isinstance(each, dict)]
