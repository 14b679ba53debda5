"""What a page says of its story beside the text: date, summary, language, picture, address."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

from htmldate import find_date
from lxml.html import HtmlElement

from articles.text import plain
from imports import dates
from imports.addresses import absolute, canonical, folded, host, is_web
from imports.formats.page.lines import Metas, line_of
from imports.formats.page.linked import Linked, Thing, listed
from imports.formats.values import several, text

_DATES = (
    *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date"),
    *("sailthru.date", "dc.date.issued", "dcterms.created", "citation_publication_date"),
    *(
        "article.published",
        "publishdate",
        "pubdate",
        "publish-date",
        "date",
        "dc.date",
        "dcterms.date",
    ),
)
_TIMES = (
    "//time[@pubdate or @itemprop='datePublished'][@datetime]",
    "//*[@itemprop='datePublished'][@datetime or @content]",
    "//article//header//time[@datetime]",
    "//time[@datetime][contains(@class, 'published') or contains(@class, 'entry-date')]",
)
_DEKS = ("og:description", "description", "twitter:description", "dc.description")
_TAGS = ("article:tag", "parsely-tags", "sailthru.tags", "news_keywords")
_PICTURES = (
    "og:image",
    "og:image:url",
    "og:image:secure_url",
    "twitter:image",
    "twitter:image:src",
)
_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:logo|placeholder|blank|spacer|favicon)(?:[/_.-]|\d*\.)", re.I
)
_NO_TAGS = {"uncategorized", "allgemein", "sin categoría", "non classé"}
_MOST_TAGS = 50
_OTHER_HOSTS = re.compile(r"^(?:www|m|mobile|amp)\.")
_MOST_PICTURES = 2000  # <img> elements that are looked at
_LOCALE = re.compile(r"[a-z]{2,3}(?:[_-][A-Za-z]{2,4})?")


def address_of(tree: HtmlElement, metas: Metas, given: str) -> str:
    """The canonical address, when it stays on the site; `given` is where the page was found."""
    links = tree.xpath("//link[@rel='canonical']/@href")
    for found in (*links, metas.first("og:url")):
        address = absolute(found, given)
        is_front = urlsplit(canonical(address)).path in {"", "/"} and "?" not in address
        if not canonical(address) or (is_front and (given or len(links) > 1)):
            continue  # every page of a badly made site calls the front page its own
        if not given or _site(address) == _site(given):
            return address
    return given


def _site(address: str) -> str:
    return _OTHER_HOSTS.sub("", host(address))


def date_of(
    tree: HtmlElement, metas: Metas, story: Thing, address: str
) -> tuple[datetime | None, str]:
    """(moment, as written). What is only to be seen in the text counts for a day at most."""
    for written in _dates(tree, metas, story):
        if moment := dates.parse(written):
            return moment, written
    found = find_date(tree, original_date=True, extensive_search=False, url=address or None)
    return (dates.parse(found), found) if found else (None, "")


def _dates(tree: HtmlElement, metas: Metas, story: Thing) -> Iterator[str]:
    yield text(story.get("datePublished"))
    yield from metas.all(*_DATES)
    for path in _TIMES:
        for element in tree.xpath(path)[:1]:
            yield (element.get("datetime") or element.get("content") or "").strip()
    yield text(story.get("dateCreated"))


def dek_of(metas: Metas, story: Thing, headline: str) -> str:
    told = (*metas.all(*_DEKS), text(story.get("description")))
    return next((dek for each in told if (dek := plain(each)) and dek != headline), "")


def language_of(tree: HtmlElement, metas: Metas, story: Thing) -> str:
    """What the page says; that of its <html> first."""
    root = tree.getroottree().getroot()
    told = (
        *(root.get("lang", ""), root.get("xml:lang", ""), text(story.get("inLanguage"))),
        *(metas.first("content-language"), metas.first("og:locale"), metas.first("dc.language")),
    )
    return next((each.strip() for each in told if _LOCALE.match(each.strip())), "")


def tags_of(tree: HtmlElement, metas: Metas, story: Thing) -> list[str]:
    """The page's tags, behind the section it stands in: the sections of others are no topics."""
    told = [tag for each in listed(story.get("keywords")) for tag in several(each)]
    links = tree.xpath("//a[contains(concat(' ', @rel, ' '), ' tag ')]")
    shown = [line_of(each) for each in links[:_MOST_TAGS]]
    ways = (list(metas.all("article:tag")), told, shown, list(metas.all(*_TAGS)))
    sections = [*several(story.get("articleSection"))[:1], metas.first("article:section")]
    tags = map(plain, [*sections, *next(filter(None, ways), [])][:_MOST_TAGS])
    return [tag for tag in dict.fromkeys(tags) if tag and tag.lower() not in _NO_TAGS]


def picture_of(
    tree: HtmlElement, metas: Metas, linked: Linked, story: Thing, address: str
) -> tuple[str, str, str]:
    """(address, alternative text, caption) of the lead picture; empty when there is none."""
    things = [linked.resolved(each) for each in listed(story.get("image"))]
    told = [text(thing.get("url")) or text(thing.get("name")) for thing in things]
    links = tree.xpath("//link[@rel='image_src']/@href")
    found = (absolute(each, address) for each in (*metas.all(*_PICTURES), *told, *links))
    picture = next((each for each in found if is_web(each) and not _NO_PICTURE.search(each)), "")
    if not picture:
        return "", "", ""
    alt = metas.first("og:image:alt", "twitter:image:alt")
    shown_alt, caption = _as_shown(tree, picture)
    captions = (text(thing.get("caption")) for thing in things)
    return picture, plain(alt or shown_alt), plain(caption or next(filter(None, captions), ""))


def _as_shown(tree: HtmlElement, picture: str) -> tuple[str, str]:
    """(alternative text, caption) of the same picture in the page, which may have another size."""
    wanted = _file(picture)
    for image in islice(tree.iter("img"), _MOST_PICTURES):
        if wanted and wanted in {_file(image.get(key, "")) for key in ("src", "data-src")}:
            figure = next(image.iterancestors("figure"), None)
            captions = figure.iter("figcaption") if figure is not None else ()
            return image.get("alt", ""), next(map(line_of, captions), "")
    return "", ""


def _file(address: str) -> str:
    """The name of a picture's file without the size that many sites write into it."""
    name = folded(absolute(address, "https://x.example/")).partition("?")[0].rpartition("/")[2]
    return re.sub(r"-\d+x\d+(?=\.\w+$)|-scaled(?=\.\w+$)", "", name)
