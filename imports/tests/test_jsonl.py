import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from imports.entry import Entry, Failed, Unreadable
from imports.formats import jsonl
from imports.formats.jsonl import parse

OWN = {
    "number": 412,
    "headline": "Ferries",
    "dek": "A plug in every port.",
    "body": "<p>One.</p>",
    "slug": "ferries",
    "topic": {"slug": "energy", "name": "Energy & Grids"},
    "tags": ["ports", "islands"],
    "authors": ["Ana Duarte"],
    "source": {"domain": "slowpages.example", "name": "Slow Pages"},
    "source_url": "https://slowpages.example/ferries",
    "source_published_at": "2026-05-01T10:00:00Z",
    "language": "en",
    "status": "published",
    "published_at": "2026-05-02T10:00:00Z",
    "withdrawn_at": None,
}


def lines(*given: Any) -> list[Entry | Failed]:
    written = (each if isinstance(each, bytes) else json.dumps(each).encode() for each in given)
    return list(parse(BytesIO(b"\n".join(written))).entries)


def only(story: Any) -> Entry:
    (entry,) = lines(story)
    assert isinstance(entry, Entry)
    return entry


def test_a_story_of_our_own_export():
    entry = only(OWN)
    assert (entry.headline, entry.dek, entry.body) == (OWN["headline"], OWN["dek"], OWN["body"])
    assert (entry.topic, entry.topic_slug) == ("Energy & Grids", "energy")
    assert (entry.slug, entry.language, entry.status) == ("ferries", "en", "published")
    assert (entry.tags, entry.authors) == (("ports", "islands"), ("Ana Duarte",))
    assert entry.address == OWN["source_url"]
    assert entry.published_at == datetime(2026, 5, 2, 10, tzinfo=UTC)


def test_the_number_of_our_own_export_and_all_that_has_no_field():
    entry = only(OWN)
    assert (entry.number, entry.external_id) == (412, "art-412")
    assert entry.extra["source"] == OWN["source"]
    assert entry.extra["source_published_at"] == OWN["source_published_at"]
    assert "body" not in entry.extra


def test_a_withdrawn_story_does_not_come_in_public():
    assert only(OWN | {"withdrawn_at": "2026-05-03T10:00:00Z"}).status == "private"


@pytest.mark.parametrize("number", [0, -1, 2**40, True, "412", 1.5, None])
def test_what_is_no_number_of_ours_makes_no_export_of_ours(number):
    assert only(OWN | {"number": number}).external_id == ""


def test_the_usual_names_of_others():
    entry = only(
        {
            "Title": "Ferries",
            "date": "2026-05-02",
            "body_markdown": "a **b**",
            "author": {"name": "Ana Duarte", "id": 3},
            "tags": [{"name": "ports"}, {"slug": "islands"}],
            "category": ["Energy", "Policy"],
            "image": {
                "url": "https://a.example/f.jpg",
                "alt": "A ferry",
                "caption": "Home",
            },
            "draft": True,
            "id": 7,
        }
    )
    assert (entry.headline, entry.external_id, entry.status) == ("Ferries", "7", "draft")
    assert "<strong>b</strong>" in entry.body
    assert (entry.topic, entry.tags) == ("Energy", ("Policy", "ports", "islands"))
    assert entry.authors == ("Ana Duarte",)
    assert (entry.images, entry.lead_alt, entry.lead_caption) == (
        ("https://a.example/f.jpg",),
        "A ferry",
        "Home",
    )


def test_values_of_a_type_that_nobody_expects_are_left_out():
    entry = only({"title": "A", "date": {"a": 1}, "authors": 5, "tags": {"x": [1]}, "url": [1]})
    assert (entry.published_at, entry.authors, entry.tags, entry.address) == (None, ("5",), (), "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"title": "A"', "no JSON: "),
        (b"[1]", "no JSON object"),
        (b'"text"', "no JSON object"),
        (b'{"title": NaN}', "absurd number"),
        (b'{"title": ' + b"9" * 5000 + b"}", "absurd number"),
        (b'{"title": ' + b"[" * 100_000, "nested"),
        (b'{"price": 1}', "“price”"),
        (b"{}", "none at all"),
        (json.dumps({f"k{n}": n for n in range(2000)}).encode(), "1,000 fields"),
    ],
)
def test_a_bad_line_is_named_and_the_others_come_in(line, said):
    first, failed, last = lines({"title": "A"}, line, {"title": "B"})
    assert (first.headline, last.headline) == ("A", "B")
    assert failed.item == "line 2"
    assert said in failed.reason
    assert len(failed.raw) <= 500


def test_a_line_that_is_too_long_is_skipped(monkeypatch):
    monkeypatch.setattr(jsonl, "MOST_LINE", 1000)
    _, failed, last = lines({"title": "A"}, {"title": "x" * 5000}, {"title": "B"})
    assert (failed.item, last.headline) == ("line 2", "B")


def test_blank_lines_bom_and_windows_line_ends():
    found = lines(b'\xef\xbb\xbf{"title": "A"}\r', b"", b" ", b'{"title": "B"}\r')
    assert [each.headline for each in found] == ["A", "B"]


def test_latin_1_is_read_as_such():
    text = '{"title": "Déjà vu", "dek": "The café by the harbour in the summer"}'
    assert only(text.encode("cp1252")).headline == "Déjà vu"


def test_halves_of_characters_do_not_reach_what_has_no_cleaning():
    entry = only(
        rb'{"number": 1, "headline": "A", "slug": "a\ud800", "topic": "\udfffb", "x": ["\ud800"]}'
    )
    assert (entry.slug, entry.topic) == ("a", "b")
    assert entry.extra == {"topic": "b", "x": [""]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b'[{"title": "A"}]', "jq -c '.[]'"),
        (b'{\n"title": "A"\n}', "several lines"),
        (b'{"db": [{"meta": {}}]}', "import_ghost"),
        (b'{"price": 1}\n{"price": 2}', "“price”"),
        (b"a,b,c\n1,2,3", "no JSON"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b"\x1f\x8b\x08", "gzip"),
    ],
)
def test_what_holds_no_stories_is_refused_with_a_sentence(data, said):
    with pytest.raises(Unreadable, match=r"\.$") as caught:
        parse(BytesIO(data))
    assert said in str(caught.value)


def test_a_bad_beginning_is_no_bad_file():
    failed, entry = lines(b"oops", {"title": "A"})
    assert (failed.item, entry.headline) == ("line 1", "A")


def test_lines_are_read_as_they_are_asked_for():
    file = BytesIO(b'{"title": "A"}\n' * 100_000)
    next(iter(parse(file).entries))
    assert file.tell() < 10_000
