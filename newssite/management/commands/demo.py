from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from newssite import demo


class Command(BaseCommand):
    help = (
        "Fill the site with demonstration stories and sponsors: the feeds in samples/ through "
        "import_feeds, then the desk's work on them. Safe to run twice: nothing changes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--samples", type=Path, default=settings.BASE_DIR / "samples")

    def handle(self, *, samples: Path, **options: Any) -> None:
        feeds = sorted(str(path) for path in (samples / "feeds").glob("*"))
        if not feeds or not (samples / "desk.json").is_file():
            raise CommandError(f"{samples} holds no feeds/ and no desk.json.")
        call_command("import_feeds", *feeds, stdout=self.stdout, stderr=self.stderr)
        published = demo.apply(samples / "desk.json")
        self.stdout.write(f"published={published}")
