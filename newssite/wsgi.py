"""The site as servers run it: Django's handler inside the layers that every request passes."""

import os
from wsgiref.types import WSGIApplication

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newssite.settings")
_handler = get_wsgi_application()

# Only now: these read the settings and the models.
from newssite.headers import TrueAddress  # noqa: E402
from sponsors.beacon import Beacon  # noqa: E402


def layered(handler: WSGIApplication) -> WSGIApplication:
    """What a request meets before `handler`, the outermost first."""
    return TrueAddress(Beacon(handler))


application = layered(_handler)
