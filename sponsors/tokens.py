"""What a page carries so that a view or a click of it can be counted: signed, and of no reader.

56 characters of base64url: 29 bytes that say which box on which page in which minute, with a random
number of its own, and 13 bytes of BLAKE2b (RFC 7693) keyed with SECRET_KEY. Keys of
SECRET_KEY_FALLBACKS are accepted too, so that a new key forgets no page that is being read.
"""

import hashlib
import hmac
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.conf import settings

from sponsors.models import Placement

LENGTH = 56  # characters
_VERSION = 1
_PLACEMENTS = (
    Placement.ARTICLE_MID,
    Placement.ARTICLE_END,
    Placement.TOPIC_LIST,
    Placement.HOME_CARD,
)
_CODES = {placement: code for code, placement in enumerate(_PLACEMENTS)}
# Version and placement in a byte; flight, creative, topic, page, minutes since 1970; the nonce.
_BODY = struct.Struct(">BIIIII8s")
_SIGNATURE = 13  # bytes: with these the text needs no padding


@dataclass(frozen=True, slots=True)
class Token:
    """One box on one page as it was served. Numbers are primary keys; 0 is none."""

    flight: int
    creative: int
    placement: str
    topic: int  # the one it was booked for; 0 for run of site
    page: int  # the story's or the topic's number; 0 for the front page
    minute: int  # in which it was served, since 1970
    nonce: bytes  # 8 random bytes

    @property
    def served_at(self) -> datetime:
        return datetime.fromtimestamp(self.minute * 60, UTC)


def mint(
    *, flight: int, creative: int, placement: str, topic: int, page: int, now: datetime
) -> str:
    """A token for a page served at `now`. struct.error for a number past 32 bits."""
    code = _VERSION << 4 | _CODES[Placement(placement)]
    minute = int(now.timestamp()) // 60
    body = _BODY.pack(code, flight, creative, topic, page, minute, os.urandom(8))
    return urlsafe_b64encode(body + _signature(body, settings.SECRET_KEY)).decode()


def read(text: str | bytes) -> Token | None:
    """What a token says, None when it is not one of ours.

    The time it takes says nothing of how much of a signature was right.
    """
    try:
        raw = urlsafe_b64decode(text) if len(text) == LENGTH else b""
    except (ValueError, Error):
        return None
    body, signature = raw[: _BODY.size], raw[_BODY.size :]
    if len(signature) != _SIGNATURE or not _is_ours(body, signature):
        return None
    code, flight, creative, topic, page, minute, nonce = _BODY.unpack(body)
    if code >> 4 != _VERSION or code & 15 >= len(_PLACEMENTS):
        return None
    return Token(flight, creative, _PLACEMENTS[code & 15], topic, page, minute, nonce)


def _is_ours(body: bytes, signature: bytes) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(_signature(body, key), signature) for key in keys)


def _signature(body: bytes, key: str) -> bytes:
    return hashlib.blake2b(
        body, digest_size=_SIGNATURE, key=_derived(key), person=b"placement token"
    ).digest()


@lru_cache(maxsize=8)
def _derived(key: str) -> bytes:
    """BLAKE2b takes a key of 64 bytes at most."""
    return hashlib.blake2b(key.encode(), person=b"token key").digest()
