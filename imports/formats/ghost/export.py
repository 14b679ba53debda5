"""The tables of an export: its posts, and who and what belongs to each."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from articles.text import plain
from imports.addresses import is_web
from imports.charset import decode
from imports.entry import Unreadable
from imports.formats.ghost.values import Row, listed, number, row, rows, text

_PLACE = "__GHOST_URL__"  # where an export leaves out the site's address
_MAGIC = {b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "a gzip archive"}


class Export:
    """One database of an export; `address` is where the site was, "" when nobody says."""

    def __init__(self, data: Row, address: str) -> None:
        settings = {text(each.get("key")): each.get("value") for each in rows(data.get("settings"))}
        self.settings = {key: text(value).strip() for key, value in settings.items()}
        self.site = _site(address) or _site(self.settings.get("url", ""))
        self.title = plain(self.settings.get("title", ""))
        self.language = next(filter(None, map(self.settings.get, _LANGUAGES)), "") or ""
        self.posts = listed(data.get("posts"))
        self._meta = {text(each.get("post_id")): each for each in rows(data.get("posts_meta"))}
        self._tags = _joined(data, "posts_tags", "tag_id", "tags")
        self._authors = _joined(data, "posts_authors", "author_id", "users")
        self._users = {text(each.get("id")): each for each in rows(data.get("users"))}

    def placed(self, written: str) -> str:
        """A text with the site's address where the export left it out."""
        return written.replace(_PLACE, self.site)

    def meta_of(self, post: Row) -> Row:
        return self._meta.get(text(post.get("id")), {})

    def tags_of(self, post: Row) -> list[Row]:
        """Its tags, the primary one first; those that some tools write into the post last."""
        return self._tags.get(text(post.get("id")), []) or rows(post.get("tags"))

    def authors_of(self, post: Row) -> list[Row]:
        found = self._authors.get(text(post.get("id")), []) or rows(post.get("authors"))
        user = self._users.get(text(post.get("author_id")) or text(post.get("author")))
        return found or [each for each in [user or row(post.get("author"))] if each]


_LANGUAGES = ("locale", "lang", "default_locale", "defaultLang")


def read(data: bytes, address: str) -> list[Export]:
    """The databases in an export. Raises Unreadable for everything else."""
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise Unreadable(f"This is {what}; unpack it and give the .json file in it.")
    found = [Export(each, address) for each in _databases(_loaded(data))]
    if not found:
        raise Unreadable(
            "This is JSON, but no export of Ghost: it has no posts. "
            "Make one in Ghost under Settings → Import/Export."
        )
    return found


def _loaded(data: bytes) -> Any:
    written = decode(data)
    if not written.strip():
        raise Unreadable("It is empty.")
    try:
        return json.loads(written, strict=False)
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"The JSON is broken or breaks off: {error.msg} "
            f"in line {error.lineno}, column {error.colno}."
        ) from None
    except (RecursionError, ValueError):
        raise Unreadable("The JSON is nested too deeply or holds an absurd number.") from None


def _databases(loaded: Any) -> Iterator[Row]:
    """Exports hold {"db": [{"data": …}]}; the tools that write them also {"data": …} alone."""
    whole = row(loaded)
    if isinstance(whole.get("db"), list):
        for each in rows(whole["db"]):
            yield from _databases(each)
    elif isinstance(whole.get("posts"), list):
        yield whole
    elif isinstance(whole.get("data"), dict):
        yield from _databases(whole["data"])


def _joined(data: Row, table: str, key: str, others: str) -> dict[str, list[Row]]:
    """The rows of another table by post, in the order in which the joining table has them."""
    have = {text(each.get("id")): each for each in rows(data.get(others))}
    joined: defaultdict[str, list[Row]] = defaultdict(list)
    for each in sorted(rows(data.get(table)), key=lambda each: number(each.get("sort_order"))):
        if other := have.get(text(each.get(key))):
            joined[text(each.get("post_id"))].append(other)
    return joined


def _site(address: str) -> str:
    """The site's address without a slash at its end; "" for what is no web address."""
    address = address.strip()
    if address and "://" not in address:
        address = f"https://{address}"
    try:
        has_host = bool(is_web(address) and urlsplit(address).hostname)
    except ValueError:
        has_host = False
    return address.rstrip("/") if has_host else ""
