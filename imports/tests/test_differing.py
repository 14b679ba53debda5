import time

from hypothesis import given, strategies as st

from imports.differing import IN, MOST_WORDS, OUT, SAME, Piece, blocks, lines, pieces


def shown(ours: str, theirs: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces(ours, theirs)]


def test_a_word_that_changed_is_shown_alone() -> None:
    assert shown("storage served a third", "storage served a half") == [
        (SAME, "storage served a "),
        (OUT, "third"),
        (IN, "half"),
    ]


def test_neighbours_are_shown_as_one() -> None:
    assert shown("an old grey cat", "a new red cat") == [
        (OUT, "an old grey"),
        (IN, "a new red"),
        (SAME, " cat"),
    ]


def test_equal_texts_have_one_piece() -> None:
    assert pieces("one", "one") == [Piece(SAME, "one")]
    assert pieces("", "") == []


def test_scripts_without_spaces_are_compared_by_character() -> None:
    assert shown("電池が主役", "電池も主役") == [
        (SAME, "電池"),
        (OUT, "が"),
        (IN, "も"),
        (SAME, "主役"),
    ]


def test_long_unchanged_text_is_left_out() -> None:
    same = "word " * 400
    found = pieces(same + "old", same + "new")
    assert len(found[0].text) < 450 and "[…]" in found[0].text


def test_html_is_read_a_paragraph_a_line() -> None:
    html = "<p>One &amp; <b>two</b></p><ul><li>three</li></ul>"
    assert lines(html) == "One & two\n\nthree"
    assert blocks(html).splitlines()[0] == "<p>One &amp; <b>two</b></p>"


def test_a_text_of_absurd_length_takes_no_absurd_time() -> None:
    begun = time.monotonic()
    pieces("a b c d " * 200_000, "a c b d " * 200_000)
    pieces("a b\n" * 50_000, "b a\n" * 50_000)
    pieces(
        "".join(f"w{n % 90} " for n in range(MOST_WORDS)),
        "".join(f"w{n % 89} " for n in range(MOST_WORDS)),
    )
    assert time.monotonic() - begun < 10


@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_both_texts_are_in_it(ours: str, theirs: str) -> None:
    found = pieces(ours, theirs)
    assert "".join(piece.text for piece in found if piece.kind != IN) == ours
    assert "".join(piece.text for piece in found if piece.kind != OUT) == theirs
