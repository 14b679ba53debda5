from datetime import UTC, datetime
from pathlib import Path

import pytest

from imports.entry import Entry, Failed, Unreadable
from imports.formats import table
from imports.formats.table import parse


def rows(text: str | bytes | Path) -> list[Entry | Failed]:
    return list(parse(text.encode() if isinstance(text, str) else text).entries)


def only(text: str | bytes | Path) -> Entry:
    (entry,) = rows(text)
    assert isinstance(entry, Entry)
    return entry


def test_a_row_whole():
    entry = only(
        "ID,Title,Date,Byline,Tags,Category,Excerpt,Body_HTML,URL,Slug,Status,Lang,"
        "Image,Image Alt\n"
        "7,Ferries,2026-05-02 10:00,Ana Duarte|Kei Ito,ports; islands,Energy,A plug.,<p>One.</p>,"
        "https://slowpages.example/ferries,ferries,publish,en,"
        "https://slowpages.example/f.jpg,A ferry\n"
    )
    assert (entry.external_id, entry.headline, entry.dek) == ("7", "Ferries", "A plug.")
    assert entry.published_at == datetime(2026, 5, 2, 10, tzinfo=UTC)
    assert (entry.authors, entry.tags) == (("Ana Duarte", "Kei Ito"), ("ports", "islands"))
    assert (entry.topic, entry.slug, entry.status) == ("Energy", "ferries", "published")
    assert entry.body == "<p>One.</p>"
    assert entry.address == "https://slowpages.example/ferries"
    assert (entry.images, entry.lead_alt) == (("https://slowpages.example/f.jpg",), "A ferry")
    assert entry.language == "en"


@pytest.mark.parametrize("name", ["title", "HEADLINE", "Post Title", "post-title", "postTitle"])
def test_names_in_any_case_and_spelling(name):
    assert only(f"x,{name}\n1,Ferries\n").headline == "Ferries"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(sign):
    cells = (f'"{each}"' for each in ("A, b", "c; d", "e"))
    entry = only(f"title{sign}excerpt{sign}slug\n{sign.join(cells)}\n")
    assert (entry.headline, entry.dek, entry.slug) == ("A, b", "c; d", "e")


def test_a_name_that_is_known_counts_more_than_many_commas():
    assert only("title;body, the whole, of it, here\nFerries;x").headline == "Ferries"


def test_excels_hint_is_obeyed():
    assert only("sep=;\r\ntitle;slug\r\nFerries;a\r\n").slug == "a"


def test_newlines_and_quotes_inside_a_field():
    entry = only('title,body\n"A ""quoted"" one","line 1\r\n\r\nline, 2"\n')
    assert entry.headline == 'A "quoted" one'
    assert entry.body == "line 1\r\n\r\nline, 2"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-8", "cp1252", "utf-16", "utf-16-le"])
def test_charsets(codec, tmp_path):
    text = "title;dek\nDéjà vu;The café by the harbour, and what the summer did to it\n"
    data = text.encode(codec)
    assert only(data).headline == "Déjà vu"
    file = tmp_path / "table.csv"
    file.write_bytes(data)
    assert only(file).headline == "Déjà vu"


def test_rows_of_another_width_are_named_by_their_line():
    found = rows('title,slug\n"A\nB",a\nshort\n\nC,c,too,much\nD,d,,\n')
    assert [getattr(each, "headline", each) for each in found] == [
        "A\nB",
        Failed("line 4", "it has 1 fields, but the first row names 2 columns", "short"),
        Failed("line 6", "it has 4 fields, but the first row names 2 columns", "C; c; too; much"),
        "D",
    ]


def test_blank_rows_are_no_rows():
    assert len(rows("\n\ntitle,slug\n,\n\nA,a\n , \n")) == 1


def test_a_quote_left_open_costs_a_row(monkeypatch):
    monkeypatch.setattr(table, "MOST_FIELD", 1000)
    bad, *good = rows('title,slug\n"A,a\n' + "B,b\n" * 400)
    assert bad.item == "line 2"
    assert "is a quote left open?" in bad.reason
    assert good[-1].headline == "B"


def test_a_row_without_end_is_never_held_whole(monkeypatch, tmp_path):
    monkeypatch.setattr(table, "MOST_ROW", 10_000)
    file = tmp_path / "table.csv"
    file.write_text(
        "title,slug\nA,a\n" + "x" * 50_000 + "\nB,b\n" + '"' + "y\n" * 9000 + '",c\nC,c\n'
    )
    found = rows(file)
    assert [each.item for each in found if isinstance(each, Failed)][:2] == ["line 3", "line 5"]
    assert [each.headline for each in found if isinstance(each, Entry)][:2] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        (",,,\n,,,\n", "empty"),
        ("name;price\nx;1\n", "“name”, “price”"),
        ("name;price\nx;1\n", "headline, title"),
        (b"PK\x03\x04" + b"x" * 50, "save the sheet as CSV"),
        (",".join(f"c{n}" for n in range(2000)), "2,000 columns"),
    ],
)
def test_what_is_no_table_of_stories_is_refused_with_a_sentence(text, said):
    with pytest.raises(Unreadable, match=r"\.$") as caught:
        rows(text)
    assert said in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(Unreadable, match="No such file"):
        parse(tmp_path / "none.csv")


def test_markdown_is_rendered_and_html_stays():
    assert "<strong>b</strong>" in only("title,body_markdown\nA,a **b**\n").body
    assert only("title,body\nA,<p>a **b**\n").body == "<p>a **b**"
    assert only("title,body_text\nA,a < b\n").body == "<p>a &lt; b</p>"


def test_a_text_that_cannot_be_rendered_costs_its_row():
    failed, entry = rows("title,markdown\nA," + "[" * 60_000 + "\nB,b\n")
    assert (failed.item, entry.headline) == ("line 2", "B")


@pytest.mark.parametrize(
    ("header", "cells", "status"),
    [
        ("status", "publish", "published"),
        ("status", "Draft", "draft"),
        ("post_status", "future", "scheduled"),
        ("status", "Trash", "private"),
        ("status", "", "draft"),
        ("is_published", "TRUE", "published"),
        ("is_published", "false", "draft"),
        ("published", "1", "published"),
        ("published", "2026-05-02", ""),
        ("draft", "yes", "draft"),
        ("draft", "no", ""),
        ("status,draft", "published,true", "draft"),
        ("is_published,audience", "true,only_paid", "private"),
        ("is_published,audience", "true,everyone", "published"),
        ("slug", "a", ""),
    ],
)
def test_the_most_cautious_word_on_the_status_counts(header, cells, status):
    assert only(f"title,{header}\nA,{cells}\n").status == status


def test_a_status_that_nobody_knows_is_a_draft_with_a_note():
    entry = only("title,status\nA,zombie\n")
    assert (entry.status, entry.notes) == ("draft", ("the status “zombie” taken as a draft",))


def test_the_first_of_several_categories_is_the_topic():
    entry = only("title,categories,tags\nA,Energy|Policy,grid|energy\n")
    assert (entry.topic, entry.tags) == ("Energy", ("grid", "energy", "Policy"))


def test_lists_as_json_in_a_cell():
    assert only('title,tags\nA,"[""grid"", ""ports""]"\n').tags == ("grid", "ports")


def test_an_address_without_a_site_is_an_old_path():
    assert only("title,url\nA,/2014/03/ferries\n").old_paths == ("/2014/03/ferries",)


def test_a_date_that_cannot_be_read_is_kept_as_text():
    entry = only("title,date\nA,03/04/2024\n")
    assert (entry.published_at, entry.date_text) == (None, "03/04/2024")


def test_the_first_date_that_can_be_read_counts():
    assert only("title,published_at,date\nA,soon,2026-05-02\n").published_at.day == 2


def test_a_column_named_twice_is_read_where_it_holds_something():
    assert only("title,title\n,Ferries\n").headline == "Ferries"


def test_rows_are_read_as_they_are_asked_for(tmp_path):
    file = tmp_path / "table.csv"
    file.write_text("title,body\n" + "".join(f"Story {n},{'word ' * 2000}\n" for n in range(3000)))
    entries = iter(parse(file).entries)
    assert next(entries).headline == "Story 0"
    assert sum(isinstance(each, Entry) for each in entries) == 2999


@pytest.mark.parametrize("nothing", ["NULL", "None", "nan", r"\N", "N/A"])
def test_what_programs_write_for_nothing_is_nothing(nothing):
    entry = only(f"title,dek,date,authors\n{nothing},{nothing},{nothing},{nothing}\n")
    assert (entry.headline, entry.dek, entry.date_text, entry.authors) == (nothing, "", "", ())
