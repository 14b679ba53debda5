"""Places in a list, and the pages between them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from articles.keyset import Cursor, Page
from articles.models import Article
from articles.tests.newsroom import draft, stories, topic

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def pks(page: Page) -> list[int]:
    return [article.pk for article in page]


def listed(**places: Cursor) -> Page:
    return Article.objects.published().page(3, **places)


@given(
    st.datetimes(max_value=datetime(5000, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 10**18 - 1),
)
def test_a_place_is_read_as_it_was_written(moment, pk):
    cursor = Cursor(moment, pk)
    assert Cursor.read(str(cursor)) == cursor


@settings(max_examples=300)
@given(st.text("0123456789-+ x\x00١", max_size=45))
def test_what_is_read_is_a_number_that_a_database_has(written):
    with suppress(ValueError):
        assert Cursor.read(written).pk < 2**63


@pytest.mark.parametrize("written", ["", "1", "1-", "-1", "١-١", "9" * 18 + "-1", "1-" + "9" * 19])
def test_what_is_no_place(written):
    with pytest.raises(ValueError, match="is no place in a list"):
        Cursor.read(written)


def test_a_moment_that_no_calendar_has_is_no_place():
    with pytest.raises(ValueError, match="out of range"):
        Cursor.read("-99999999999999999-1")


@pytest.mark.django_db
def test_an_empty_list_is_one_empty_page():
    page = listed()
    assert (len(page), page.newer, page.older) == (0, None, None)


@pytest.mark.django_db
def test_a_list_that_fits_names_no_other_page():
    stories(3)
    page = listed()
    assert (len(page), page.newer, page.older) == (3, None, None)


@pytest.mark.django_db
def test_stories_of_one_microsecond_are_told_apart_by_number():
    made = [article.pk for article in stories(5, at=NOON)]
    first = listed()
    second = listed(before=first.older)
    assert pks(first) + pks(second) == made[::-1]


@pytest.mark.django_db
def test_stories_a_microsecond_apart_are_told_apart_by_moment():
    made = stories(4)
    for place, article in enumerate(made):
        Article.objects.filter(pk=article.pk).update(published_at=NOON - place * TICK)
    first = listed()
    assert pks(first) + pks(listed(before=first.older)) == [article.pk for article in made]


@pytest.mark.django_db
def test_a_story_published_meanwhile_moves_no_page():
    made = [article.pk for article in stories(6, at=NOON)]
    first = listed()
    draft(topic=topic()).publish(at=NOON + TICK)
    assert pks(listed(before=first.older)) == made[2::-1]


@pytest.mark.django_db
def test_a_place_outlives_its_story():
    made = stories(6, at=NOON)
    older = listed().older
    Article.objects.get(pk=older.pk).withdraw()
    assert pks(listed(before=older)) == [article.pk for article in made[2::-1]]


@pytest.mark.django_db
def test_the_page_above_a_place_is_the_one_right_above_it():
    made = [article.pk for article in stories(7, at=NOON)]
    above = listed(after=Cursor(NOON, made[0]))
    assert pks(above) == made[3:0:-1]
    assert (above.newer.pk, above.older.pk) == (made[3], made[1])


@pytest.mark.django_db
def test_the_newest_page_names_none_newer_however_one_comes_to_it():
    made = [article.pk for article in stories(4, at=NOON)]
    above = listed(after=Cursor(NOON, made[0]))
    assert pks(above) == made[3:0:-1]
    assert above.newer is None
