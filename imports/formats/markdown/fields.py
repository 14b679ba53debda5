"""The fields of a front matter under the many names and in the many shapes that they have."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from articles.text import visible
from imports.addresses import is_web
from imports.formats.markdown import frontmatter

_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?)(?:[?#]|$)", re.I)
_FALSE, _TRUE = {"false", "no", "off", "0", "n"}, {"true", "yes", "on", "1", "y"}
# What Zola, Hugo and their themes put one level down.
_INSIDE = ("taxonomies", "extra", "params")
_PICTURES = (
    *("image", "featuredimage", "featureimage", "cover", "coverimage", "leadimage", "heroimage"),
    *("hero", "banner", "feature", "header", "thumbnail", "thumb", "teaser", "ogimage"),
    *("socialimage", "picture", "photo", "img", "images"),
)
_PICTURE_KEYS = (
    *("url", "src", "path", "image", "file", "filename", "relative", "teaser", "overlayimage"),
    "feature",
)


def as_text(value: Any) -> str:
    """A single value as text; "" for lists, dicts and nothing."""
    if isinstance(value, str):
        return visible(value).strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) else ""


def flat(value: Any) -> Iterator[Any]:
    """The single values in lists, however they are nested."""
    if isinstance(value, list):
        for each in value:
            yield from flat(each)
    elif value is not None:
        yield value


class Fields:
    """A front matter whose keys are found whatever their case, and with or without _ and -."""

    def __init__(self, given: dict[str, Any], form: str = "") -> None:
        self.form = form
        self.given: dict[str, Any] = {}
        for inside in (*(given.get(key) for key in _INSIDE), given):
            if isinstance(inside, dict):
                self.given |= {_key(key): value for key, value in inside.items()}

    def get(self, name: str) -> Any:
        return self.given.get(_key(name))

    def text(self, *names: str) -> str:
        """The first of these fields that has a text; of a list its first."""
        found = (as_text(next(flat(self.get(name)), None)) for name in names)
        return next(filter(None, found), "")

    def texts(self, *names: str) -> list[str]:
        """All that these fields hold."""
        found = (as_text(each) for name in names for each in flat(self.get(name)))
        return list(dict.fromkeys(filter(None, found)))

    def says(self, name: str) -> bool | None:
        """A field as a truth; None when it is none."""
        word = as_text(self.get(name)).lower()
        return True if word in _TRUE else False if word in _FALSE else None

    def labels(self, singular: str, plural: str) -> list[str]:
        """Tags or categories. A text of several is parted at commas, else, as Jekyll does,
        at spaces; the singular field, and Pelican's, only at commas."""
        found = [part for each in flat(self.get(singular)) for part in _parted(_label(each))]
        several = self.get(plural)
        if isinstance(several, str):
            several = as_text(several)
            at_spaces = self.form == frontmatter.YAML and not re.search("[,;]", several)
            found += several.split() if at_spaces else _parted(several)
        else:
            found += map(_label, flat(several))
        return list(dict.fromkeys(filter(None, found)))

    def authors(self) -> tuple[str, ...]:
        found = [name for each in flat(self.get("author")) for name in _people(each, ";")]
        found += [name for each in flat(self.get("authors")) for name in _people(each, ";,")]
        found = found or self.texts("byline", "by")
        return tuple(dict.fromkeys(filter(None, found)))

    def pictures(self) -> list[str]:
        """The addresses of its pictures as written, the main one first."""
        found = (
            each for name in _PICTURES for value in flat(self.get(name)) for each in _sources(value)
        )
        return list(dict.fromkeys(found))

    def of_picture(self, *names: str) -> str:
        """What is said of the main picture under one of these names, beside or inside it."""
        for picture in _PICTURES:
            for value in flat(self.get(picture)):
                inside = Fields(value).text(*names) if isinstance(value, dict) else ""
                if found := inside or self.text(*(f"{picture}{name}" for name in names)):
                    return found
        return ""


def _key(name: Any) -> str:
    return re.sub(r"[-_\s]", "", str(name)).lower()


def _label(value: Any) -> str:
    if isinstance(value, dict):
        return Fields(value).text("name", "label", "title")
    return as_text(value)


def _parted(label: str) -> list[str]:
    return [part.strip() for part in re.split("[,;]", label)]


def _people(value: Any, marks: str) -> list[str]:
    if isinstance(value, dict):
        return [Fields(value).text("name", "title", "displayname")]
    return [part.strip() for part in re.split(f"[{marks}]", as_text(value))]


def _sources(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        inside = Fields(value)
        value = next((each for key in _PICTURE_KEYS for each in inside.texts(key) if each), "")
    written = as_text(value)
    if is_web(written) or _PICTURE.search(written) or written.startswith(("/", "./", "../")):
        yield written
