from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """What every template may say of the site itself."""
    return {
        "site": {
            "name": settings.SITE_NAME,
            "about": settings.SITE_ABOUT,
            "url": settings.SITE_URL,
            "language": settings.SITE_LANGUAGE,
        }
    }
