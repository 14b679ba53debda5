"""Other people's servers on loopback for tests of polling, each feed on one of its own."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Script = Callable[["Publisher"], None]
ENTRY = """<item><guid isPermaLink="false">id-{n}</guid><title>Story {n} of {name}</title>
<link>https://{name}.example/{n}</link><pubDate>Mon, 15 Jun 2026 07:40:00 GMT</pubDate>
<description>&lt;p&gt;The words of story {n}, which {name} alone has.&lt;/p&gt;</description>
</item>"""


def feed_text(name: str = "gridledger", numbers: int = 2, channel: str = "") -> bytes:
    items = "".join(ENTRY.format(n=n, name=name) for n in range(numbers))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel><title>{name}</title><link>https://{name}.example/</link>{channel}{items}"
        "</channel></rss>"
    ).encode()


class Publisher(BaseHTTPRequestHandler):
    """One request to a `House`."""

    server: "House"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        house = self.server
        with house.guard:
            house.open += 1
            house.most_open = max(house.most_open, house.open)
            house.asked.append((time.monotonic(), self.path, dict(self.headers)))
        try:
            house.scripts.get(self.path, missing)(self)
        except OSError:
            pass  # the other side hung up, as it should
        finally:
            with house.guard:
                house.open -= 1
        self.close_connection = True

    def say(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """A well-formed answer; `_` in names of headers stands for `-`."""
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class House(ThreadingHTTPServer):
    """A server with a script for each path, and what was asked of it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Publisher)
        self.scripts: dict[str, Script] = {}
        self.asked: list[tuple[float, str, dict[str, str]]] = []
        self.open = self.most_open = 0
        self.guard = threading.Lock()
        self.closing = threading.Event()

    def address(self, path: str = "/feed.xml") -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def play(self, script: Script, path: str = "/feed.xml") -> str:
        """Returns the path's address."""
        self.scripts[path] = script
        return self.address(path)

    def handle_error(self, *_: object) -> None:
        """Quiet: clients hang up on hostile answers."""


@contextmanager
def houses(count: int) -> Iterator[list[House]]:
    open_houses = [House() for _ in range(count)]
    for house in open_houses:
        threading.Thread(target=house.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield open_houses
    finally:
        for house in open_houses:
            house.closing.set()
            house.shutdown()
            house.server_close()


def saying(body: bytes = b"", status: int = 200, **headers: str) -> Script:
    return lambda publisher: publisher.say(status, body, **headers)


def leading_to(address: str, status: int = 301) -> Script:
    return saying(status=status, Location=address)


def conditional(body: bytes, etag: str = '"v1"') -> Script:
    """304 to whoever has the ETag."""

    def script(publisher: Publisher) -> None:
        if publisher.headers.get("If-None-Match") == etag:
            publisher.say(304, ETag=etag)
        else:
            publisher.say(200, body, ETag=etag)

    return script


def silent(publisher: Publisher) -> None:
    publisher.server.closing.wait(20)


def endless(publisher: Publisher) -> None:
    publisher.send_response(200)
    publisher.end_headers()
    while not publisher.server.closing.is_set():
        publisher.wfile.write(b"<rss>" + b"a" * 65536)


def dripping(publisher: Publisher) -> None:
    publisher.send_response(200)
    publisher.end_headers()
    while not publisher.server.closing.wait(0.05):
        publisher.wfile.write(b" ")


def bad_chunks(publisher: Publisher) -> None:
    publisher.send_response(200)
    publisher.send_header("Transfer-Encoding", "chunked")
    publisher.end_headers()
    publisher.wfile.write(b"zz\r\n<rss>\r\n0\r\n\r\n")


def broken_off(publisher: Publisher) -> None:
    publisher.say(200, b"<rss>", Content_Length="5000")


missing = saying(b"Not here", 404)
