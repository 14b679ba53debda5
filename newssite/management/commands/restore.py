from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from newssite import archive
from newssite.dumps import Failed, engine_for


class Command(BaseCommand):
    help = (
        "Proves a backup (--verify, touches nothing of the live site) or puts it in the place of "
        "the live database and media (--yes), which are kept under var/replaced/."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--verify", action="store_true", help="only prove that it can be restored")
        way.add_argument("--yes", action="store_true", help="replace the live database and media")

    def handle(self, *, file: Path, verify: bool, yes: bool, **options: Any) -> None:
        if not verify and not yes:
            raise CommandError(
                "This replaces the live database and media. Say --yes to do it, or --verify to "
                "prove the backup without touching them."
            )
        try:
            if verify:
                self._report(file, archive.verify(file))
                self.stdout.write(f"{file}: whole; it can be restored.")
            else:
                self._replace(file)
        except Failed as failure:
            raise CommandError(str(failure)) from failure
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}.") from error

    def _replace(self, file: Path) -> None:
        with archive.unpacked(file, with_media=True) as parts:
            self._report(file, archive.member_faults(parts))
            if engine_for(connection).may_open(connection):
                self._report(file, archive.database_faults(parts))
            aside = archive.replace(parts)
        self.stdout.write(f"{file}: restored. What was there before is in {aside}.")
        self.stdout.write("Now run `manage.py migrate`, and restart the site: it remembers pages.")

    def _report(self, file: Path, faults: list[str]) -> None:
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{file}: faults={len(faults)}. Use another backup.")
