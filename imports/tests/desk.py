"""Those who work at the desk with some permissions and not with others."""

from django.contrib.auth.models import Permission, User
from django.test import Client


def allowed(*codenames: str) -> Client:
    """On the staff, with these permissions alone."""
    user = User.objects.create(username="-".join(codenames) or "nobody", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client
