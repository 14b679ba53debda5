"""The stored pictures of a site: which there are, what proves them, out and back in.

`media.jsonl` has a line for each by name: {"name", "bytes", "sha256"}. Both are null for one that
the database names and the site has lost: the export tells, and an import does not miss it.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models

from articles.models import Asset
from articles.pictures import WIDTHS
from newssite.dumps import Failed
from newssite.transfer.rows import line

LIST = "media.jsonl"
FOLDER = "media"


def names_of(row: models.Model) -> Iterator[str]:
    """The stored files that belong to a row: those it names, and a picture's smaller copies."""
    for field in row._meta.concrete_fields:
        if isinstance(field, models.FileField) and (name := field.value_from_object(row).name):
            yield name
    if isinstance(row, Asset):
        yield from (row.copy_name(width) for width in WIDTHS if width < row.width)


def write(names: Iterable[str], folder: Path) -> tuple[int, list[str]]:
    """Copy stored files into an export. How many there are, and the names of lost ones."""
    count, lost = 0, []
    with (folder / LIST).open("wb") as out:
        for name in sorted(set(names)):
            proof = _copy_out(name, folder / FOLDER / name)
            count += proof is not None
            if proof is None:
                lost.append(name)
            out.write(line({"name": name, **(proof or {"bytes": None, "sha256": None})}))
    return count, lost


def check(names: set[str], folder: Path) -> list[str]:
    """The names to copy in, proved by their checksums. Failed at the first that is not right."""
    proofs = dict(_proofs(folder / LIST))
    for name in sorted(names):
        if name not in proofs:
            raise Failed(f"{folder / LIST}: it does not list {name}, which the site needs.")
        if proofs[name] is not None and _proof(folder / FOLDER / name) != proofs[name]:
            raise Failed(f"{folder / FOLDER / name}: is not the file that was exported.")
    return sorted(name for name in names if proofs[name] is not None)


def copy_in(names: list[str], folder: Path, copied: list[str]) -> None:
    """Store files of an export; `copied` gets the name of each new one before it is written.

    The site has no rows yet, so a file that is there already is what a run that was killed left:
    it stays when it holds the same bytes, and else it is written again.
    """
    for name in names:
        source = folder / FOLDER / name
        if default_storage.exists(name):
            with default_storage.open(name) as stored:
                if hashlib.file_digest(stored, "sha256").hexdigest() == _proof(source)["sha256"]:
                    continue
            default_storage.delete(name)
        else:
            copied.append(name)
        with source.open("rb") as file:
            default_storage.save(name, File(file, name=name))


def remove(copied: list[str]) -> None:
    for name in copied:
        default_storage.delete(name)


def refuse_outside(name: str) -> None:
    """Failed for the name of a file that would lie outside the folder for pictures."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or str(path) != name or "\\" in name:
        raise Failed(f"“{name[:100]}” is no name of a stored file")


def _copy_out(name: str, target: Path) -> dict[str, Any] | None:
    if not default_storage.exists(name):
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    with default_storage.open(name) as stored, target.open("wb") as out:
        shutil.copyfileobj(stored, out)
    return _proof(target)


def _proof(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return {"bytes": file.tell(), "sha256": digest}
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}.") from None


def _proofs(path: Path) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """(name, what proves it); None for one that was lost before the export."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}.") from None
    for number, text in enumerate(lines, 1):
        try:
            given = json.loads(text)
            proof = {"bytes": given["bytes"], "sha256": given["sha256"]}
            yield str(given["name"]), proof if proof["sha256"] is not None else None
        except (ValueError, KeyError, TypeError):
            raise Failed(f"{path}, line {number}: it is no line of a list of files.") from None
