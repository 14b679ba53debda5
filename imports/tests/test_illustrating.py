import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.management import call_command
from PIL import Image

from articles.models import Article, Asset
from articles.tests import newsroom
from imports.illustrating import illustrate, waiting
from imports.models import Run
from imports.storing import Destination, store
from imports.tests.test_storing import entry
from imports.undoing import undo

pytestmark = pytest.mark.django_db


def picture(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 450), "#426").save(out, kind)
    return out.getvalue()


@pytest.fixture
def pictures(settings: Any) -> Iterator[str]:
    """A server of pictures: /good.jpg, /page.html, and nothing else."""
    settings.FETCH_ALLOW_PRIVATE = True
    answers = {"/good.jpg": picture(), "/same.jpg": picture(), "/page.html": b"<html>no</html>"}

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def imported(**fields: Any) -> Run:
    run = Run.objects.create(command="test")
    list(store([entry(**fields)], Destination(source=newsroom.source(), run=run)))
    return run


def test_a_lead_picture_is_fetched_and_stored_here(pictures: str) -> None:
    run = imported(images=(f"{pictures}/good.jpg",), lead_alt="A harbour")
    assert [fault for _, fault in illustrate(waiting(), run)] == [""]
    article = Article.objects.get()
    assert (article.lead.width, article.lead_alt) == (800, "A harbour")
    assert article.lead.file.url.startswith("/media/")
    assert not list(illustrate(waiting(), run))


@pytest.mark.parametrize("path", ["/page.html", "/nowhere.jpg"])
def test_what_is_no_picture_costs_the_story_nothing(pictures: str, path: str) -> None:
    run = imported(images=(pictures + path,))
    [(item, fault)] = illustrate(waiting(), run)
    assert fault
    assert item.picture_fault == fault
    assert Article.objects.get().lead is None


def test_the_same_bytes_are_stored_once(pictures: str) -> None:
    run = imported(images=(f"{pictures}/good.jpg",))
    list(store([entry(2, images=(f"{pictures}/same.jpg",))], Destination(newsroom.source(), run)))
    list(illustrate(waiting(), run))
    assert Article.objects.exclude(lead=None).count() == 2
    assert Asset.objects.count() == 1


def test_an_editors_picture_stays(pictures: str) -> None:
    run = imported(images=(f"{pictures}/good.jpg",))
    items = list(waiting())
    asset = Asset.objects.create(
        file="a.webp", width=1, height=1, credit="C", content_hash="0" * 64
    )
    Article.objects.update(lead=asset, lead_alt="Chosen")
    list(illustrate(items, run))
    assert Article.objects.get().lead == asset


def test_an_undo_takes_the_picture_back_too(pictures: str) -> None:
    run = imported(images=(f"{pictures}/good.jpg",))
    list(illustrate(waiting(), run))
    assert undo(run).kept == []
    assert not Article.objects.exists()
    assert not Asset.objects.exists()


def test_import_feeds_fetches_them_when_asked(pictures: str, tmp_path: Any) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(
        "<rss version='2.0'><channel><title>Gridledger</title><link>https://gridledger.example/"
        "</link><item><guid>1</guid><title>A harbour</title><description>Words.</description>"
        f"<enclosure url='{pictures}/good.jpg' type='image/jpeg' length='1'/>"
        "</item></channel></rss>"
    )
    call_command("import_feeds", str(file), "--pictures")
    assert Article.objects.get().lead is not None
