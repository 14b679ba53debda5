from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from imports.management.commands import import_jsonl
from imports.options import refused
from newssite.dumps import Failed
from newssite.transfer import restoring

HELP = """
The folder that export_site wrote, or its site.jsonl, is a whole site: it goes into an empty one,
all of it or nothing, with every number and date as it was.

    manage.py import_jsonl /backup/fanfold --dry-run
    manage.py import_jsonl /backup/fanfold
"""


class Command(import_jsonl.Command):
    """Takes the place of the command of `imports`, which may not know of a whole site."""

    help = import_jsonl.Command.help + HELP

    def handle(self, *, inputs: list[str], **given: Any) -> None:
        exports = [export for each in inputs if (export := restoring.find(Path(each)))]
        if not exports:
            super().handle(inputs=inputs, **given)
            return
        _refuse_more(inputs, given)
        self._restore(exports[0], dry_run=given["dry_run"])

    def _restore(self, export: restoring.Export, *, dry_run: bool) -> None:
        try:
            created = restoring.restore(export, dry_run=dry_run)
        except Failed as failure:
            raise CommandError(str(failure)) from failure
        except OSError as error:
            raise CommandError(f"{error.filename or export.file}: {error.strerror}.") from error
        undone = " (dry run: undone)" if dry_run else ""
        self.stdout.write(f"created={created} updated=0 unchanged=0 skipped=0 failed=0{undone}")


def _refuse_more(inputs: list[str], given: dict[str, Any]) -> None:
    """A whole site comes alone and as it is."""
    if len(inputs) > 1:
        raise refused("An export of a whole site is imported alone: name nothing beside it.")
    for option in ("status", "topic", "source", "limit"):
        if given[option] is not None:
            raise refused(f"--{option} makes no sense here: an export of a whole site comes whole.")
