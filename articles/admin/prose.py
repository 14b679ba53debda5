"""The rich-text editor under our content policy, which gives way on its forms alone."""

from typing import Any

from csp.constants import NONCE, SELF
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django_prose_editor.widgets import AdminProseEditorWidget
from js_asset import Media

from articles.editor import EXTENSIONS

# Of the one <style> that the editor puts into the page; a test computes it from the installed file.
STYLE_HASH = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"

EDITOR_POLICY = {
    "script-src": [SELF, NONCE],  # the editor's import map is an inline script
    "style-src": [SELF, STYLE_HASH],
    # The browser holds pasted HTML to the page's policy: without this, what comes from a word
    # processor loses or gains bold. It allows attributes only, no style element and no script.
    "style-src-attr": ["'unsafe-inline'"],
    "img-src": [SELF, "data:"],
}


def prose_widget() -> AdminProseEditorWidget:
    return AdminProseEditorWidget(config={"extensions": EXTENSIONS}, preset="configurable")


class ProseAdmin(admin.ModelAdmin):
    """A ModelAdmin whose form has a rich-text field."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["media"] = Media.from_media(context["media"], nonce=str(request.csp_nonce))  # type: ignore[attr-defined]
        response = super().render_change_form(request, context, *args, **kwargs)
        response._csp_replace = EDITOR_POLICY  # type: ignore[attr-defined]
        return response
