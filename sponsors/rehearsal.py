"""A page of ours as an anonymous reader gets it now, made by its own view and counted by nobody.

For whoever asks what a placement shows where, and for an approver who wants to see it there.
"""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult, unquote_to_bytes, urljoin, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import validate_host
from django.test.client import RequestFactory
from django.urls import Resolver404, resolve

from sponsors.picking import Pick
from sponsors.rendering import Ask, Rendering

__all__ = ["Ask", "NoPage", "Rehearsal", "rehearse"]

REDIRECTS = 3  # that are followed
# Their views do something when they are called: a click is counted.
NO_PAGES = "/x/"


class NoPage(ValueError):
    """A sentence on why there is no such page to rehearse."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`address` is the path and query that answered in the end."""

    address: str
    html: str
    asks: list[Ask]


def rehearse(address: str, *, forced: tuple[str, Pick] | None = None) -> Rehearsal:
    """The page at an address of this site, whole or from its path on; NoPage when there is none.

    It carries no token and asks the database only what its view asks. `forced` is a placement and
    what that one draws, whatever is booked; the page's others then draw nothing.
    """
    for _ in range(1 + REDIRECTS):
        here = _ours(address)
        rendering = Rendering(is_rehearsal=True, forced=forced)
        response = _answer(here, rendering)
        if not (onward := response.headers.get("Location", "")):
            return Rehearsal(_shown(here), _html(response, here), rendering.asks)
        address = urljoin(f"{settings.SITE_URL}{_shown(here)}", onward)
    raise NoPage(f"{address} redirects more than {REDIRECTS} times.")


def _ours(address: str) -> SplitResult:
    """The parts of an address on this site."""
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
        address.encode()  # a command is given whatever bytes its shell was
    except ValueError:
        raise NoPage(f"{address} is no address.") from None
    if parts.scheme not in ("", "http", "https") or not (host or parts.path.startswith("/")):
        raise NoPage(f"{address or 'Nothing'} is no address of a page: give one such as /news/….")
    if host and not validate_host(
        host, [known for known in settings.ALLOWED_HOSTS if known != "*"]
    ):
        raise NoPage(f"{host} is not this site.")
    return parts


def _answer(here: SplitResult, rendering: Rendering) -> HttpResponseBase:
    """What the view of this address answers; NoPage where readers get no page."""
    request = _request(here)
    rendering.attach(request)
    try:
        found = resolve(request.path_info)
        if "admin" in found.app_names or request.path_info.startswith(NO_PAGES):
            raise NoPage(f"{here.path} is no page for readers.")
        request.resolver_match = found
        response = found.func(request, *found.args, **found.kwargs)
        return response.render() if hasattr(response, "render") else response
    except (Resolver404, Http404):
        raise NoPage(f"There is no page at {here.path or '/'}.") from None
    except (BadRequest, PermissionDenied, SuspiciousOperation):
        raise NoPage(f"{here.path} refuses readers.") from None


def _request(here: SplitResult) -> HttpRequest:
    """A reader's, who is new here."""
    site = urlsplit(settings.SITE_URL)
    request = RequestFactory().request(
        PATH_INFO=unquote_to_bytes(here.path or "/").decode("latin-1"),
        QUERY_STRING=here.query.encode().decode("latin-1"),
        SERVER_NAME=site.hostname,
        SERVER_PORT=str(site.port or (443 if site.scheme == "https" else 80)),
        **{"wsgi.url_scheme": site.scheme},
    )
    request.user = AnonymousUser()
    return request


def _html(response: HttpResponseBase, here: SplitResult) -> str:
    """The page's text; NoPage for an error, a file or anything else that is no page."""
    # Not response.close(), which tells everybody that the request around us is over.
    if opened := getattr(response, "file_to_stream", None):
        opened.close()
    if response.status_code == HTTPStatus.GONE:
        raise NoPage(f"The page at {here.path} is withdrawn.")
    if response.status_code != HTTPStatus.OK:
        raise NoPage(f"{here.path} answers {response.status_code} and no page.")
    kind = response.headers.get("Content-Type", "")
    if not isinstance(response, HttpResponse) or not kind.startswith("text/html"):
        raise NoPage(f"{here.path} is no page of HTML.")
    return response.content.decode(response.charset or "utf-8")


def _shown(here: SplitResult) -> str:
    return (here.path or "/") + (f"?{here.query}" if here.query else "")
