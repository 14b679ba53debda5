from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.utils.http import escape_leading_slashes
from django.views.decorators.http import require_safe


@require_safe
def without_slash(request: HttpRequest, path: str) -> HttpResponse:
    """301 from an address with a slash at its end to the canonical one, where there is one."""
    target = request.get_full_path_info()
    bare = request.path_info.rstrip("/")
    try:
        resolve(bare)
    except Resolver404:
        raise Http404 from None
    query = target.partition("?")[2]
    address = request.path.rstrip("/") + (f"?{query}" if query else "")
    return HttpResponsePermanentRedirect(escape_leading_slashes(address))
