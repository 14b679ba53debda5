"""HTML of others: what stays, what is mended, what is left out."""

import time

import pytest

from articles.sanitising import sanitise
from imports.bodies import cleaned
from imports.entry import Refused

BASE = "https://gridledger.example/2026/story"


def body(html: str) -> str:
    return cleaned(html, BASE)[0]


def notes(html: str) -> list[str]:
    return cleaned(html, BASE)[1]


def test_scripts_do_not_pass() -> None:
    html = "<p onclick='x()'>Text<script>x()</script> <a href='javascript:x()'>a link</a></p>"
    assert body(html) == '<p>Text <a rel="noopener">a link</a></p>'


def test_lines_become_paragraphs() -> None:
    assert (
        body("One &amp; two.\r\n\r\nThree < four.")
        == "<p>One &amp; two.</p><p>Three &lt; four.</p>"
    )


def test_loose_text_and_empty_lines_become_paragraphs() -> None:
    html = "Loose <b>text</b><br><br>more<ul><li>x</li></ul><p>a<br>b<br> <br>c</p>tail"
    assert body(html) == (
        "<p>Loose <strong>text</strong></p><p>more</p><ul><li>x</li></ul>"
        "<p>a<br>b</p><p>c</p><p>tail</p>"
    )


def test_links_are_absolute_and_untracked() -> None:
    links = body('<a href="../a?utm_source=x&amp;b=1">a</a> <a href="#n1">1</a>')
    assert 'href="https://gridledger.example/a?b=1"' in links
    assert 'href="https://gridledger.example/2026/story#n1"' in links


def test_a_relative_link_without_base_is_text() -> None:
    assert cleaned('<a href="/a">a</a>', "")[0] == '<p><a rel="noopener">a</a></p>'


def test_pictures_are_counted_once() -> None:
    html = '<p>Text</p><img src="a.jpg"><picture><source srcset="b"><img src="b.jpg"></picture>'
    assert body(html) == "<p>Text</p>"
    assert notes(html) == ["2 remote pictures left out"]


def test_pixels_that_count_readers_are_not_worth_a_note() -> None:
    assert notes('<p>Text<img src="https://count.example/x" width="1" height="1"></p>') == []


def test_a_lazy_picture_is_not_counted_again_without_script() -> None:
    assert notes('<img data-src="a"><noscript><img src="a"></noscript>x') == [
        "1 remote picture left out"
    ]


def test_a_caption_goes_with_its_picture() -> None:
    html = '<p>Text</p><figure><a href="x"><img src="a"></a><figcaption>Who?</figcaption></figure>'
    assert body(html) == "<p>Text</p>"


def test_a_figure_with_more_than_a_picture_stays() -> None:
    table = "<table><tr><td>1</td></tr></table>"
    html = f"<figure><img src='a'>{table}<figcaption>Sums</figcaption></figure>"
    assert "Sums" in body(html) and "<td>" in body(html)


def test_players_are_left_out_with_what_stands_in_for_them() -> None:
    html = '<p>Text</p><video src="a">Your browser is old.</video><iframe src="b"></iframe>'
    assert body(html) == "<p>Text</p>"
    assert notes(html) == ["2 embedded players left out"]


def test_a_player_that_never_ends_costs_no_text() -> None:
    assert "Text" in body("<video src='a'><p>Text</p>")


def test_pictures_of_emoji_are_emoji() -> None:
    assert body('<p>Hi <img class="wp-smiley" alt="🙂" src="x"></p>') == "<p>Hi 🙂</p>"


def test_a_link_around_a_picture_goes_with_it() -> None:
    assert body('<p>Text</p><p><a href="/a"><img src="a"></a></p>') == "<p>Text</p>"


def test_a_body_of_pictures_alone_is_none() -> None:
    assert cleaned("<p><img src='a'></p>", BASE) == ("", ["1 remote picture left out"])


def test_the_signature_of_wordpress_goes() -> None:
    html = '<p>Text</p><p>The post <a href="/1">T</a> appeared first on <a href="/">G</a>.</p>'
    assert body(html) == "<p>Text</p>"


@pytest.mark.parametrize(
    "html",
    ["<b><p>a</b>b</p>", "<p>a<p>b", "<a href=x><p>a</a>", "a<br><br><b>b<br><br>c</b>", "<li>a"],
)
def test_what_is_cleaned_is_clean(html: str) -> None:
    assert sanitise(body(html)) == body(html)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<div>" * 400_000, "nested"),
        ("<ul><li>" * 200_000, "nested"),
        ("&" * 1_900_000, "ampersands"),
        ("x" * 2_000_001, "characters"),
    ],
)
def test_what_would_take_minutes_is_refused_at_once(html: str, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(Refused, match=reason):
        cleaned(html, BASE)
    assert time.monotonic() - started < 3
