"""From the front page on, every link of ours leads somewhere."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client

from articles.tests.crawling import Answer, crawl
from articles.tests.newsroom import picture, source, stories, story, verification

pytestmark = pytest.mark.django_db

BODY = "".join(
    f"<h2>{name}</h2><p>About <a href='/news/energy'>energy</a>.</p>"
    for name in ["Main", "Verification", "Tone", "The file"]
)
PRINTED = re.compile(r"^(?:cd|cat|ls(?: -t)?) (/\S*)")


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Answer]]:
    """A whole site by address, made and read once, and taken back when the last test is done."""
    with django_db_blocker.unblock(), transaction.atomic():
        publish()
        yield crawl(Client(), "/", "/no/such/page")
        transaction.set_rollback(True)


def publish() -> None:
    """Paged lists, pictures, and records with all their links."""
    stories(22, source=source(), tags=["grid"], authors=["Ines Kowal", "Tom Okafor"])
    full = {"source": source(), "source_url": "https://gridledger.example/1", "body": BODY}
    shown = {"lead": picture(), "lead_alt": "A pylon."}
    story(verification=verification(), sentiment="positive", **full, **shown)
    story(language="ar", tags=["شبكة"], headline="الطاقة في الشمال", **shown)
    story(source=source("slowpages.example", rights="excerpt"))


def pages(site: dict[str, Answer]) -> Iterator[Answer]:
    return (answer for answer in site.values() if answer.status == 200 and answer.text)


def test_no_link_is_broken(site):
    broken = {address: answer.status for address, answer in site.items() if answer.status >= 400}
    assert broken == {"/no/such/page": 404}


def test_the_crawl_reaches_every_kind_of_page(site):
    kinds = {re.sub(r"\d+.*", "", address).split("/")[1] for address in site}
    lists = {"topics", "news", "sources", "tags", "authors"}
    assert kinds == lists | {"", "art-", "media", "sponsorship", "no"}


def test_every_static_file_is_there(site):
    links = {link for page in pages(site) for link in page.links() if link.startswith("/static/")}
    assert links
    assert not [link for link in links if not finders.find(link.removeprefix("/static/"))]


def test_every_fragment_is_on_its_page(site):
    missing = {
        (page.address, link)
        for page in pages(site)
        for link in page.links()
        if "#" in link and not has_place(site[link.partition("#")[0]], link.partition("#")[2])
    }
    assert missing == set()


def has_place(page: Answer, fragment: str) -> bool:
    return fragment in page.tree.xpath("//@id")


def test_no_page_has_an_id_twice(site):
    for page in pages(site):
        ids = page.tree.xpath("//@id")
        assert sorted(ids) == sorted(set(ids)), page.address


def test_every_path_in_the_prompt_is_an_address(client, site):
    said = [page.tree.find_class("path")[0].text_content() for page in pages(site)]
    paths = {match[1] for line in said if (match := PRINTED.match(line))}
    assert {"/", "/topics", "/news/energy", "/tags/grid"} <= paths
    assert [path for path in paths if client.get(path).status_code != 200] == []


def test_every_path_in_the_status_bar_is_an_address(client, site):
    said = {page.tree.find_class("at")[0].text_content().strip("[]") for page in pages(site)}
    assert {"/", "topics", "news/energy", "tags/grid"} <= said
    assert [path for path in said if client.get(f"/{path.lstrip('/')}").status_code != 200] == []
