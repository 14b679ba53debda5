import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

from articles.models import Article

# A master or a narrower copy, as Asset names them; nothing else is asked for here.
_STORED = re.compile(r"assets/[0-9a-f]{2}/([0-9a-f]{64})(?:-[0-9]{1,4})?\.webp")


@require_safe
def media_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A stored picture, for readers only while a public story shows it; editors see all."""
    match = _STORED.fullmatch(name)
    if not match:
        raise Http404
    is_public = Article.objects.published().filter(lead__content_hash=match[1]).exists()
    # Who asks is looked at last: an answer that depends on it may be kept by no shared cache.
    if not is_public and not request.user.is_staff:
        raise Http404
    response = serve(request, name, document_root=str(settings.MEDIA_ROOT))
    # Short: a picture must not outlive its story's withdrawal in anybody's cache by much.
    response["Cache-Control"] = "public, max-age=300" if is_public else "private, no-cache"
    return response
