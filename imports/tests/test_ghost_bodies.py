"""Texts of Ghost's two editors, and of its own HTML, as plain HTML."""

import json
import re
from typing import Any

import pytest

from articles.text import plain
from imports.entry import Refused
from imports.formats.ghost import lexical, mobiledoc, rendered
from imports.tests.test_ghost import SAMPLES, stories


def words(html: str) -> str:
    """All words of a text, however its blocks part them."""
    return re.sub(r"\s", "", plain(html))


def card(name: str, **payload: Any) -> str:
    document = {"sections": [[10, 0]], "cards": [[name, payload]]}
    return mobiledoc.render(document)[0]


def in_lexical(*nodes: dict[str, Any]) -> str:
    return lexical.render({"root": {"children": list(nodes)}})[0]


def words_of_both(name: str, key: str) -> list[tuple[str, str]]:
    posts = json.loads((SAMPLES / name).read_text())["db"][0]["data"]["posts"]
    render = {"mobiledoc": mobiledoc.render, "lexical": lexical.render}[key]
    both = [post for post in posts if post["html"] and post.get(key)]
    return [
        (words(rendered.read(post["html"])[0]), words(render(json.loads(post[key]))[0]))
        for post in both
    ]


@pytest.mark.parametrize(
    ("name", "key"), [("mobiledoc-4.json", "mobiledoc"), ("lexical-6.json", "lexical")]
)
def test_ghosts_html_and_our_own_say_the_same(name, key):
    found = words_of_both(name, key)
    assert found
    for theirs, ours in found:
        assert ours == theirs


def test_inline_elements_of_mobiledoc():
    body = stories()["editor-only"].body
    assert "<strong>Bold <em>and both</em></strong> &amp; " in body
    assert '<a href="https://gridledger.example/next/">a link</a><br>@ingrid</p>' in body
    assert "<ul><li>One</li><li><strong>Two</strong></li></ul><ol><li>First</li></ol>" in body


def test_what_is_for_others_than_readers_is_left_out_with_a_note():
    for story in (stories()["editor-only"], stories("lexical-6.json")["lexical-only"]):
        assert "first_name" not in story.body
        assert "a part for e-mails only left out" in story.notes
        assert any("“hologram” left out" in note for note in story.notes)
    assert "a sign-up form left out" in story.notes


def test_parts_for_members_are_left_out_of_both_forms():
    for slug in ("everything", "lexical-only"):
        story = stories("lexical-6.json")[slug]
        assert "For members" not in story.body
        assert "a part that only members saw left out" in story.notes


def test_parts_that_everybody_saw_stay():
    begin = '<!--kg-gated-block:begin nonMember:true memberSegment:"" -->'
    assert rendered.read(f"{begin}<p>A</p><!--kg-gated-block:end-->B") == ("<p>A</p>B", [])


def test_formats_of_lexical_nest_and_join():
    runs = [("a ", 1), ("b", 3), (" c", 2), ("d", 16)]
    nodes = [{"type": "extended-text", "text": text, "format": bits} for text, bits in runs]
    shown = in_lexical({"type": "paragraph", "children": nodes})
    assert shown == "<p><strong>a <em>b</em></strong><em> c</em><code>d</code></p>"


def test_lists_in_lists():
    body = stories("lexical-6.json")["lexical-only"].body
    assert "<ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>" in body
    assert '<ol start="3"><li>Third</li></ol>' in body


def test_a_text_without_a_paragraph_gets_one():
    assert in_lexical({"type": "text", "text": "Bare & bold"}) == "<p>Bare &amp; bold</p>"


def test_lexicals_own_code_keeps_its_lines():
    children = [
        {"type": "code-highlight", "text": "a <"},
        {"type": "linebreak"},
        {"type": "tab", "text": "\t"},
    ]
    shown = in_lexical({"type": "code", "language": "c", "children": children})
    assert shown == '<pre><code class="language-c">a &lt;\n\t</code></pre>'


@pytest.mark.parametrize(
    ("name", "payload", "shown"),
    [
        ("hr", {}, "<hr>"),
        ("card-markdown", {"markdown": "*a*\nb"}, "<p><em>a</em><br />\nb</p>\n"),
        ("image", {"src": "a", "alt": '"x"'}, '<figure><img src="a" alt="&quot;x&quot;"></figure>'),
        ("image", {}, ""),
        ("code", {"code": "<b>"}, "<pre><code>&lt;b&gt;</code></pre>"),
        ("embed", {"url": "/v", "html": "<iframe></iframe>"}, '<p><a href="/v">/v</a></p>'),
        ("embed", {"html": "<em>Said</em>"}, "<figure><em>Said</em></figure>"),
        ("callout", {"calloutText": "<p>Mind</p>", "calloutEmoji": "⚡"}, "<p>⚡ Mind</p>"),
        ("callout", {"calloutEmoji": "⚡"}, ""),
        ("button", {"buttonText": "Go"}, ""),
        ("html", {"html": 7}, "7"),
        ("html", {"html": "<p>x</p>", "visibility": {"showOnWeb": False}}, ""),
        ("bookmark", {"url": "https://a.example/"}, '<p><a href="https://a.example/">https://a.example/</a></p>'),
    ],
)  # fmt: skip
def test_cards(name, payload, shown):
    assert card(name, **payload) == shown


def test_the_chrome_of_players_is_gone():
    body = stories()["everything"].body
    assert "0:00" not in body
    assert '<p><a href="https://gridledger.example/content/media/hum.mp3">The hum</a></p>' in body


def test_a_bookmark_of_ghosts_html_is_a_link_and_two_lines():
    body = stories()["everything"].body
    assert (
        '<p><a href="https://benchwork.example/tools">Tools &amp; more</a> (Benchwork, R. Ortiz)'
        "<br>What is on the bench.</p><p>Worth a look</p>"
    ) in body


def test_html_without_cards_stays_as_found():
    html = '<p class="x">One<br/>two</p>\n<div class="kg-file-card-container">'
    assert rendered.read(html) == (html, [])


def test_a_card_that_never_ends_stays_as_found():
    html = '<div class="kg-card kg-file-card"><a href="x">'
    assert rendered.read(html) == (html, [])


@pytest.mark.parametrize(
    "document",
    [
        {"sections": [[10, 0]] * 100_000, "cards": [["html", {"html": "x" * 100_000}]]},
        {"sections": [[1, "p", [[1, [], 0, 0]] * 50_000]], "atoms": [["at", "x" * 1000]]},
        {
            "sections": [[1, "p", [[0, [0], 1, "y"]] * 50_000]],
            "markups": [["a", ["href", "x" * 1000]]],
        },
    ],
)
def test_a_small_document_cannot_grow_without_end(document):
    with pytest.raises(Refused, match="grows beyond"):
        mobiledoc.render(document)


def test_depth_has_an_end():
    node: dict[str, Any] = {"type": "paragraph"}
    for _ in range(500):
        node = {"type": "quote", "children": [node]}
    with pytest.raises(Refused, match="nested more than"):
        in_lexical(node)


@pytest.mark.parametrize(
    ("render", "document"),
    [(mobiledoc.render, {}), (mobiledoc.render, 3), (lexical.render, {"root": []})],
)
def test_what_is_no_document_is_refused(render, document):
    with pytest.raises(Refused):
        render(document)
