"""Readers for tests: what their pages send back about a flight."""

import os
import time
from typing import Any

from sponsors import ledger
from sponsors.events import Event, Fault, What
from sponsors.models import Flight, Placement
from sponsors.tokens import Token

READER, NEIGHBOUR = b"4\xcb\x00\x71\x02", b"4\xcb\x00\x71\x03"  # as sponsors.visitors names them


def page(flight: Flight, /, **fields: Any) -> Token:
    """A box of the flight's first creative, on a page served in this minute."""
    served = {
        "flight": flight.pk,
        "placement": Placement.ARTICLE_END,
        "topic": 0,
        "page": 7,
        "minute": int(time.time()) // 60,
        "nonce": os.urandom(8),
    } | fields
    return Token(**{"creative": flight.creatives.all()[0].pk} | served)


def view(token: Token, visitor: bytes = READER) -> Event:
    return seen(What.VIEW, token, visitor)


def click(token: Token, visitor: bytes = READER) -> Event:
    return seen(What.CLICK, token, visitor)


def second_click(token: Token, visitor: bytes = READER) -> Event:
    return seen(What.CLICK_ALT, token, visitor)


def seen(what: What, token: Token, visitor: bytes = READER) -> Event:
    view_key = ledger.key(token, What.VIEW, visitor)
    return Event(what, token, None, ledger.key(token, what, visitor), view_key)


def filtered(what: What, token: Token, fault: Fault) -> Event:
    return Event(what, token, fault, ledger.UNKNOWN, ledger.UNKNOWN)
