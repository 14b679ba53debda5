"""Which way a story is written, and how its page says so."""

import pytest

from articles.languages import direction
from articles.tests.newsroom import story


@pytest.mark.parametrize(
    ("language", "way"),
    [
        ("", ""),
        ("en", "ltr"),
        ("de-AT", "ltr"),
        ("zh-Hant", "ltr"),
        ("ar", "rtl"),
        ("AR-EG", "rtl"),
        ("fa", "rtl"),
        ("he", "rtl"),
        ("ur", "rtl"),
        ("ckb", "rtl"),
        ("az-Arab", "rtl"),
        ("pa-arab-pk", "rtl"),
        ("ku-Latn", "ltr"),
        ("fa-Latn", "ltr"),
        ("arn", "ltr"),
        ("x", "ltr"),
    ],
)
def test_the_way_a_language_is_written(language, way):
    assert direction(language) == way


def test_a_story_says_its_language_and_direction(db, client):
    article = story("الطاقة في الشمال", language="ar")
    text = client.get(article.get_absolute_url()).content.decode()
    assert '<article class="article" lang="ar" dir="rtl">' in text


def test_a_story_of_unknown_language_says_neither(db, client):
    text = client.get(story().get_absolute_url()).content.decode()
    assert '<article class="article">' in text


def test_a_card_says_the_language_of_its_headline(db, client):
    story("الطاقة في الشمال", language="ar")
    assert '<h2 lang="ar" dir="rtl">' in client.get("/news/energy").content.decode()


def test_what_we_say_around_a_story_is_in_the_site_s_language(db, client):
    text = client.get(story(language="ar").get_absolute_url()).content.decode()
    assert '<html lang="en" dir="ltr">' in text
    assert '<footer class="stack" lang="en" dir="ltr">' in text


def test_a_language_is_printed_as_an_attribute_alone(db, client):
    article = story(language='ar"><script>')
    text = client.get(article.get_absolute_url()).content.decode()
    assert 'lang="ar&quot;&gt;&lt;script&gt;"' in text
