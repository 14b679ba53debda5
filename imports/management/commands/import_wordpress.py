from argparse import ArgumentParser
from typing import Any

from imports.command import ImportCommand
from imports.formats.wordpress import parse
from imports.options import Options
from imports.reading import existing_file
from imports.session import Session


class Command(ImportCommand):
    help = """\
Bring in a WordPress site from its export (Tools, Export, All content: a WXR file).

Posts become stories with their authors, tags, dates and statuses; the main category of each
becomes its topic; old addresses lead to the stories. Private and password-protected posts come
in as drafts. Safe to run any number of times.

    manage.py import_wordpress export.xml --dry-run
    manage.py import_wordpress export.xml --pages
    manage.py import_wordpress export.xml --source partner.example   (stories of somebody else)
"""
    name = "import_wordpress"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--pages", action="store_true", help="take pages as well as posts")

    def prepare(self, inputs: list[str], options: Options, given: dict[str, Any]) -> list[str]:
        self.pages = given["pages"]
        return inputs

    def take(self, session: Session, given: str) -> None:
        document = parse(existing_file(given), pages=self.pages)
        session.take(given, document, is_ours=session.options.source is None)
