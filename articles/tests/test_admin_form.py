"""The forms of the desk: what they keep, what they refuse, and where they say so."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from articles.models import Article, Asset, Source, Topic
from articles.models.article import SentimentOrigin, Status
from articles.tests.desk import STORIES, address, errors, send
from articles.tests.newsroom import author, draft, image, picture, story, topic

pytestmark = pytest.mark.django_db


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


def test_a_refused_form_offers_what_it_offered_before(editor):
    text = send(editor, draft(), "_publish").content.decode()
    assert 'name="_publish"' in text and "Save draft" in text and "deletelink" in text


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
