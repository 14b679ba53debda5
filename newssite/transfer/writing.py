"""The export of a whole site into a folder that appears when it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from tqdm import tqdm

from newssite.dumps import Failed
from newssite.transfer import files, stories
from newssite.transfer.rows import BATCH, line, rows_of
from newssite.transfer.tables import exported

FORMAT = "newssite"
VERSION = 1
ROWS = "site.jsonl"


@dataclass(frozen=True, slots=True)
class Summary:
    """What an export holds: rows over all tables, stories and pictures."""

    rows: int
    stories: int
    media: int
    missing: list[str]  # pictures that the database names and the site has lost


def write(folder: Path) -> Summary:
    """Export the live site. Failed with a sentence where there is something at `folder`."""
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and _is_empty(folder))):
        raise Failed(f"{folder} exists: name a folder that does not, or move it away.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.parent / f".{folder.name}.{os.getpid()}.partial"
    partial.mkdir(mode=0o700)  # it holds drafts: for its owner's eyes only
    try:
        with _one_moment():
            rows, names = _write_rows(partial)
            count = _write_stories(partial)
        media, missing = files.write(names, partial)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Summary(rows, count, media, missing)


def _write_rows(folder: Path) -> tuple[int, set[str]]:
    """How many rows there are, and the stored files that belong to them."""
    models, names = exported(), set[str]()
    counts = {model._meta.label: model._base_manager.count() for model in models}
    total = sum(counts.values())
    bar = tqdm(total=total, unit=" rows", disable=None, dynamic_ncols=True)
    with (folder / ROWS).open("wb") as out, bar:
        out.write(line({"format": FORMAT, "version": VERSION, "rows": counts}))
        for model in models:
            bar.set_description_str(model._meta.verbose_name_plural)
            for row, values in rows_of(model):
                out.write(line(values))
                names.update(files.names_of(row))
                bar.update()
    return total, names


def _write_stories(folder: Path) -> int:
    """A file for each story; how many there are."""
    (folder / stories.FOLDER).mkdir()
    count = 0
    for article in stories.all_stories().iterator(chunk_size=BATCH):
        path = folder / stories.path_of(article)
        path.parent.mkdir(exist_ok=True)
        path.write_text(stories.text_of(article), encoding="utf-8", newline="\n")
        count += 1
    return count


@contextmanager
def _one_moment() -> Iterator[None]:
    """All that is read inside is of one moment, and nobody who writes meanwhile has to wait."""
    if connection.in_atomic_block:
        yield
        return
    live: Any = connection
    live.ensure_connection()
    usual = getattr(live, "transaction_mode", None)  # SQLite's; ours would make writers wait
    live.transaction_mode = None
    try:
        with transaction.atomic():
            if live.vendor == "postgresql":
                with live.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        live.transaction_mode = usual


def _is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())
