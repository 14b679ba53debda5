"""A hostile server on loopback, and an internet of our own in which public names lead to it."""

import os
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from outbound import connections

PUBLIC = "93.184.215.14"
TLS_HELLO = b"\x16"
Script = Callable[["Stage", socket.socket], None]


class Stage(socketserver.ThreadingTCPServer):
    """Plays a script for each path: bytes as they are, or a function that holds the socket."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Actor)
        self.scripts: dict[str, Script] = {}
        self.requests: list[str] = []
        self.closing = threading.Event()
        self.tls: ssl.SSLContext | None = None

    @property
    def port(self) -> int:
        return self.server_address[1]

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def play(self, path: str, script: Script | bytes) -> str:
        """Returns the path's address."""
        self.scripts[path] = script if callable(script) else _saying(script)
        return self.address(path)

    def drip(self, sock: socket.socket, piece: bytes, every: float = 0.01) -> None:
        """Send `piece` until the other side has had enough, or so long that it should have had."""
        for _ in range(400):
            if self.closing.wait(every):
                return
            sock.sendall(piece)

    def get_request(self) -> tuple[socket.socket, Any]:
        sock, peer = super().get_request()
        return (self.tls.wrap_socket(sock, server_side=True) if self.tls else sock), peer


class _Actor(socketserver.BaseRequestHandler):
    server: Stage

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.request.recv(4096) or b"\r\n\r\n"
            if head.startswith(TLS_HELLO):
                return self.request.sendall(answer(400))
        self.server.requests.append(head.decode("latin-1"))
        path = self.server.requests[-1].split(" ")[1]
        try:
            self.server.scripts[path](self.server, self.request)
        except OSError:
            pass  # the client hung up, as it should


def _saying(said: bytes) -> Script:
    return lambda stage, sock: sock.sendall(said)


def answer(status: int = 200, *, body: bytes = b"", **headers: str | int | None) -> bytes:
    """A well-formed answer; a header of None is left out, `_` in names stands for `-`."""
    named: dict[str, str | int | None] = {"content_length": len(body), **headers}
    lines = [f"{name.replace('_', '-')}: {v}\r\n" for name, v in named.items() if v is not None]
    return f"HTTP/1.1 {status} Said\r\n{''.join(lines)}\r\n".encode() + body


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.closing.set()
        server.shutdown()


@pytest.fixture
def unguarded(settings: Settings) -> None:
    settings.FETCH_ALLOW_PRIVATE = True


class Internet:
    """What names resolve to, an answer a look-up (the last one stays), and who was dialled."""

    def __init__(self, port: int) -> None:
        self.port = port  # on loopback, behind the one public address
        self.names: dict[str, list[list[str]]] = {"feeds.example": [[PUBLIC]]}
        self.lookups: list[str] = []
        self.dialled: list[str] = []
        self._getaddrinfo, self._connect = socket.getaddrinfo, socket.socket.connect

    def getaddrinfo(self, host: str, port: int, **options: Any) -> list[tuple[Any, ...]]:
        self.lookups.append(host)
        if host not in self.names:
            # Odd spellings of numbers are the system's business; real names are never looked up.
            return self._getaddrinfo(host, port, flags=socket.AI_NUMERICHOST, **options)
        answers = self.names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [self._place(address, port) for address in addresses]

    def connect(self, sock: socket.socket, place: tuple[Any, ...]) -> None:
        self.dialled.append(place[0])
        if place[0] != PUBLIC:
            raise ConnectionRefusedError(111, "Connection refused")
        self._connect(sock, ("127.0.0.1", self.port))

    def _place(self, address: str, port: int) -> tuple[Any, ...]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


@pytest.fixture
def internet(stage: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Internet:
    """The guard is on, and only the two calls that leave the process are ours."""
    settings.FETCH_ALLOW_PRIVATE = False
    settings.FETCH_PORTS = (80, 443)
    net = Internet(stage.port)
    monkeypatch.setattr(socket, "getaddrinfo", net.getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", lambda sock, place: net.connect(sock, place))
    return net


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate and its key, in one file, for feeds.example."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=feeds.example"),
            *("-addext", "subjectAltName=DNS:feeds.example"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
        env={**os.environ, "OPENSSL_CONF": ""},
    )
    both.write_bytes(cert.read_bytes() + key.read_bytes())
    return both


@pytest.fixture
def tls_stage(stage: Stage, certificate: Path) -> Stage:
    stage.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    stage.tls.load_cert_chain(certificate)
    return stage


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The system trusts the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    connections.tls_context.cache_clear()
    yield
    connections.tls_context.cache_clear()
