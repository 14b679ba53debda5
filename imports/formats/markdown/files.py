"""Which files of the given files and folders are stories, and their text."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from imports.charset import decode
from imports.entry import Failed, Refused

MOST_BYTES = 8_000_000

_MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn", ".mkd", ".mdwn", ".mdx")
_HTML = (".html", ".htm")
_OTHERS = {
    ".rst": "it is reStructuredText, which is not read",
    ".adoc": "it is AsciiDoc, which is not read",
    ".org": "it is an Org file, which is not read",
}
# Folders that hold a site's machinery, or what was made of it.
_NO_STORIES = {
    *("_site", "_layouts", "_includes", "_data", "_sass", "_plugins", "node_modules", "vendor"),
    *("archetypes", "layouts", "themes", "resources", "bower_components"),
}
# What repositories hold for those who work on them. With front matter they are taken all the same.
_PAPERS = {
    *("readme", "license", "licence", "changelog", "contributing", "code_of_conduct", "security"),
    *("authors", "codeowners", "pull_request_template"),
}
_LISTS = {"_index"}  # Hugo's and Zola's pages of lists


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a story. `is_named`: somebody gave this very file."""

    path: Path
    is_named: bool

    @property
    def is_html(self) -> bool:
        return self.path.suffix.lower() in _HTML

    @property
    def is_paper(self) -> bool:
        """Whether it is a story only if it has front matter."""
        if self.is_named:
            return False
        return self.is_html or self.path.stem.lower().replace("-", "_") in _PAPERS


def find(paths: Iterable[Path]) -> Iterator[Found | Failed]:
    """The stories in files and folders, in the order of their names, none twice."""
    seen = set[Path]()
    for given in paths:
        for found in _in(given):
            if isinstance(found, Failed):
                yield found
            elif (path := Path(os.path.abspath(found.path))) not in seen:
                seen.add(path)
                yield found


def text_of(path: Path) -> str:
    """The file's text. Raises Refused with the reason for what has none."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Refused("it is no ordinary file")
        if about.st_size > MOST_BYTES:
            raise Refused(f"it has more than {MOST_BYTES // 1_000_000} MB")
        data = path.read_bytes()
    except FileNotFoundError:
        raise Refused("there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refused(f"it cannot be read: {reason}") from None
    text = decode(data)
    if "\x00" in text:
        raise Refused("it is no text")
    if not text.strip():
        raise Refused("it is empty")
    return text


def name_of(path: PurePath) -> str:
    """The path in characters that can be shown and stored."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _in(given: Path) -> Iterator[Found | Failed]:
    try:
        is_folder = given.is_dir()
    except (OSError, ValueError):
        is_folder = False
    if is_folder:
        yield from _below(given)
    elif reason := _OTHERS.get(given.suffix.lower()):
        yield Failed(name_of(given), reason)
    else:
        yield Found(given, is_named=True)


def _below(folder: Path) -> Iterator[Found | Failed]:
    faults: list[Failed] = []

    def fault(error: OSError) -> None:
        where = name_of(Path(str(error.filename)))
        faults.append(Failed(where, f"it cannot be read: {error.strerror}"))

    for where, folders, names in os.walk(folder, onerror=fault):
        folders[:] = sorted(each for each in folders if _may_hold_stories(each))
        for name in sorted(names):
            path = Path(where, name)
            if not _is_story(path):
                continue
            # A link in somebody's archive may point at any file of this machine.
            if path.is_symlink():
                yield Failed(name_of(path), "it is a symbolic link; name the file itself")
            else:
                yield Found(path, is_named=False)
        yield from faults
        faults.clear()
    yield from faults


def _may_hold_stories(folder: str) -> bool:
    return folder not in _NO_STORIES and not folder.startswith(".")


def _is_story(path: Path) -> bool:
    is_text = path.suffix.lower() in (*_MARKDOWN, *_HTML)
    return is_text and not path.name.startswith((".", "#")) and path.stem not in _LISTS
