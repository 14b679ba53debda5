from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from newssite.dumps import Failed
from newssite.transfer import writing

SOME_FAILED = 3


class Command(BaseCommand):
    help = """\
Write the whole site to a new folder, while it runs: site.jsonl (every row of the newsroom), each
story as a Markdown file, and all pictures. Accounts and sessions are no part of it. Safe at any
time; the same site gives the same bytes. Into an empty site it goes with import_jsonl FOLDER.

    manage.py export_site /backup/fanfold
    manage.py import_jsonl /backup/fanfold --dry-run     (on the new, empty site)

Exit codes: 0 all well, 1 nothing could be done, 2 bad arguments, 3 pictures were missing.
"""

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="must not exist, or be empty")

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            summary = writing.write(folder)
        except Failed as failure:
            raise CommandError(str(failure)) from failure
        except DatabaseError as error:
            raise CommandError(f"The database cannot be read: {error}") from error
        except OSError as error:
            raise CommandError(f"{error.filename or folder}: {error.strerror}.") from error
        for name in summary.missing:
            self.stderr.write(f"{name}: the database names this file, and it is not in the media.")
        self.stdout.write(
            f"{folder}: rows={summary.rows} stories={summary.stories} media={summary.media} "
            f"missing={len(summary.missing)}"
        )
        if summary.missing:
            raise CommandError(
                "Some pictures are missing; the rest was exported.", returncode=SOME_FAILED
            )
