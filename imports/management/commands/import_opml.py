from imports.command import ImportCommand
from imports.formats.opml import parse
from imports.reading import read_file
from imports.session import Session


class Command(ImportCommand):
    help = """\
Make feeds of a reader's subscription list (OPML). Nothing is fetched; import_feeds does that.

Safe to run any number of times: a feed that is here already stays as it is.

    manage.py import_opml subscriptions.opml --topic energy
"""
    name = "import_opml"

    def take(self, session: Session, given: str) -> None:
        _, subscriptions = parse(read_file(given))
        session.subscribe(given, subscriptions)
