"""What every format is turned into, before it is an article."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One story as its source sent it. Texts may hold HTML until `cleaning.clean` has run."""

    external_id: str = ""  # the source's own id (guid, atom:id, JSON Feed id); "" without one
    address: str = ""  # absolute address of the story at the source; "" when none
    headline: str = ""  # "" when untitled
    dek: str = ""  # summary
    body: str = ""  # HTML
    language: str = ""  # BCP 47 as given for this entry, "" unknown
    published_at: datetime | None = None  # aware, UTC
    date_text: str = ""  # the date as written, kept for the reason when it cannot be read
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()  # addresses of pictures sent beside the text
    raw: str = ""  # short raw snippet for the report, at most 500 characters
    notes: tuple[str, ...] = ()  # what cleaning dropped or changed, in words

    # What archives know of their own stories; feeds leave these as they are.
    status: str = ""  # "published", "scheduled", "draft" or "private"; "" when it does not say
    slug: str = ""
    topic: str = ""  # the name of its main category
    topic_slug: str = ""
    old_paths: tuple[str, ...] = ()  # its paths on the old site, each from the first "/" on
    lead_alt: str = ""
    lead_caption: str = ""
    number: int | None = None  # its art-number, from our own export
    extra: Mapping[str, Any] = field(default_factory=dict)  # more of our own export's fields


@dataclass(frozen=True, slots=True)
class Failed:
    """Stands among the entries for one that could not be read."""

    item: str  # which one, in a word that its owner can search for
    reason: str
    raw: str = ""  # at most 500 characters


@dataclass(frozen=True, slots=True)
class Document:
    """A whole feed or export: what it says of itself, and its entries, lazily."""

    title: str
    home_url: str
    language: str
    entries: Iterable[Entry | Failed]


class Unreadable(Exception):
    """The whole input cannot be read; str() is a sentence without the file's name."""


class Refused(Exception):
    """One entry cannot be taken; str() is the reason."""
