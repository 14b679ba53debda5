"""Markdown for the tests: the folders in `markdown/`, and files written as they are needed."""

from pathlib import Path
from typing import Any

from imports.entry import Entry, Failed
from imports.formats.markdown import parse

SAMPLES = Path(__file__).parent / "markdown"


def stories(*paths: Path, **given: Any) -> dict[str, Any]:
    """What files and folders hold, by the names of their files."""
    found: dict[str, Any] = {}
    for each in parse(paths, **given).entries:
        named = each.item if isinstance(each, Failed) else each.external_id
        found[named.rpartition("/")[2]] = each
    return found


def sample(folder: str) -> dict[str, Any]:
    return stories(SAMPLES / folder)


def read(folder: Path, text: str | bytes, name: str = "story.md") -> Any:
    """The one story, or the failure, of a file with this text."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    (found,) = parse([file], root=folder).entries
    return found


def body(folder: Path, text: str, front: str = "title: T") -> str:
    """The body of a story of Jekyll's kind."""
    found = read(folder, f"---\n{front}\n---\n{text}")
    assert isinstance(found, Entry)
    return found.body
