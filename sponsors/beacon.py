"""POST /x/v: where pages say that a box was seen. Answered outside Django's handler, for speed.

The answer is the same for every token, good, bad and forged: 204 and nothing else. So nobody
learns by asking what is counted.
"""

import logging
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.utils import timezone

from sponsors import counting, filtering, tokens
from sponsors.events import What

logger = logging.getLogger("sponsors")

PATH = "/x/v"
_HEADERS = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
_LENGTH = str(tokens.LENGTH)


class Beacon:
    """WSGI layer: takes the views, and hands every other request on to `application`."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH:
            return self._application(environ, start_response)
        if environ["REQUEST_METHOD"] != "POST":
            refused = [*_HEADERS, ("Allow", "POST"), ("Content-Length", "0")]
            start_response("405 Method Not Allowed", refused)
            return []
        try:
            self._count(environ)
        except Exception:
            logger.exception("A view could not be counted")
        start_response("204 No Content", list(_HEADERS))
        return []

    def _count(self, environ: WSGIEnvironment) -> None:
        if not settings.SPONSOR_MEASURE:
            return
        token = tokens.read(_body(environ))
        if token is None:
            counting.forged()
            return
        counting.viewed(filtering.event(What.VIEW, token, environ, now=timezone.now()))


def _body(environ: WSGIEnvironment) -> bytes:
    """What may be a token, b"" for what cannot: a body of any other length is not even read."""
    if environ.get("CONTENT_LENGTH") != _LENGTH:
        return b""
    return environ["wsgi.input"].read(tokens.LENGTH)
