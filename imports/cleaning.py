"""An entry made safe and regular. Every entry passes here before anything of it is stored."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from articles.text import count_words, cut, plain, visible
from imports import bodies, dates
from imports.addresses import absolute, canonical, host, is_web
from imports.bylines import name_of
from imports.entry import Entry, Refused

HEADLINE_LENGTH = 200
MADE_HEADLINE_LENGTH = 120
DEK_LENGTH = 600
MADE_DEK_LENGTH = 300
LONG_BODY = 60  # words from which a body gets a dek of its first sentences
ADDRESS_LENGTH = 2000
ID_LENGTH = 2000
MOST_AUTHORS, AUTHOR_LENGTH = 10, 120
MOST_TAGS, TAG_LENGTH = 20, 60
MOST_IMAGES = 20
RAW_LENGTH = 500

_READ = 20_000  # characters of a text that are looked at for a line of it
_MOST_READ = 20_000  # authors and tags that are looked at
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_NO_LANGUAGES = {"und", "mul", "zxx", "mis"}
# A stop ends a sentence after a number or a word of three letters that is no title.
_SENTENCE_END = re.compile(
    r"(?:(?<=\w{3})(?<!\b(?:Rep|Sen|Gov|Gen|Col|Sgt|Rev|Mrs))\.|[!?…]|(?<=\d)\.)[\"'”’»)\]]*(?=\s)|[。！？][」』）”]*|[؟۔।](?=\s)"
)
_COMMA = re.compile("[,;、，；،]")
_BLOCK = re.compile(r"</(?:p|h\d|li|div|blockquote|pre)>|<br\s*/?>", re.I)
# What WordPress adds to every excerpt, and the hints at more that follow it.
_CHROME = re.compile(
    r"\s*The post .{1,300} (?:first appeared|appeared first) on .{1,200}$"
    r"|\s*(?:\[(?:…|\.\.\.)\]|(?:Continue reading|Read more)\b.{0,150})$",
    re.I,
)


def clean(entry: Entry, *, base: str, language: str, now: datetime | None = None) -> Entry:
    """The entry with safe HTML, plain lines and canonical address; `notes` say what was changed.

    `base` is the site its relative links belong to, `language` the feed's. Raises Refused with
    the reason for an entry with nothing in it, or with a body of an absurd size or shape.
    """
    address, notes = _address(entry.address, base)
    body, left_out = bodies.cleaned(entry.body, _base(address, base))
    if not body:
        body, more_left_out = bodies.cleaned(entry.dek, _base(address, base))
        left_out += more_left_out
    headline, headline_notes = _headline(entry, body, address)
    published_at, date_notes = _date(entry, now or datetime.now(UTC))
    authors, author_notes = _authors(entry.authors)
    tags, tag_notes = _tags(entry.tags)
    all_notes = (entry.notes, notes, headline_notes, left_out, date_notes, author_notes, tag_notes)
    return replace(
        entry,
        external_id=visible(entry.external_id).strip()[:ID_LENGTH],
        address=address,
        headline=headline,
        dek=_dek(entry.dek, body),
        body=body,
        language=_language(entry.language) or _language(language),
        published_at=published_at,
        date_text=visible(entry.date_text)[:RAW_LENGTH],
        authors=authors,
        tags=tags,
        images=_images(entry.images, _base(address, base)),
        raw=visible(entry.raw)[:RAW_LENGTH],
        slug=_storable(entry.slug),
        topic=plain(entry.topic[:_READ]),
        topic_slug=_storable(entry.topic_slug),
        old_paths=tuple(map(_storable, entry.old_paths)),
        lead_alt=plain(entry.lead_alt[:_READ]),
        lead_caption=plain(entry.lead_caption[:_READ]),
        notes=tuple(note for several in all_notes for note in several),
    )


def _address(given: str, base: str) -> tuple[str, list[str]]:
    if not given.strip():
        return "", []
    address = canonical(absolute(given, base))
    if not address:
        shown = cut(visible(given).strip(), 100)
        return "", [f"the address “{shown}” left out: it is no web address"]
    if len(address) > ADDRESS_LENGTH:
        return "", [f"the address left out: it is longer than {ADDRESS_LENGTH} characters"]
    return address, []


def _base(address: str, base: str) -> str:
    """What relative links belong to: on link blogs and behind proxies the site, not the address."""
    return address if address and (not base or host(address) == host(base)) else base


def _headline(entry: Entry, body: str, address: str) -> tuple[str, list[str]]:
    """The headline, or one made from what there is. Raises Refused when there is nothing."""
    if headline := plain(entry.headline[:_READ]):
        is_long = len(headline) > HEADLINE_LENGTH
        notes = [f"the headline cut to {HEADLINE_LENGTH} characters"] if is_long else []
        return cut(headline, HEADLINE_LENGTH), notes
    if text := _first_block(body):
        sentence = text[: next(end for end in _ends(text) if end >= min(20, len(text)))]
        return cut(sentence, MADE_HEADLINE_LENGTH), ["the headline made from the text"]
    if address:
        made = cut(_from_address(address), MADE_HEADLINE_LENGTH)
        return made, ["the headline made from the address"]
    raise Refused("it has neither a headline nor a text nor an address")


def _first_block(body: str) -> str:
    pieces = _BLOCK.split(body[:_READ])
    return next((text for piece in pieces if (text := plain(piece))), "")


def _ends(text: str) -> list[int]:
    return [found.end() for found in _SENTENCE_END.finditer(text)] + [len(text)]


def _from_address(address: str) -> str:
    """The last piece of the path in words, else the whole address without its scheme."""
    pieces = [piece for piece in urlsplit(address).path.split("/") if piece]
    words = visible(unquote(pieces[-1] if pieces else ""))
    words = re.sub(r"\.\w{1,5}$", "", words)
    words = " ".join(re.sub(r"[-_+\s]+", " ", words).split())
    if not re.search(r"[^\W\d_]{2}", words):
        return address.partition("://")[2].rstrip("/")
    return words[:1].upper() + words[1:]


def _dek(given: str, body: str) -> str:
    dek = plain(given[:_READ])
    if dek := _CHROME.sub("", _CHROME.sub("", dek)).strip():
        return cut(dek, DEK_LENGTH)
    text = plain(body[:_READ])
    words, unspaced = count_words(text)
    return _lead(text) if words + unspaced // 2 > LONG_BODY else ""


def _lead(text: str) -> str:
    """The first sentences that fit, else as much of the first as does."""
    fitting = [end for end in _ends(text) if end <= MADE_DEK_LENGTH]
    return text[: fitting[-1]].strip() if fitting else cut(text, MADE_DEK_LENGTH)


def _language(given: str) -> str:
    tag = given.strip().lower().replace("_", "-")
    is_language = len(tag) <= 35 and _LANGUAGE.fullmatch(tag) and tag not in _NO_LANGUAGES
    return tag if is_language else ""


def _date(entry: Entry, now: datetime) -> tuple[datetime | None, list[str]]:
    shown = cut(visible(entry.date_text).strip(), 60)
    if entry.published_at is None:
        return None, [f"the date “{shown}” cannot be read"] if shown else []
    try:
        return dates.sane(entry.published_at.astimezone(UTC), now), []
    except Refused as reason:
        shown = shown or entry.published_at.isoformat()
        return None, [f"the date “{shown}” left out: {reason}"]


def _authors(given: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    names = (cut(name_of(plain(name[:_READ])), AUTHOR_LENGTH) for name in given[:_MOST_READ])
    different = {name.casefold(): name for name in reversed([*filter(None, names)])}
    kept = tuple(reversed(different.values()))
    notes = [f"{len(kept) - MOST_AUTHORS} of {len(kept)} authors left out"]
    return kept[:MOST_AUTHORS], notes if len(kept) > MOST_AUTHORS else []


def _tags(given: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    given = tuple(tag[:_READ].strip() for tag in given[:_MOST_READ])
    several = (_COMMA.split(plain(tag)) for tag in given if not is_web(tag))
    words = (word.lower().strip(" #") for tag in several for word in tag)
    whole = dict.fromkeys(word for word in words if any(map(str.isalnum, word)))
    kept = tuple(dict.fromkeys(_short(word) for word in whole))
    notes = []
    if any(len(word) > TAG_LENGTH for word in whole):
        notes.append(f"a tag cut to {TAG_LENGTH} characters")
    if len(kept) > MOST_TAGS:
        notes.append(f"{len(kept) - MOST_TAGS} of {len(kept)} tags left out")
    return kept[:MOST_TAGS], notes


def _short(tag: str) -> str:
    return cut(tag, TAG_LENGTH).rstrip("…")


def _storable(text: str) -> str:
    """The text but for what no database holds; its spelling stays, since it is an address's."""
    return text.encode("utf-8", "ignore").decode().replace("\x00", "")


def _images(given: tuple[str, ...], base: str) -> tuple[str, ...]:
    addresses = (visible(absolute(address, base)) for address in given)
    fitting = (each for each in addresses if is_web(each) and len(each) <= ADDRESS_LENGTH)
    return tuple(dict.fromkeys(fitting))[:MOST_IMAGES]
