"""A story by its address: the desk says what it has before it makes anything."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from articles.models import Article
from imports import adding, having
from imports.admin.records import may_see_stories


class AddressForm(forms.Form):
    address = forms.URLField(
        label="Address of the story",
        max_length=2000,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "vURLField", "autofocus": True}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def add_by_address(request: HttpRequest, desk: ModelAdmin) -> HttpResponse:
    """POST makes a draft of what is new; `sure` repeats the address of what is so all the same."""
    if not request.user.has_perm("articles.add_article"):
        raise PermissionDenied
    form = AddressForm(initial={"address": request.GET.get("address", "")})
    found: dict[str, Any] = {}
    if request.method == "POST":
        form = AddressForm(request.POST)
        if form.is_valid():
            try:
                address = form.cleaned_data["address"]
                # Sure of the story that was shown, not of another address typed since.
                made, found = _made(address, is_sure=request.POST.get("sure") == address)
            except adding.NotAdded as reason:
                form.add_error("address", str(reason))
            else:
                if made:
                    return _landed(request, desk, made)
    return _page(request, desk, form, found)


def _made(address: str, *, is_sure: bool) -> tuple[Article | None, dict[str, Any]]:
    """(the new story, or None and what stands against it). Raises adding.NotAdded."""
    if against := _against([address], is_sure):
        return None, against
    page = adding.read(address)
    against = _against(page.addresses, is_sure)
    if not against and not is_sure and (alike := having.alike(page.entry)):
        against = {"alike": alike, "headline": page.entry.headline}
    return (None, against) if against else (adding.add(page), {})


def _against(addresses: Any, is_sure: bool) -> dict[str, Any]:
    """The same address is never stored twice; what was deleted comes back on request."""
    if have := having.at_address(*addresses):
        return {"have": have}
    deleted = [] if is_sure else having.deleted_at(*addresses)
    return {"deleted": deleted} if deleted else {}


def _landed(request: HttpRequest, desk: ModelAdmin, story: Article) -> HttpResponse:
    desk.log_addition(request, story, f"Added from {story.source_url}.")
    said = f"{story.number} is a new draft. Read it before it goes anywhere."
    if story.same_as:
        said += f" It follows {story.same_as.number}, which told the same story first."
    desk.message_user(request, said, messages.SUCCESS)
    if may_see_stories(request):
        return redirect("admin:articles_article_change", story.pk)
    return redirect("admin:imports_item_add_by_address")


def _page(
    request: HttpRequest, desk: ModelAdmin, form: AddressForm, found: dict[str, Any]
) -> HttpResponse:
    context = {
        **desk.admin_site.each_context(request),
        "title": "Add a story by its address",
        "opts": desk.model._meta,
        "form": form,
        "can_see": may_see_stories(request),
        **found,
    }
    return TemplateResponse(request, "admin/imports/item/add_by_address.html", context)
