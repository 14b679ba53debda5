"""HTML that takes minutes or gigabytes to parse is refused before anything parses it."""

import time

import pytest
from django.core.exceptions import ValidationError

from articles.bounds import MOST_CHARACTERS, fault
from articles.headings import headings
from articles.models import Article
from articles.sanitising import sanitise
from articles.text import plain

OPEN = "<b><i><u><s><em><strong><code><tt><small><big>"
MONSTERS = {
    "nested": "<div>",
    "nested, told closed": "<div/>",
    "closed by another": "<div></x>",
    "closed in a comment": "<div><!--</div>-->",
    "closed in a field": "<div><textarea></div></textarea>",
    "closed in a table": "<div><table></div></table>",
    "closed in a value": '<div><img alt="></div>">',
    "closed in a tag": "<div><img alt=<></div>",
    "two names in one": "<p\x1cx>",
    "paragraphs in buttons": "<button><p>",
    "bare ampersands": "& ",
    "bare brackets": "< ",
    "headings": "<h2>x</h2>",
}


def filled(piece: str) -> str:
    return piece * (MOST_CHARACTERS // len(piece))


@pytest.mark.parametrize("name", MONSTERS)
def test_a_monster_is_refused_in_seconds(name: str) -> None:
    start = time.monotonic()
    with pytest.raises(ValidationError, match=r"The text .*\."):
        sanitise(filled(MONSTERS[name]))
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("start", [f"<p>{OPEN * 3}</p>", f"<p>{'<b id=1>' * 900}</p>"])
def test_what_a_parser_would_open_again_and_again_is_refused(start: str) -> None:
    assert "without measure" in fault(start + "<p>x" * 100_000)


@pytest.mark.parametrize(
    "piece", ["<p>x <b>y</b></p>", "<ul><li>x</ul>", "<div class='a'>x</div>", "x<br>", "<p>a"]
)
def test_a_long_text_of_a_usual_shape_is_none(piece: str) -> None:
    assert fault(piece * 20_000) == ""


def test_a_plain_line_of_a_monster_costs_nothing() -> None:
    start = time.monotonic()
    assert plain("<div>" * 400_000 + "x") == "x"
    assert time.monotonic() - start < 3


@pytest.mark.django_db
def test_an_editor_is_told_in_a_sentence() -> None:
    with pytest.raises(ValidationError) as refusal:
        Article(headline="x", body="<div>" * 2000).full_clean()
    assert refusal.value.message_dict["body"] == [
        "The text is HTML that is nested more than 1,000 deep."
    ]


@pytest.mark.django_db
def test_a_monster_is_not_stored() -> None:
    with pytest.raises(ValidationError):
        Article(headline="x", body="<div>" * 2000).save()
    assert not Article.objects.exists()


def test_many_headings_are_compared_in_no_time() -> None:
    before = headings("<h2>x</h2>" * 1000, [])
    start = time.monotonic()
    after = headings("<h2>x</h2><h2>y</h2>" * 500, before)
    assert time.monotonic() - start < 1
    assert [h["anchor"] for h in after[:4:2]] == ["x", "x-2"]
