"""The desk: that every page of it answers, to those who may ask, and finds what they look for."""

from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Author, Source, Tag, Topic
from articles.models.article import Status
from articles.tests.desk import OURS, STORIES, address, example, filled
from articles.tests.newsroom import (
    draft,
    scheduled,
    source,
    stories,
    story,
    topic,
    verification,
    withdrawn,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def test_every_model_of_ours_is_at_the_desk():
    assert {model for model in site._registry if model._meta.app_label == "articles"} == set(OURS)


def test_the_desk_answers_and_all_its_queues_do(editor):
    draft(status=Status.IN_REVIEW)
    scheduled()
    response = editor.get("/admin/")
    for queue in response.context["waiting"]:
        assert editor.get(queue["address"]).status_code == 200, queue
    counts = {queue["words"]: queue["count"] for queue in response.context["waiting"]}
    assert counts["waiting for review"] == counts["scheduled for the next 24 hours"] == 1


@pytest.mark.parametrize("model", OURS)
def test_the_list_answers(editor, model):
    example(model)
    assert editor.get(address(model, "changelist")).status_code == 200
    assert editor.get(address(model, "changelist") + "?q=e").status_code in {200, 302}


@pytest.mark.parametrize("model", OURS)
@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_the_pages_of_a_row_answer(editor, model, page):
    row = example(model) if model is not Article else draft()
    assert editor.get(address(model, page, row.pk)).status_code == 200


@pytest.mark.parametrize("model", OURS)
def test_the_form_for_a_new_row_answers(editor, model):
    assert editor.get(address(model, "add")).status_code == 200


@pytest.mark.parametrize("model", OURS)
def test_a_row_is_saved_as_it_is_shown(editor, model):
    row = example(model)
    path = address(model, "change", row.pk)
    response = editor.post(path, {**filled(editor.get(path)), "_save": "1"})
    assert (response.status_code, response["Location"]) == (302, address(model, "changelist"))


@pytest.mark.parametrize("model", [Author, Source, Topic, Tag])
def test_a_draft_s_rows_can_be_deleted(editor, model):
    row = model.objects.create(name="Perigee", slug="perigee")
    editor.post(address(model, "delete", row.pk), {"post": "yes"})
    assert not model.objects.exists()


def test_a_topic_with_stories_is_not_deleted(editor):
    response = editor.post(address(Topic, "delete", story().topic.pk), {"post": "yes"})
    assert response.status_code in {200, 403}
    assert Topic.objects.exists()


@pytest.mark.parametrize(
    "make", [draft, scheduled, story, withdrawn, lambda: draft(topic=topic(), status="ready")]
)
def test_every_story_has_a_form_and_a_preview(editor, make):
    article = make()
    for page in ("change", "preview"):
        assert editor.get(address(Article, page, article.pk)).status_code == 200


# Who may


@pytest.mark.parametrize("path", ["", "add/", "{pk}/change/", "{pk}/delete/", "{pk}/preview/"])
def test_a_reader_is_sent_to_the_login(client, reader, path):
    path = STORIES + path.format(pk=draft("Qxheadline").pk)
    for who in (client, reader):
        response = who.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("path", ["", "add/", "{pk}/change/", "{pk}/delete/", "{pk}/preview/"])
def test_staff_without_permission_is_refused(reporter, path):
    response = reporter.get(STORIES + path.format(pk=draft("Qxheadline").pk))
    assert response.status_code == 403
    assert b"Qxheadline" not in response.content


@pytest.mark.parametrize("action", ["publish", "withdraw", "file_under_topic"])
def test_staff_that_may_only_look_is_offered_no_action(reporter, action):
    user = User.objects.get(username="reporter")
    user.user_permissions.add(Permission.objects.get(codename="view_article"))
    article = draft(topic=topic())
    data = {"action": action, "_selected_action": article.pk, "confirmed": "1", "topic": 1}
    reporter.post(STORIES, data)
    article.refresh_from_db()
    assert (article.status, article.withdrawn_at) == (Status.DRAFT, None)
    assert action not in reporter.get(STORIES).content.decode().partition("result_list")[0]


def test_no_autocomplete_tells_a_reader_of_a_draft(client, reader, reporter):
    draft(authors=["Qxauthor"])
    query = "?app_label=articles&model_name=article&field_name=authors&term=qx"
    for who in (client, reader, reporter):
        assert b"Qxauthor" not in who.get(f"/admin/autocomplete/{query}").content


# The list


def list_queries(editor: Client) -> int:
    editor.get(STORIES)
    with CaptureQueriesContext(connection) as queries:
        assert editor.get(STORIES).status_code == 200
    return len(queries)


def test_the_list_costs_the_same_for_five_stories_and_for_fifty(editor):
    shared = {"source": source(), "tags": ["grid"], "authors": ["Ines Kowal"]}
    moment = timezone.now() - timedelta(days=1)
    stories(5, at=moment, verification=verification(), **shared)
    few = list_queries(editor)
    stories(45, at=moment, verification=verification(), **shared)
    assert list_queries(editor) == few


def found(editor: Client, query: str) -> list[Article]:
    response = editor.get(STORIES, {"q": query})
    return list(response.context["cl"].result_list)


@pytest.mark.parametrize("query", ["art-{pk}", " art-{pk} ", "pumps", "HEAT north", "They work"])
def test_a_story_is_found_by(editor, query):
    article = draft("Heat pumps in the north", dek="They work.", source=source())
    draft("Something else", source=source("slowpages.example"))
    assert found(editor, query.format(pk=article.pk)) == [article]


def test_a_story_is_found_by_its_source_s_domain(editor):
    article = draft(source=source("slowpages.example"))
    draft(source=source())
    assert found(editor, "slowpages.example") == [article]


@pytest.mark.parametrize(
    "query", ["art-0", "art-", "art-x", f"art-{'9' * 40}", "art-१", "\x00", '"']
)
def test_a_search_for_nothing_finds_nothing(editor, query):
    draft("Heat pumps")
    response = editor.get(STORIES, {"q": query})
    assert response.status_code in {200, 302}


@pytest.mark.parametrize("make", [draft, scheduled, story, withdrawn])
def test_the_list_tells_states_apart(editor, make):
    article = make()
    text = editor.get(STORIES).content.decode()
    assert f'<span class="state-{article.state}">{article.state}</span>' in text


def test_verified_stories_can_be_listed_alone(editor):
    checked = draft(verification=verification())
    draft()
    response = editor.get(STORIES, {"verified": "yes"})
    assert list(response.context["cl"].result_list) == [checked]
