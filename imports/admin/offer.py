"""The source has changed what an editor had changed before: both, side by side, to choose from."""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from imports import offering
from imports.models import Item


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, desk: ModelAdmin, pk: int) -> HttpResponse:
    """POST with `take` or `keep` naming a field, and `seen`, the digest of what was shown."""
    if not request.user.has_perm("articles.change_article"):
        raise PermissionDenied
    rows = Item.objects.filter(pk=pk, article__isnull=False).defer("raw_html")
    item = rows.select_related("article", "source").first()
    if item is None:
        raise Http404("No story came with this item.")
    if request.method == "POST":
        return _answered(request, desk, item)
    context = {
        **desk.admin_site.each_context(request),
        "title": "The source has changed",
        "opts": desk.model._meta,
        "item": item,
        "offers": offering.offers(item),
    }
    return TemplateResponse(request, "admin/imports/item/offer.html", context)


def _answered(request: HttpRequest, desk: ModelAdmin, item: Item) -> HttpResponse:
    taken, kept = request.POST.get("take", ""), request.POST.get("keep", "")
    name, seen = taken or kept, request.POST.get("seen", "")
    label = offering.LABELS.get(name, "text")
    try:
        if taken:
            story = offering.take(item.pk, name, seen, editor=request.user)
            said = f"The {label} is the source’s now; what it was is kept as a revision."
        else:
            story = offering.decline(item.pk, name, seen)
            said = f"Our {label} stands. It is offered again when the source changes it again."
    except offering.Outdated:
        said = "Nothing was changed: the story or its source has changed meanwhile. Look again."
        desk.message_user(request, said, messages.WARNING)
    else:
        desk.log_change(request, story, said)
        desk.message_user(request, said, messages.SUCCESS)
    return redirect("admin:imports_item_offer", item.pk)
