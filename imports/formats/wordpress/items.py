"""One item of an export: a post or page to an Entry, and what others need of the rest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from articles.text import cut, plain
from imports import dates
from imports.addresses import absolute
from imports.elements import (
    Fields,
    attribute,
    fields,
    first_line,
    first_text,
    html,
    name,
    text,
)
from imports.entry import Entry, Failed
from imports.formats.wordpress import blocks, shortcodes
from imports.formats.wordpress.lookup import Lookup
from imports.formats.wordpress.oldpaths import old_paths, readable_slug
from imports.trees import root_of

MOST_BODY = 2_000_000  # characters, as cleaning has it
_MOST_REUSED = 100_000  # characters of a block that other texts take over
_READ = 20_000  # characters of a line that are looked at
_RAW = 500
_MOST_TAGS = 500

_STATUSES = {
    "publish": "published",
    "future": "scheduled",
    "draft": "draft",
    "pending": "draft",
    "private": "private",
}
_NO_STORIES = {"trash", "inherit", "auto-draft"}
_NEVER = re.compile(r"-?0000-00-00|.*-0001\b")  # what MySQL and PHP make of no date
_PRIMARY = ("_yoast_wpseo_primary_category", "rank_math_primary_category")
_UNFILED = "uncategorized"
_WANTED = {
    *_PRIMARY,
    "_thumbnail_id",
    "_wp_attachment_image_alt",
    "_wp_old_slug",
    "cap-display_name",
}


class Skipped(Exception):
    """An item that is no story, or not one that was asked for."""


def no_story(kind: str, status: str, kinds: frozenset[str]) -> str:
    """What an item is that is not taken, "" for one that is. No kind means a post."""
    if kind and kind not in kinds:
        return f"of type {kind}"
    return f"with status {status}" if status in _NO_STORIES else ""


@dataclass(frozen=True, slots=True)
class Site:
    """What all items of an export share."""

    home_url: str
    opening: str  # the tag of the root element, with the prefixes that items use
    kinds: frozenset[str]  # of items that are wanted: "post", "page"
    known: Lookup


@dataclass(frozen=True, slots=True)
class Item:
    """The fields of an item by their names, and of its meta data what we ask for."""

    own: Fields
    meta: dict[str, list[str]]

    def text(self, *names: str) -> str:
        return first_text(self.own, names)


def item_of(xml: str, opening: str) -> Item:
    """Parse one item. Raises Unreadable when that is not possible."""
    root = root_of(f"{opening}{xml}</rss>")
    own = fields(next((each for each in root.iter(etree.Element) if name(each) == "item"), root))
    meta: dict[str, list[str]] = {}
    for each in own.get("wp:postmeta", []):
        pair = fields(each)
        key = first_text(pair, ["wp:meta_key"])
        if key in _WANTED and (value := first_text(pair, ["wp:meta_value"])):
            meta.setdefault(key, []).append(value)
    return Item(own, meta)


def status_of(item: Item) -> str:
    return item.text("wp:status").lower()


def keep(item: Item, known: Lookup) -> None:
    """Remember what other items refer to: a picture, a guest author, a block that is reused."""
    number = item.text("wp:post_id")
    match item.text("wp:post_type"):
        case "attachment":
            address = item.text("wp:attachment_url") or item.text("guid")
            alt = next(iter(item.meta.get("_wp_attachment_image_alt", [])), "")
            known.keep(
                "picture", number, address, _line(alt), _line(_html(item, "excerpt:encoded"))
            )
        case "guest-author":
            shown = next(iter(item.meta.get("cap-display_name", [])), "") or item.text("title")
            known.keep("guest", item.text("wp:post_name"), _line(shown))
        case "wp_block":
            content = _html(item, "content:encoded")
            if len(content) <= _MOST_REUSED:
                known.keep("block", number, content)


def keep_author(own: Fields, known: Lookup) -> None:
    """Remember under which name an author signs: never the login, never the e-mail address."""
    names = (
        first_text(own, ["wp:author_display_name"]),
        f"{first_text(own, ['wp:author_first_name'])} {first_text(own, ['wp:author_last_name'])}",
    )
    shown = next((found for each in names if (found := _line(each)) and "@" not in found), "")
    if shown:
        known.keep("author", first_text(own, ["wp:author_login"]), shown)


def keep_category(own: Fields, known: Lookup) -> None:
    known.keep(
        "category", first_text(own, ["wp:term_id"]), first_text(own, ["wp:category_nicename"])
    )


def entry_of(item: Item, site: Site) -> Entry | Failed:
    """The story that an item holds. Raises Skipped when it holds none."""
    if no_story(item.text("wp:post_type"), status_of(item), site.kinds):
        raise Skipped
    written = _html(item, "content:encoded")
    if len(written) > MOST_BODY:
        label = item.text("guid") or item.text("wp:post_id") or _line(item.text("title"))[:80]
        reason = f"its text has {len(written):,} characters, more than {MOST_BODY:,}"
        return Failed(label, reason, _raw(item))
    return _Story(item, site, written).entry()


class _Story:
    """One post on its way to an Entry; `notes` fill up as its parts are read."""

    def __init__(self, item: Item, site: Site, written: str) -> None:
        self.item, self.site, self.written = item, site, written
        self.notes: list[str] = []
        self.address = absolute(item.text("link"), site.home_url) or item.text("link")
        self.slug = readable_slug(item.text("wp:post_name"))

    def entry(self) -> Entry:
        item = self.item
        status = self._status()
        published_at, date_text = self._date()
        authors = self._authors()
        topic, topic_slug, tags = self._terms()
        picture, alt, caption = self._picture()
        languages = (each for each in self._categories("language") if each[1])
        return Entry(
            external_id=self._external_id(),
            address=self.address,
            headline=first_line(item.own, ["title"]),
            dek=shortcodes.resolve(_html(item, "excerpt:encoded"))[0],
            body=self._body(),
            language=next((nicename for _, nicename in languages), ""),
            published_at=published_at,
            date_text=date_text,
            authors=authors,
            tags=tags,
            images=(picture,) if picture else (),
            raw=_raw(item),
            notes=tuple(self.notes),
            status=status,
            slug=self.slug,
            topic=topic,
            topic_slug=topic_slug,
            old_paths=self._old_paths(),
            lead_alt=alt,
            lead_caption=caption,
        )

    def _external_id(self) -> str:
        """The guid; with the number of the post where another post of the export has the same."""
        guid, number = self.item.text("guid"), self.item.text("wp:post_id")
        if not guid:
            return number
        return guid if self.site.known.keep("guid", guid) else f"{guid}|{number}"

    def _status(self) -> str:
        given = status_of(self.item)
        status = _STATUSES.get(given, "draft")
        if given not in _STATUSES:
            said = f"is “{cut(given, 40)}”" if given else "is not given"
            self.notes.append(f"taken as a draft: its status {said}")
        if self.item.text("wp:post_password"):
            self.notes.append("it was protected by a password, which is not taken over")
            status = "draft" if status == "draft" else "private"
        return status

    def _date(self) -> tuple[datetime | None, str]:
        """(the moment, as it was written)."""
        utc, local = self.item.text("wp:post_date_gmt"), self.item.text("wp:post_date")
        if utc and not _NEVER.match(utc):
            return dates.parse(utc), utc
        if local and not _NEVER.match(local):
            self.notes.append("the date is the site's local time, taken as UTC")
            return dates.parse(local), local
        sent = self.item.text("pubdate")
        if sent and not _NEVER.match(sent):
            return dates.parse(sent), sent
        return None, ""

    def _authors(self) -> tuple[str, ...]:
        known = self.site.known
        names: list[str] = []
        for label, nicename in self._categories("author"):  # plugins for several authors
            found = known.find("guest", nicename) or known.find("author", label)
            if not found and label != nicename and not nicename.startswith("cap-"):
                found = ("" if "@" in label else label,)
            names += found
        logins = [login for each in self.item.own.get("dc:creator", ()) if (login := text(each))]
        names = names or [shown for login in logins for shown in known.find("author", login)]
        if logins and not any(names):
            self.notes.append("the author is left out: the export gives a login, and no name to it")
        return tuple(dict.fromkeys(filter(None, names)))

    def _categories(self, *domains: str) -> Iterator[tuple[str, str]]:
        """(name, nicename) of the terms of a kind."""
        for each in self.item.own.get("category", []):
            if attribute(each, "domain").lower() in domains and (label := text(each)):
                yield _line(label), readable_slug(attribute(each, "nicename"))

    def _terms(self) -> tuple[str, str, tuple[str, ...]]:
        """(topic, its slug, tags)."""
        categories = [*self._categories("category")] or [*self._categories("")]
        primary = self._primary()
        # A story that is filed nowhere is in this one; a second category says more.
        categories.sort(key=lambda each: (each[1] != primary, each[1].lower() == _UNFILED))
        (topic, slug), *others = categories or [("", "")]
        others = [each for each in others if each[1].lower() != _UNFILED]
        tags = [label for label, _ in (*others, *self._categories("post_tag", "tag"))]
        different = {tag.casefold(): tag for tag in reversed(tags) if tag != topic}
        kept = tuple(reversed(different.values()))
        if len(kept) > _MOST_TAGS:
            self.notes.append(f"{len(kept) - _MOST_TAGS} of {len(kept)} tags left out")
        return topic, slug, kept[:_MOST_TAGS]

    def _primary(self) -> str | None:
        """The nicename of the category that an editor marked as the main one."""
        for number in (each for key in _PRIMARY for each in self.item.meta.get(key, [])):
            for nicename in self.site.known.find("category", number):
                return readable_slug(nicename)
        return None

    def _picture(self) -> tuple[str, str, str]:
        """(address, alternative text, caption) of the featured image."""
        for number in self.item.meta.get("_thumbnail_id", [])[:1]:
            if found := self.site.known.find("picture", number):
                address, alt, caption = found
                return absolute(address, self.site.home_url), alt, caption
            if number != "0":
                self.notes.append(
                    f"the featured image (attachment {number[:20]}) is not in the export"
                )
        return "", "", ""

    def _body(self) -> str:
        resolved, notes = shortcodes.resolve(self.written)
        body, more = blocks.resolve(resolved, self._reused)
        self.notes += more + notes
        return body

    def _reused(self, number: str) -> str:
        return "".join(
            shortcodes.resolve(each)[0] for each in self.site.known.find("block", number)
        )

    def _old_paths(self) -> tuple[str, ...]:
        item = self.item
        return old_paths(
            home_url=self.site.home_url,
            addresses=(self.address, item.text("guid")),
            number=item.text("wp:post_id"),
            is_page=item.text("wp:post_type") == "page",
            slug=self.slug,
            old_slugs=map(readable_slug, item.meta.get("_wp_old_slug", [])),
        )


def _html(item: Item, of: str) -> str:
    return next((found for each in item.own.get(of, []) if (found := html(each))), "")


def _line(written: str) -> str:
    return plain(written[:_READ])


def _raw(item: Item) -> str:
    """How the item is found again, without its author's login."""
    parts = ("title", "link", "wp:post_id", "wp:post_date", "wp:status")
    return " ".join(f"<{part}>{item.text(part)[:_RAW]}" for part in parts)[:_RAW]
