"""Adding a story by its address: what we have is said first, and a refusal stores nothing."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Source
from articles.tests import newsroom
from imports import adding
from imports.having import at_address
from imports.models import Item, Run
from imports.storing import Destination, store
from imports.tests.desk import allowed
from imports.tests.test_storing import entry

pytestmark = pytest.mark.django_db
ADD = "/admin/imports/item/add-by-address/"
WORDS = (
    "For the first spring on record, batteries delivered more energy after sunset than gas did, "
    "the operator said in its quarterly report. The change came faster than it had planned for. "
    "Between six and ten in the evening storage served a third of the demand, twice the share of "
    "the year before, and the report names cheaper cells and shorter queues as the reasons."
)
Pages = Callable[[str], str]


def html(headline: str = "Batteries take over the evening peak", words: str = WORDS) -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><title>{headline}</title>'
        '<meta property="og:type" content="article">'
        f'<meta property="og:title" content="{headline}">'
        f"</head><body><article><h1>{headline}</h1><p>{words}</p></article></body></html>"
    ).encode()


@pytest.fixture
def pages(settings: Any) -> Iterator[Pages]:
    """A site on loopback; called with a path it says the whole address."""
    settings.FETCH_ALLOW_PRIVATE = True
    answers = {
        "/batteries": html(),
        "/again": html("Storage wins the evening"),
        "/other": html("Turbines stand still", "The wind did not blow for nine days. " * 12),
        "/login": b"<html><title>Log in</title><form><input type=password></form></html>",
        "/feed": b"<?xml version='1.0'?><rss version='2.0'><channel></channel></rss>",
        "/script": html(words=WORDS + "<script>alert(1)</script><img src=x onerror=alert(1)>"),
    }

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = answers.get(self.path.partition("?")[0])
            moved = self.path == "/old"
            self.send_response(301 if moved else 200 if body else 404)
            if moved:
                self.send_header("Location", "/batteries")
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    asked: list[str] = []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def address(path: str) -> str:
        return f"http://127.0.0.1:{server.server_port}{path}"

    address.asked = asked
    yield address
    server.shutdown()
    server.server_close()


def nothing_stored() -> bool:
    return not any(model.objects.exists() for model in (Article, Source, Item, Run))


def test_a_new_story_becomes_a_draft_and_its_form_opens(editor: Client, pages: Pages) -> None:
    response = editor.post(ADD, {"address": pages("/batteries")})
    article = Article.objects.get()
    assert response["Location"] == f"/admin/articles/article/{article.pk}/change/"
    assert (article.status, article.headline) == ("draft", "Batteries take over the evening peak")
    assert (article.source.rights, article.source_url) == ("link", pages("/batteries"))
    assert "sunset" in article.body


def test_it_is_one_run_that_can_be_undone(editor: Client, pages: Pages) -> None:
    editor.post(ADD, {"address": pages("/batteries")})
    run = Run.objects.get()
    assert (run.command, run.arguments, run.created) == ("add-by-address", pages("/batteries"), 1)
    assert run.ended_at and run.changes.count() == 1
    editor.post(reverse("admin:imports_run_undo", args=[run.pk]))
    assert not Article.objects.exists() and not Source.objects.exists()


def test_the_page_is_kept_as_it_came(editor: Client, pages: Pages) -> None:
    editor.post(ADD, {"address": pages("/batteries")})
    item = Item.objects.get()
    assert (item.page(), item.raw_type) == (html(), "text/html; charset=utf-8")
    assert len(item.raw_html) < len(html())


def test_what_is_in_the_page_is_cleaned(editor: Client, pages: Pages) -> None:
    editor.post(ADD, {"address": pages("/script")})
    body = Article.objects.get().body
    assert "<script" not in body and "onerror" not in body


def test_a_get_fetches_and_writes_nothing(editor: Client, pages: Pages) -> None:
    response = editor.get(ADD, {"address": pages("/batteries")})
    assert pages("/batteries") in response.content.decode()
    assert nothing_stored() and not pages.asked


def test_what_we_have_is_named_before_anything_is_asked(editor: Client, pages: Pages) -> None:
    article = newsroom.draft("Batteries", source_url="https://gridledger.example/batteries")
    Article.objects.update(created_at=timezone.now() - timedelta(hours=2, minutes=5))
    spelt = "http://www.GridLedger.example/batteries/?utm_source=mail"
    text = editor.post(ADD, {"address": spelt}).content.decode()
    assert f"/admin/articles/article/{article.pk}/change/" in text
    assert article.number in text and "2 h ago" in text
    assert Article.objects.count() == 1 and not Run.objects.exists()


@pytest.mark.parametrize(
    "spelt",
    [
        "https://gridledger.example/a?id=1",
        "http://www.gridledger.example/a/?id=1",
        "https://gridledger.example/a?id=1&fbclid=x#top",
    ],
)
def test_all_spellings_of_an_address_are_one(spelt: str) -> None:
    newsroom.draft(source_url="https://gridledger.example/a?id=1")
    newsroom.draft(source_url="https://gridledger.example/a?id=2")
    assert [found.article.source_url for found in at_address(spelt)] == [
        "https://gridledger.example/a?id=1"
    ]


def test_an_item_whose_story_has_another_address_is_found() -> None:
    run = Run.objects.create(command="test")
    list(store([entry()], Destination(source=newsroom.source(), run=run)))
    Article.objects.update(source_url="https://gridledger.example/moved")
    assert at_address("https://gridledger.example/story-1")


def test_where_a_redirect_leads_is_looked_at_too(editor: Client, pages: Pages) -> None:
    editor.post(ADD, {"address": pages("/batteries")})
    text = editor.post(ADD, {"address": pages("/old")}).content.decode()
    assert "We have this as" in text and Article.objects.count() == 1


def test_insisting_never_makes_a_second_story_at_an_address(editor: Client, pages: Pages) -> None:
    editor.post(ADD, {"address": pages("/batteries")})
    editor.post(ADD, {"address": pages("/batteries"), "sure": pages("/batteries")})
    assert (Article.objects.count(), Run.objects.count()) == (1, 1)


def test_much_the_same_story_is_named_first_and_made_on_request(
    editor: Client, pages: Pages
) -> None:
    editor.post(ADD, {"address": pages("/batteries")})
    text = editor.post(ADD, {"address": pages("/again")}).content.decode()
    assert "of the text in common" in text and Article.objects.get().number in text
    assert Run.objects.count() == 1
    editor.post(ADD, {"address": pages("/again"), "sure": pages("/again")})
    assert Article.objects.count() == 2


def test_another_story_is_not_taken_for_the_same(editor: Client, pages: Pages) -> None:
    editor.post(ADD, {"address": pages("/batteries")})
    editor.post(ADD, {"address": pages("/other")})
    assert Article.objects.count() == 2


def test_what_was_deleted_comes_back_on_request_only(editor: Client, pages: Pages) -> None:
    editor.post(ADD, {"address": pages("/batteries")})
    Article.objects.all().delete()
    text = editor.post(ADD, {"address": pages("/batteries")}).content.decode()
    assert "somebody deleted it" in text and not Article.objects.exists()
    editor.post(ADD, {"address": pages("/batteries"), "sure": pages("/batteries")})
    assert Article.objects.count() == 1 and Item.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/login", "No article was found"), ("/feed", "This is a feed"), ("/missing", "404")],
)
def test_what_is_no_story_is_refused_on_the_same_page(
    editor: Client, pages: Pages, path: str, reason: str
) -> None:
    response = editor.post(ADD, {"address": pages(path)})
    assert reason in response.content.decode()
    assert response.status_code == 200 and nothing_stored()


@pytest.mark.parametrize(
    "given",
    ["", "batteries", "javascript:alert(1)", "ftp://a.example/x", "http://a b/", "x" * 3000],
)
def test_what_is_no_address_is_refused(editor: Client, given: str) -> None:
    response = editor.post(ADD, {"address": given})
    assert response.context["form"].errors["address"] and nothing_stored()


@pytest.mark.parametrize("given", ["http://127.0.0.1/", "http://169.254.169.254/latest/"])
def test_private_networks_are_not_asked(editor: Client, settings: Any, given: str) -> None:
    settings.FETCH_ALLOW_PRIVATE = False
    response = editor.post(ADD, {"address": given})
    assert response.context["form"].errors["address"] and nothing_stored()


def test_those_who_may_not_add_stories_are_refused(reporter: Client, pages: Pages) -> None:
    for client in (reporter, allowed("view_article", "view_item", "change_article")):
        assert client.get(ADD).status_code == 403
        assert client.post(ADD, {"address": pages("/batteries")}).status_code == 403
    assert nothing_stored() and not pages.asked


def test_readers_and_strangers_are_sent_to_the_login(reader: Client, client: Client) -> None:
    for asking in (reader, client):
        response = asking.post(ADD, {"address": "https://gridledger.example/a"})
        assert (response.status_code, "/login/" in response["Location"]) == (302, True)


def test_a_method_that_is_none_is_refused(editor: Client) -> None:
    assert editor.delete(ADD).status_code == 405


def test_the_permission_to_add_is_enough_and_shows_no_more(pages: Pages) -> None:
    newsroom.draft("A secret draft", source_url="https://gridledger.example/a")
    writer = allowed("add_article")
    text = writer.post(ADD, {"address": "https://gridledger.example/a"}).content.decode()
    assert "art-" in text and "A secret draft" not in text
    assert writer.post(ADD, {"address": pages("/batteries")})["Location"] == ADD


def test_the_desk_leads_to_it(editor: Client) -> None:
    for place in ("/admin/articles/article/", "/admin/imports/", "/admin/imports/item/"):
        assert f'href="{ADD}"' in editor.get(place).content.decode(), place


def test_what_came_in_meanwhile_is_not_made_twice(pages: Pages) -> None:
    looked_at = adding.read(pages("/batteries"))
    adding.add(looked_at)
    with pytest.raises(adding.NotAdded, match="here already"):
        adding.add(looked_at)
    assert (Article.objects.count(), Run.objects.count()) == (1, 1)


def test_who_is_sure_of_one_story_is_not_of_another(editor: Client, pages: Pages) -> None:
    editor.post(ADD, {"address": pages("/batteries")})
    editor.post(ADD, {"address": pages("/again"), "sure": pages("/other")})
    assert Article.objects.count() == 1
