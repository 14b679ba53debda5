"""What is done to several stories at once, and the preview of one."""

import pytest

from articles.models import Article
from articles.models.article import Status
from articles.tests.desk import act, address, said
from articles.tests.newsroom import draft, scheduled, stories, story, topic

pytestmark = pytest.mark.django_db


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


def test_what_was_never_published_is_not_withdrawn(editor):
    article = draft("Heat pumps")
    assert said(act(editor, "withdraw", article, confirmed="1")) == [
        f"{article.number}, Heat pumps: Only what is published can be withdrawn.",
        "0 stories changed.",
    ]


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
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


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
