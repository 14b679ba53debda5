"""What every answer says besides its page, and who is asking."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PERMISSIONS_POLICY = ", ".join(
    f"{power}=()"
    for power in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: no page of ours asks for a power, so none may use one."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return answer


def client_address(request: HttpRequest) -> str:
    """The reader's address, as `true_address` finds it."""
    return true_address(request.META)


def true_address(meta: Mapping[str, Any]) -> str:
    """The reader's address: counted from the right past our own proxies, so it cannot be forged.

    `meta` is a WSGI environment; one that `TrueAddress` has been at gives the same answer.
    """
    hops = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    if settings.PROXIES and len(hops) >= settings.PROXIES and hops[-settings.PROXIES].strip():
        return _without_port(hops[-settings.PROXIES].strip())
    return str(meta.get("REMOTE_ADDR", ""))


def _without_port(hop: str) -> str:
    """Some proxies write 203.0.113.9:50123 or [2001:db8::9]:50123."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


class TrueAddress:
    """WSGI layer: who is inside reads the reader's address in REMOTE_ADDR and asks no further."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = true_address(environ)
        return self._application(environ, start_response)
