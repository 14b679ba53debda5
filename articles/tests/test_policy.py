"""The content policy of every page, which gives way on the story's form alone."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import django_prose_editor
import pytest
from lxml import html

from articles.admin.prose import STYLE_HASH
from articles.models import Article
from articles.tests.desk import OURS, address, example, send
from articles.tests.newsroom import draft, story

pytestmark = pytest.mark.django_db


def policy(response: Any) -> dict[str, set[str]]:
    directives = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: set(values) for name, *values in directives}


def allowed(response: Any) -> set[str]:
    return set().union(*policy(response).values())


@pytest.mark.parametrize("path", ["/", "/topics", "/news/energy", "/news/energy/the-story", "/no"])
def test_no_public_page_allows_inline_code(client, path):
    story(slug="the-story")
    assert allowed(client.get(path)) == {"'self'", "'none'"}


@pytest.mark.parametrize("model", OURS)
def test_no_list_allows_inline_code(editor, model):
    example(model)
    assert allowed(editor.get(address(model, "changelist"))) == {"'self'", "'none'"}


@pytest.mark.parametrize("model", [each for each in OURS if each is not Article])
def test_no_form_without_prose_allows_inline_code(editor, model):
    row = example(model)
    for page in (address(model, "add"), address(model, "change", row.pk)):
        assert allowed(editor.get(page)) == {"'self'", "'none'"}


def test_a_preview_allows_no_inline_code(editor):
    response = editor.get(address(Article, "preview", draft().pk))
    assert allowed(response) == {"'self'", "'none'"}


def test_the_story_s_form_allows_what_its_editor_needs_and_no_more(editor):
    rules = policy(editor.get(address(Article, "add")))
    [nonce] = rules["script-src"] - {"'self'"}
    assert re.fullmatch(r"'nonce-[\w+/=]{20,}'", nonce)
    assert rules["style-src"] == {"'self'", STYLE_HASH}
    assert rules["style-src-attr"] == {"'unsafe-inline'"}
    assert rules["img-src"] == {"'self'", "data:"}
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == {"'none'"}


def test_the_form_keeps_its_policy_when_it_comes_back_with_errors(editor):
    response = send(editor, draft(), "_publish")
    assert "style-src-attr" in policy(response)


def test_every_inline_script_of_the_form_has_the_nonce(editor):
    response = editor.get(address(Article, "change", draft().pk))
    [nonce] = policy(response)["script-src"] - {"'self'"}
    inline = [
        script
        for script in html.fromstring(response.content.decode()).iter("script")
        if not script.get("src") and script.get("type") not in {"application/json"}
    ]
    assert inline
    assert {f"'nonce-{script.get('nonce')}'" for script in inline} == {nonce}


def test_each_form_has_a_nonce_of_its_own(editor):
    page = address(Article, "add")
    assert policy(editor.get(page))["script-src"] != policy(editor.get(page))["script-src"]


def test_the_hash_is_that_of_the_style_in_the_installed_editor():
    folder = Path(django_prose_editor.__file__).parent / "static/django_prose_editor"
    [style] = re.findall(r"`(\.ProseMirror {[^`]*)`", (folder / "editor.js").read_text())
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" == STYLE_HASH
