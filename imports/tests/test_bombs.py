"""Inputs made to exhaust a machine, through the commands.

Each is refused or cut with a reason that names the file, nothing of it is half stored, and neither
memory nor time grows without bounds. Memory is measured in processes of their own.
"""

import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.forms import model_to_dict

from articles.models import Article, Tag
from imports.tests.archives import WXR_HEAD
from imports.tests.arriving import KINDS, ONE_STORY, PARTS, written
from imports.tests.killing import Job, Site

MEGABYTE = 1_000_000
LONG = 20 * MEGABYTE  # benchmarks.bombs has five times as much
MOST_MEMORY = 400  # MB of a process that reads an input whole; 90 of them are Django's
MOST_SECONDS = 60  # a bound for a busy machine; alone each takes about two
XML_KINDS = ("rss", "atom", "wxr")
GOOD = {**PARTS, "id": "good", "title": "A story that is whole and good"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`megabytes` at its peak, 0 where it was not measured."""

    code: int
    said: str
    stories: int
    megabytes: int = 0


Ignite = Callable[[str, bytes], Outcome]


@pytest.fixture
def bombs(db: None, tmp_path: Path) -> Ignite:
    """Run a kind's command over an input, in this process."""

    def ignite(kind: str, data: bytes) -> Outcome:
        command, arguments = written(tmp_path / kind, kind, data)
        out, code, start = StringIO(), 0, time.monotonic()
        try:
            call_command(command, *arguments, stdout=out)
        except CommandError as error:
            code = error.returncode
        assert time.monotonic() - start < MOST_SECONDS
        return Outcome(code, out.getvalue(), Article.objects.count())

    return ignite


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = Site(tmp_path_factory.mktemp("bombs") / "empty")
    made.prepare()
    return made


@pytest.fixture
def measured(site: Site, tmp_path: Path) -> Ignite:
    """The same in a process of its own on an empty site, for its memory."""

    def ignite(kind: str, data: bytes) -> Outcome:
        command, arguments = written(tmp_path / kind, kind, data)
        usage = site.copied(tmp_path / f"{kind}-site").measured(Job(command, tuple(arguments)))
        assert "Traceback" not in usage.said
        return Outcome(usage.code, usage.said, usage.stories, usage.megabytes)

    return ignite


def is_refused(outcome: Outcome, kind: str, reason: str = "") -> bool:
    """Nothing stored, and a sentence that names the file."""
    is_named = f"{KINDS[kind][1]}" in outcome.said and reason in outcome.said
    return outcome.code == 1 and outcome.stories == 0 and is_named


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
DOCTYPES = {
    "bomb": f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{LAUGHS}]>",
    "quadratic": f"<!DOCTYPE rss [<!ENTITY l9 '{'ha' * 25_000}'>]>",
    "file": "<!DOCTYPE rss [<!ENTITY l9 SYSTEM 'file:///etc/passwd'>]>",
    "parameter": "<!DOCTYPE rss [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x'> %p;]>",
    "external": "<!DOCTYPE rss SYSTEM 'http://127.0.0.1:9/x.dtd'>",
}


@pytest.mark.parametrize("kind", XML_KINDS)
@pytest.mark.parametrize("name", ["bomb", "quadratic", "file"])
def test_entities_are_not_expanded(bombs: Ignite, kind: str, name: str) -> None:
    data = KINDS[kind][2]({"title": "ENTITY"}).replace(b"ENTITY", b"&l9;" * 100)
    data = data.replace(b"?>", f"?>{DOCTYPES[name]}".encode(), 1)
    assert is_refused(bombs(kind, data), kind, "ntit")


@pytest.mark.parametrize("kind", XML_KINDS)
@pytest.mark.parametrize("name", ["parameter", "external"])
def test_nothing_outside_is_read(bombs: Ignite, kind: str, name: str) -> None:
    data = KINDS[kind][2]({}).replace(b"?>", f"?>{DOCTYPES[name]}".encode(), 1)
    outcome = bombs(kind, data)
    assert outcome.stories == 1 or is_refused(outcome, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_of_20_megabytes_is_cut_or_refused(bombs: Ignite, kind: str) -> None:
    outcome = bombs(kind, KINDS[kind][2]({"title": "word " * (LONG // 5)}))
    assert outcome.stories == 1 or is_refused(outcome, kind)


@pytest.mark.parametrize("kind", ["rss", "wxr", "ghost"])
def test_it_takes_no_more_memory_than_a_few_copies(measured: Ignite, kind: str) -> None:
    outcome = measured(kind, KINDS[kind][2]({"title": "word " * (LONG // 5)}))
    assert 0 < outcome.megabytes < MOST_MEMORY


def test_a_bomb_of_entities_takes_none(measured: Ignite) -> None:
    data = KINDS["rss"][2]({"title": "&l9;"}).replace(b"&amp;l9;", b"&l9;")
    outcome = measured("rss", data.replace(b"?>", f"?>{DOCTYPES['bomb']}".encode(), 1))
    assert is_refused(outcome, "rss") and 0 < outcome.megabytes < 200


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ONE_STORY])
def test_the_story_beside_a_monster_comes_in(bombs: Ignite, kind: str) -> None:
    monster = {**PARTS, "id": "monster", "body": "x<div>" * 100_000}
    outcome = bombs(kind, KINDS[kind][2](GOOD, monster))
    assert (outcome.code, outcome.stories) == (3, 1)
    assert "nested" in outcome.said and KINDS[kind][1] in outcome.said


@pytest.mark.parametrize("body", ["x<div>" * 300_000, "& " * 900_000, "x<b id=<1>" * 180_000])
@pytest.mark.parametrize("kind", ["rss", "wxr", "ghost", "csv", "jsonl"])
def test_a_body_that_takes_minutes_is_refused(bombs: Ignite, kind: str, body: str) -> None:
    assert is_refused(bombs(kind, KINDS[kind][2]({"body": body})), kind)


@pytest.mark.parametrize("kind", ["rss", "jsonfeed", "wxr", "ghost", "csv", "jsonl", "markdown"])
def test_of_ten_thousand_tags_twenty_stay(bombs: Ignite, kind: str) -> None:
    tags = "|".join(f"tag{n}" for n in range(10_000))
    data = KINDS[kind][2]({"tag": tags})
    for opening, parting, closing in (
        (b"<category>", b"</category><category>", b"</category>"),
        (b'"', b'", "', b'"'),
    ):
        several = parting.join(f"tag{n}".encode() for n in range(10_000))
        if kind not in {"csv", "jsonl"}:
            data = data.replace(opening + tags.encode() + closing, opening + several + closing)
    outcome = bombs(kind, data)
    assert (outcome.stories == 1 and Tag.objects.count() <= 20) or is_refused(outcome, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_nul_bytes_are_not_stored(bombs: Ignite, kind: str) -> None:
    data = KINDS[kind][2]({"title": "One\0two", "body": "<p>a\0b</p>" * 30, "tag": "x\0y"})
    outcome = bombs(kind, data)
    assert outcome.stories == 1 or is_refused(outcome, kind)
    for article in Article.objects.all():
        assert "\0" not in json.dumps(model_to_dict(article), default=str).replace("\\u0000", "\0")


DEEP = {
    "rss": b"<rss><channel>" + b"<a>" * 200_000,
    "atom": b"<feed xmlns='http://www.w3.org/2005/Atom'>" + b"<a>" * 200_000 + b"</feed>",
    "jsonfeed": b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 200_000,
    "wxr": WXR_HEAD.encode() + b"<item>" + b"<a>" * 200_000,
    "ghost": b'{"db":[{"data":{"posts":' + b"[" * 200_000,
    "jsonl": b'{"title":"x","body":' + b"[" * 200_000 + b"\n",
    "csv": b'title,body\nx,"' + b'""' * 200_000,
    "markdown": b"---\ntitle: " + b"[" * 200_000 + b"\n---\nx\n",
    "page": b"<html><body>" + b"<div>" * 200_000 + b"words " * 500,
}


@pytest.mark.parametrize("kind", DEEP)
def test_deep_nesting_is_refused(bombs: Ignite, kind: str) -> None:
    outcome = bombs(kind, DEEP[kind])
    assert outcome.stories <= 1 if kind in {"csv", "page"} else is_refused(outcome, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_gzip_is_told_or_read(bombs: Ignite, kind: str) -> None:
    outcome = bombs(kind, gzip.compress(KINDS[kind][2]({})))
    assert outcome.stories == 1 or is_refused(outcome, kind)


@pytest.mark.parametrize("kind", ["rss", "wxr", "jsonl"])
def test_a_gzip_bomb_is_not_unpacked(bombs: Ignite, kind: str) -> None:
    assert is_refused(bombs(kind, gzip.compress(bytes(200 * MEGABYTE))), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_utf_16_is_read_or_refused(bombs: Ignite, kind: str) -> None:
    text = KINDS[kind][2]({}).decode().replace("UTF-8", "UTF-16")
    outcome = bombs(kind, text.encode("utf-16"))
    assert outcome.stories == 1 or is_refused(outcome, kind)


@pytest.mark.parametrize("kind", ["rss", "atom", "jsonfeed", "wxr", "ghost"])
def test_what_was_cut_off_is_told(bombs: Ignite, kind: str) -> None:
    data = KINDS[kind][2](*({"id": f"id-{n}", "link": f"https://x.example/{n}"} for n in range(9)))
    outcome = bombs(kind, data[: len(data) * 2 // 3])
    assert outcome.code in {1, 3}
    assert KINDS[kind][1] in outcome.said and outcome.stories < 9


def test_a_line_of_json_that_was_cut_off_costs_only_itself(bombs: Ignite) -> None:
    data = KINDS["jsonl"][2]({"id": "1"}, {"id": "2", "link": "https://x.example/2"})
    outcome = bombs("jsonl", data[:-20])
    assert (outcome.code, outcome.stories) == (3, 1)
    assert "line 2" in outcome.said


def test_many_fields_are_refused(bombs: Ignite) -> None:
    line = json.dumps({"title": "x"} | {f"field {n}": n for n in range(200_000)})
    assert is_refused(bombs("jsonl", line.encode()), "jsonl", "fields")
