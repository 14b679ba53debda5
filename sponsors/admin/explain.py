"""Why a page shows what it shows: every booked flight, and what became of it there and then."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from sponsors import explaining
from sponsors.explaining import Explanation
from sponsors.forms import MOMENTS, NO_MOMENT
from sponsors.rehearsal import NoPage

if TYPE_CHECKING:
    from sponsors.admin.flight import FlightAdmin

FORMAT = "%Y-%m-%dT%H:%M"  # of HTML


class PageForm(forms.Form):
    """A page, and when somebody reads it."""

    address = forms.CharField(
        max_length=2000,
        help_text="A page of this site, whole or from its path on, as in /news/energy.",
        widget=forms.TextInput(attrs={"class": "vLargeTextField", "spellcheck": "false"}),
    )
    at = forms.DateTimeField(
        label="When",
        required=False,
        help_text="Empty: now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=FORMAT),
        error_messages={"invalid": NO_MOMENT},
        validators=MOMENTS,
    )

    def explanation(self) -> Explanation | None:
        """None, with a sentence beside the address, when readers get no page there."""
        if not self.is_valid():
            return None
        try:
            return explaining.explain(self.cleaned_data["address"], at=self.cleaned_data["at"])
        except NoPage as reason:
            self.add_error("address", str(reason))
            return None


@require_safe
def explain(request: HttpRequest, desk: "FlightAdmin") -> HttpResponse:
    """What a page shows at a moment, and why not the others."""
    if not desk.has_view_permission(request):
        raise PermissionDenied
    form = PageForm(request.GET or None)
    context: dict[str, Any] = {
        **desk.admin_site.each_context(request),
        "title": "Explain",
        "opts": desk.model._meta,
        "found": form.explanation(),
        "form": form,
        "draws": explaining.DRAWS,
    }
    return TemplateResponse(request, "admin/sponsors/explain.html", context)
