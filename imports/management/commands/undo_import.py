from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from imports.models import Run
from imports.options import refused
from imports.undoing import undo


class Command(BaseCommand):
    help = (
        "Take back what one import made and restore what it changed. What somebody has touched "
        "since stays, and is named. Example: manage.py undo_import 12 --dry-run"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "run", type=int, metavar="RUN", help="the run's number, as in the admin"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")

    def handle(self, *, run: int, dry_run: bool, **options: Any) -> None:
        found = Run.objects.filter(pk=run).first()
        if found is None:
            last = ", ".join(str(run) for run in Run.objects.all()[:5]) or "none"
            raise refused(f"There is no run {run}. The last ones: {last}.")
        if found.undone_at:
            raise CommandError(
                f"{found} was undone already, at {found.undone_at:%Y-%m-%d %H:%M} UTC."
            )
        with transaction.atomic():
            undone = undo(found)
            transaction.set_rollback(dry_run)  # one path: do it all, then undo it
        for line in undone.kept:
            self.stdout.write(f"kept: {line}")
        self.stdout.write(
            f"removed={undone.removed} restored={undone.restored} kept={len(undone.kept)}"
            f"{' (dry run: nothing done)' if dry_run else ''}"
        )
