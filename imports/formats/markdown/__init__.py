"""Folders and files of Markdown with front matter, as Jekyll, Hugo, Zola and Pelican keep them."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from imports.entry import Document, Entry, Failed, Unreadable
from imports.formats.markdown import files, sites
from imports.formats.markdown.book import Book
from imports.formats.markdown.files import Found


def parse(paths: Iterable[Path], *, root: Path | None = None) -> Document:
    """Read the stories in files and, however deep, in folders, in the order of their names.

    `root` is the site's folder, below which a file's path is its story's id; without it the
    folder that has the settings of Jekyll, Hugo or Zola, else what all paths have in common.
    A file that cannot be read is a Failed. Raises Unreadable when there is no file at all.
    """
    given = list(map(Path, paths))
    found = list(files.find(given))
    if not found:
        raise Unreadable("There is no Markdown file in it.")
    site = sites.at(root) if root else sites.of(_common(given))
    return Document(
        title=site.title,
        home_url=site.home_url,
        language=site.language,
        entries=_entries(found, Book((each for each in found if isinstance(each, Found)), site)),
    )


def _entries(found: list[Found | Failed], book: Book) -> Iterator[Entry | Failed]:
    for each in found:
        read = each if isinstance(each, Failed) else book.read(each)
        if read is not None:
            yield read


def _common(given: list[Path]) -> Path:
    """The folder that holds all of them."""
    folders = (path if os.path.isdir(path) else path.parent for path in given)
    try:
        return Path(os.path.commonpath([os.path.abspath(folder) for folder in folders]))
    except ValueError:  # on different drives, or with a NUL in it
        return Path.cwd()
