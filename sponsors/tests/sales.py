"""A sales desk for tests: a sponsor, its words, and flights made by the models themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from articles.models import Topic
from articles.tests.newsroom import topic
from sponsors.models import Creative, Flight, FlightSlot, SlotStat, Sponsor, Status

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
JUNE, JULY, AUGUST = (datetime(2026, month, 1, tzinfo=UTC) for month in (6, 7, 8))

COPY: dict[str, Any] = {
    "hook": "reading about {topic}? put your own somewhere cold.",
    "hooks": {"energy": "reading about storage? put your own somewhere cold."},
    "headline": "Back up the thing you would hate to rebuild",
    "body": "Overwinter seals your files before they leave the machine.",
    "command": "overwinter push ~/projects",
    "output": "1,204 files sealed\nVault at https://you.overwinter.example",
    "cta_label": "Open a free vault",
    "cta_url": "https://overwinter.example/start",
    "alt_label": "Pricing",
    "alt_url": "https://overwinter.example/pricing",
    "fine_print": "10 GB free, no card required.",
}
# Where the figures in it were checked.
CLAIM: dict[str, Any] = {
    "claim_source": "https://overwinter.example/plans",
    "claim_checked_on": timezone.localdate() - timedelta(days=1),
}


def editor(name: str = "ines") -> User:
    """Somebody who may do everything."""
    found = User.objects.filter(username=name).first()
    return found or User.objects.create_superuser(name, f"{name}@fanfold.example", "correct horse")


def sponsor(slug: str = "overwinter", **fields: Any) -> Sponsor:
    defaults = {
        "name": slug.capitalize(),
        "legal_name": f"{slug.capitalize()} Storage AS",
        "proof": "3,100+ teams",
        "proof_source": f"https://{slug}.example/teams",
        "proof_checked_on": NOW.date(),
        "link_hosts": [f"{slug}.example"],
    }
    return Sponsor.objects.get_or_create(slug=slug, defaults=defaults | fields)[0]


def book(
    *slots: tuple[str, Topic | None], copy: dict[str, Any] | None = None, **fields: Any
) -> Flight:
    """A flight that runs now, with slots of (placement, topic) and an approved creative."""
    topic("energy")  # which the copy has a line for
    now = timezone.now()
    flight = Flight.objects.create(
        **{
            "sponsor": fields.get("sponsor") or sponsor(),
            "name": "a flight",
            "status": Status.BOOKED,
            "starts_at": now - timedelta(days=1),
            "ends_at": now + timedelta(days=1),
        }
        | fields
    )
    for placement, sold in slots:
        FlightSlot.objects.create(flight=flight, placement=placement, topic=sold)
    creative = Creative.objects.create(flight=flight, **COPY | CLAIM | (copy or {}))
    creative.approve(editor())
    return flight


def tally(flight: Flight, hour: datetime | None = None, **counts: Any) -> SlotStat:
    """What was counted of it in an hour (None: the last whole one), in its first creative's words.

    `creative`, `placement` and `topic_number` may be named among the counts.
    """
    last = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    place = {"placement": "article_end", "creative": flight.creatives.first()}
    return SlotStat.objects.create(flight=flight, hour=hour or last, **place | counts)
