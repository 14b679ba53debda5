"""The desk: who may do what there, and that it says what it did."""

import base64
import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_prose_editor
import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html

from articles.admin.prose import STYLE_HASH
from articles.models import Article, Asset, Author, Source, Tag, Topic, Verification
from articles.models.article import SentimentOrigin, Status
from articles.tests.newsroom import (
    author, draft, image, picture, scheduled, source, stories, story, topic, verification,
    withdrawn,
)  # fmt: skip

pytestmark = pytest.mark.django_db

STORIES = "/admin/articles/article/"
OURS = [Article, Asset, Author, Source, Tag, Topic, Verification]


def address(model: type, page: str, *numbers: int) -> str:
    return reverse(f"admin:articles_{model._meta.model_name}_{page}", args=numbers)


def example(model: type) -> Any:
    """A saved row of any of our models."""
    article = story(
        source=source(), tags=["grid"], authors=["Ines Kowal"], lead=picture(), lead_alt="A pylon.",
        verification=verification(),
    )  # fmt: skip
    return model.objects.first() if model is not Article else article


def filled(response: Any) -> dict[str, Any]:
    """A form's values as a browser would send them, without its buttons."""
    form = html.fromstring(response.content).get_element_by_id(
        f"{response.context['opts'].model_name}_form"
    )
    return {name: value for name, value in form.form_values() if not name.startswith("_")}


def send(client: Client, article: Article | None, button: str = "_save", **changes: Any) -> Any:
    """Open the story's form, change it and press a button."""
    path = address(Article, "change", article.pk) if article else address(Article, "add")
    data = filled(client.get(path)) | changes
    return client.post(path, {**data, button: "1"})


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# Every page answers


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


def test_a_picture_is_uploaded_once(editor):
    data = image()
    for _ in range(2):
        file = SimpleUploadedFile("pylon.png", data)
        response = editor.post(address(Asset, "add"), {"file": file, "credit": "Grid Ledger"})
    assert errors(response)["file"] == [f"We have this picture already: {Asset.objects.get()}."]


def test_what_is_no_picture_is_refused_beside_the_field(editor):
    file = SimpleUploadedFile("pylon.svg", b"<svg onload=alert(1)>")
    response = editor.post(address(Asset, "add"), {"file": file, "credit": "Grid Ledger"})
    assert "file" in errors(response) and not Asset.objects.exists()


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


@pytest.mark.parametrize("query", ["art-0", "art-", "art-x", f"art-{'9' * 40}", "art-१", "\x00", '"'])
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


# The form


def test_a_draft_is_made_with_a_headline_alone(editor):
    response = send(editor, None, "_continue", headline="Heat pumps")
    article = Article.objects.get()
    assert response["Location"] == address(Article, "change", article.pk)
    assert (article.status, article.slug) == (Status.DRAFT, "heat-pumps")


def test_the_publish_button_publishes(editor, client):
    article = draft(topic=topic(), slug="heat-pumps")
    assert send(editor, article, "_publish").status_code == 302
    assert client.get("/news/energy/heat-pumps").status_code == 200


def test_the_publish_button_publishes_a_new_story_too(editor):
    send(editor, None, "_publish", headline="Heat pumps", topic=topic().pk)
    assert Article.objects.get().is_public()


def test_the_publish_button_keeps_a_moment_ahead(editor):
    article = draft(topic=topic())
    tomorrow = timezone.now() + timedelta(days=1)
    day, time = f"{tomorrow:%Y-%m-%d}", f"{tomorrow:%H:%M:%S}"
    send(editor, article, "_publish", published_at_0=day, published_at_1=time)
    article.refresh_from_db()
    assert article.state == "scheduled"


@pytest.mark.parametrize(("button", "status"), [("_publish", "draft"), ("_save", "published")])
def test_publishing_without_a_topic_is_an_error_beside_the_field(editor, button, status):
    article = draft()
    response = send(editor, article, button, status=status)
    assert errors(response) == {"topic": ["File the story under a topic before it is published."]}
    article.refresh_from_db()
    assert article.status == Status.DRAFT


def test_a_picture_without_words_is_an_error_beside_the_field(editor):
    response = send(editor, draft(), lead=picture().pk)
    assert errors(response) == {"lead_alt": ["Say what the picture shows."]}


def test_the_slug_and_topic_of_a_published_story_are_read_only(editor):
    form = editor.get(address(Article, "change", story().pk)).context["adminform"].form
    assert {"slug", "topic"} & set(form.fields) == set()


def test_what_is_sent_for_them_all_the_same_changes_nothing(editor):
    article = story(slug="heat-pumps")
    send(editor, article, slug="elsewhere", topic=topic("space").pk)
    article.refresh_from_db()
    assert article.get_absolute_url() == "/news/energy/heat-pumps"


def test_a_published_story_does_not_become_a_draft(editor):
    response = send(editor, story(), status="draft")
    assert errors(response) == {"status": ["Readers have seen this story: withdraw it instead."]}


def test_a_published_story_is_not_deleted(editor):
    article = story()
    page = address(Article, "delete", article.pk)
    assert page not in editor.get(address(Article, "change", article.pk)).content.decode()
    assert editor.post(page, {"post": "yes"}).status_code == 403
    editor.post(STORIES, {"action": "delete_selected", "_selected_action": article.pk, "post": "y"})
    assert Article.objects.exists()


def test_a_draft_is_deleted(editor):
    editor.post(address(Article, "delete", draft().pk), {"post": "yes"})
    assert not Article.objects.exists()


def test_a_story_is_sanitised_on_its_way_through_the_form(editor):
    article = draft()
    send(editor, article, body="<p onclick=x>Text</p><script>alert(1)</script>")
    article.refresh_from_db()
    assert article.body == "<p>Text</p>"


@pytest.mark.parametrize(
    ("tone", "origin"), [("positive", SentimentOrigin.EDITOR), ("", "")], ids=["set", "cleared"]
)
def test_a_sentiment_that_an_editor_changes_is_the_editor_s(editor, tone, origin):
    article = draft(sentiment="negative", sentiment_origin=SentimentOrigin.AUTOMATIC)
    send(editor, article, sentiment=tone)
    article.refresh_from_db()
    assert (article.sentiment, article.sentiment_origin) == (tone, origin)


def test_a_sentiment_that_is_left_alone_stays_the_program_s(editor):
    article = draft(sentiment="negative", sentiment_origin=SentimentOrigin.AUTOMATIC)
    send(editor, article, headline="Reworded")
    article.refresh_from_db()
    assert (article.headline, article.sentiment_origin) == ("Reworded", SentimentOrigin.AUTOMATIC)


def test_tags_and_authors_are_kept_by_the_form(editor):
    article = draft(tags=["grid", "heat"], authors=["Ines Kowal"])
    send(editor, article, authors=[author("Ines Kowal").pk, author("Tom Okafor").pk])
    assert {str(tag) for tag in article.tags.all()} == {"grid", "heat"}
    assert {str(each) for each in article.authors.all()} == {"Ines Kowal", "Tom Okafor"}


@pytest.mark.parametrize("make", [draft, story])
def test_a_topic_s_slug_is_fixed_once_a_story_is_published_in_it(editor, make):
    make(topic=topic())
    form = editor.get(address(Topic, "change", topic().pk)).context["adminform"].form
    assert ("slug" in form.fields) == (make is draft)


@pytest.mark.parametrize("domain", ["http://gridledger.example", "gridledger", "a.example/b"])
def test_a_source_s_domain_is_a_domain(editor, domain):
    data = {"name": "Grid Ledger", "rights": "link", "domain": domain}
    assert "domain" in errors(editor.post(address(Source, "add"), data))


# Actions


def act(editor: Client, action: str, *articles: Article, **data: Any) -> Any:
    chosen = [article.pk for article in articles]
    return editor.post(STORIES, {"action": action, "_selected_action": chosen, **data}, follow=True)


@pytest.mark.parametrize("action", ["publish", "withdraw", "file_under_topic"])
def test_an_action_asks_first(editor, action):
    article = draft("Heat pumps", topic=topic())
    response = act(editor, action, article)
    assert "Yes, do it" in response.content.decode() and "Heat pumps" in response.content.decode()
    article.refresh_from_db()
    assert (article.status, article.withdrawn_at) == (Status.DRAFT, None)


def test_stories_are_published_together(editor):
    made = [draft(topic=topic()) for _ in range(3)]
    response = act(editor, "publish", *made, confirmed="1")
    assert said(response) == ["3 stories changed."]
    assert Article.objects.published().count() == 3


def test_what_cannot_be_published_is_named_and_the_rest_is(editor):
    article, homeless = draft(topic=topic()), draft("Heat pumps")
    response = act(editor, "publish", article, homeless, confirmed="1")
    assert sorted(said(response)) == [
        "1 story changed.",
        f"{homeless.number}, Heat pumps: File the story under a topic before it is published.",
    ]


def test_stories_are_withdrawn_together_with_a_note(editor, client):
    made = stories(2)
    response = act(editor, "withdraw", *made, confirmed="1", note="Made up.")
    assert said(response) == ["2 stories changed."]
    gone = client.get(made[0].get_absolute_url())
    assert gone.status_code == 410 and b"Made up." in gone.content


def test_stories_are_filed_together(editor):
    made = [draft(), draft()]
    response = act(editor, "file_under_topic", *made, confirmed="1", topic=topic("space").pk)
    assert said(response) == ["2 stories changed."]
    assert Article.objects.filter(topic__slug="space").count() == 2


def test_a_published_story_is_not_filed_anew(editor):
    article = story("Heat pumps")
    response = act(editor, "file_under_topic", article, confirmed="1", topic=topic("space").pk)
    assert said(response) == [
        f"{article.number}, Heat pumps: The topic of a published story is part of its address and "
        "cannot change.",
        "0 stories changed.",
    ]


def test_filing_under_no_topic_asks_again(editor):
    response = act(editor, "file_under_topic", draft(), confirmed="1", topic="")
    assert response.context["form"].errors == {"topic": ["This field is required."]}


def test_an_action_keeps_the_body_that_the_list_does_not_load(editor):
    article = draft(topic=topic(), body="<h2>Costs</h2><p>Text</p>")
    act(editor, "publish", article, confirmed="1")
    article.refresh_from_db()
    assert article.body == "<h2>Costs</h2><p>Text</p>"
    assert [heading["anchor"] for heading in article.headings] == ["costs"]


def test_an_action_is_written_into_the_history(editor):
    article = draft(topic=topic())
    act(editor, "publish", article, confirmed="1")
    assert b"publish" in editor.get(address(Article, "history", article.pk)).content


# The preview


def test_a_preview_shows_the_story_and_says_that_readers_do_not_see_it(editor):
    response = editor.get(address(Article, "preview", draft("Heat pumps", topic=topic()).pk))
    text = response.content.decode()
    assert "Heat pumps" in text and "Readers do not see this story now: it is draft." in text


def test_a_preview_is_for_no_index_and_no_cache(editor):
    response = editor.get(address(Article, "preview", draft().pk))
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Cache-Control"] == "private, no-store"


def test_a_preview_of_a_public_story_says_nothing_of_the_sort(editor):
    response = editor.get(address(Article, "preview", story().pk))
    assert b"Readers do not see" not in response.content


def test_a_preview_of_nothing_is_unknown(editor):
    assert editor.get(address(Article, "preview", 10**6)).status_code == 404


@pytest.mark.parametrize(("make", "is_preview"), [(draft, True), (scheduled, True), (story, False)])
def test_view_on_site_leads_where_the_story_can_be_seen(editor, make, is_preview):
    article = make(topic=topic())
    link = editor.get(address(Article, "change", article.pk)).context["absolute_url"]
    target = editor.get(link, follow=True).redirect_chain[-1][0] if "/r/" in link else link
    expected = address(Article, "preview", article.pk) if is_preview else article.get_absolute_url()
    assert target.endswith(expected)


# The content policy


def policy(response: Any) -> dict[str, set[str]]:
    directives = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: set(values) for name, *values in directives}


def allowed(response: Any) -> set[str]:
    return set().union(*policy(response).values())


@pytest.mark.parametrize("path", ["/", "/topics", "/news/energy", "/news/energy/the-story", "/no"])
def test_no_public_page_allows_inline_code(client, path):
    story(slug="the-story")
    assert allowed(client.get(path)) == {"'self'", "'none'"}


@pytest.mark.parametrize("model", OURS)
def test_no_list_allows_inline_code(editor, model):
    example(model)
    assert allowed(editor.get(address(model, "changelist"))) == {"'self'", "'none'"}


@pytest.mark.parametrize("model", [each for each in OURS if each is not Article])
def test_no_form_without_prose_allows_inline_code(editor, model):
    row = example(model)
    for page in (address(model, "add"), address(model, "change", row.pk)):
        assert allowed(editor.get(page)) == {"'self'", "'none'"}


def test_a_preview_allows_no_inline_code(editor):
    response = editor.get(address(Article, "preview", draft().pk))
    assert allowed(response) == {"'self'", "'none'"}


def test_the_story_s_form_allows_what_its_editor_needs_and_no_more(editor):
    rules = policy(editor.get(address(Article, "add")))
    [nonce] = rules["script-src"] - {"'self'"}
    assert re.fullmatch(r"'nonce-[\w+/=]{20,}'", nonce)
    assert rules["style-src"] == {"'self'", STYLE_HASH}
    assert rules["style-src-attr"] == {"'unsafe-inline'"}
    assert rules["img-src"] == {"'self'", "data:"}
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == {"'none'"}


def test_the_form_keeps_its_policy_when_it_comes_back_with_errors(editor):
    response = send(editor, draft(), "_publish")
    assert "style-src-attr" in policy(response)


def test_every_inline_script_of_the_form_has_the_nonce(editor):
    response = editor.get(address(Article, "change", draft().pk))
    [nonce] = policy(response)["script-src"] - {"'self'"}
    inline = [
        script
        for script in html.fromstring(response.content).iter("script")
        if not script.get("src") and script.get("type") not in {"application/json"}
    ]
    assert inline
    assert {f"'nonce-{script.get('nonce')}'" for script in inline} == {nonce}


def test_each_form_has_a_nonce_of_its_own(editor):
    page = address(Article, "add")
    assert policy(editor.get(page))["script-src"] != policy(editor.get(page))["script-src"]


def test_the_hash_is_that_of_the_style_in_the_installed_editor():
    folder = Path(django_prose_editor.__file__).parent / "static/django_prose_editor"
    strings = re.findall(r"`([^`]*)`", (folder / "editor.js").read_text())
    styles = [text for text in strings if text.startswith(".ProseMirror {")]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()) for text in styles]
    assert STYLE_HASH in [f"'sha256-{digest.decode()}'" for digest in digests]
