"""The link behind which a sponsor reads its report: signed, without an account, and revocable.

`<sponsor>.<epoch>.<signature>`, the signature being 18 bytes of BLAKE2b (RFC 7693) keyed with
SECRET_KEY, in base64url. Keys of SECRET_KEY_FALLBACKS are accepted too, so that a new key shuts
nobody out; to shut somebody out, `revoke` all links of one sponsor.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from functools import lru_cache

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from sponsors.models import Sponsor

_SIGNATURE = 18  # bytes: with these the text needs no padding
# Numbers as we write them, and no longer than a database's integer.
_LINK = re.compile(r"([1-9][0-9]{0,17})\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{24})", re.ASCII)


def link(sponsor: Sponsor) -> str:
    """The address of its report, as a path of this site. Only the latest epoch's link opens."""
    return reverse("report", args=[key(sponsor)])


def key(sponsor: Sponsor) -> str:
    """The part of the address that opens the report."""
    told = f"{sponsor.pk}.{sponsor.report_epoch}"
    return f"{told}.{_signature(told, settings.SECRET_KEY)}"


def open(text: str) -> Sponsor | None:
    """The sponsor whose report this key opens, None for any that is not ours or was revoked."""
    match = _LINK.fullmatch(text)
    if not match or not _is_ours(f"{match[1]}.{match[2]}", match[3]):
        return None
    return Sponsor.objects.filter(pk=match[1], report_epoch=match[2]).first()


def revoke(sponsor: Sponsor) -> None:
    """Let no link to its report that is about open it any more. Saves; `link` gives the new one."""
    Sponsor.objects.filter(pk=sponsor.pk).update(report_epoch=F("report_epoch") + 1)
    sponsor.refresh_from_db(fields=["report_epoch"])


def _is_ours(told: str, signature: str) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(_signature(told, each), signature) for each in keys)


def _signature(told: str, secret: str) -> str:
    digest = hashlib.blake2b(
        told.encode(), digest_size=_SIGNATURE, key=_derived(secret), person=b"report link"
    ).digest()
    return urlsafe_b64encode(digest).decode()


@lru_cache(maxsize=8)
def _derived(secret: str) -> bytes:
    """BLAKE2b takes a key of 64 bytes at most."""
    return hashlib.blake2b(secret.encode(), person=b"report link key").digest()
