"""Addresses of a site that moved here: looked up only where we have no page of our own."""

from typing import Any

import pytest

from articles.models import LegacyPath
from articles.tests import newsroom

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", ["/2019/05/harbours/", "/2019/05/harbours"])
def test_an_old_address_leads_to_its_story(client: Any, asked: str) -> None:
    story = newsroom.story()
    LegacyPath.objects.create(path="/2019/05/harbours/", article=story)
    response = client.get(asked)
    assert (response.status_code, response["Location"]) == (301, story.get_absolute_url())


def test_an_old_address_may_name_its_story_in_the_query(client: Any) -> None:
    story = newsroom.story()
    LegacyPath.objects.create(path="/index.php?p=12", article=story)
    assert client.get("/index.php?p=12")["Location"] == story.get_absolute_url()
    assert client.get("/index.php?p=13").status_code == 404


def test_an_old_address_without_a_story_is_gone(client: Any) -> None:
    LegacyPath.objects.create(path="/about-us")
    assert client.get("/about-us").status_code == 410


@pytest.mark.parametrize("make", [newsroom.draft, newsroom.scheduled])
def test_a_story_that_is_not_public_is_not_betrayed(client: Any, make: Any) -> None:
    LegacyPath.objects.create(path="/old", article=make("Canary headline"))
    response = client.get("/old")
    assert response.status_code == 404
    assert b"Canary" not in response.content


def test_a_withdrawn_story_is_gone_with_its_note(client: Any) -> None:
    LegacyPath.objects.create(path="/old", article=newsroom.withdrawn())
    response = client.get("/old")
    assert response.status_code == 410
    assert b"figures were not" in response.content


def test_a_page_of_ours_comes_first(client: Any) -> None:
    story = newsroom.story()
    LegacyPath.objects.create(path=story.get_absolute_url())
    assert client.get(story.get_absolute_url()).status_code == 200


def test_a_telling_that_follows_leads_to_the_lead(client: Any) -> None:
    lead, again = newsroom.story(), newsroom.story()
    again.same_as = lead
    again.save()
    assert client.get(again.get_absolute_url())["Location"] == lead.get_absolute_url()
    assert client.get(f"/art-{again.pk}")["Location"] == lead.get_absolute_url()


def test_the_lead_names_who_reported_it_too(client: Any) -> None:
    lead = newsroom.story(source=newsroom.source())
    other = newsroom.source("echo.example")
    newsroom.story(source=other, same_as=lead, source_url="https://echo.example/same")
    newsroom.draft(source=newsroom.source("quiet.example"), same_as=lead)
    page = client.get(lead.get_absolute_url()).content.decode()
    assert "also reported by" in page
    assert 'href="https://echo.example/same"' in page
    assert "quiet" not in page.lower()
