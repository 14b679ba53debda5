"""Lines of text: from HTML, from typing, cut to fit, and as pieces of an address."""

import pytest
from hypothesis import given, settings, strategies as st

from articles.slugs import free_slug, free_slugs
from articles.tests.newsroom import draft, story
from articles.text import count_words, cut, first_words, line, plain, slug, visible

quick = settings(max_examples=150, deadline=None)
anything = st.text(max_size=60)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\x00b\x08c\x7fd\x9fe", "abcde"),
        ("soft\u00adhyphen zero\u200bwidth \ufeffmark", "softhyphen zerowidth mark"),
        ("\u202eturned\u202c \u2066apart\u2069", "turned apart"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("e\u0301", "é"),
        ("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"),
        ("spot\u200e marks\u200f stay", "spot\u200e marks\u200f stay"),
        ("tabs\tand\nlines", "tabs\tand\nlines"),
    ],
)
def test_only_what_can_be_seen_is_kept(text, seen):
    assert visible(text) == seen


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("A <b>bold</b> word", "A bold word"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<ul><li>One</li><li>Two</li></ul>", "One Two"),
        ("one<br>two", "one two"),
        ("un<em>believ</em>able", "unbelievable"),
        ("Fish &amp; chips &lt;3 &#8212; &nbsp; good", "Fish & chips <3 — good"),
        ("a < b and b > c", "a < b and b > c"),
        ("<script>alert(1)</script>News", "News"),
        ("  folded \n\t space ", "folded space"),
        ("&#1;&#x202e;seen", "seen"),
        ("", ""),
    ],
)
def test_plain_text_of_html(html, text):
    assert plain(html) == text


def test_a_line_keeps_what_looks_like_a_tag():
    assert line(" The <dialog>\n element &amp; more ") == "The <dialog> element &amp; more"


@quick
@given(anything)
def test_a_line_is_a_line_already(text):
    once = line(text)
    assert line(once) == once
    assert once == once.strip() and "\n" not in once


@pytest.mark.parametrize(
    ("text", "length", "result"),
    [
        ("short enough", 12, "short enough"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one, two, three", 10, "one, two…"),
        ("unbreakable", 6, "unbre…"),
        ("北方的能源价格", 5, "北方的能…"),
    ],
)
def test_a_text_is_cut_at_a_word(text, length, result):
    assert cut(text, length) == result


@quick
@given(anything, st.integers(2, 30))
def test_a_cut_text_fits(text, length):
    assert len(cut(text, length)) <= length


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", (0, 0)),
        ("The operator’s e-mail said 3.5 GW", (6, 0)),
        ("北方的能源", (0, 5)),
        ("ニュース", (0, 4)),
        ("Intel 芯片 2026", (2, 2)),
        ("Новости дня", (2, 0)),
        ("— … !", (0, 0)),
    ],
)
def test_words_are_counted(text, count):
    assert count_words(text) == count


@pytest.mark.parametrize(
    ("text", "most", "result"),
    [
        ("one two three", 3, "one two three"),
        ("one two three", 2, "one two…"),
        ("one, two. Three", 2, "one, two…"),
        ("北方的能源", 3, "北方的…"),
    ],
)
def test_the_first_words(text, most, result):
    assert first_words(text, most) == result


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("Heat pumps: in the North!", "heat-pumps-in-the-north"),
        ("الطاقة في الشمال", "الطاقة-في-الشمال"),
        ("北方的能源", "北方的能源"),
        ("Ünïcode Straße", "ünïcode-straße"),
        ("…", "story"),
        ("", "story"),
    ],
)
def test_a_piece_of_an_address(text, piece):
    assert slug(text) == piece


def test_a_long_piece_ends_with_a_whole_word():
    assert slug("one two three", 10) == "one-two"
    assert slug("unbreakable", 5) == "unbre"


@quick
@given(st.text(max_size=200), st.integers(8, 80))
def test_a_piece_fits_and_is_never_empty(text, length):
    assert 0 < len(slug(text, length)) <= length


def test_the_same_headline_twice_has_two_addresses(db):
    slugs = [draft("Heat pumps").slug for _ in range(3)]
    assert slugs == ["heat-pumps", "heat-pumps-2", "heat-pumps-3"]


def test_a_free_slug_does_not_take_one_that_only_begins_alike(db):
    draft("Heat pumps 2")
    assert free_slug(type(draft()), "Heat pumps", "story") == "heat-pumps"


def test_many_slugs_at_once_differ_from_each_other_in_one_or_two_queries(
    db, django_assert_max_num_queries
):
    article = story("Heat pumps")
    with django_assert_max_num_queries(2):
        slugs = free_slugs(type(article), ["Heat pumps", "Heat pumps", "…"], "story")
    assert slugs == ["heat-pumps-2", "heat-pumps-3", "story"]
