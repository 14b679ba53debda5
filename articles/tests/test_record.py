"""The record line: nothing in it that nothing stands behind."""

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError
from lxml import html

from articles.models import Article
from articles.tests.newsroom import draft, picture, source, story, verification

pytestmark = pytest.mark.django_db


def record(client, article: Article) -> dict[str, str]:
    page = html.fromstring(client.get(article.get_absolute_url()).content.decode())
    rows = page.find_class("record")[0]
    return {row.find("dt").text: " ".join(row.find("dd").text_content().split()) for row in rows}


def test_a_story_is_verified_when_a_record_says_who_how_and_when(client):
    article = story(verification=verification())
    text = client.get(article.get_absolute_url()).content.decode()
    assert record(client, article)["verified"] == "true"
    assert "by Ruth Adeyemi: Compared the figures with the operator’s filing." in text


def test_without_one_it_is_pending(client):
    assert record(client, story())["verified"] == "pending"


@pytest.mark.parametrize("missing", ["verified_by", "method"])
def test_a_verification_names_who_and_how(missing):
    with pytest.raises(IntegrityError, match="verification_names_who_and_how"):
        verification(**{missing: ""})


def test_a_verification_has_evidence():
    with pytest.raises(IntegrityError, match="verification_has_evidence"):
        verification(evidence="", evidence_url="")


def test_a_verification_that_a_story_stands_on_stays():
    article = story(verification=verification())
    with pytest.raises(ProtectedError):
        article.verification.delete()


def test_the_record_says_where_from_when_and_where(client, clock):
    article = story(source=source(), source_url="https://gridledger.example/1", sentiment="neutral")
    told = record(client, article)
    assert told["record"] == f"[ARTICLE · {article.number}]"
    assert told["src"] == "gridledger.example read the original"
    assert (told["topic"], told["sentiment"]) == ("energy", "· neutral")


def test_the_database_refuses_a_picture_without_words():
    article = draft()
    with pytest.raises(IntegrityError, match="article_lead_has_alt"):
        Article.objects.filter(pk=article.pk).update(lead=picture())


def test_the_database_refuses_a_tone_that_is_none():
    article = draft()
    with pytest.raises(IntegrityError, match="article_sentiment_known"):
        Article.objects.filter(pk=article.pk).update(sentiment="cheerful")
