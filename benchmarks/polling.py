"""How long 500 feeds take when a tenth are slow or broken: `python -m benchmarks.polling`.

A server in a process of its own is 500 servers on ports of loopback. Fifty of them are slow or
broken, each in one of ten ways. `import_feeds` without an argument reads them into an empty site
in a temporary folder. The measure is its time against the slowest that one feed is allowed (30
seconds), and against the sum of what the slow ones take one after the other.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.pages import _set_up
from benchmarks.prose import Vocabulary, sentences
from benchmarks.servers import HOST, free_ports

Writer = asyncio.StreamWriter
ONE_IN = 10  # is slow or broken
ENTRIES = 10  # in each good feed
WORDS = Vocabulary(1)
MOST_RATIO = 2.0  # of the time against the slowest allowed, with storing and a busy machine

ITEM = (
    '<item><guid isPermaLink="false">{name}-{n}</guid><title>{title}</title>'
    "<link>https://{name}.example/{n}</link><pubDate>Mon, 15 Jun 2026 07:40:00 GMT</pubDate>"
    "<description>&lt;p&gt;{words}&lt;/p&gt;</description></item>"
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.polling", description=__doc__)
    parser.add_argument("--feeds", type=int, default=500, help="how many (500)")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.feeds < ONE_IN:
        parser.error(f"--feeds {options.feeds}: give {ONE_IN} or more")
    if options.serve:
        asyncio.run(_serve(options.feeds))
        return 0
    with tempfile.TemporaryDirectory(prefix="newssite-benchmark-") as folder:
        return _measure(Path(folder), options.feeds)


def _measure(folder: Path, count: int) -> int:
    os.environ["FETCH_ALLOW_PRIVATE"] = "yes"
    _set_up(folder, free_ports(1)[0])
    from django.conf import settings

    settings.FETCH_ALLOW_PRIVATE = True  # the servers are on loopback
    command = [sys.executable, "-m", "benchmarks.polling", "--serve", "--feeds", str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            ports = json.loads(server.stdout.readline())
            return _poll(ports)
        finally:
            server.kill()


def _poll(ports: list[int]) -> int:
    from django.core.management import CommandError, call_command

    from articles.models import Source
    from imports.models import Feed, Run
    from outbound.fetching import FEED_LIMITS

    source = Source.objects.create(name="Benchmark", domain="benchmark.example")
    Feed.objects.bulk_create(
        Feed(address=f"http://{HOST}:{port}/feed.xml", source=source) for port in ports
    )
    started = time.monotonic()
    with open(os.devnull, "w") as nowhere:
        try:
            call_command("import_feeds", stdout=nowhere)
        except CommandError as error:
            print(f"import_feeds: {error}", file=sys.stderr)
    took = time.monotonic() - started
    run, bad = Run.objects.get(), len(_bad_ones(len(ports)))
    waiting = sum(1 for n in _bad_ones(len(ports)) if WAYS[n // ONE_IN % len(WAYS)] in SLOW_WAYS)
    ratio = took / FEED_LIMITS.total
    print(
        f"{len(ports)} feeds, {bad} of them slow or broken ({waiting} until a limit of time): "
        f"created={run.created} failed={run.failed}\n"
        f"total                {took:6.1f} s\n"
        f"slowest allowed      {FEED_LIMITS.total:6.1f} s   total is {ratio:.2f} × that\n"
        f"one after the other  {_sum(len(ports)):6.1f} s   of the slow ones alone"
    )
    is_right = (run.created, run.failed) == ((len(ports) - bad) * ENTRIES, bad)
    healthy = Feed.objects.filter(errors_in_a_row=0).count() == len(ports) - bad
    return 0 if is_right and healthy and ratio <= MOST_RATIO else 1


def _bad_ones(count: int) -> range:
    return range(0, count, ONE_IN)


def _sum(count: int) -> float:
    """Seconds that the slow feeds take together, each to its own limit."""
    return sum(SLOW_WAYS.get(WAYS[n // ONE_IN % len(WAYS)], 0) for n in _bad_ones(count))


# The server


async def _serve(count: int) -> None:
    servers = []
    for number in range(count):
        script = WAYS[number // ONE_IN % len(WAYS)] if number % ONE_IN == 0 else _good
        servers.append(await asyncio.start_server(_actor(script, number), HOST, 0))
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    # Ends with the process that started it, whatever ends that one.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


def _actor(
    script: Callable[[Writer, int], Awaitable[None]], number: int
) -> Callable[[asyncio.StreamReader, Writer], Awaitable[None]]:
    async def act(reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await script(writer, number)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side has had enough
        finally:
            writer.close()

    return act


def _answer(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _good(writer: Writer, number: int) -> None:
    name = f"paper{number}"
    rng = random.Random(number)
    items = "".join(
        ITEM.format(
            name=name, n=n, title=WORDS.line(rng, 6, 10), words=sentences(rng, WORDS.some(rng, 80))
        )
        for n in range(ENTRIES)
    )
    link = f"<title>{name}</title><link>https://{name}.example/</link>"
    writer.write(_answer(f'<rss version="2.0"><channel>{link}{items}</channel></rss>'.encode()))


async def _silent(writer: Writer, number: int) -> None:
    await asyncio.sleep(3600)


async def _dripping(writer: Writer, number: int) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.5)


async def _slow_headers(writer: Writer, number: int) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-A: b\r\n")
        await writer.drain()
        await asyncio.sleep(0.5)


async def _endless(writer: Writer, number: int) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"a" * 65536)
        await writer.drain()


async def _late(writer: Writer, number: int) -> None:
    """Five seconds of thought, and then nothing of use."""
    await asyncio.sleep(5)
    writer.write(_answer(status="503 Busy"))


async def _circle(writer: Writer, number: int) -> None:
    writer.write(_answer(b"", "301 Moved", "Location: /feed.xml"))


async def _bomb(writer: Writer, number: int) -> None:
    writer.write(_answer(BOMB, "200 OK", "Content-Encoding: gzip"))


async def _page(writer: Writer, number: int) -> None:
    writer.write(_answer(b"<!doctype html><p>Not a feed</p>"))


async def _bad_chunks(writer: Writer, number: int) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<rss>\r\n0\r\n\r\n")


async def _broken(writer: Writer, number: int) -> None:
    writer.write(_answer(status="500 Broken"))


BOMB = gzip.compress(bytes(50_000_000))
WAYS = [
    _silent, _dripping, _slow_headers, _late, _endless, _circle, _bomb, _page, _bad_chunks,
    _broken,
]  # fmt: skip
# Seconds that each takes: the limit between two bytes, the limit of the whole, and its own.
SLOW_WAYS = {_silent: 10, _dripping: 30, _slow_headers: 30, _late: 5}

if __name__ == "__main__":
    sys.exit(main())
