"""How long a story takes to read, as printed beside it."""

import pytest

from articles.reading import measure
from articles.tests.newsroom import draft, story


@pytest.mark.parametrize(
    ("body", "measured"),
    [
        ("", (0, 0)),
        ("<p></p>", (0, 0)),
        ("<p>One word less.</p>", (3, 1)),
        ("<p>" + "word " * 238 + "</p>", (238, 1)),
        ("<p>" + "word " * 476 + "</p>", (476, 2)),
        ("<p>" + "北" * 1000 + "</p>", (1000, 2)),
        ("<p>" + "word " * 238 + "北" * 1000 + "</p>", (1238, 3)),
    ],
)
def test_words_and_minutes(body, measured):
    assert measure(body) == measured


def test_words_of_two_paragraphs_are_not_one(db):
    assert draft(body="<p>One</p><p>two</p><ul><li>three</li><li>four</li></ul>").word_count == 4


def test_a_story_without_a_body_is_measured_by_its_dek(db):
    assert draft(dek="Five words in a dek").word_count == 5


def test_a_story_is_measured_anew_when_it_is_saved(db):
    article = story(body="<p>One</p>")
    article.body = "<p>" + "word " * 2380 + "</p>"
    article.save()
    article.refresh_from_db()
    assert (article.word_count, article.reading_minutes) == (2380, 10)


def test_the_page_says_how_long_it_takes(db, client):
    article = story(body="<p>" + "word " * 2380 + "</p>")
    text = client.get(article.get_absolute_url()).content.decode()
    assert "read <b>10 min</b>" in text and "read:10min" in text
