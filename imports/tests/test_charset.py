import pytest

from imports.charset import decode
from imports.formats.feed import parse
from imports.tests.samples import feed

ARABIC = feed("arabic.xml").decode()
HEBREW = feed("hebrew.xml").decode()
JAPANESE = feed("japanese.rdf").decode()
KOREAN = feed("korean.xml").decode()
GERMAN = '<?xml version="1.0" encoding="UTF-8"?><p>Größe, „Maß“ und 5 € für Käse</p>'


@pytest.mark.parametrize(
    ("text", "label", "codec"),
    [
        (ARABIC, "windows-1256", "cp1256"),
        (HEBREW, "iso-8859-8-i", "iso8859-8"),
        (HEBREW, "windows-1255", "cp1255"),
        (JAPANESE, "shift_jis", "cp932"),
        (JAPANESE, "EUC-JP", "euc_jp"),
        (JAPANESE, "iso-2022-jp", "iso2022_jp"),
        (KOREAN, "ks_c_5601-1987", "cp949"),
        (KOREAN, "euc-kr", "cp949"),
        (GERMAN, "iso-8859-1", "cp1252"),
    ],
)
def test_a_declared_encoding(text: str, label: str, codec: str) -> None:
    assert decode(text.replace("UTF-8", label).encode(codec)) == text.replace("UTF-8", label)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (ARABIC, "cp1256"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
        (GERMAN, "cp1252"),
    ],
)
def test_an_undeclared_encoding(text: str, codec: str) -> None:
    bare = text.replace(' encoding="UTF-8"', "")
    assert decode(bare.encode(codec)) == bare


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_with_and_without_mark(codec: str) -> None:
    assert decode(KOREAN.encode(codec)) == KOREAN


@pytest.mark.parametrize("label", ["utf-16", "iso-8859-1", "windows-1251", "nonsense", "hex"])
def test_a_declaration_that_lies_about_utf_8_is_seen_through(label: str) -> None:
    lying = KOREAN.replace("UTF-8", label)
    assert decode(lying.encode()) == lying


def test_the_header_speaks_where_the_document_does_not() -> None:
    bare = ARABIC.replace(' encoding="UTF-8"', "")
    assert decode(bare.encode("cp1256"), "text/xml; charset=windows-1256") == bare


def test_the_default_of_a_server_gives_way_to_the_document() -> None:
    text = ARABIC.replace("UTF-8", "windows-1256")
    assert decode(text.encode("cp1256"), "text/xml; charset=ISO-8859-1") == text


def test_one_broken_character_does_not_cost_the_others() -> None:
    data = KOREAN.encode().replace("절반".encode(), "절".encode() + "반".encode()[:2], 1)
    text = decode(data)
    assert text.count("\ufffd") == 1
    assert "전력망 일지" in text


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xfe", b"\x00", b"\x81\x8d\x8f\x90\x9d"])
def test_no_bytes_fail(data: bytes) -> None:
    assert isinstance(decode(data), str)


def test_a_feed_is_decoded_by_its_header() -> None:
    data = ARABIC.replace(' encoding="UTF-8"', "").encode("cp1256")
    assert (
        parse(data, content_type="application/rss+xml; charset=windows-1256").title == "دفتر الشبكة"
    )
