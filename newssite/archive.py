"""A backup: one .tar.gz with the database, the media tree and a manifest that proves both.

Members: `database.sqlite3` or `database.dump`, `media/<name>` for every stored file, and last
`manifest.json`: format, created_at, site, engine, rows by table, bytes and SHA-256 of every other
member, the table columns that name media files, and whether media are part of it at all (they are
not where they live on an object store). The secret key is no part of it, nor is what tells readers
apart for some hours.
"""

import gzip
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from newssite.dumps import Failed, engine_for
from newssite.dumps.counting import count_rows

FORMAT = 1
MANIFEST = "manifest.json"
MEDIA = "media/"
COMPRESSION = 6  # of gzip's 9: the last steps cost more time than they save bytes
CHUNK = 1 << 20
# Their rows never leave the live database, so that nothing outlives the day for which it is needed.
# What was counted already can after a restore be counted again, for as long as its page is good.
EMPTIED = ("sponsors.Salt", "sponsors.Seen")


@dataclass(frozen=True, slots=True)
class Summary:
    """What an archive holds: rows over all tables, media files, bytes of the archive itself."""

    rows: int
    media: int
    size: int
    missing: list[str]  # media files that the database names and the site does not have


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An archive's members laid out in `folder`; `found` is name → {"bytes", "sha256"}."""

    folder: Path
    manifest: dict[str, Any]
    found: dict[str, dict[str, Any]]

    @property
    def database(self) -> Path:
        return self.folder / engine_for(connection).FILE_NAME


def stamp() -> str:
    return timezone.now().strftime("%Y%m%dT%H%M%SZ")


def write(file: Path) -> Summary:
    """Back the live site up to `file`, which appears when it is whole; Failed with a sentence."""
    if file.exists():
        raise Failed(f"{file} exists: name another file, or move it away.")
    for folder in (settings.VAR_DIR, file.parent):
        folder.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        # It holds accounts and drafts: for its owner's eyes only.
        with open(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            manifest, missing = _write_members(out)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    media = sum(name.startswith(MEDIA) for name in manifest["files"])
    return Summary(sum(manifest["rows"].values()), media, file.stat().st_size, missing)


def verify(file: Path) -> list[str]:
    """Every fault of the archive, a sentence each; the live site is not touched."""
    with unpacked(file, with_media=False) as parts:
        return member_faults(parts) or database_faults(parts)


def replace(parts: Unpacked) -> Path:
    """Put an archive in the place of the live database and media; gives where those are kept."""
    engine = engine_for(connection)
    aside = settings.VAR_DIR / "replaced" / stamp()
    aside.mkdir(parents=True, mode=0o700)
    engine.dump(connection, aside / engine.FILE_NAME, _emptied())
    engine.replace(connection, parts.database)
    if parts.manifest["media"]:
        _swap_media(parts.folder / MEDIA, aside / MEDIA)
    return aside


@contextmanager
def unpacked(file: Path, *, with_media: bool) -> Iterator[Unpacked]:
    """The archive in a scratch folder under VAR_DIR, which goes in the end.

    Without media their checksums are taken and the files are left out. Failed for a file that is
    no archive of ours, is cut short, or was made for another database engine or a later format.
    """
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=settings.VAR_DIR) as name:
        folder = Path(name)
        try:
            found = _unpack(file, folder, with_media)
        except FileNotFoundError:
            raise Failed(f"There is no file {file}.") from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Failed(f"{file} is cut short or damaged: use another backup.") from error
        except tarfile.TarError as error:
            raise Failed(f"{file} is no backup of this site, or is damaged: {error}.") from error
        yield Unpacked(folder, _manifest(file, folder), found)


def member_faults(parts: Unpacked) -> list[str]:
    """Members that are missing, unknown or not the bytes that the manifest says."""
    said, found = parts.manifest["files"], parts.found
    faults = [f"{name}: is in the manifest and not in the archive." for name in said.keys() - found]
    faults += [
        f"{name}: is in the archive and not in the manifest." for name in found.keys() - said
    ]
    for name in said.keys() & found.keys():
        if said[name] != found[name]:
            faults.append(f"{name}: is not the file that was stored; its checksum differs.")
    if parts.database.name not in said:
        faults.append(f"{parts.database.name}: there is no database in the archive.")
    return sorted(faults)


def database_faults(parts: Unpacked) -> list[str]:
    """What a scratch database loaded from the archive shows: damage, lost rows, lost media."""
    engine = engine_for(connection)
    with engine.opened(connection, parts.database) as scratch:
        faults = engine.faults(scratch)
        faults += _row_faults(parts.manifest["rows"], count_rows(scratch))
        if parts.manifest["media"]:
            stored = {name.removeprefix(MEDIA) for name in parts.found if name.startswith(MEDIA)}
            named = _named_media(scratch, parts.manifest["media_columns"])
            faults += [
                f"{column} names {name}, which is not in the archive."
                for column, name in named
                if name not in stored
            ]
    return faults


def _write_members(out: IO[bytes]) -> tuple[dict[str, Any], list[str]]:
    engine = engine_for(connection)
    files: dict[str, dict[str, Any]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="backup-", dir=settings.VAR_DIR) as scratch,
        tarfile.open(fileobj=out, mode="w:gz", compresslevel=COMPRESSION) as tar,
    ):
        copy = Path(scratch) / engine.FILE_NAME
        # The database first: files stored later are then extra, never missing.
        rows = engine.dump(connection, copy, _emptied())
        files[copy.name] = _add(tar, copy, copy.name)
        for name in _media_names():
            files[MEDIA + name] = _add(tar, settings.MEDIA_ROOT / name, MEDIA + name)
        manifest = _describe(rows, files)
        (Path(scratch) / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False))
        _add(tar, Path(scratch) / MANIFEST, MANIFEST)
    named = _named_media(connection, manifest["media_columns"]) if manifest["media"] else []
    return manifest, [name for _, name in named if MEDIA + name not in files]


def _emptied() -> list[str]:
    return [apps.get_model(label)._meta.db_table for label in EMPTIED]


def _describe(rows: dict[str, int], files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "site": settings.SITE_URL,
        "created_at": timezone.now().isoformat(timespec="seconds"),
        "engine": connection.vendor,
        "rows": rows,
        "media": _media_are_local(),
        "media_columns": _media_columns(set(rows)),
        "files": files,
    }


def _add(tar: tarfile.TarFile, path: Path, name: str) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        member = tar.gettarinfo(arcname=name, fileobj=file)
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        file.seek(0)
        tar.addfile(member, file)
    return {"bytes": member.size, "sha256": digest}


def _media_are_local() -> bool:
    return isinstance(default_storage, FileSystemStorage)


def _media_names() -> Iterator[str]:
    """Names below MEDIA_ROOT of the plain files there."""
    if not _media_are_local():
        return
    for folder, folders, files in os.walk(settings.MEDIA_ROOT):
        folders.sort()
        for file in sorted(files):
            path = Path(folder, file)
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(settings.MEDIA_ROOT).as_posix()


def _media_columns(tables: set[str]) -> list[list[str]]:
    """[table, column] of every field that names a stored file."""
    return sorted(
        [model._meta.db_table, field.column]
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.FileField) and field.column and model._meta.db_table in tables
    )


def _named_media(
    database: BaseDatabaseWrapper, columns: list[list[str]]
) -> Iterator[tuple[str, str]]:
    """(table.column, file name) of each file that the database names."""
    quote = database.ops.quote_name
    with database.cursor() as cursor:
        for table, column in columns:
            cursor.execute(f"SELECT DISTINCT {quote(column)} FROM {quote(table)}")  # noqa: S608
            names = (row[0] for row in cursor.fetchall())
            yield from ((f"{table}.{column}", name) for name in names if name)


def _row_faults(said: dict[str, int], found: dict[str, int]) -> list[str]:
    return [
        f"{table} holds {found.get(table, 0)} rows; the manifest says {said.get(table, 0)}."
        for table in sorted(said.keys() | found.keys())
        if said.get(table) != found.get(table)
    ]


def _unpack(file: Path, folder: Path, with_media: bool) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    with tarfile.open(file, "r:gz") as tar:
        for member in tar:
            _refuse_foreign(file, member, found)
            source = tar.extractfile(member)
            assert source is not None  # a plain file, as was just checked
            is_kept = with_media or not member.name.startswith(MEDIA)
            found[member.name] = _take(source, folder / member.name if is_kept else None)
        # To the very end: only there does gzip keep its checksum.
        while tar.fileobj and tar.fileobj.read(CHUNK):
            pass
    found.pop(MANIFEST, None)
    return found


def _refuse_foreign(file: Path, member: tarfile.TarInfo, found: dict[str, Any]) -> None:
    """Only plain files with our names are ever written, and none outside the scratch folder."""
    name = PurePosixPath(member.name)
    is_ours = len(name.parts) == 1 or (len(name.parts) > 1 and name.parts[0] == MEDIA.rstrip("/"))
    is_plain = member.isreg() and not name.is_absolute() and ".." not in name.parts
    if not is_ours or not is_plain or str(name) != member.name or member.name in found:
        raise Failed(f"{file} is no backup of this site: it holds “{member.name}”.")
    if hasattr(tarfile, "data_filter"):  # Python 3.11.4 and newer
        tarfile.data_filter(member, str(settings.VAR_DIR))


def _take(source: IO[bytes], target: Path | None) -> dict[str, Any]:
    """Size and checksum of a member, and its copy in `target`."""
    digest, size = hashlib.sha256(), 0
    if target:
        target.parent.mkdir(parents=True, exist_ok=True)
    with open(target or os.devnull, "wb") as out:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _manifest(file: Path, folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise Failed(f"{file} is no backup of this site: it has no readable {MANIFEST}.") from None
    if not isinstance(manifest, dict) or not SHAPE.items() <= _shape(manifest).items():
        raise Failed(f"{file} is no backup of this site: its {MANIFEST} says something else.")
    if manifest["format"] != FORMAT:
        raise Failed(f"{file} has format {manifest['format']}; this release reads {FORMAT}.")
    if manifest["engine"] != connection.vendor:
        raise Failed(
            f"{file} holds a database of {manifest['engine']}, and DATABASE_URL names "
            f"{connection.vendor}. Set DATABASE_URL to a database of that kind."
        )
    return manifest


SHAPE = {"format": int, "engine": str, "rows": dict, "media": bool, "media_columns": list}
SHAPE |= {"files": dict}


def _shape(manifest: dict[str, Any]) -> dict[str, type]:
    return {key: type(value) for key, value in manifest.items()}


def _swap_media(new: Path, aside: Path) -> None:
    """What is in MEDIA_ROOT goes aside, the new files come in.

    Its entries move, not the folder itself, which may be a mount.
    """
    aside.mkdir(parents=True)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    for entry in settings.MEDIA_ROOT.iterdir():
        shutil.move(entry, aside / entry.name)
    for entry in new.iterdir() if new.exists() else ():
        shutil.move(entry, settings.MEDIA_ROOT / entry.name)
