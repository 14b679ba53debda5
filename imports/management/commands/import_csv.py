from imports.command import ImportCommand
from imports.formats.table import parse
from imports.reading import existing_file
from imports.session import Session


class Command(ImportCommand):
    help = """\
Bring in stories from a table: CSV or TSV with a first row that names the columns.

Columns are recognised by their usual names, in any order: title, date, authors, tags, category,
excerpt, body (HTML) or body_markdown, url, slug, status, image, id. Safe to repeat.

    manage.py import_csv stories.csv --source news.example --dry-run
    manage.py import_csv stories.csv --topic archive --status published
"""
    name = "import_csv"

    def take(self, session: Session, given: str) -> None:
        document = parse(existing_file(given))
        session.take(given, document, is_ours=session.options.source is None)
