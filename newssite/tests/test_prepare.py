import io
import re

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command

from articles.models import Article, Source, Topic

pytestmark = pytest.mark.django_db
MANIFEST = "whitenoise.storage.CompressedManifestStaticFilesStorage"


@pytest.fixture(autouse=True)
def site(settings, tmp_path):
    """A folder of its own, with one small style sheet to collect."""
    settings.VAR_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": MANIFEST}}
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "site.css").write_text("a{color:red}")
    return settings


@pytest.fixture
def _not_empty(db):
    source = Source.objects.create(name="Benchwork", slug="benchwork")
    topic = Topic.objects.create(name="Tides", slug="tides")
    Article.objects.create(headline="One", slug="one", source=source, topic=topic)


def prepare(**options):
    out = io.StringIO()
    call_command("prepare", stdout=out, **options)
    return out.getvalue()


def sign_in(name, password, rf):
    return authenticate(rf.post("/admin/login/"), username=name, password=password)


@pytest.mark.usefixtures("_not_empty")
def test_the_printed_password_opens_the_desk(rf):
    password = re.search(r"password  (\S+)", prepare())[1]
    editor = sign_in("editor", password, rf)
    assert editor is not None
    assert editor.is_staff


@pytest.mark.usefixtures("_not_empty")
def test_the_password_is_printed_once():
    prepare()
    assert prepare() == ""


@pytest.mark.usefixtures("_not_empty")
def test_no_account_is_made_beside_another():
    get_user_model().objects.create_user("chief", password="x", is_staff=True)
    prepare()
    assert not get_user_model().objects.filter(username="editor").exists()


@pytest.mark.usefixtures("_not_empty")
def test_a_newsroom_with_stories_gets_no_demonstration():
    prepare()
    assert Article.objects.count() == 1


def test_bare_brings_neither_stories_nor_account():
    prepare(bare=True)
    assert not Article.objects.exists()
    assert not get_user_model().objects.exists()


def test_static_files_are_collected_when_they_change(site):
    prepare(bare=True)
    assert prepare(bare=True) == ""
    (site.STATICFILES_DIRS[0] / "site.css").write_text("a{color:blue}")
    assert "Collecting the static files" in prepare(bare=True)


def test_static_files_come_back_when_they_were_deleted(site):
    prepare(bare=True)
    (site.STATIC_ROOT / "staticfiles.json").unlink()
    prepare(bare=True)
    assert (site.STATIC_ROOT / "staticfiles.json").is_file()


def test_the_media_folder_is_made(site):
    prepare(bare=True)
    assert site.MEDIA_ROOT.is_dir()
