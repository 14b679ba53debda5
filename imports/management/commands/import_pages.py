from imports.command import ImportCommand
from imports.entry import Unreadable
from imports.formats.page import parse
from imports.reading import is_address, read_file
from imports.session import Session
from outbound.fetching import PAGE_ACCEPT, PAGE_LIMITS, FetchError, fetch


class Command(ImportCommand):
    help = """\
Bring in single article pages: by address, or saved as HTML files.

Headline, byline, date, language, lead picture and text are found in the page; the page's own HTML
is kept, so that a better reading can run again. Safe to run any number of times.

    manage.py import_pages https://gridledger.example/brannvik-first-winter --topic energy
    manage.py import_pages saved/*.html --source gridledger.example
"""
    name = "import_pages"
    inputs_help = "ADDRESS|FILE"

    def take(self, session: Session, given: str) -> None:
        data, address, content_type = _read(given)
        created = session.tally.created
        session.take(given, parse(data, address=address, content_type=content_type))
        if session.tally.created > created:
            item = session.run.items.latest("pk")
            item.keep_page(data, content_type)
            item.save()


def _read(given: str) -> tuple[bytes, str, str]:
    """(the page, its address, its content type), the last two "" for a file."""
    if not is_address(given):
        return read_file(given), "", ""
    try:
        response = fetch(given, accept=PAGE_ACCEPT, limits=PAGE_LIMITS)
    except FetchError as error:
        raise Unreadable(str(error)) from None
    return response.body, response.address, response.content_type
