"""The one door to other people's servers: guarded addresses, hard limits, redirects by hand."""

import re
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead

from django.conf import settings
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError, SSLError as BrokenTls
from urllib3.response import HTTPResponse

from outbound import addresses, decoding
from outbound.addresses import Address
from outbound.connections import connection_to
from outbound.errors import FetchError, Forbidden, Gone, TimedOut, TooLarge, presentable
from outbound.limits import Allowance, Limits
from outbound.waiting import retry_after

__all__ = [
    "FEED_ACCEPT",
    "FEED_LIMITS",
    "FetchError",
    "Forbidden",
    "Gone",
    "Limits",
    "Response",
    "TimedOut",
    "TooLarge",
    "fetch",
]

FEED_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
FEED_LIMITS = Limits()
PAGE_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"
PAGE_LIMITS = Limits(max_bytes=5 * 1024 * 1024)
PICTURE_ACCEPT = "image/avif, image/webp, image/jpeg, image/png, image/gif"
PICTURE_LIMITS = Limits(max_bytes=15 * 1024 * 1024)
VERSION = "1.0"

_PERMANENT = {301, 308}
_REDIRECTS = _PERMANENT | {302, 303, 307}
# What a header can hold, as http.client reads it.
_SENDABLE = re.compile(r"[\t\x20-\x7e\x80-\xff]+")
_BLOCK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Response:
    """A server's answer: 2xx with its decoded body, or 304 without one.

    `address` is the one that answered, after redirects, and `asked` the one given. `etag` and
    `last_modified` are as received, to be sent back for `asked` and kept for nothing else: after
    a redirect they are "", because they belong to its target. `moved_to` is `address` if every
    redirect said 301 or 308, else "". `retry_after` is in seconds.
    """

    address: str
    asked: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    content_type: str  # as sent, with its charset
    etag: str
    last_modified: str
    moved_to: str
    retry_after: int | None

    @property
    def not_modified(self) -> bool:
        return self.status == HTTPStatus.NOT_MODIFIED


def fetch(
    address: str,
    *,
    etag: str = "",
    last_modified: str = "",
    accept: str = FEED_ACCEPT,
    limits: Limits = FEED_LIMITS,
) -> Response:
    """Fetch an address that anybody may have supplied.

    Raises FetchError with a sentence for everything else than 2xx, and 304 to the validators
    given. Validators go to `address` alone, never on to a redirect's target; what no header
    can hold is not sent.
    """
    deadline = time.monotonic() + limits.total
    hops = [addresses.parse(address)]
    validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    validators = {name: value for name, value in validators.items() if _SENDABLE.fullmatch(value)}
    is_permanent = True
    try:
        answer = _ask(hops[0], _headers(accept) | validators, limits, deadline)
        while answer.status in _REDIRECTS:
            is_permanent = is_permanent and answer.status in _PERMANENT
            hops.append(_next_hop(hops, answer, limits))
            answer = _ask(hops[-1], _headers(accept), limits, deadline)
        _refuse_failure(answer, was_conditional=bool(validators) and len(hops) == 1)
    except FetchError as error:
        error.asked = presentable(str(hops[0]))
        raise
    if len(hops) == 1:
        return replace(answer, asked=address)
    moved_to = answer.address if is_permanent else ""
    return replace(answer, asked=address, moved_to=moved_to, etag="", last_modified="")


def user_agent() -> str:
    """Who asks and where to complain: "Fanfold/1.0 (+https://news.example)"."""
    product = re.sub(r"[^A-Za-z0-9._-]+", "-", settings.SITE_NAME).strip("-") or "news-site"
    return f"{product}/{VERSION} (+{settings.SITE_URL})"


def _headers(accept: str) -> dict[str, str]:
    return {
        "User-Agent": user_agent(),
        "Accept": accept,
        "Accept-Encoding": decoding.ACCEPTED,
        "Connection": "close",
    }


def _ask(hop: Address, headers: dict[str, str], limits: Limits, deadline: float) -> Response:
    allowance = Allowance(str(hop), limits, deadline)
    try:
        with closing(connection_to(hop, allowance)) as connection:
            connection.request("GET", hop.target, headers=headers, preload_content=False)
            with closing(connection.getresponse()) as received:
                body = _body(received, allowance) if 200 <= received.status < 300 else b""
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise _explained(error, allowance) from error
    named = {name.lower(): value for name, value in received.headers.items()}
    return Response(
        address=allowance.address,
        asked=allowance.address,
        status=received.status,
        headers=named,
        body=body,
        content_type=named.get("content-type", ""),
        etag=named.get("etag", ""),
        last_modified=named.get("last-modified", ""),
        moved_to="",
        retry_after=retry_after(named.get("retry-after", "")),
    )


def _body(received: HTTPResponse, allowance: Allowance) -> bytes:
    if (received.length_remaining or 0) > allowance.limits.max_bytes:
        raise allowance.too_large()
    coding = received.headers.get("content-encoding", "")
    return decoding.decoded(_blocks(received), coding, allowance)


def _blocks(received: HTTPResponse) -> Iterator[bytes]:
    while block := received.read(_BLOCK, decode_content=False):
        yield block


def _next_hop(hops: list[Address], answer: Response, limits: Limits) -> Address:
    location = answer.headers.get("location", "")
    if not location:
        sentence = f"The server answered {answer.status} without saying where to"
        raise FetchError(sentence, address=answer.address, status=answer.status)
    target = addresses.follow(hops[-1], location)
    shown = presentable(str(target))
    if target in hops:
        sentence = f"The redirects run in a circle, from {answer.address} back to {shown}"
        raise FetchError(sentence, address=answer.address, status=answer.status)
    if len(hops) > limits.redirects:
        sentence = f"More than {limits.redirects} redirects, the last to {shown}"
        raise FetchError(sentence, address=answer.address, status=answer.status)
    return target


def _refuse_failure(answer: Response, *, was_conditional: bool) -> None:
    if 200 <= answer.status < 300 or (answer.not_modified and was_conditional):
        return
    phrase = f" ({HTTPStatus(answer.status).phrase})" if answer.status in set(HTTPStatus) else ""
    kind = Gone if answer.status == HTTPStatus.GONE else FetchError
    raise kind(
        f"The server answered {answer.status}{phrase}",
        address=answer.address,
        status=answer.status,
        retry_after=answer.retry_after,
    )


def _explained(error: Exception, allowance: Allowance) -> FetchError:
    if isinstance(error, TimeoutError | ReadTimeoutError):
        if allowance.is_overdue:
            return allowance.overdue()
        silence = f"The server said nothing for {allowance.limits.between_bytes:g} s"
        return TimedOut(silence, address=allowance.address)
    if isinstance(error, ssl.SSLCertVerificationError):
        sentence = f"The server's certificate is not trusted ({error.verify_message})"
    elif isinstance(error, ssl.SSLError | BrokenTls):
        reason = error.reason if isinstance(error, ssl.SSLError) else ""
        sentence = f"The secure connection failed ({reason or 'broken off'})"
    elif isinstance(error, OSError | IncompleteRead | ProtocolError):
        sentence = "The answer broke off, or its length or its chunks are wrong"
    else:
        sentence = "The answer is not valid HTTP"
    return FetchError(sentence, address=allowance.address)
