from imports.command import ImportCommand
from imports.formats.jsonl import parse
from imports.reading import existing_file
from imports.session import Session


class Command(ImportCommand):
    help = """\
Bring in stories from JSON Lines, one object a line: our own fields, or the usual names of others.

Safe to run any number of times.

    manage.py import_jsonl stories.jsonl --source news.example --dry-run
    manage.py import_jsonl stories.jsonl --topic archive --limit 100
"""
    name = "import_jsonl"

    def take(self, session: Session, given: str) -> None:
        with existing_file(given).open("rb") as file:
            session.take(given, parse(file), is_ours=session.options.source is None)
