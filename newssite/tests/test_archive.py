import hashlib
import io
import json
import stat
import tarfile

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from articles.models import Asset, Topic
from newssite import archive
from newssite.dumps import engine_for
from sponsors.models import Salt, Seen

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = "assets/ab/picture.webp"


@pytest.fixture
def site(settings, tmp_path):
    """A live site in a folder of its own, with one topic and one picture."""
    settings.VAR_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = settings.VAR_DIR / "media"
    stored = settings.MEDIA_ROOT / PICTURE
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"the picture's bytes")
    Topic.objects.create(name="Tides", slug="tides")
    Asset.objects.create(file=PICTURE, width=16, height=9, credit="Ada", content_hash="ab" * 32)
    return settings


@pytest.fixture
def backup(site, tmp_path):
    file = tmp_path / "backup.tar.gz"
    call_command("backup", file, stdout=io.StringIO())
    return file


def verify(file):
    """What `restore --verify` says, on its three ways out."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("restore", file, verify=True, stdout=out, stderr=err)
    except CommandError as error:
        return err.getvalue() + str(error)
    return out.getvalue()


def rebuilt(file, change):
    """The archive after `change(members, manifest)`, with checksums that fit again."""
    with tarfile.open(file) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    manifest["files"] = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in members.items()
    }
    return packed(file, members | {"manifest.json": json.dumps(manifest).encode()})


def packed(file, members):
    other = file.with_name("rebuilt.tar.gz")
    with tarfile.open(other, "w:gz") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return other


def test_a_backup_is_proved_whole(backup):
    assert "whole; it can be restored" in verify(backup)


def test_a_backup_is_for_its_owner_alone(backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_backup_goes_under_var_by_default(site):
    call_command("backup", stdout=io.StringIO())
    assert len(list((site.VAR_DIR / "backups").glob("*Z.tar.gz"))) == 1


def test_a_backup_never_overwrites_a_file(backup):
    with pytest.raises(CommandError, match="exists: name another file"):
        call_command("backup", backup)


def test_a_round_trip_brings_back_rows_and_media(site, backup):
    Topic.objects.all().delete()
    (site.MEDIA_ROOT / PICTURE).write_bytes(b"spoiled")
    call_command("restore", backup, yes=True, stdout=io.StringIO())
    assert Topic.objects.get(slug="tides").name == "Tides"
    assert (site.MEDIA_ROOT / PICTURE).read_bytes() == b"the picture's bytes"


def test_a_restore_takes_away_what_came_after_the_backup(site, backup):
    Topic.objects.create(name="Later", slug="later")
    (site.MEDIA_ROOT / "later.webp").write_bytes(b"later")
    call_command("restore", backup, yes=True, stdout=io.StringIO())
    assert not Topic.objects.filter(slug="later").exists()
    assert not (site.MEDIA_ROOT / "later.webp").exists()


def test_a_restore_keeps_what_it_replaces(site, backup):
    (site.MEDIA_ROOT / "later.webp").write_bytes(b"later")
    call_command("restore", backup, yes=True, stdout=io.StringIO())
    (aside,) = (site.VAR_DIR / "replaced").iterdir()
    assert (aside / "media" / "later.webp").read_bytes() == b"later"
    assert (aside / engine_for(connection).FILE_NAME).stat().st_size > 0


def test_a_restore_asks_for_yes(backup):
    with pytest.raises(CommandError, match="Say --yes"):
        call_command("restore", backup)


def test_a_proof_touches_nothing(site, backup):
    Topic.objects.create(name="Later", slug="later")
    verify(backup)
    assert Topic.objects.filter(slug="later").exists()
    assert not list(site.VAR_DIR.glob("restoring-*"))
    assert not (site.VAR_DIR / "replaced").exists()


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_backup_is_refused(backup, part):
    backup.write_bytes(backup.read_bytes()[: int(backup.stat().st_size * part)])
    assert "use another backup" in verify(backup) or "no backup of this site" in verify(backup)


def test_a_flipped_byte_is_found(backup):
    data = bytearray(backup.read_bytes())
    data[len(data) // 2] ^= 0xFF
    backup.write_bytes(data)
    assert "backup" in verify(backup)
    assert "whole" not in verify(backup)


@pytest.mark.parametrize("content", [b"", b"a letter to the editor", b"PK\x03\x04" + bytes(99)])
def test_a_foreign_file_is_refused(site, tmp_path, content):
    file = tmp_path / "other.tar.gz"
    file.write_bytes(content)
    assert "no backup of this site" in verify(file)


def test_a_missing_file_is_named(site, tmp_path):
    assert "There is no file" in verify(tmp_path / "none.tar.gz")


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "media/../../evil", "bin/evil"])
def test_a_name_outside_the_archives_own_is_refused(site, backup, name):
    evil = packed(backup, {name: b"evil"})
    assert "no backup of this site: it holds" in verify(evil)


def test_a_link_is_refused(site, backup):
    evil = backup.with_name("link.tar.gz")
    with tarfile.open(evil, "w:gz") as tar:
        member = tarfile.TarInfo("media/link")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    assert "no backup of this site: it holds" in verify(evil)


def test_changed_bytes_are_found(backup):
    with tarfile.open(backup) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}
    members[f"media/{PICTURE}"] = b"another picture"
    assert f"media/{PICTURE}: is not the file that was stored" in verify(packed(backup, members))


def test_a_lost_picture_is_named(backup):
    lost = rebuilt(backup, lambda members, manifest: members.pop(f"media/{PICTURE}"))
    assert f"articles_asset.file names {PICTURE}, which is not in the archive." in verify(lost)


def test_lost_rows_are_counted(backup):
    def change(members, manifest):
        manifest["rows"]["articles_topic"] += 1

    rows = Topic.objects.count()
    assert f"articles_topic holds {rows} rows; the manifest says {rows + 1}." in verify(
        rebuilt(backup, change)
    )


def test_a_backup_of_another_engine_is_refused(backup):
    def change(members, manifest):
        manifest["engine"] = "oracle"

    assert "holds a database of oracle" in verify(rebuilt(backup, change))


def test_a_damaged_database_is_found(backup):
    name = engine_for(connection).FILE_NAME

    def change(members, manifest):
        members[name] = members[name][: len(members[name]) // 2]

    said = verify(rebuilt(backup, change))
    assert "whole" not in said
    assert "SQLite" in said or "pg_restore" in said


def test_a_refused_restore_changes_nothing(site, backup):
    lost = rebuilt(backup, lambda members, manifest: members.pop(f"media/{PICTURE}"))
    Topic.objects.create(name="Later", slug="later")
    with pytest.raises(CommandError, match="faults=1"):
        call_command("restore", lost, yes=True, stderr=io.StringIO())
    assert Topic.objects.filter(slug="later").exists()


def test_a_picture_lost_before_the_backup_is_named_by_it(site, tmp_path):
    (site.MEDIA_ROOT / PICTURE).unlink()
    out, err = io.StringIO(), io.StringIO()
    call_command("backup", tmp_path / "b.tar.gz", stdout=out, stderr=err)
    assert PICTURE in err.getvalue()
    assert "missing=1" in out.getvalue()


def test_the_manifest_counts_every_table(backup):
    with tarfile.open(backup) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest["format"] == archive.FORMAT
    assert manifest["rows"]["articles_asset"] == 1
    assert set(connection.introspection.table_names()) == set(manifest["rows"])


# What tells readers apart stays behind


SECRET, KEY, OLD_KEY = bytes(range(200, 232)), 0x1234567890ABCDEF, 0x1DEADBEEFCAFE123
TRACES = (
    *(SECRET, SECRET.hex().encode()),
    *(str(key).encode() for key in (KEY, OLD_KEY)),
    *(key.to_bytes(8, "big") for key in (KEY, OLD_KEY)),
)


@pytest.fixture
def _counted(site):
    """A key, what was counted under it, and much that the database has thrown away."""
    Salt.objects.create(period=1, value=SECRET)
    Seen.objects.bulk_create(Seen(key=OLD_KEY + number, period=0) for number in range(1000))
    Seen.objects.all().delete()
    Seen.objects.create(key=KEY, period=1)


def traces(file):
    data = file.read_bytes()
    return [trace for trace in TRACES if trace in data]


@pytest.mark.usefixtures("_counted")
def test_a_backup_holds_no_trace_of_a_reader(backup, tmp_path):
    with tarfile.open(backup) as tar:
        tar.extractall(tmp_path, filter="data")
    assert traces(tmp_path / engine_for(connection).FILE_NAME) == []
    assert Seen.objects.count() == Salt.objects.count() == 1


@pytest.mark.usefixtures("_counted")
def test_the_traces_are_ones_that_would_be_found(tmp_path):
    engine_for(connection).dump(connection, tmp_path / "whole")
    assert len(traces(tmp_path / "whole")) >= 2


@pytest.mark.usefixtures("_counted")
def test_what_a_restore_replaces_holds_no_trace_either(site, backup):
    call_command("restore", backup, yes=True, stdout=io.StringIO())
    (aside,) = (site.VAR_DIR / "replaced").iterdir()
    assert traces(aside / engine_for(connection).FILE_NAME) == []
    assert not Seen.objects.exists() and not Salt.objects.exists()


@pytest.mark.usefixtures("_counted")
def test_a_backup_without_them_is_whole(backup):
    assert "whole; it can be restored" in verify(backup)
    with tarfile.open(backup) as tar:
        rows = json.load(tar.extractfile("manifest.json"))["rows"]
    assert (rows["sponsors_seen"], rows["sponsors_salt"]) == (0, 0)


@pytest.mark.postgres
def test_a_password_stays_off_the_command_line(site, tmp_path, monkeypatch):
    """A pg_dump of our own writes down how it was called."""
    program, told = tmp_path / "bin" / "pg_dump", tmp_path / "told"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@ / $PGPASSWORD" > {told}\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "tidal-secret")
    with pytest.raises(CommandError, match="pg_dump failed"):
        call_command("backup", tmp_path / "b.tar.gz")
    arguments, _, password = told.read_text().partition(" / ")
    assert password.strip() == "tidal-secret"
    assert "tidal-secret" not in arguments


@pytest.mark.postgres
def test_no_scratch_database_is_left(backup):
    verify(backup)
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'newssite_scratch_%'")
        assert cursor.fetchall() == []
