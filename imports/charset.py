"""Bytes to text as browsers do it, except that a declaration is checked before it is believed.

Labels mean what the WHATWG Encoding Standard says: "iso-8859-1" is windows-1252, "gb2312" is
gb18030, "shift_jis" is windows-31j.
"""

import codecs
import re
from collections.abc import Iterator

import charset_normalizer

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 2048  # bytes in which a declaration is looked for
_SAMPLE = 200_000  # bytes that are enough to detect by
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_IN_MARKUP = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']?\s*([\w.:-]+)"
    rb"|<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)",
    re.I,
)
# Labels that Python does not know, and codecs that the standard reads as a larger one.
_LABELS = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-x-big5": "big5hkscs",
    "windows-949": "cp949",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "x-mac-cyrillic": "mac-cyrillic",
}
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_SEVEN_BIT = {"iso2022_jp", "iso2022_kr"}
_DETECTABLE = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949", "iso8859_2", "cp874"),
)
_SINGLE_BYTE = re.compile(r"cp(?:125\d|866|874)|iso8859-\d+|koi8-[ru]|mac-(?:roman|cyrillic)")
_MULTI_BYTE = {"gb18030", "big5hkscs", "cp950", "cp949", "cp932", "euc_jp"}


def decode(data: bytes, content_type: str = "") -> str:
    """A document's text without byte order mark. Never fails: what fits nowhere is U+FFFD.

    `content_type` is the HTTP header with its charset, "" when there was none.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data.removeprefix(mark).decode(codec, "replace").lstrip("\ufeff")
    if wide := _wide_codec(data):
        return data.decode(wide, "replace")
    declared = list(_declared(data, content_type))
    if b"\x1b" in data and (seven_bit := _SEVEN_BIT.intersection(declared)):
        return data.decode(seven_bit.pop(), "replace")
    try:
        # Text in another encoding is next to never valid UTF-8, whatever is declared.
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    lenient = data.decode("utf-8", "replace")
    if _is_damaged_utf8(lenient):
        return lenient
    for codec in declared:
        if (text := _fitting(data, codec)) is not None:
            return text
    return data.decode(_detected(data), "replace")


def _wide_codec(data: bytes) -> str:
    """UTF-16 without a mark shows in the NULs of its markup; a declaration of it proves nothing."""
    head = data[:200]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 8 or max(even, odd) <= 2 * min(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _declared(data: bytes, content_type: str) -> Iterator[str]:
    """The codecs that header and document name, in the order in which they are to be tried."""
    labels = [found[1] for found in [_IN_HEADER.search(content_type)] if found]
    if found := _IN_MARKUP.search(data[:_HEAD]):
        label = (found[1] or found[2]).decode("ascii", "replace")
        # Servers add "iso-8859-1" by default; the document was written by somebody who knew.
        is_default = bool(labels) and _codec(labels[0]) == "cp1252"
        labels.insert(0 if is_default else len(labels), label)
    for label in labels:
        if codec := _codec(label):
            yield codec


def _codec(label: str) -> str:
    """Python's name for a label; "" for unknown ones and for what is no legacy encoding of text."""
    label = label.strip().lower()
    try:
        name = codecs.lookup(_LABELS.get(label, label)).name
    except (LookupError, ValueError):
        return ""
    name = _READ_AS.get(name, name)
    is_known = name in _MULTI_BYTE or name in _SEVEN_BIT or _SINGLE_BYTE.fullmatch(name)
    return name if is_known else ""


def _is_damaged_utf8(lenient: str) -> bool:
    """Whether this is UTF-8 with a few broken places, as where a text was cut inside a letter."""
    broken = lenient.count("\ufffd")
    return len(lenient) - len(lenient.encode("ascii", "ignore")) > 10 * broken


def _fitting(data: bytes, codec: str) -> str | None:
    """The text if the bytes fit the codec but for a few places."""
    text = data.decode(codec, "replace")
    return text if text.count("\ufffd") <= len(text) // 1000 + 1 else None


def _detected(data: bytes) -> str:
    """The likeliest codec of undeclared bytes: windows-1252 unless they look otherwise."""
    sample = data[:_SAMPLE]
    high = sum(byte > 0x7F for byte in sample)
    letters = high + sum(
        map(str.isalpha, re.sub(rb"<[^<>]*>", b"", sample).decode("ascii", "ignore"))
    )
    if high * 4 < letters:
        # Western languages have few accents among many plain letters, and guessers mistake them.
        return "cp1252"
    best = charset_normalizer.from_bytes(sample, cp_isolation=list(_DETECTABLE)).best()
    return best.encoding if best else "cp1252"
