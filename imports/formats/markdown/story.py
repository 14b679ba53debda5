"""One file as an Entry."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cached_property
from pathlib import PurePosixPath

from imports import dates
from imports.addresses import is_web
from imports.entry import Entry
from imports.formats.markdown import files, frontmatter, paths, rendering
from imports.formats.markdown.fields import Fields
from imports.formats.markdown.shortcodes import Resolver
from imports.formats.markdown.sites import Site

_RAW = 500  # characters
_DATES = ("date", "publishdate", "pubdate", "publishedat", "datepublished", "created", "createdat")
_DEKS = ("description", "summary", "excerpt", "lead", "dek", "standfirst", "subtitle")
_STATUSES = {
    **dict.fromkeys(("published", "publish", "public", "live"), "published"),
    **dict.fromkeys(("draft", "skip", "pending"), "draft"),
    **dict.fromkeys(("scheduled", "future"), "scheduled"),
    **dict.fromkeys(("private", "hidden", "unlisted", "protected"), "private"),
}
_SHORT_ZONE = re.compile(r"(?<=:\d\d) ?([+-])(\d(?::\d\d)?)$")  # as YAML allows it
_DAY_IN_PATH = re.compile(r"/(\d{4})/(\d\d?)/(\d\d?)(?=/|$)")


@dataclass
class Story:
    """A file by its text, its path below the site's folder, and the site."""

    text: str
    relative: PurePosixPath
    site: Site

    @cached_property
    def parts(self) -> frontmatter.Parts:
        """Raises Refused with the reason for front matter that is broken."""
        return frontmatter.split(self.text)

    @cached_property
    def fields(self) -> Fields:
        return Fields(self.parts.fields, self.parts.form)

    @cached_property
    def name(self) -> paths.Name:
        return paths.named(self.relative)

    @cached_property
    def categories(self) -> list[str]:
        sections = self.fields.labels("section", "")
        return self.fields.labels("category", "categories") + sections

    @cached_property
    def path(self) -> tuple[str, str]:
        """(its path on the old site or "", a note when that is a guess)"""
        categories = [*self.name.categories, *self.categories]
        return paths.present(self.fields, self.name, categories, self.site)

    @cached_property
    def old_paths(self) -> tuple[str, ...]:
        """All its paths on the old site, the present one first."""
        known = [self.path[0], *paths.earlier(self.fields, self.site)]
        return tuple(dict.fromkeys(filter(None, known)))

    def entry(self, story: Callable[[str], str], *, is_html: bool = False) -> Entry:
        """The story; `story` finds the paths of others. Raises Refused when it cannot be read."""
        resolver = Resolver(self._variable, story)
        given = resolver.resolve(self.fields.text("title", "headline"))
        body, headline = self._body(resolver, given, is_html=is_html)
        moment, date_text, date_notes = self._date()
        status, status_notes = self._status(moment)
        return Entry(
            external_id=files.name_of(self.relative),
            address=self._address(status),
            headline=headline or paths.words(self.name.slug),
            dek=rendering.render_line(resolver.resolve(self.fields.text(*_DEKS))),
            body=body,
            language=self.fields.text("lang", "language", "locale") or self.name.language,
            published_at=moment,
            date_text=date_text,
            authors=self.fields.authors(),
            tags=self._tags(),
            images=tuple(filter(None, map(resolver.resolve, self.fields.pictures()))),
            raw=self.text[:_RAW],
            notes=(*resolver.notes, *date_notes, *status_notes, *filter(None, [self.path[1]])),
            status=status,
            slug=paths.slug_of(self.fields, self.name, self.site),
            topic=next(iter(self.categories), ""),
            old_paths=self.old_paths,
            lead_alt=self.fields.of_picture("alt", "alttext"),
            lead_caption=self.fields.of_picture("caption"),
        )

    def _body(self, resolver: Resolver, headline: str, *, is_html: bool) -> tuple[str, str]:
        """(HTML, headline)"""
        body = resolver.resolve(self.parts.body)
        if is_html:
            return body.strip(), headline
        html, headline = rendering.render_titled(body, headline)
        return html.strip(), headline

    def _variable(self, name: str) -> str | None:
        """What Liquid's names mean in this file; None for what it does not say."""
        home = self.site.home_url.rstrip("/")
        match name.partition("."):
            case ("site", _, "baseurl"):
                return self.site.base
            case ("site", _, "url"):
                return home.removesuffix(self.site.base)
            case ("site", _, setting):
                return self.site.settings.text(setting) or None
            case ("page" | "post", _, "url"):
                return self.path[0] or None
            case ("page" | "post", _, field):
                return self.fields.text(field) or None
        return None

    def _address(self, status: str) -> str:
        """Where it is canonical, else its page on the old site; a draft had none."""
        if is_web(given := self.fields.text("canonicalurl", "canonical")):
            return given
        home = self.site.home_url.rstrip("/").removesuffix(self.site.base)
        return f"{home}{self.path[0]}" if home and self.path[0] and status != "draft" else ""

    def _tags(self) -> tuple[str, ...]:
        others = self.categories[1:]
        tags = [*others, *self.fields.labels("tag", "tags"), *self.fields.labels("keywords", "")]
        topic = next(iter(self.categories), "").casefold()
        return tuple(dict.fromkeys(tag for tag in tags if tag.casefold() != topic))

    def _date(self) -> tuple[datetime | None, str, list[str]]:
        """(moment, the date as written, notes): its own, else its file's name's or its path's."""
        written = self.fields.texts(*_DATES)
        if self.fields.says("published") is None:
            written += self.fields.texts("published")
        for each in written:
            if moment := dates.parse(_SHORT_ZONE.sub(r" \g<1>0\2", each)):
                return moment, each, []
        unread = [f"the date “{written[0][:60]}” cannot be read"] if written else []
        if day := self.name.day:
            notes = [f"{note}; the one in the file's name taken" for note in unread]
            return datetime.combine(day, time(), UTC), f"{day:%Y-%m-%d}", notes
        for path in self.old_paths:
            found = _DAY_IN_PATH.search(path)
            if found and (moment := dates.parse("-".join(found.groups()))):
                return moment, "-".join(found.groups()), [*unread, "the date taken from its path"]
        return None, next(iter(written), ""), []

    def _status(self, moment: datetime | None) -> tuple[str, list[str]]:
        """(status, notes). What not everybody could read there is private here."""
        fields = self.fields
        given = fields.text("status", "poststatus").lower()
        status = _STATUSES.get(given, "draft") if given else "published"
        notes = [f"taken for a draft: its status “{given[:30]}” is unknown"]
        notes = notes if given and given not in _STATUSES else []
        if self.name.is_draft or fields.says("draft") or fields.says("published") is False:
            status = "draft"
        hidden = [note for hides, note in self._veils() if hides]
        if hidden and status != "draft":
            status = "private"
        if not self.parts.form and status == "published":
            return "", [*notes, *hidden]  # a bare text does not say
        return status, [*notes, *hidden]

    def _veils(self) -> list[tuple[bool, str]]:
        """What kept a published story from readers, and how to say it."""
        expiry = dates.parse(self.fields.text("expirydate", "expires"))
        is_unlisted = any(self.fields.says(name) for name in ("unlisted", "hidden", "private"))
        return [
            (bool(self.fields.text("password")), "behind a password on the old site"),
            (is_unlisted, "kept out of the lists of the old site"),
            (bool(expiry and expiry <= datetime.now(UTC)), "expired on the old site"),
        ]
