"""What readers' browsers and others send back: through the layers that servers run, not the client.

Django's test client asks the handler inside them, which knows nothing of /x/v.
"""

import io
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from sponsors import counting, tokens
from sponsors.models import Flight, SlotStat

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
READER: dict[str, Any] = {
    "REQUEST_METHOD": "POST",
    "REMOTE_ADDR": "203.0.113.9",
    "HTTP_USER_AGENT": FIREFOX,
    "HTTP_SEC_FETCH_SITE": "same-origin",
}


def token(flight: Flight, *, now: datetime | None = None, **told: Any) -> str:
    """What a page served at `now` (None: this moment) carries for the flight's first creative."""
    creative = flight.creatives.first()
    known = {"placement": "article_end", "topic": 0, "page": 7} | told
    return tokens.mint(flight=flight.pk, creative=creative.pk, now=now or timezone.now(), **known)


def send(body: bytes | str, **environ: Any) -> tuple[str, dict[str, str], bytes]:
    """POST it to /x/v as a reader's browser does: status, headers and body of the answer."""
    data = body.encode() if isinstance(body, str) else body
    request = {
        "PATH_INFO": "/x/v",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data),
    }
    return ask(READER | request | environ)


def ask(environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    """What the whole site answers: status line, headers, body."""
    said: list[Any] = []
    application = import_string(settings.WSGI_APPLICATION)
    found = application(environ, lambda status, headers, *_: said.extend((status, dict(headers))))
    return said[0], said[1], b"".join(found)


def counted() -> dict[str, int]:
    """All that has been counted, without what is 0."""
    counting.flush()
    names = ("views", "clicks", "clicks_alt", "bad_bot", "bad_dup", "bad_rate", "bad_stale")
    sums = {name: sum(SlotStat.objects.values_list(name, flat=True)) for name in names}
    return {name: number for name, number in sums.items() if number}
