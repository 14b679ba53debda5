"""The demonstration newsroom: what an editor would do after the import, from a file."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from articles.models import Article, Asset, Source, Topic, Verification
from articles.models.article import Status
from articles.pictures import prepare
from imports.models import Item
from sponsors.models import METERED, Creative, Flight, FlightSlot, Sponsor

NEWEST_AGE = timedelta(hours=1)
SOLD = ("name", "kind", "price_micro", "currency", "goal", "share", "pace")
APPROVER = "demonstration"  # an account nobody can log in to


def apply(file: Path) -> int:
    """File, verify, illustrate and publish the imported stories, and book the sponsors.

    What is here already stays as it is, so a second run changes nothing. Returns how many stories
    were published.
    """
    desk = json.loads(file.read_text())
    with transaction.atomic():
        topics = {topic["slug"]: _topic(topic) for topic in desk["topics"]}
        for source in desk["sources"]:
            _describe(source)
        pictures = {key: _asset(file.parent, desk["pictures"][key]) for key in desk["pictures"]}
        published = _publish(desk["stories"], topics, pictures)
        for sponsor in desk["sponsors"]:
            _book(sponsor, topics)
    return published


def _topic(given: dict[str, Any]) -> Topic:
    defaults = {"name": given["name"], "intro": given["intro"]}
    return Topic.objects.get_or_create(slug=given["slug"], defaults=defaults)[0]


def _describe(given: dict[str, Any]) -> None:
    """Give a source that an import has made its name and rights; one with an "about" has them."""
    fresh = Source.objects.filter(domain=given["domain"], about="")
    fresh.update(**{key: given[key] for key in ("name", "home_url", "language", "rights", "about")})


def _asset(folder: Path, given: dict[str, Any]) -> Asset:
    path = folder / given["file"]
    content_hash = prepare(path.read_bytes()).content_hash
    if asset := Asset.objects.filter(content_hash=content_hash).first():
        return asset
    with path.open("rb") as data:
        asset = Asset(file=File(data, name=path.name), credit=given["credit"])
        asset.save()
    return asset


def _publish(
    stories: list[dict[str, Any]], topics: dict[str, Topic], pictures: dict[str, Asset]
) -> int:
    found = [
        (given, article, article.source_published_at)
        for given in stories
        if (article := _imported(given)) and article.source_published_at
    ]
    age = _age([(article, moment) for _, article, moment in found])
    drafts = [given for given in found if given[1].status == Status.DRAFT]
    for given, article, moment in drafts:
        article.topic = topics[given["topic"]]
        article.verification = _verification(given["verification"], moment + age)
        if given["picture"]:
            article.lead = pictures[given["picture"]]
            article.lead_alt, article.lead_caption = given["alt"], given["caption"]
        article.publish(at=moment + age)
    return len(drafts)


def _imported(given: dict[str, Any]) -> Article | None:
    items = Item.objects.filter(source__domain=given["source"], external_id=given["id"])
    return Article.objects.filter(items__in=items).first()


def _age(stories: list[tuple[Article, datetime]]) -> timedelta:
    """What to add to the sources' moments so that the newest story is an hour old.

    Once some are published the first answer stands: a run that was cut short goes on with it.
    """
    for article, moment in stories:
        if article.status == Status.PUBLISHED and article.published_at:
            return article.published_at - moment
    newest = max((moment for _, moment in stories), default=timezone.now())
    return timezone.now() - NEWEST_AGE - newest


def _verification(given: dict[str, Any] | None, published_at: datetime) -> Verification | None:
    if given is None:
        return None
    return Verification.objects.create(
        verified_by=given["by"],
        verified_at=published_at,
        method=given["how"],
        evidence_url=given["evidence"],
    )


def _book(given: dict[str, Any], topics: dict[str, Topic]) -> None:
    fields = {key: value for key, value in given.items() if key not in {"slug", "flights"}}
    sponsor, is_new = Sponsor.objects.get_or_create(slug=given["slug"], defaults=fields)
    if not is_new:
        return
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for booked in given["flights"]:
        if booked["kind"] in METERED and not settings.SPONSOR_MEASURE:
            continue
        flight = Flight.objects.create(
            sponsor=sponsor,
            **{key: booked[key] for key in SOLD if key in booked},
            starts_at=midnight - timedelta(days=booked["days_before"]),
            ends_at=midnight + timedelta(days=booked["days_after"]),
            status="booked",
        )
        for slot in booked["slots"]:
            FlightSlot.objects.create(flight=flight, **slot | {"topic": topics.get(slot["topic"])})
        for creative in booked["creatives"]:
            _creative(flight, creative)


def _creative(flight: Flight, given: dict[str, Any]) -> None:
    """Words of a sponsor, approved. Where they give figures, those were checked some days ago."""
    words = dict(given)
    if days := words.pop("claim_checked_days_before", None):
        words["claim_checked_on"] = timezone.localdate() - timedelta(days=days)
    Creative.objects.create(flight=flight, **words).approve(_approver())


def _approver() -> Any:
    """A name to stand behind the demonstration's approvals: inactive and without a password."""
    users = get_user_model()
    user, is_new = users._default_manager.get_or_create(
        username=APPROVER, defaults={"is_active": False, "first_name": "Demonstration"}
    )
    if is_new:
        user.set_unusable_password()
        user.save()
    return user
