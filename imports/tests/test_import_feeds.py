"""The command as an operator uses it: files, addresses, options, exit codes."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article, Source
from articles.tests import newsroom
from imports.models import Feed, Item, Run

pytestmark = pytest.mark.django_db

ENTRY = """<item><guid isPermaLink="false">id-{n}</guid><title>Story {n}</title>
<link>https://gridledger.example/{n}</link><pubDate>Mon, 15 Jun 2026 07:40:00 GMT</pubDate>
<description>&lt;p&gt;The words of story {n}, which are a few.&lt;/p&gt;</description></item>"""


def feed_text(*numbers: int) -> str:
    items = "".join(ENTRY.format(n=n) for n in numbers)
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>
<title>Gridledger</title><link>https://gridledger.example/</link><language>en</language>{items}
</channel></rss>"""


@pytest.fixture
def feed_file(tmp_path: Path) -> Path:
    file = tmp_path / "feed.xml"
    file.write_text(feed_text(1, 2, 3))
    return file


def ran(*arguments: object, **options: Any) -> tuple[int, str]:
    """(exit code, what it printed)"""
    out, code = StringIO(), 0
    try:
        call_command("import_feeds", *map(str, arguments), stdout=out, **options)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return code, out.getvalue()


def test_a_file_comes_in_as_drafts_of_a_new_source_with_rights_link(feed_file: Path) -> None:
    code, printed = ran(feed_file)
    assert code == 0
    assert printed.splitlines()[-1] == "created=3 updated=0 unchanged=0 skipped=0 failed=0"
    source = Source.objects.get()
    assert (source.domain, source.name, source.rights) == (
        "gridledger.example",
        "Gridledger",
        "link",
    )
    assert not Article.objects.exclude(status="draft").exists()


def test_the_second_run_changes_nothing(feed_file: Path) -> None:
    ran(feed_file)
    assert ran(feed_file)[1].splitlines()[-1].startswith("created=0 updated=0 unchanged=3")


def test_a_dry_run_says_the_same_and_leaves_nothing(feed_file: Path) -> None:
    code, printed = ran(feed_file, "--dry-run")
    assert (code, "created=3" in printed) == (0, True)
    for model in (Article, Source, Item, Run):
        assert not model.objects.exists()


def test_published_without_a_topic_is_refused(feed_file: Path) -> None:
    code, printed = ran(feed_file, "--status", "published")
    assert (code, "--topic" in printed) == (2, True)
    assert not Run.objects.exists()


def test_published_under_a_topic_is_public(feed_file: Path) -> None:
    newsroom.topic("energy")
    assert ran(feed_file, "--status", "published", "--topic", "energy")[0] == 0
    assert Article.objects.published().count() == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--topic", "nonsense"], "there is no such topic"),
        (["--source", "nonsense"], "give a domain"),
        (["--limit", "0"], "1 or more"),
    ],
)
def test_bad_arguments_say_what_to_give(feed_file: Path, arguments: list[str], said: str) -> None:
    code, printed = ran(feed_file, *arguments)
    assert (code, said in printed) == (2, True)


def test_a_missing_file_costs_the_others_nothing(feed_file: Path) -> None:
    code, printed = ran("no-such-file.xml", feed_file)
    assert code == 3
    assert "no-such-file.xml: there is no such file" in printed
    assert Article.objects.count() == 3


def test_nothing_but_failures_is_exit_code_one(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html><body>No feed</body></html>")
    code, printed = ran(page)
    assert (code, str(page) in printed) == (1, True)
    assert not Source.objects.exists()


def test_limit_and_source_are_obeyed(feed_file: Path) -> None:
    ran(feed_file, "--limit", "2", "--source", "other.example")
    assert Article.objects.filter(source__domain="other.example").count() == 2


def test_one_bad_item_is_named_and_the_rest_comes_in(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    huge = ENTRY.format(n=2).replace("The words", "The words" * 400_000)
    file.write_text(feed_text(1, 3).replace("</channel>", f"{huge}</channel>"))
    code, printed = ran(file)
    assert code == 3
    assert f"failed: {file}, item id-2:" in printed
    assert Article.objects.count() == 2


def test_ten_thousand_items_come_in_whole(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(feed_text(*range(10_000)))
    assert ran(file)[1].splitlines()[-1].startswith("created=10000 ")


class _Publisher(BaseHTTPRequestHandler):
    """Serves `body` with an ETag, and 304 to who has it."""

    body, status = b"", 200
    asked: list[str] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.headers.get("If-None-Match", ""))
        has_it = self.headers.get("If-None-Match") == '"v1"'
        self.send_response(304 if has_it else self.status)
        self.send_header("ETag", '"v1"')
        self.send_header("Content-Length", str(0 if has_it else len(self.body)))
        self.end_headers()
        if not has_it:
            self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def publisher(settings: Any) -> Iterator[type[_Publisher]]:
    settings.FETCH_ALLOW_PRIVATE = True
    handler = type("Publisher", (_Publisher,), {"asked": [], "body": feed_text(1, 2).encode()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.address = f"http://127.0.0.1:{server.server_port}/feed.xml"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield handler
    server.shutdown()
    server.server_close()


def test_an_address_becomes_a_feed_that_is_asked_conditionally(publisher: Any) -> None:
    assert ran(publisher.address)[1].splitlines()[-1].startswith("created=2")
    assert ran(publisher.address)[0] == 0
    assert publisher.asked == ["", '"v1"']
    feed = Feed.objects.get()
    assert (feed.title, feed.errors_in_a_row) == ("Gridledger", 0)


def test_without_arguments_every_due_feed_is_read(publisher: Any) -> None:
    Feed.objects.create(address=publisher.address, source=newsroom.source())
    assert ran()[1].splitlines()[-1].startswith("created=2")
    assert ran()[1].splitlines()[-1].startswith("created=0")
    assert len(publisher.asked) == 1


def test_the_topic_of_a_feed_is_where_its_stories_go(publisher: Any) -> None:
    source, topic = newsroom.source(), newsroom.topic("energy")
    Feed.objects.create(address=publisher.address, source=source, topic=topic)
    assert ran(publisher.address, "--status", "published")[0] == 0
    assert Article.objects.published().filter(topic=topic).count() == 2


def test_a_feed_that_fails_remembers_why_and_waits(publisher: Any) -> None:
    feed = Feed.objects.create(address=publisher.address, source=newsroom.source())
    publisher.status = 500
    code, printed = ran(publisher.address)
    feed.refresh_from_db()
    assert (code, "500" in printed) == (1, True)
    assert (feed.errors_in_a_row, "500" in feed.last_error) == (1, True)
    assert feed not in Feed.objects.due()


def test_a_file_and_the_address_of_one_feed_are_one(publisher: Any, tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(feed_text(1, 2))
    ran(file)
    Feed.objects.create(address=publisher.address, source=Source.objects.get())
    assert ran(publisher.address)[1].splitlines()[-1].startswith("created=0 updated=0 unchanged=2")


def test_a_private_address_is_refused_with_a_sentence(publisher: Any, settings: Any) -> None:
    settings.FETCH_ALLOW_PRIVATE = False
    code, printed = ran(publisher.address)
    assert (code, publisher.asked) == (1, [])
    assert publisher.address in printed
