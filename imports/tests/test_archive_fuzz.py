"""Whatever is in an export or a file: entries, failures with a reason, or Unreadable."""

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from imports.cleaning import clean
from imports.entry import Document, Entry, Failed, Refused, Unreadable
from imports.formats import ghost, markdown
from imports.tests.markdown_samples import SAMPLES
from imports.tests.test_ghost import SAMPLES as EXPORTS

settings.register_profile("archives", deadline=None, suppress_health_check=list(HealthCheck))
thorough = settings(settings.get_profile("archives"), max_examples=100)

ORIGINALS = [path.read_bytes() for path in sorted(EXPORTS.iterdir())]
TEXTS = [path.read_bytes() for path in sorted(SAMPLES.rglob("*")) if path.suffix == ".md"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside),
    max_leaves=6,
)
ODD = st.sampled_from(
    [
        *("\ud800", "\x00", "2019-01-01", "javascript:alert(1)", "http://[", "{", "<p", -1),
        *("__GHOST_URL__", "/:title/", "{{ page.title }}", "{% raw %}", "a, b; c", "x.jpg"),
    ]
)
FIELDS = st.sampled_from(
    [
        *("title", "date", "draft", "published", "status", "slug", "permalink", "url", "path"),
        *("aliases", "tags", "categories", "author", "authors", "image", "cover", "description"),
        *("lang", "extra", "taxonomies", "section", "expiryDate", "password", "keywords"),
    ]
)
SPLINTERS = [
    *(
        b"---\n",
        b"+++\n",
        b"\n",
        b"\r",
        b"\x00",
        b"\xff",
        b"{%",
        b"%}",
        b"{{",
        b"}}",
        b"{{<",
        b">}}",
    ),
    *(b"{% raw %}", b"{% highlight a %}", b"{% endhighlight %}", b"```\n", b"~~~\n", b"`", b"{:"),
    *(b"key: [", b"&a ", b"*a", b"<<: ", b"!!x ", b"'", b'"', b"\\", b"\t", b"#", b"|\n", b"- "),
    *(b"date: ", b"permalink: ", b"aliases: ", b"tags: ", b"author: ", b"image: ", b"\\ud800"),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where values are in a structure."""
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path] + [place for key, each in inside for place in places(each, (*path, key))]


def opened(data: bytes) -> Any:
    """An export with the documents inside its texts opened too."""
    export = json.loads(data)
    for post in export["db"][0]["data"]["posts"]:
        for key in ("mobiledoc", "lexical"):
            try:
                post[key] = json.loads(post.get(key) or "null")
            except ValueError:
                pass
    return export


OPENED = [(export, places(export)[1:]) for export in map(opened, ORIGINALS)]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """An export with a few of its values, at any depth, exchanged for others."""
    export, known = draw(st.sampled_from(OPENED))
    export = copy.deepcopy(export)
    for _ in range(draw(st.integers(1, 8))):
        *path, last = draw(st.sampled_from(known))
        try:
            holder = export
            for key in path:
                holder = holder[key]
            holder[last] = draw(ANYTHING | ODD)
        except (TypeError, LookupError):
            continue
    return json.dumps(export).encode()


@st.composite
def damaged(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """A file with a few bytes changed, lost, added or cut off."""
    data = bytearray(draw(st.sampled_from(originals)))
    at = 0
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.sampled_from([0, 1, 5, 50]))] = draw(
            st.sampled_from(SPLINTERS) | st.binary(max_size=3)
        )
    return bytes(data[: draw(st.sampled_from([None, None, at]))])


def check(document: Document) -> None:
    for each in document.entries:
        if isinstance(each, Failed):
            assert each.item
            assert each.reason
            continue
        assert isinstance(each, Entry)
        known = (each.slug, each.topic, each.topic_slug, each.lead_alt, *each.old_paths)
        assert "\x00" not in "".join(known).encode().decode()
        assert all(path.startswith("/") for path in each.old_paths)
        assert each.status in {"published", "scheduled", "draft", "private", ""}
        with suppress(Refused):
            clean(each, base=document.home_url, language=document.language)


def read_export(data: bytes) -> None:
    with suppress(Unreadable):
        check(ghost.parse(data, pages=True, address="https://gridledger.example"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive")


@thorough
@given(mangled())
def test_mangled_exports(data):
    read_export(data)


@thorough
@given(damaged(ORIGINALS) | st.binary(max_size=200))
def test_damaged_exports(data):
    read_export(data)


@thorough
@given(damaged(TEXTS) | st.binary(max_size=200))
def test_damaged_files(folder, data):
    file = folder / "_posts" / "2026-01-02-x.md"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    check(markdown.parse([folder]))


@thorough
@given(st.dictionaries(FIELDS, ANYTHING | ODD))
def test_front_matter_of_any_shape(folder, fields):
    file = folder / "_posts" / "2026-01-02-x.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(fields) + "\n\nText {{ page.title }}.")
    check(markdown.parse([folder]))
