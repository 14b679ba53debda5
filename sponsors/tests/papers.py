"""Pages with a box on them for browsers, served beside the site, and what comes back from them."""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.conf import settings

SCRIPT = Path(settings.BASE_DIR, "static/js/view.js").read_text()
TOKEN = "t" * 56
LATER = 4_000_000_000  # a moment that is far away, in seconds since 1970
POLICY = (
    "default-src 'none'; script-src 'self' 'inline-speculation-rules'; connect-src 'self'; "
    "style-src 'unsafe-inline'"
)


class Server(ThreadingHTTPServer):
    """Serves `pages` by path, and keeps every request with when it came."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.pages = {"/view.js": SCRIPT}
        self.requests = []

    def views(self):
        return [body for method, path, body, _, _ in self.requests if path == "/x/v"]

    def wait(self, path, seconds=15.0, count=1):
        """When it was asked for the `count`th time; fails when it is not within the time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [at for _, asked, _, _, at in self.requests if asked == path]
            if len(found) >= count:
                return found[count - 1]
            time.sleep(0.02)
        raise AssertionError(f"{path} was not asked for: {[each[:3] for each in self.requests]}")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self):
        self._note(b"")
        page = self.server.pages.get(self.path)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
        self._answer(404 if page is None else 200, (page or "").encode(), kind)

    def do_POST(self):
        self._note(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(204)

    def _note(self, body):
        told = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.command, self.path, body, told, time.monotonic()))

    def _answer(self, status, body=b"", kind="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told):
        pass


def paper(width=300, height=200, *, until=LATER, above=2000, css="", script=""):
    """A page with a box far down, and a script of its own."""
    style = (
        f"body {{ margin: 0 }} aside {{ width: {width}px; height: {height}px; background: #ccc }}"
    )
    own = f'<script src="{script}"></script>' if script else ""
    return (
        f"<!doctype html><meta charset=utf-8><title>a page</title><style>{style} {css}</style>{own}"
        f'<div style="height: {above}px"></div>'
        f'<aside data-v="{TOKEN}" data-x="{until}">words</aside>'
        '<script src="/view.js" defer></script><div style="height: 3000px"></div>'
    )
