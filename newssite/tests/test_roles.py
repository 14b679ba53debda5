"""Who may do what at the desk: every address of it, asked by each role."""

import re
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from articles.models import Article
from newssite.tests.transferring import make_site
from outbound.models import Outbox
from sponsors.models import Placement

pytestmark = pytest.mark.django_db

EDITOR, MANAGER, NOBODY = "Editor", "Sponsor manager", "nobody yet"
# The apps that a role works in. The desk itself is for all staff.
WORK: dict[str, set[str]] = {EDITOR: {"articles", "imports"}, MANAGER: {"sponsors"}, NOBODY: set()}
# A topic has to be found before it can be sold.
MAY_LOOK: dict[str, set[str]] = {
    MANAGER: {"topic/", "topic/{}/", "topic/{}/change/", "topic/{}/history/"}
}
# The desk's own, which show nothing of anybody's work; the rest of its own are asked below.
DESK = {
    *("", "login/", "logout/", "password_change/", "password_change/done/", "jsi18n/"),
    *("autocomplete/", "r/<path:content_type_id>/<path:object_id>/"),
}
# An example of each part of an address that is not the row's number.
PARTS = {"placement": Placement.ARTICLE_END, "theme": "light"}


@pytest.fixture
def groups() -> None:
    """Made anew: another test may have emptied the database, which no migration notices."""
    migration = import_module("newssite.migrations.0001_groups")
    migration.make_groups(apps, SimpleNamespace(connection=connection))


@pytest.fixture
def site(groups: None) -> None:
    """A row of everything that the desk shows."""
    make_site()
    AccessAttempt.objects.create(failures_since_start=1)
    AccessFailureLog.objects.create()
    AccessLog.objects.create()
    Outbox.objects.create(address="desk@overwinter.example", subject="x", body="x", key="x")


def somebody(role: str) -> Client:
    """Staff in the group of that name, logged in."""
    user = User.objects.create_user(role, is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    return logged_in(user)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def routes(nodes: list[Any], before: str = "") -> Iterator[str]:
    for node in nodes:
        route = before + str(node.pattern)
        if isinstance(node, URLResolver):
            yield from routes(node.url_patterns, route)
        else:
            assert isinstance(node, URLPattern)
            yield route


def walk() -> dict[str, tuple[str, str]]:
    """App, and address with an example row, of every route of the desk that is about a model."""
    found = {}
    for route in routes(admin.site.get_urls()):
        if route in DESK or route.startswith(("^", "(")):
            continue
        app, name, *_ = route.split("/")
        model = apps.get_model(app, name)  # LookupError: say in DESK whom the new address is for
        found[route] = (app, f"/admin/{_example(route, model)}")
    return found


def _example(route: str, model: Any) -> str:
    row = model._default_manager.first()
    assert row is not None, f"make_site() makes no {model._meta.label}"
    given = {**dict.fromkeys(("object_id", "pk", "id"), row.pk), **PARTS}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(given[part[1]]), route)


def is_for(role: str, app: str, route: str) -> bool:
    shape = re.sub(r"<.*?>", "{}", route.removeprefix(f"{app}/"))
    return app in WORK[role] or (app == "articles" and shape in MAY_LOOK.get(role, ()))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", WORK)
def test_the_work_of_others_is_refused_at_every_address(role, method, site):
    client = somebody(role)
    for route, (app, address) in walk().items():
        if not is_for(role, app, route):
            response = getattr(client, method)(address, follow=True)
            # 405 where nobody may post: what is there to see is refused to the same client's GET.
            refusals = {403, 405} if method == "post" else {403}
            assert response.status_code in refusals, f"{method} {address}"


@pytest.mark.parametrize("role", [EDITOR, MANAGER])
def test_ones_own_work_is_as_open_as_to_who_may_do_everything(role, site):
    client = somebody(role)
    everything = logged_in(User.objects.create_superuser("root"))
    for route, (app, address) in walk().items():
        if is_for(role, app, route):
            answers = [each.get(address).status_code for each in (client, everything)]
            assert answers[0] == answers[1], address


def test_who_may_look_changes_nothing(site):
    client = somebody(MANAGER)
    topic = apps.get_model("articles.Topic").objects.get()
    address = reverse("admin:articles_topic_change", args=[topic.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "Other", "slug": "other"}).status_code == 403


@pytest.mark.parametrize("role", WORK)
def test_the_index_lists_ones_own_work(role, groups):
    page = somebody(role).get("/admin/")
    shown = {
        f"{app['app_label']}.{model['object_name']}"
        for app in page.context["app_list"]
        for model in app["models"]
    }
    own = {m._meta.label for m in admin.site._registry if m._meta.app_label in WORK[role]}
    assert shown == own | ({"articles.Topic"} if role == MANAGER else set())
    queues = {"Editor": 3, "Sponsor manager": 2, NOBODY: 0}
    assert len(page.context["waiting"]) == queues[role]


@pytest.mark.parametrize("role", WORK)
@pytest.mark.parametrize("app", [config.label for config in apps.get_app_configs()])
def test_the_page_of_an_app_is_for_who_works_in_it(app, role, groups):
    listed = {model._meta.app_label for model in admin.site._registry}
    is_open = app in WORK[role] or (role == MANAGER and app == "articles")
    expected = 200 if is_open and app in listed else 404
    assert somebody(role).get(f"/admin/{app}/").status_code == expected


@pytest.mark.parametrize(
    ("model", "field", "who"),
    [
        ("sponsors.flightslot", "topic", {EDITOR, MANAGER}),
        ("sponsors.flight", "sponsor", {MANAGER}),
        ("articles.article", "source", {EDITOR}),
        ("articles.article", "authors", {EDITOR}),
    ],
)
@pytest.mark.parametrize("role", WORK)
def test_a_choice_is_offered_to_who_may_see_its_rows(model, field, who, role, site):
    app, name = model.split(".")
    asked = {"app_label": app, "model_name": name, "field_name": field, "term": ""}
    expected = 200 if role in who else 403
    assert somebody(role).get("/admin/autocomplete/", asked).status_code == expected


@pytest.mark.parametrize("role", WORK)
def test_the_address_of_a_draft_is_told_to_who_may_see_it(role, site):
    draft = Article.objects.exclude(status="published").first() or Article.objects.latest("pk")
    kind = ContentType.objects.get_for_model(Article).pk
    expected = 302 if role == EDITOR else 403
    client = somebody(role)
    assert client.get(f"/admin/r/{kind}/{draft.pk}/").status_code == expected
    assert client.get(f"/admin/r/x/{draft.pk}/").status_code == 404


@pytest.mark.parametrize("role", [EDITOR, MANAGER])
def test_a_group_has_every_right_of_its_apps_and_no_other(role, groups):
    has = set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))
    own = Permission.objects.filter(content_type__app_label__in=WORK[role])
    assert has == {*own.values_list("codename", flat=True)} | (
        {"view_topic"} if role == MANAGER else set()
    )


def test_making_the_groups_again_takes_nothing_away(groups):
    group = Group.objects.get(name=MANAGER)
    group.permissions.add(Permission.objects.get(codename="view_article"))
    migration = import_module("newssite.migrations.0001_groups")
    migration.make_groups(apps, SimpleNamespace(connection=connection))
    assert group.permissions.filter(codename="view_article").exists()
    assert Group.objects.count() == 2


def test_a_refusal_leads_back_to_the_desk(groups):
    response = somebody(EDITOR).get(reverse("admin:sponsors_flight_changelist"))
    assert response.status_code == 403
    assert f'href="{reverse("admin:index")}"' in response.content.decode()
