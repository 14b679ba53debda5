"""Flights and readers for the benchmarks of counting. Imported once Django is set up."""

import os
import random
import time
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from sponsors import ledger, tokens
from sponsors.events import Event, What
from sponsors.models import Creative, Flight, FlightSlot, Sponsor, Status
from sponsors.tokens import Token

PAGES = 1_000  # of which the first are read far more often than the last
GOAL = 20_000  # views of each flight, so that some are passed

Box = tuple[int, int]  # a flight and its creative


def book(count: int) -> list[Box]:
    """That many flights on every article, each with an approved creative."""
    seller = User.objects.create_superuser("seller")
    sponsor = Sponsor.objects.create(name="Overwinter", slug="overwinter", link_hosts=["o.example"])
    return [_book(sponsor, seller, number) for number in range(count)]


def _book(sponsor: Sponsor, seller: User, number: int) -> Box:
    now = timezone.now()
    flight = Flight.objects.create(
        sponsor=sponsor,
        name=f"flight {number}",
        kind="cpm",
        price_micro=1_234_567 + number,
        goal=GOAL,
        status=Status.BOOKED,
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )
    FlightSlot.objects.create(flight=flight, placement="article_end")
    creative = Creative.objects.create(
        flight=flight,
        headline="Back up the thing you would hate to rebuild",
        body="Overwinter seals your files before they leave the machine.",
        cta_label="Open a free vault",
        cta_url="https://o.example/start",
    )
    creative.approve(seller)
    return flight.pk, creative.pk


def views(boxes: list[Box], count: int, *, repeated: float, seed: int) -> list[Event]:
    """Views of these boxes; each is one of the earlier ones with the chance `repeated`."""
    chance, minute = random.Random(seed), int(time.time()) // 60
    made: list[Event] = []
    while len(made) < count:
        if made and chance.random() < repeated:
            made.append(chance.choice(made))
            continue
        flight, creative = chance.choice(boxes)
        token = Token(flight, creative, "article_end", 0, _page(chance), minute, os.urandom(8))
        key = ledger.key(token, What.VIEW, b"4\n\0\0\0")
        made.append(Event(What.VIEW, token, None, key, key))
    return made


def minted(boxes: list[Box], count: int) -> list[str]:
    """Tokens of as many pages, all different."""
    chance, now = random.Random(1), timezone.now()
    return [
        tokens.mint(
            flight=flight,
            creative=creative,
            placement="article_end",
            topic=0,
            page=_page(chance),
            now=now,
        )
        for flight, creative in (chance.choice(boxes) for _ in range(count))
    ]


def _page(chance: random.Random) -> int:
    return 1 + int(PAGES * chance.random() ** 3)
