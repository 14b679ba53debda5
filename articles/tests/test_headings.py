"""Anchors of headings: a link to a section goes on working while the story is edited."""

import pytest
from hypothesis import given, settings, strategies as st

from articles.headings import Heading, headings
from articles.tests.newsroom import story

PLAN = ["What was built", "Who paid", "What comes next"]


def body(*texts: str) -> str:
    return "".join(f"<h2>{text}</h2><p>And so on.</p>" for text in texts)


def anchors(found: list[Heading]) -> dict[str, str]:
    return {heading["text"]: heading["anchor"] for heading in found}


def edited(before: list[str], after: list[str]) -> dict[str, str]:
    """The anchors by text after an edit."""
    return anchors(headings(body(*after), headings(body(*before), [])))


def test_a_heading_is_anchored_by_its_words():
    assert headings("<h2>What was built</h2><h3>A <em>pylon</em> &amp; more</h3>", []) == [
        {"level": 2, "text": "What was built", "anchor": "what-was-built"},
        {"level": 3, "text": "A pylon & more", "anchor": "a-pylon-more"},
    ]


def test_an_unchanged_heading_keeps_its_anchor():
    assert edited(PLAN, ["Foreword", *PLAN])["Who paid"] == "who-paid"


def test_a_reworded_heading_keeps_its_anchor():
    found = edited(PLAN, ["What was built", "Who paid for it", "What comes next"])
    assert found["Who paid for it"] == "who-paid"


def test_a_heading_reworded_twice_keeps_its_first_anchor():
    once = headings(body("Who paid for it"), headings(body("Who paid"), []))
    assert headings(body("Who paid for all this"), once)[0]["anchor"] == "who-paid"


def test_headings_in_a_new_order_keep_their_anchors():
    assert edited(PLAN, PLAN[::-1]) == anchors(headings(body(*PLAN), []))


def test_the_heading_after_a_removed_one_keeps_its_own_anchor():
    assert edited(PLAN, ["What was built", "What comes next"]) == {
        "What was built": "what-was-built",
        "What comes next": "what-comes-next",
    }


def test_the_same_heading_twice_has_two_anchors():
    found = headings(body("Update", "Update", "Update"), [])
    assert [heading["anchor"] for heading in found] == ["update", "update-2", "update-3"]


def test_a_new_heading_does_not_take_the_anchor_of_a_reworded_one():
    found = edited(["Costs"], ["Costs and gains", "Costs"])
    assert len(set(found.values())) == 2


@pytest.mark.parametrize(("text", "anchor"), [("…", "section"), ("能源", "能源"), ("C#", "c")])
def test_a_heading_of_any_letters_has_an_anchor(text, anchor):
    assert headings(body(text), [])[0]["anchor"] == anchor


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["A", "B", "b", "C 2", "…", "A-2"]), max_size=6)))
def test_no_anchor_is_given_twice(versions):
    found: list[Heading] = []
    for texts in versions:
        found = headings(body(*texts), found)
        assert len({heading["anchor"] for heading in found}) == len(texts)


def test_an_anchor_is_none_of_the_page_s_own(db, client):
    article = story(body=body("Main", "Verification", "Tone", "File h", "More h", "Theme auto"))
    tree = client.get(article.get_absolute_url()).content.decode()
    assert [tree.count(f'id="{place}"') for place in ("main", "file-h", "theme-auto")] == [1, 1, 1]


@pytest.mark.parametrize(("number", "shown"), [(3, False), (4, True)])
def test_the_contents_show_from_four_headings_on(db, client, number, shown):
    article = story(body=body(*"ABCD"[:number]))
    assert ('class="toc"' in client.get(article.get_absolute_url()).content.decode()) == shown


def test_saving_a_story_keeps_the_anchors_it_had(db):
    article = story(body=body(*PLAN))
    article.body = body("What was built", "Who paid for it", "What comes next")
    article.save()
    article.refresh_from_db()
    assert [heading["anchor"] for heading in article.headings][1] == "who-paid"
