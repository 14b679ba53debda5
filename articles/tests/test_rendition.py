"""A body as a reader gets it: never more than the source's rights allow, safe, and with handles."""

import json
import re

import lxml.html
import pytest
from hypothesis import given, settings, strategies as st

from articles.headings import headings
from articles.rendition import EXCERPT_WORDS, render
from articles.sanitising import sanitise
from articles.tests.newsroom import source, story
from articles.text import count_words, plain

PARAGRAPHS = "<p>First paragraph.</p><p>Second <em>paragraph</em>.</p><p>Third paragraph.</p>"


def whole(body: str) -> str:
    body = sanitise(body)
    return render(body, headings(body, []), "full").html


def excerpt(body: str) -> str:
    return render(sanitise(body), [], "excerpt").html


def page(client, **fields: object) -> str:
    """The page of a story whose source has these rights."""
    file = source(rights=fields.pop("rights"), name="Grid Ledger")
    article = story(source=file, source_url="https://gridledger.example/pylons", **fields)
    return client.get(article.get_absolute_url()).content.decode()


# Rights


def test_full_rights_show_all_of_it(db, client):
    text = page(client, rights="full", body=PARAGRAPHS)
    assert "Third paragraph." in text
    assert 'class="eof"' in text and 'class="onward"' not in text


def test_an_excerpt_is_the_first_two_paragraphs(db, client):
    text = page(client, rights="excerpt", body=PARAGRAPHS)
    assert "First paragraph." in text and "Second paragraph." in text
    assert "Third" not in text and 'class="eof"' not in text


def test_a_link_shows_no_word_of_the_body(db, client):
    text = page(client, rights="link", body="<h2>Qxheading</h2><p>Qxbody of <b>qxwords</b>.</p>")
    assert "qx" not in text.lower()


@pytest.mark.parametrize("rights", ["excerpt", "link"])
def test_no_heading_is_listed_where_the_text_is_not_shown(db, client, rights):
    many = "".join(f"<h2>Qxheading {number}</h2>" for number in range(6))
    assert "Qxheading" not in page(client, rights=rights, body=f"<p>First.</p>{many}")


@pytest.mark.parametrize("rights", ["excerpt", "link"])
def test_the_data_for_machines_hold_no_body_either(db, client, rights):
    text = page(client, rights=rights, body="<p>One.</p><p>Two.</p><p>Qxthird.</p>")
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', text, re.S)[1])
    assert "articleBody" not in data and "qxthird" not in json.dumps(data).lower()


@pytest.mark.parametrize(
    ("rights", "words"),
    [("excerpt", "Read the rest at Grid Ledger"), ("link", "Read the story at Grid Ledger")],
)
def test_the_reader_is_sent_on_to_the_original(db, client, rights, words):
    tree = lxml.html.fromstring(page(client, rights=rights, body=PARAGRAPHS))
    link = tree.find_class("onward")[0].find("a")
    assert link.get("href") == "https://gridledger.example/pylons"
    assert link.text_content() == words


def test_a_story_of_our_own_is_shown_whole(db, client):
    text = client.get(story(body=PARAGRAPHS).get_absolute_url()).content.decode()
    assert "Third paragraph." in text


def test_rights_that_nobody_knows_show_nothing():
    assert render(PARAGRAPHS, [], "everything").html == ""


def test_an_excerpt_ends_at_a_word_after_120():
    text = plain(excerpt("<p>" + "seven words are in this first paragraph " * 30 + "</p>"))
    assert count_words(text) == (EXCERPT_WORDS, 0)
    assert text.endswith(" seven…")


def test_an_excerpt_counts_both_its_paragraphs_together():
    text = plain(excerpt("<p>" + "first " * 100 + "</p><p>" + "second " * 100 + "</p>"))
    assert text.count("second") == EXCERPT_WORDS - 100


def test_an_excerpt_that_is_full_after_one_paragraph_has_no_second():
    assert excerpt("<p>" + "first " * 120 + "</p><p>Second.</p>").count("<p>") == 1


def test_an_excerpt_of_chinese_counts_characters():
    text = plain(excerpt("<p>" + "北方的能源价格上涨" * 40 + "</p>"))
    assert count_words(text) == (0, EXCERPT_WORDS)
    assert text.endswith("…")


def test_an_excerpt_is_text_alone():
    html = excerpt("<p>A <a href='/x'>link</a> &lt;b&gt; &amp; more.</p><table><tr><td>1</table>")
    assert html == "<p>A link &lt;b&gt; &amp; more.</p>"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("ab ,.-’北方", max_size=200), max_size=4))
def test_an_excerpt_never_has_more_words(texts):
    html = excerpt("".join(f"<p>{text}</p>" for text in texts))
    assert sum(count_words(plain(html))) <= EXCERPT_WORDS
    assert html.count("<p>") <= 2


# Handles


def test_a_heading_gets_a_place_and_a_link_to_it():
    frame = lxml.html.fragment_fromstring(whole("<h2>Who paid</h2>"))
    heading, link = frame
    assert (frame.get("class"), heading.get("id"), heading.text) == ("h", "who-paid", "Who paid")
    assert (link.get("href"), link.text) == ("#who-paid", "#")
    assert link.get("aria-label") == "Link to section: Who paid"


def test_every_heading_gets_its_own_place():
    body = "<h2 lang=en title=x>One</h2><h2><em>Two<h3>in it</h3></em></h2><h3 class=y>Three</h3>"
    frames = lxml.html.fromstring(f"<div>{whole(body)}</div>").find_class("h")
    places = [heading.get("id") for heading, _ in frames]
    assert places == ["one", "twoin-it", "three"]
    assert [link.get("href") for _, link in frames] == [f"#{place}" for place in places]


def test_a_table_stands_in_a_frame_that_the_keyboard_reaches():
    tree = lxml.html.fromstring(whole("<table><tr><th>MW</th></tr><tr><td>3</td></tr></table>"))
    assert (tree.tag, tree.get("class"), tree.get("tabindex")) == ("section", "scroll", "0")
    assert tree.get("aria-label")
    assert tree.find("table") is not None


def test_what_follows_a_table_follows_its_frame():
    assert whole("<table><tr><td>3</td></tr></table> and so on").endswith("</section> and so on")


def test_code_looks_like_a_terminal_and_can_be_scrolled():
    html = whole("<pre>$ make\n  &lt;run&gt;</pre>")
    assert html == '<pre class="term" tabindex="0">$ make\n  &lt;run&gt;</pre>'


@pytest.mark.parametrize(
    ("href", "is_out"),
    [("https://gridledger.example/", True), ("//gridledger.example/x", True), ("/topics", False),
     ("http://127.0.0.1:8000/topics", False), ("#who-paid", False), ("mailto:a@b.example", False),
     ("//[", False), ("", False)],
)  # fmt: skip
def test_a_link_that_leads_elsewhere_is_marked(href, is_out):
    tree = lxml.html.fromstring(whole(f'<p><a href="{href}">there</a></p>'))
    assert (tree.find(".//a").get("class") == "out") == is_out


def test_a_body_without_an_element_is_shown_as_it_is():
    assert whole("Just a line &amp; no more") == "Just a line &amp; no more"


def test_no_body_shows_nothing():
    assert whole("") == ""


def test_a_story_nested_three_hundred_deep_is_shown(db, client):
    article = story(body="<blockquote>" * 300 + "<p>The bottom</p>")
    response = client.get(article.get_absolute_url())
    assert response.status_code == 200
    assert b"The bottom" in response.content


FRAGMENTS = [
    "<p>", "</p>", "<h2>", "</h2>", "<h3>", "<table>", "<tr>", "<td>", "</table>", "<th>", "<ul>",
    "<li>", "<a href='http://[x'>", "<a href=//x>", "</a>", "<pre>", "</pre>", "<b>", "</b>",
    "<code>", "<blockquote>", "text", "&lt;", "&amp;", '"', "'", "&#1;", "\u0338", "\n", "<br>",
]  # fmt: skip
markup = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join)


@settings(max_examples=300, deadline=None)
@given(markup)
def test_drawing_keeps_every_word(body):
    shown = re.sub(r'<a [^>]*class="permalink".*?</a>', "", whole(body))
    assert plain(shown).replace(" ", "") == plain(sanitise(body)).replace(" ", "")


@settings(max_examples=300, deadline=None)
@given(markup)
def test_drawing_adds_nothing_but_frames_and_handles(body):
    clean = lxml.html.fragment_fromstring(sanitise(body), create_parent="div")
    shown = lxml.html.fragment_fromstring(whole(body), create_parent="div")
    added = {element.tag for element in shown.iter()} - {element.tag for element in clean.iter()}
    assert added <= {"div", "section", "a", "thead"}


# The two halves

SENTENCE = "The plant sits behind a rink at the edge of town, in rows of white containers. "
P = f"<p>{SENTENCE * 5}</p>"
TABLE = "<table><tbody><tr><td>November</td><td>−2.1</td></tr></tbody></table>"


def halves(body: str) -> tuple[str, str]:
    body = sanitise(body)
    whole = render(body, headings(body, []), "full")
    return whole.head, whole.tail


def test_a_long_text_is_cut_in_its_middle():
    assert halves(P * 8) == (P * 4, P * 4)


@pytest.mark.parametrize("body", [P * 5, "<p>Short.</p>" * 20, f"<ul><li>{P * 9}</li></ul>", ""])
def test_a_short_text_stays_whole(body):
    head, tail = halves(body)
    assert tail == ""
    assert head == whole(body)


@pytest.mark.parametrize("rights", ["excerpt", "link"])
def test_what_is_not_whole_has_no_middle(rights):
    assert render(P * 8, [], rights).tail == ""


def test_a_section_begins_the_second_half_rather_than_ends_the_first():
    head, tail = halves(f"{P * 3}<h2>Cold</h2>{P * 3}")
    assert head == P * 3
    assert tail.startswith('<div class="h">')


@pytest.mark.parametrize(
    "block", [f"<ul><li>{SENTENCE}</li></ul>", TABLE, "<pre><code>ls</code></pre>", "<h2>A</h2>"]
)
def test_nothing_is_cut_after_what_is_no_paragraph(block):
    head, tail = halves(f"{P * 3}{block}{P * 3}")
    assert head.endswith("</p>") and tail.startswith(("<p>", '<div class="h">'))


def test_a_list_stays_with_the_line_that_announces_it():
    line = f"<p>{SENTENCE * 5}These are the months:</p>"
    head, tail = halves(f"{P * 3}{line}{P * 3}")
    assert line not in head and tail.startswith(line)


def test_nothing_comes_before_the_second_paragraph():
    long = f"<p>{SENTENCE * 60}</p>"
    head, _ = halves(f"{long}{P * 6}")
    assert head == long + P


def test_the_halves_are_the_whole_text_and_whole_elements():
    body = f"{P * 3}<h2>Cold</h2>{TABLE}{P * 3}<ul><li>One</li></ul>{P * 3}"
    head, tail = halves(body)
    assert tail and head + tail == whole(body)
    for half in (head, tail):
        parsed = lxml.html.fragment_fromstring(half, create_parent="div")
        assert lxml.html.tostring(parsed, encoding="unicode") == f"<div>{half}</div>"
