"""Lead pictures of imported stories: fetched through the one door, re-encoded, stored here.

An own step after the stories are stored: a picture that cannot be had costs its story nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from articles.models import Article, Asset
from articles.pictures import prepare
from imports import undoing
from imports.models import Change, Item, Run
from outbound.fetching import PICTURE_ACCEPT, PICTURE_LIMITS, FetchError, fetch

HOSTS_AT_ONCE = 8
Answer = tuple[Item, bytes, str]  # an item, its picture, or why there is none


def waiting() -> QuerySet[Item]:
    """Items whose story has no picture yet though its source sent one."""
    rows = Item.objects.filter(article__isnull=False, article__lead=None, picture_fault="")
    return rows.exclude(picture_url="").select_related("article", "source")


def illustrate(items: Iterable[Item], run: Run) -> Iterator[tuple[Item, str]]:
    """Fetch and store; yields each item with "" or the reason why its story stays without."""
    for item, data, fault in _fetched(items):
        fault = fault or _store(item, data, run)
        if fault:
            item.picture_fault = fault
            item.save(update_fields=["picture_fault"])
        yield item, fault


def _fetched(items: Iterable[Item]) -> Iterator[Answer]:
    """Several hosts at once, one request at a time to each."""
    by_host: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_host[urlsplit(item.picture_url).hostname or ""].append(item)
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        for answers in as_completed([pool.submit(_of_one_host, of) for of in by_host.values()]):
            yield from answers.result()


def _of_one_host(items: list[Item]) -> list[Answer]:
    return [_fetch(item) for item in items]


def _fetch(item: Item) -> Answer:
    try:
        response = fetch(item.picture_url, accept=PICTURE_ACCEPT, limits=PICTURE_LIMITS)
    except FetchError as error:
        return item, b"", str(error)
    return item, response.body, ""


def _store(item: Item, data: bytes, run: Run) -> str:
    """Give the story its picture; returns why not."""
    try:
        content_hash = prepare(data).content_hash
    except ValidationError as error:
        return " ".join(error.messages)
    with transaction.atomic():
        # Read again: an editor may have chosen a picture while this one was on its way.
        article = Article.objects.filter(items=item, lead=None).first()
        if article is None:
            return ""
        asset = Asset.objects.filter(content_hash=content_hash).first()
        if asset is None:
            credit = article.source.name if article.source else settings.SITE_NAME
            asset = Asset(file=ContentFile(data, name="picture"), credit=credit[:200])
            asset.save()
            run.note_made([asset])
        change = _change(run, item, article)
        article.lead, article.lead_caption = asset, item.picture_caption
        article.lead_alt = item.picture_alt or article.headline
        article.save()
        undoing.updated(change, article)
    return ""


def _change(run: Run, item: Item, article: Article) -> Change:
    """What this run did to the story already, else a change of its own."""
    made = Change.objects.filter(run=run, item=item).first()
    return made or undoing.about_to_update(run, item, article)
