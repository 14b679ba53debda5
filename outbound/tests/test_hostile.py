"""Servers that lie, drag or pour: each ends in a sentence, in time and within bounds."""

import gzip
import socket
import time
import zlib
from collections.abc import Callable, Iterator

import brotli
import pytest

from outbound.fetching import FetchError, Limits, TimedOut, TooLarge, fetch
from outbound.tests.conftest import Stage, answer

pytestmark = pytest.mark.usefixtures("unguarded")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SMALL = Limits(max_bytes=10_000)
Encode = Callable[[bytes], bytes]
BRISK = Limits(total=0.25)


@pytest.fixture
def promptly() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body, wbits=-15)),
        ("br", brotli.compress),
        ("identity", bytes),
        ("gzip", lambda body: gzip.compress(body[:99]) + gzip.compress(body[99:])),
        ("gzip", lambda body: gzip.compress(body) + b"\0" * 99),
    ],
)
def test_compressed_bodies_arrive_whole(stage: Stage, coding: str, encode: Encode) -> None:
    body = b"".join(b"%d " % n for n in range(20_000))  # more than one block
    address = stage.play("/feed", answer(body=encode(body), content_encoding=coding))
    assert fetch(address).body == body


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_an_empty_body_needs_no_coding(stage: Stage, coding: str) -> None:
    assert fetch(stage.play("/feed", answer(content_encoding=coding))).body == b""


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)],
)
def test_a_bomb_is_too_large(stage: Stage, coding: str, encode: Encode) -> None:
    bomb = encode(bytes(5_000_000))
    assert len(bomb) < 10_000
    address = stage.play("/feed", answer(body=bomb, content_encoding=coding))
    with pytest.raises(TooLarge):
        fetch(address, limits=SMALL)


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)],
)
def test_a_compressed_body_that_breaks_off_is_an_error(
    stage: Stage, coding: str, encode: Encode
) -> None:
    half = encode(b"".join(b"%d " % n for n in range(9_000)))[:-20]
    address = stage.play("/feed", answer(body=half, content_encoding=coding, content_length=None))
    with pytest.raises(FetchError, match=f"The {coding} body breaks off"):
        fetch(address)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_body_that_is_not_what_it_is_called_is_an_error(stage: Stage, coding: str) -> None:
    address = stage.play("/feed", answer(body=b"<rss>plain</rss>", content_encoding=coding))
    with pytest.raises(FetchError, match=f"The server calls the body {coding}, and it is not"):
        fetch(address)


def test_a_server_writes_nothing_to_our_terminal(stage: Stage) -> None:
    said = answer(body=b"x", content_encoding="\x1b[2J")
    with pytest.raises(FetchError, match="encoded as “�") as failure:
        fetch(stage.play("/feed", said))
    assert str(failure.value).isprintable()


def test_a_coding_nobody_asked_for_is_an_error(stage: Stage) -> None:
    with pytest.raises(FetchError, match="encoded as “zstd”, which was not asked for"):
        fetch(stage.play("/feed", answer(body=b"x", content_encoding="zstd")))


@pytest.mark.parametrize("length", [10_000, 10_001])
def test_the_limit_is_the_last_size_that_passes(stage: Stage, length: int) -> None:
    address = stage.play("/feed", answer(body=bytes(length), content_length=None))
    if length > SMALL.max_bytes:
        with pytest.raises(TooLarge, match=r"larger than 0.00953674 MB: http"):
            fetch(address, limits=SMALL)
    else:
        assert len(fetch(address, limits=SMALL).body) == length


def test_a_body_announced_as_too_large_is_not_read(stage: Stage) -> None:
    with pytest.raises(TooLarge):
        fetch(stage.play("/feed", answer(content_length=10_001)), limits=SMALL)


@pytest.mark.usefixtures("promptly")
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (answer(content_length=None), b"x" * 9_999),
        (CHUNKED, b"3e8\r\n" + b"x" * 1000 + b"\r\n"),
        (CHUNKED + b"-1\r\n", b"x" * 65536),
        (CHUNKED + b"0\r\n", b"X-Trailer: x\r\n" * 999),
        (b"", b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n" * 999),
    ],
)
def test_an_endless_answer_is_cut_off(stage: Stage, head: bytes, piece: bytes) -> None:
    def pour(stage: Stage, sock: socket.socket) -> None:
        sock.sendall(head)
        stage.drip(sock, piece, every=0)

    with pytest.raises(TooLarge):
        fetch(stage.play("/feed", pour), limits=SMALL)


@pytest.mark.usefixtures("promptly")
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nA: ", b"b"),
        (answer(content_length=10_000), b"x"),
        (answer(content_length=None), b"x"),
        (CHUNKED, b"1\r\nx\r\n"),
        (CHUNKED, b"0"),
    ],
)
def test_a_slow_drip_ends_with_the_clock(stage: Stage, head: bytes, piece: bytes) -> None:
    def drip(stage: Stage, sock: socket.socket) -> None:
        sock.sendall(head)
        stage.drip(sock, piece)

    with pytest.raises(TimedOut, match=r"No whole answer within 0.25 s: http"):
        fetch(stage.play("/feed", drip), limits=BRISK)


@pytest.mark.usefixtures("promptly")
@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nA", answer(content_length=9)])
def test_silence_ends_before_the_clock(stage: Stage, head: bytes) -> None:
    def fall_silent(stage: Stage, sock: socket.socket) -> None:
        sock.sendall(head)
        stage.closing.wait(9)

    with pytest.raises(TimedOut, match=r"The server said nothing for 0.15 s: http"):
        fetch(stage.play("/feed", fall_silent), limits=Limits(between_bytes=0.15))


@pytest.mark.usefixtures("promptly")
def test_the_clock_runs_on_over_redirects(stage: Stage) -> None:
    def late(stage: Stage, sock: socket.socket) -> None:
        stage.closing.wait(0.1)
        sock.sendall(answer(302, location=f"/{len(stage.requests)}"))

    for n in range(9):
        stage.play(f"/{n}", late)
    with pytest.raises(TimedOut, match="No whole answer"):
        fetch(stage.address("/0"), limits=BRISK)


@pytest.mark.parametrize(
    "said",
    [
        answer(body=b"short", content_length=10),
        CHUNKED + b"5\r\nhel",
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"5\r\nhello world\r\n0\r\n\r\n",
        CHUNKED + b"fish\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
        answer(body=b"hello", content_length="5, 6"),
        b"",
        b"\r\n\r\n",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_sentence(stage: Stage, said: bytes) -> None:
    with pytest.raises(FetchError, match=r"^The answer .*: http://127.0.0.1:\d+/feed$"):
        fetch(stage.play("/feed", said))


def test_a_connection_that_is_reset_is_a_sentence(stage: Stage) -> None:
    def reset(stage: Stage, sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with pytest.raises(FetchError, match="The answer broke off"):
        fetch(stage.play("/feed", reset))
