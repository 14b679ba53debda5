"""The desk as a browser uses it: open a form, change it, press a button, read what it says."""

from typing import Any

from django.test import Client
from django.urls import reverse
from lxml import html

from articles.models import Article, Asset, Author, Source, Tag, Topic, Verification
from articles.tests.newsroom import picture, source, story, verification

STORIES = "/admin/articles/article/"
OURS = [Article, Asset, Author, Source, Tag, Topic, Verification]


def address(model: type, page: str, *numbers: int) -> str:
    return reverse(f"admin:articles_{model._meta.model_name}_{page}", args=numbers)


def example(model: type) -> Any:
    """A saved row of any of our models."""
    article = story(
        source=source(), tags=["grid"], authors=["Ines Kowal"], lead=picture(), lead_alt="A pylon.",
        verification=verification(),
    )  # fmt: skip
    return model.objects.first() if model is not Article else article


def filled(response: Any) -> dict[str, Any]:
    """A form's values as a browser would send them, without its buttons."""
    form = html.fromstring(response.content.decode()).get_element_by_id(
        f"{response.context['opts'].model_name}_form"
    )
    return {name: value for name, value in form.form_values() if not name.startswith("_")}


def send(client: Client, article: Article | None, button: str = "_save", **changes: Any) -> Any:
    """Open the story's form, change it and press a button."""
    path = address(Article, "change", article.pk) if article else address(Article, "add")
    data = filled(client.get(path)) | changes
    return client.post(path, {**data, button: "1"})


def errors(response: Any) -> dict[str, list[str]]:
    """The sentences printed beside each field; under "" those above the form."""
    return {
        found.get("id", "").removeprefix("id_").removesuffix("_error"): [
            sentence.text_content() for sentence in found
        ]
        for found in html.fromstring(response.content.decode()).find_class("errorlist")
    }


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def act(editor: Client, action: str, *articles: Article, **data: Any) -> Any:
    chosen = [article.pk for article in articles]
    return editor.post(STORIES, {"action": action, "_selected_action": chosen, **data}, follow=True)
