import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler

from newssite import health


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch):
    monkeypatch.setattr(health, "_all_applied", False)


def test_healthz_answers_without_the_database(client):
    # No `db` fixture: a query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_no_cache_keeps_the_answer(client, path):
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_allowed(client, path):
    assert client.post(path).status_code == 405


@pytest.mark.django_db
def test_a_ready_site_says_so(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "checks": {"database": "ok", "migrations": "ok", "media": "ok"},
    }


@pytest.mark.django_db
def test_applied_migrations_are_read_once(client, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(1):
        client.get("/readyz")


@pytest.mark.django_db
def test_an_unapplied_migration_makes_it_unready(client):
    latest = MigrationLoader(connection).graph.leaf_nodes("articles")[0]
    MigrationRecorder(connection).record_unapplied(*latest)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "run manage.py migrate" in response.json()["checks"]["migrations"]


@pytest.mark.django_db
def test_a_missing_media_folder_makes_it_unready(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "none"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["media"] == "the media folder is missing"


@pytest.mark.django_db
def test_a_silent_database_is_told_without_its_address(client, monkeypatch, tmp_path):
    broken = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "none" / "x.sqlite3"}
    monkeypatch.setattr(health, "connection", ConnectionHandler({"default": broken})["default"])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert (
        response.json()["checks"]["database"] == "the database does not answer (OperationalError)"
    )
