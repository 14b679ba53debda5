from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from newssite import archive
from newssite.dumps import Failed


class Command(BaseCommand):
    help = (
        "Writes the database and the media to one .tar.gz, while the site runs. Safe at any time; "
        "prove the file with `restore FILE --verify`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="default: var/backups/<time>.tar.gz")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        file = file or settings.VAR_DIR / "backups" / f"{archive.stamp()}.tar.gz"
        try:
            summary = archive.write(file)
        except Failed as failure:
            raise CommandError(str(failure)) from failure
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}.") from error
        for name in summary.missing:
            self.stderr.write(f"{name}: the database names this file, and it is not in the media.")
        self.stdout.write(
            f"{file}: rows={summary.rows} media={summary.media} "
            f"missing={len(summary.missing)} bytes={summary.size}"
        )
