"""What can be done to several stories at once. Each asks first, and says how many it changed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from articles.models import Article, Topic


class PublishForm(forms.Form):
    """Nothing more to say."""


class WithdrawForm(forms.Form):
    note = forms.CharField(
        max_length=300, required=False, help_text="Readers who ask for the story are told this."
    )


class TopicForm(forms.Form):
    topic = forms.ModelChoiceField(Topic.objects.all())


@admin.action(description="Publish the selected stories", permissions=["change"])
def publish(desk: Any, request: HttpRequest, stories: QuerySet[Article]) -> HttpResponse | None:
    return _asked(
        desk, request, stories, PublishForm, "publish", lambda story, data: story.publish()
    )


@admin.action(description="Withdraw the selected stories", permissions=["change"])
def withdraw(desk: Any, request: HttpRequest, stories: QuerySet[Article]) -> HttpResponse | None:
    def change(story: Article, data: dict[str, Any]) -> None:
        story.withdraw(note=data["note"])

    return _asked(desk, request, stories, WithdrawForm, "withdraw", change)


@admin.action(description="File the selected stories under a topic", permissions=["change"])
def file_under_topic(
    desk: Any, request: HttpRequest, stories: QuerySet[Article]
) -> HttpResponse | None:
    def change(story: Article, data: dict[str, Any]) -> None:
        story.topic = data["topic"]
        story.save()

    return _asked(desk, request, stories, TopicForm, "file_under_topic", change)


def _asked(
    desk: Any,
    request: HttpRequest,
    stories: QuerySet[Article],
    form_class: type[forms.Form],
    action: str,
    change: Callable[[Article, dict[str, Any]], None],
) -> HttpResponse | None:
    """The page that asks; once confirmed, each story on its own, with the refusals named."""
    form = form_class(request.POST if "confirmed" in request.POST else None)
    if not form.is_valid():
        context = {
            **desk.admin_site.each_context(request),
            "title": desk.get_actions(request)[action][2] + "?",
            "opts": desk.model._meta,
            "stories": stories,
            "form": form,
            "action": action,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/articles/article/confirm.html", context)
    changed = 0
    for story in stories:
        try:
            with transaction.atomic():
                change(story, form.cleaned_data)
        except ValidationError as fault:
            reason = " ".join(fault.messages)
            desk.message_user(request, f"{story.number}, {story}: {reason}", messages.ERROR)
        else:
            desk.log_change(request, story, f"Action: {action}.")
            changed += 1
    plural = "story" if changed == 1 else "stories"
    desk.message_user(request, f"{changed} {plural} changed.", messages.SUCCESS)
    return None
