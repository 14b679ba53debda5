"""What a file's name and folder say, and the paths that its story had on the old site."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from imports.addresses import host, is_web
from imports.formats.markdown.fields import Fields
from imports.formats.markdown.sites import Site

_DATED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[-_ ](?=.)")
_TRANSLATED = re.compile(r"(.+)\.([a-z]{2}(?:-[A-Za-z]{2,4})?)")
_WRITTEN_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_PLACEHOLDER = re.compile(r":(\w+)")
# https://jekyllrb.com/docs/permalinks/
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "weekdate": "/:categories/:year/W:week/:short_day/:title.html",
    "none": "/:categories/:title.html",
}
_UNFIT = re.compile(r"[^\w._~!$&'()+,;=@]+")  # in Jekyll's titles, which keep their case


@dataclass(frozen=True, slots=True)
class Name:
    """What the name of a file says of its story."""

    slug: str
    day: date | None = None
    language: str = ""
    is_post: bool = False  # in Jekyll's folder of published stories
    is_draft: bool = False
    categories: tuple[str, ...] = ()  # Jekyll takes them from the folders above `_posts`


def named(relative: PurePosixPath) -> Name:
    """What the path of a file below its site's folder says."""
    stem, folders = relative.stem, relative.parts[:-1]
    language = ""
    if found := _TRANSLATED.fullmatch(stem):
        stem, language = found[1], found[2]
    if stem in {"index", "_index"} and folders:
        stem = folders[-1]
    day = None
    if found := _DATED.match(stem):
        day = _day(found)
        stem = stem[found.end() :] if day else stem
    above = folders[: folders.index("_posts")] if "_posts" in folders else ()
    return Name(stem, day, language, "_posts" in folders, "_drafts" in folders, above)


def words(slug: str) -> str:
    """A slug as a title."""
    text = " ".join(re.sub(r"[-_]+", " ", slug).split())
    return text[:1].upper() + text[1:]


def slug_of(fields: Fields, name: Name, site: Site) -> str:
    """The last piece of its address: as given, else of its path, else of its file's name."""
    if given := fields.text("slug"):
        return given.strip("/").rpartition("/")[2]
    for path in _given(fields, site):
        last = re.sub(r"\.html?$", "", path.strip("/").rpartition("/")[2])
        if last and ":" not in path and last != "index":
            return last
    return fields.text("basename") or name.slug


def day_of(fields: Fields, name: Name) -> date | None:
    """The day under which it was filed: as its author wrote it, whatever the zone."""
    written = fields.text("date", "publishdate", "pubdate")
    found = _WRITTEN_DATE.match(written)
    return (_day(found) if found else None) or name.day


def present(fields: Fields, name: Name, categories: list[str], site: Site) -> tuple[str, str]:
    """(its path on the old site, a note when that is a guess); "" when nobody says."""
    for path in _given(fields, site):
        if filled := _filled(path, fields, name, categories):
            return filled, ""
    if not name.is_post:
        return "", ""
    path = _filled(f"{site.base}{_pattern(site.permalink or 'date')}", fields, name, categories)
    guess = f"its old path is taken to be Jekyll's default, {path}"
    return path, guess if path and not site.permalink else ""


def earlier(fields: Fields, site: Site) -> list[str]:
    """Paths that led to it besides the present one."""
    given = fields.texts("aliases", "alias", "redirectfrom", "redirects", "oldurl")
    return [path for each in given if (path := as_path(each, site))]


def _given(fields: Fields, site: Site) -> list[str]:
    """Where the story itself says that it is. A link post's `url` is somebody else's page."""
    is_ours = bool(site.home_url) or not is_web(fields.text("url"))
    found = fields.texts("permalink", *(["url"] if is_ours else []), "path")
    found = [_STYLES.get(each, each) for each in found if not each.endswith((".md", ".markdown"))]
    return [path for each in found if (path := as_path(each, site))]


def as_path(written: str, site: Site) -> str:
    """The path of an address or a path, from its first "/" on; "" for what is none of the site."""
    if is_web(written):
        if site.home_url and host(written) != host(site.home_url):
            return ""
        try:
            return urlsplit(written).path or "/"
        except ValueError:
            return ""
    path = re.split("[?#]", written)[0].strip()
    if not path or "://" in path or "\n" in path:
        return ""
    return f"{site.base}/{path.lstrip('/')}"


def _pattern(setting: str) -> str:
    pattern = _STYLES.get(setting, setting)
    return f"/{pattern.lstrip('/')}"


def _filled(pattern: str, fields: Fields, name: Name, categories: list[str]) -> str:
    """Jekyll's pattern with the story's parts; "" when it asks for one that is not known."""
    slug = fields.text("slug") or name.slug
    title = _UNFIT.sub("-", slug).strip("-")
    parts = {"title": title, "slug": title.lower(), "basename": name.slug, "name": name.slug}
    parts |= {"categories": "/".join(dict.fromkeys(map(str.lower, categories)))}
    parts |= {"output_ext": ".html"}
    if day := day_of(fields, name):
        parts |= {"year": f"{day:%Y}", "month": f"{day:%m}", "day": f"{day:%d}"}
        parts |= {"i_month": str(day.month), "i_day": str(day.day), "short_year": f"{day:%y}"}
        parts |= {"y_day": f"{day:%j}", "week": f"{day:%V}", "short_day": f"{day:%a}"}
    asked = set(_PLACEHOLDER.findall(pattern))
    if not asked <= parts.keys():
        return ""
    path = _PLACEHOLDER.sub(lambda found: parts[found[1]], pattern)
    return f"/{re.sub('/{2,}', '/', path).lstrip('/')}"


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None
