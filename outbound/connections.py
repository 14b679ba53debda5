"""Connections that reach only addresses which were checked, and that stop at their limits.

A name is resolved once, every address it leads to is checked, and one of just those is connected
to, so a name that answers differently the second time gains nothing. TLS still checks the
certificate against the name.
"""

import functools
import logging
import queue
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection

from outbound.addresses import Address, is_public
from outbound.errors import FetchError, Forbidden, TimedOut
from outbound.limits import Allowance

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# urllib3 warns of odd headers with a traceback; what matters of it comes back as a FetchError.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class _MeteredSocket(socket.socket):
    """Sets the time left before every read, so no pattern of drips outlasts the deadline.

    Below http.client on purpose: its own reading of headers and chunks knows no clock and,
    for a negative chunk size, no end.
    """

    allowance: Allowance

    def recv_into(self, buffer: "WriteableBuffer", *args: Any, **named: Any) -> int:
        self.settimeout(self.allowance.patience(self.allowance.limits.between_bytes))
        count = super().recv_into(buffer, *args, **named)
        self.allowance.receive(count)
        return count


class _MeteredTlsSocket(_MeteredSocket, ssl.SSLSocket):
    pass


class _Checked:
    """Takes the place of urllib3's own resolving and connecting."""

    destination: Address
    allowance: Allowance

    def _new_conn(self) -> socket.socket:
        return _dial(self.destination, self.allowance)


class _PlainConnection(_Checked, HTTPConnection):
    pass


class _TlsConnection(_Checked, HTTPSConnection):
    sock: _MeteredTlsSocket

    def connect(self) -> None:
        super().connect()
        self.sock.allowance = self.allowance  # TLS wrapped the metered socket in a new one


def connection_to(destination: Address, allowance: Allowance) -> HTTPConnection:
    """A connection that is made on its first request. Proxies from the environment do not count."""
    options: dict[str, Any] = {"timeout": allowance.limits.between_bytes}
    connection: _PlainConnection | _TlsConnection
    if destination.scheme == "https":
        options["ssl_context"] = tls_context()
        connection = _TlsConnection(destination.host, destination.port, **options)
    else:
        connection = _PlainConnection(destination.host, destination.port, **options)
    connection.destination, connection.allowance = destination, allowance
    return connection


@functools.cache
def tls_context() -> ssl.SSLContext:
    """The system's trusted roots, read once: that takes longer than most fetches."""
    context = ssl.create_default_context()
    context.sslsocket_class = _MeteredTlsSocket
    return context


def _dial(destination: Address, allowance: Allowance) -> socket.socket:
    """Connect to the first of the checked addresses that answers."""
    failure: OSError | None = None
    for place in _checked_places(destination, allowance):
        try:
            return _connected(place, allowance)
        except OSError as error:
            failure = error
    if isinstance(failure, TimeoutError):
        raise TimedOut("No connection could be made in time", address=allowance.address)
    reason = failure.strerror if failure else "no address"
    raise FetchError(f"No connection could be made ({reason})", address=allowance.address)


def _connected(place: tuple[Any, ...], allowance: Allowance) -> socket.socket:
    family, kind, protocol, _, socket_address = place
    sock = _MeteredSocket(family, kind, protocol)
    sock.allowance = allowance
    try:
        sock.settimeout(allowance.patience(allowance.limits.connect))
        sock.connect(socket_address)
        # Sending and the TLS handshake each take this as the limit of the whole step.
        sock.settimeout(allowance.patience(allowance.limits.between_bytes))
    except BaseException:
        sock.close()
        raise
    return sock


def _checked_places(destination: Address, allowance: Allowance) -> list[tuple[Any, ...]]:
    """What the name resolves to, if all of it may be asked. Raises Forbidden otherwise."""
    places = _resolved(destination, allowance)
    private = [place[4][0] for place in places if not is_public(place[4][0])]
    if private and not settings.FETCH_ALLOW_PRIVATE:
        sentence = f"{destination.host} leads to {private[0]}, which is not on the public internet"
        raise Forbidden(sentence, address=allowance.address)
    return places


def _resolved(destination: Address, allowance: Allowance) -> list[tuple[Any, ...]]:
    """getaddrinfo knows no time limit, so it runs in a thread that may be left behind."""
    answers: queue.SimpleQueue[list[tuple[Any, ...]] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(
                socket.getaddrinfo(destination.host, destination.port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="resolve").start()
    try:
        answer = answers.get(timeout=allowance.patience(allowance.limits.connect))
    except queue.Empty:
        sentence = f"The name {destination.host} could not be looked up in time"
        raise TimedOut(sentence, address=allowance.address) from None
    if isinstance(answer, Exception):
        sentence = f"The name {destination.host} could not be looked up"
        raise FetchError(sentence, address=allowance.address) from answer
    return answer
