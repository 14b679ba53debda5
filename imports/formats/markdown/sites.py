"""What the settings of a site generator say of the site whose files these are."""

from dataclasses import dataclass, field
from pathlib import Path

from imports.addresses import is_web
from imports.charset import decode
from imports.entry import Refused
from imports.formats.markdown import frontmatter
from imports.formats.markdown.fields import Fields

_ABOVE = 5  # folders over the given one in which settings are looked for
_JEKYLL = ("_config.yml", "_config.yaml")
_HUGO = ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json")
# Other programs have such files too: they count only beside a folder of content.
_SHARED = ("config.toml", "config.yaml", "config.yml", "config.json")
_FORMS = {".toml": frontmatter.TOML, ".json": frontmatter.JSON}


@dataclass(frozen=True, slots=True)
class Site:
    """The site's folder and what is known of it; "" for what nobody says."""

    root: Path
    title: str = ""
    home_url: str = ""  # with a slash at its end
    language: str = ""
    base: str = ""  # the path under which it was served, without a slash at its end
    permalink: str = ""  # Jekyll's pattern of its stories' paths
    settings: Fields = field(default_factory=lambda: Fields({}))  # all of them


def of(folder: Path) -> Site:
    """The site that a folder belongs to, else one of that folder about which nothing is known."""
    for each in (folder, *folder.parents[:_ABOVE]):
        if settings := _settings(each):
            return _read(each, settings)
    return Site(folder)


def at(root: Path) -> Site:
    """The site in this very folder."""
    settings = _settings(root)
    return _read(root, settings) if settings else Site(root)


def _settings(folder: Path) -> Path | None:
    names = (*_JEKYLL, *_HUGO, *(_SHARED if _is_there(folder / "content") else ()))
    nested = [folder / "config" / "_default" / name for name in (*_HUGO, *_SHARED)]
    found = (path for path in [*(folder / name for name in names), *nested] if _is_there(path))
    return next(found, None)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _read(root: Path, path: Path) -> Site:
    try:
        written = decode(path.read_bytes()[: frontmatter.MOST_CHARACTERS])
        loaded = frontmatter.load(_FORMS.get(path.suffix, frontmatter.YAML), written)
    except (OSError, Refused):
        return Site(root)  # Settings are a help only: nobody fails for want of them.
    if not isinstance(loaded, dict):
        return Site(root)
    fields = Fields(loaded)
    is_jekyll = path.name in _JEKYLL
    base = fields.text("baseurl").strip("/") if is_jekyll else ""
    home = fields.text("url") if is_jekyll else fields.text("baseurl", "url")
    home = f"{home.rstrip('/')}/{base}".rstrip("/")
    return Site(
        root=root,
        title=fields.text("title", "name"),
        home_url=f"{home}/" if is_web(home) else "",
        language=fields.text("lang", "locale", "languagecode", "defaultcontentlanguage", "language")
        or fields.text("defaultlanguage"),
        base=f"/{base}" if base else "",
        permalink=fields.text("permalink") if is_jekyll else "",
        settings=fields,
    )
