"""All stories of a run by the names of their files, so that one can link to another."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from imports.entry import Entry, Failed, Refused
from imports.formats.markdown import files
from imports.formats.markdown.files import Found
from imports.formats.markdown.sites import Site
from imports.formats.markdown.story import Story

_SUFFIXES = ("", ".md", ".markdown", "/index.md")


class Book:
    def __init__(self, found: Iterable[Found], site: Site) -> None:
        self.site = site
        self.paths: dict[str, Path] = {}
        self.by_stem: dict[str, Path] = {}
        for each in found:
            relative = self.relative(each.path)
            self.paths[relative.as_posix()] = each.path
            self.by_stem.setdefault(relative.stem, each.path)
        self.known: dict[Path, str] = {}

    def relative(self, path: Path) -> PurePosixPath:
        """A file's path below the site's folder; its name alone when it lies elsewhere."""
        try:
            inside = Path(os.path.abspath(path)).relative_to(os.path.abspath(self.site.root))
        except ValueError:
            return PurePosixPath(path.name)
        return PurePosixPath(inside.as_posix())

    def read(self, found: Found) -> Entry | Failed | None:
        """The story in a file; None for a page or a paper that is none."""
        try:
            story = Story(files.text_of(found.path), self.relative(found.path), self.site)
            if found.is_paper and not story.parts.form:
                return None
            return story.entry(lambda name: self._path_of(name, found.path), is_html=found.is_html)
        except Refused as reason:
            return Failed(files.name_of(found.path), str(reason))

    def _path_of(self, name: str, asked_in: Path) -> str:
        """The old path of the story that a link names; "" when it is not here or has none."""
        path = self._named(name.strip(), asked_in)
        if path is None:
            return ""
        if path not in self.known:
            self.known[path] = ""
            try:
                story = Story(files.text_of(path), self.relative(path), self.site)
                self.known[path] = story.path[0]
            except Refused:
                pass  # Told where the file itself is read.
        return self.known[path]

    def _named(self, name: str, asked_in: Path) -> Path | None:
        folder = self.relative(asked_in).parent
        near = os.path.normpath((folder / name).as_posix()) if name[:1] != "/" else ""
        for start in (near, os.path.normpath(name.lstrip("/"))):
            for suffix in _SUFFIXES:
                if start and (path := self.paths.get(f"{start}{suffix}")):
                    return path
        return self.by_stem.get(PurePosixPath(name).name.removesuffix(".md"))
