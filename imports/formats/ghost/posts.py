"""A row of the table of posts as an Entry."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from articles.text import plain
from imports import dates
from imports.addresses import absolute
from imports.bylines import name_of
from imports.entry import Entry, Failed, Refused
from imports.formats.ghost import lexical, mobiledoc, rendered
from imports.formats.ghost.export import Export
from imports.formats.ghost.values import Row, is_set, text
from imports.formats.markdown.rendering import render as render_markdown

_RAW = 500  # characters
_STATUSES = {"published", "scheduled", "draft"}
_PAGELESS = {"draft", "sent"}  # these had no page on the site
_PERMALINK = "/:slug/"


def entries(export: Export, *, pages: bool) -> Iterator[Entry | Failed]:
    """Its stories, one at a time; its pages too where they are asked for."""
    for count, post in enumerate(export.posts, 1):
        if not isinstance(post, dict):
            yield Failed(f"post {count}", "it is no record of a post", str(post)[:_RAW])
        elif pages or not _is_page(post):
            yield _entry_or_failed(post, export, count)


def _is_page(post: Row) -> bool:
    return text(post.get("type")) == "page" or is_set(post.get("page"))


def _entry_or_failed(post: Row, export: Export, count: int) -> Entry | Failed:
    try:
        return _entry(post, export)
    except Refused as reason:
        names = (plain(text(post.get(key))) for key in ("slug", "title", "id"))
        return Failed(next(filter(None, names), f"post {count}")[:200], str(reason), _raw(post))


def _entry(post: Row, export: Export) -> Entry:
    body, notes = _body(post)
    status, status_notes = _status(post, export)
    moment, date_text = _date(post)
    tags = [tag for tag in export.tags_of(post) if _is_public(tag)]
    first = tags[0] if tags else {}
    meta = {**post, **export.meta_of(post)}
    paths = _paths(post, export, moment, first)
    return Entry(
        external_id=text(post.get("id")) or text(post.get("uuid")) or text(post.get("slug")),
        address=_address(post, export, paths),
        headline=text(post.get("title")).strip(),
        dek=export.placed(text(post.get("custom_excerpt"))).strip(),
        body=export.placed(body),
        language=text(post.get("locale")).strip(),
        published_at=moment,
        date_text=date_text,
        authors=_authors(post, export),
        tags=tuple(text(tag.get("name")).strip() for tag in tags[1:]),
        images=_images(post, export),
        raw=_raw(post),
        notes=(*notes, *status_notes),
        status=status,
        slug=text(post.get("slug")).strip(),
        topic=text(first.get("name")).strip(),
        topic_slug=text(first.get("slug")).strip(),
        old_paths=paths,
        lead_alt=plain(text(meta.get("feature_image_alt"))),
        lead_caption=plain(text(meta.get("feature_image_caption"))),
    )


def _body(post: Row) -> tuple[str, list[str]]:
    """(HTML, notes) of the first form of its text that can be read.

    Raises Refused where there is none.
    """
    if html := text(post.get("html")).strip():
        return rendered.read(html)
    refusals = []
    for key, render in (("mobiledoc", mobiledoc.render), ("lexical", lexical.render)):
        if post.get(key):
            try:
                return render(_document(post[key], key))
            except Refused as refusal:
                refusals.append(str(refusal))
    if written := text(post.get("markdown")).strip():  # Ghost before 1.0
        return render_markdown(written, breaks=True), []
    raise Refused("; ".join(refusals) or "it has no text, neither html nor mobiledoc nor lexical")


def _document(written: Any, key: str) -> Any:
    """A document that is JSON inside the JSON. Raises Refused when it is broken."""
    if isinstance(written, dict):
        return written
    try:
        return json.loads(text(written), strict=False)
    except (ValueError, RecursionError):
        raise Refused(f"its {key} is broken JSON") from None


def _status(post: Row, export: Export) -> tuple[str, list[str]]:
    """(status, notes). What not everybody could read there is private here."""
    status = text(post.get("status")).strip().lower() or "draft"
    notes = []
    if any(text(post.get(f"codeinjection_{part}")).strip() for part in ("head", "foot")):
        notes.append("code that was added to its page left out")
    seen_by = text(post.get("visibility")).strip().lower() or "public"
    if status == "sent" or is_set({**post, **export.meta_of(post)}.get("email_only")):
        return "private", [*notes, "sent by e-mail only, and never a page"]
    if status not in _STATUSES:
        notes.append(f"taken for a draft: its status “{status[:30]}” is unknown")
        status = "draft"
    if seen_by == "public":
        return status, notes
    was = "" if status == "published" else f", {status}"
    return "private", [*notes, f"for members only ({seen_by[:60]}){was} on the old site"]


def _date(post: Row) -> tuple[datetime | None, str]:
    written = text(post.get("published_at")).strip()
    if not written and text(post.get("status")) == "published":
        written = text(post.get("created_at")).strip()
    return dates.parse(written), written


def _is_public(tag: Row) -> bool:
    name = text(tag.get("name")).strip()
    is_internal = text(tag.get("visibility")) == "internal" or is_set(tag.get("hidden"))
    return bool(name) and not name.startswith("#") and not is_internal


def _authors(post: Row, export: Export) -> tuple[str, ...]:
    names = (name_of(text(author.get("name"))) for author in export.authors_of(post))
    return tuple(dict.fromkeys(filter(None, names)))


def _images(post: Row, export: Export) -> tuple[str, ...]:
    address = text(post.get("feature_image")).strip() or text(post.get("image")).strip()
    placed = export.placed(address)
    return (absolute(placed, export.site) or placed,) if address else ()


def _address(post: Row, export: Export, paths: tuple[str, ...]) -> str:
    """Where the story is canonical, else its page on the site."""
    if given := export.placed(text(post.get("canonical_url"))).strip():
        return absolute(given, export.site)
    return f"{export.site}{paths[0]}" if export.site and paths else ""


def _paths(post: Row, export: Export, moment: datetime | None, tag: Row) -> tuple[str, ...]:
    """Its paths on the old site: Ghost before 2.0 had a setting for them, later ones a file."""
    slug = text(post.get("slug")).strip().strip("/")
    if not slug or text(post.get("status")) in _PAGELESS:
        return ()
    pattern = "" if _is_page(post) else export.settings.get("permalinks", "")
    parts = {"slug": slug, "id": text(post.get("id"))}
    if moment:
        local = moment.astimezone(_zone(export))
        parts |= {"year": f"{local:%Y}", "month": f"{local:%m}", "day": f"{local:%d}"}
    author = next(iter(export.authors_of(post)), {})
    parts["author"] = parts["primary_author"] = text(author.get("slug"))
    parts["primary_tag"] = text(tag.get("slug")) or "all"
    paths = [_filled(pattern, parts), _filled(_PERMALINK, parts)]
    return tuple(dict.fromkeys(filter(None, paths)))


def _filled(pattern: str, parts: dict[str, str]) -> str:
    """A path of the pattern; "" when it asks for a part that is not known."""
    pieces = [piece for piece in pattern.strip().split("/") if piece]
    filled = [parts.get(piece[1:], "") if piece.startswith(":") else piece for piece in pieces]
    return f"/{'/'.join(filled)}/" if filled and all(filled) else ""


def _zone(export: Export) -> tzinfo:
    names = (export.settings.get(key, "") for key in ("timezone", "activeTimezone"))
    try:
        return ZoneInfo(next(filter(None, names), "UTC"))
    except (KeyError, ValueError, OSError):  # unknown, and what is no name of a zone
        return UTC


def _raw(post: Row) -> str:
    shortened = {
        key: value[:_RAW] if isinstance(value, str) else None for key, value in post.items()
    }
    return json.dumps(shortened, ensure_ascii=False)[:_RAW]
