from argparse import ArgumentParser
from typing import Any

from imports.command import ImportCommand
from imports.formats.ghost import parse
from imports.options import Options
from imports.reading import read_file
from imports.session import Session


class Command(ImportCommand):
    help = """\
Bring in a Ghost site from its JSON export (Settings, Advanced, Export).

Posts become stories; the first public tag of each becomes its topic, the others its tags; old
addresses lead to the stories. Posts for members come in as drafts. Safe to run any number of times.

    manage.py import_ghost site.ghost.json --dry-run
    manage.py import_ghost site.ghost.json --address https://old.example
"""
    name = "import_ghost"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--pages", action="store_true", help="take pages as well as posts")
        parser.add_argument(
            "--address", default="", help="of the old site, where the export does not say"
        )

    def prepare(self, inputs: list[str], options: Options, given: dict[str, Any]) -> list[str]:
        self.pages, self.address = given["pages"], given["address"]
        return inputs

    def take(self, session: Session, given: str) -> None:
        document = parse(read_file(given), pages=self.pages, address=self.address)
        session.take(given, document, is_ours=session.options.source is None)
