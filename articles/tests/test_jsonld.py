"""What machines are told of a story: https://schema.org/NewsArticle."""

import json
import re
from datetime import UTC, datetime

import pytest

from articles.jsonld import absolute
from articles.tests.newsroom import picture, source, story, topic

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"
TRICKS = [
    'She said "no"',
    "back\\slash \\u003c \\n",
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "]]> & &amp; &quot;",
    "\u2028 line \u2029 separators",
    "emoji 🔬 and 北方",
    "{{ article.pk }} {% now 'c' %}",
]


def told(client, article) -> dict[str, object]:
    """The data as a browser would read them off the page."""
    page = client.get(article.get_absolute_url()).content.decode()
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return json.loads(text)


@pytest.mark.parametrize("words", TRICKS)
def test_any_words_arrive_as_they_were_written(client, words):
    data = told(client, story(words, dek=words))
    expected = " ".join(words.split())
    assert (data["headline"], data["description"]) == (expected, expected)


@pytest.mark.parametrize("words", TRICKS)
def test_no_words_end_the_script(client, words):
    page = client.get(story(words).get_absolute_url()).content.decode()
    assert page.count("<script") == page.count("</script>") == 2


def test_what_a_news_article_must_say(client, clock):
    clock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    article = story(
        "Heat pumps in the north", dek="They work.", body="<p>Three more words</p>",
        language="en-GB", authors=["Ines Kowal", "Tom Okafor"], slug="heat-pumps",
        source=source(), source_url="https://gridledger.example/pumps",
    )  # fmt: skip
    assert told(client, article) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Heat pumps in the north",
        "description": "They work.",
        "mainEntityOfPage": f"{SITE}/news/energy/heat-pumps",
        "identifier": article.number,
        "datePublished": "2026-03-01T11:00:00+00:00",
        "inLanguage": "en-GB",
        "articleSection": "Energy",
        "wordCount": 3,
        "author": [
            {"@type": "Person", "name": "Ines Kowal", "url": f"{SITE}/authors/ines-kowal"},
            {"@type": "Person", "name": "Tom Okafor", "url": f"{SITE}/authors/tom-okafor"},
        ],
        "publisher": {"@type": "NewsMediaOrganization", "name": "Fanfold", "url": SITE},
        "isBasedOn": "https://gridledger.example/pumps",
    }


def test_what_is_not_known_is_not_said(client):
    data = told(client, story(dek=""))
    assert {"description", "author", "image", "isBasedOn"} & set(data) == set()
    assert None not in data.values() and "" not in data.values()


def test_a_long_headline_is_cut_for_machines(client):
    assert len(told(client, story("word " * 40))["headline"]) <= 110


def test_the_picture_is_named_in_full(client):
    article = story(lead=picture(), lead_alt="A pylon.")
    assert told(client, article)["image"] == f"{SITE}{article.lead.file.url}"


def test_the_moment_has_a_zone(client):
    moment = datetime.fromisoformat(told(client, story())["datePublished"])
    assert moment.utcoffset() is not None


def test_an_address_that_is_full_stays_as_it_is():
    assert absolute("https://cdn.example/x.webp") == "https://cdn.example/x.webp"
    assert absolute(topic().get_absolute_url()) == f"{SITE}/news/energy"
