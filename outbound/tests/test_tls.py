"""Certificates are checked against the name although the connection goes to a checked address."""

import socket

import pytest

from outbound.fetching import FetchError, Limits, TimedOut, fetch
from outbound.tests.conftest import PUBLIC, Internet, Stage, answer


@pytest.mark.usefixtures("trusted")
def test_a_trusted_certificate_is_taken(internet: Internet, tls_stage: Stage) -> None:
    tls_stage.play("/feed", answer(body=b"news"))
    assert fetch("https://feeds.example/feed").body == b"news"
    assert internet.dialled == [PUBLIC]


def test_a_self_signed_certificate_is_refused(internet: Internet, tls_stage: Stage) -> None:
    with pytest.raises(FetchError, match=r"certificate is not trusted \(self.signed certificate\)"):
        fetch("https://feeds.example/feed")
    assert tls_stage.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_refused(internet: Internet, tls_stage: Stage) -> None:
    internet.names["other.example"] = [[PUBLIC]]
    with pytest.raises(FetchError, match=r"certificate is not trusted .*other.example"):
        fetch("https://other.example/feed")


def test_plain_http_where_tls_is_due_is_a_sentence(internet: Internet, stage: Stage) -> None:
    with pytest.raises(FetchError, match=r"The secure connection failed \(WRONG_VERSION"):
        fetch("https://feeds.example/feed")


def test_a_handshake_that_never_ends_is_timed_out(internet: Internet, stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        internet.port = silent.getsockname()[1]
        with pytest.raises(TimedOut, match=r"said nothing for 0.2 s"):
            fetch("https://feeds.example/feed", limits=Limits(between_bytes=0.2))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nA: ", answer(content_length=9999)])
def test_a_slow_drip_ends_with_the_clock(internet: Internet, tls_stage: Stage, head: bytes) -> None:
    def drip(stage: Stage, sock: socket.socket) -> None:
        sock.sendall(head)
        stage.drip(sock, b"x")

    tls_stage.play("/feed", drip)
    with pytest.raises(TimedOut, match=r"No whole answer within 0.25 s"):
        fetch("https://feeds.example/feed", limits=Limits(total=0.25))
