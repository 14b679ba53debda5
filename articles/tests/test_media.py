"""Stored pictures: for readers while a public story shows them; nothing else of that folder."""

import pytest
from django.conf import settings
from django.utils import timezone

from articles.models import Article
from articles.tests.newsroom import draft, image, picture, scheduled, story, withdrawn

pytestmark = pytest.mark.django_db


def shown_by(make, width: int = 40) -> Article:
    return make(lead=picture(image(width, 30)), lead_alt="A pylon.")


def test_a_reader_gets_the_picture_of_a_public_story(client):
    response = client.get(shown_by(story).lead.file.url)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert b"".join(response).startswith(b"RIFF")


def test_its_narrower_copies_too(client):
    asset = shown_by(story, width=800).lead
    assert asset.small_url.endswith("-720.webp")
    assert client.get(asset.small_url).status_code == 200


@pytest.mark.parametrize("make", [draft, scheduled, withdrawn])
def test_a_reader_gets_no_picture_of_a_hidden_story(client, reader, make):
    address = shown_by(make).lead.file.url
    assert client.get(address).status_code == 404
    assert reader.get(address).status_code == 404


@pytest.mark.parametrize("make", [draft, scheduled, withdrawn])
def test_the_staff_gets_them_all(reporter, make):
    response = reporter.get(shown_by(make).lead.file.url)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-cache")


def test_a_picture_that_no_story_shows_is_for_the_staff(client, reporter):
    address = picture().file.url
    assert client.get(address).status_code == 404
    assert reporter.get(address).status_code == 200


def test_one_public_story_is_enough(client):
    article = shown_by(draft)
    story(lead=article.lead, lead_alt="A pylon.")
    assert client.get(article.lead.file.url).status_code == 200


def test_a_picture_goes_with_its_story(client, clock):
    article = shown_by(story)
    article.withdraw(at=timezone.now())
    assert client.get(article.lead.file.url).status_code == 404


def test_a_public_picture_may_be_kept_for_five_minutes_by_all(client, reporter):
    address = shown_by(story).lead.file.url
    for who in (client, reporter):
        response = who.get(address)
        assert response["Cache-Control"] == "public, max-age=300"
        assert "Cookie" not in response.get("Vary", "")


@pytest.fixture
def secret() -> str:
    """A file beside the pictures, by its name in the media folder."""
    (settings.MEDIA_ROOT / "secret.txt").write_text("Qxsecret")
    (settings.MEDIA_ROOT.parent / "secret.txt").write_text("Qxsecret")
    return "secret.txt"


PATHS = [
    "secret.txt", "../secret.txt", "assets/../secret.txt", "assets/../../secret.txt", "/secret.txt",
    "{hash}/../secret.txt", "assets/{hash}/../../secret.txt", "../../{hash}", "{hash}", "{name}/",
    "./{name}", "../media/{name}", "assets//{hash}.webp", "{name}\x00", "\x00{name}", "{name}.bak",
    "assets", "assets/", "assets/{hash:.2}", "..", "%2e%2e/secret.txt", "..\\secret.txt",
    "{hash}{hash}{hash}{hash}{hash}", "assets/{hash:.2}/{hash}-99999.webp", "{name}?x",
    "assets/{hash:.2}/{hash}-999.webp",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_nothing_else_is_served(client, reporter, secret, path):
    asset = shown_by(story).lead
    path = f"/media/{path.format(hash=asset.content_hash, name=asset.file.name)}"
    for who in (client, reporter):
        assert who.get("/", PATH_INFO=path).status_code == 404
