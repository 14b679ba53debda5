from pathlib import Path

from imports.command import ImportCommand
from imports.formats.markdown import parse
from imports.session import Session


class Command(ImportCommand):
    help = """\
Bring in Markdown files with front matter, as Jekyll, Hugo and Pelican have them.

A folder is read with all that is in it. Aliases and permalinks lead to the stories. Safe to run
any number of times.

    manage.py import_markdown content/posts --source news.example --dry-run
    manage.py import_markdown _posts/2019-05-01-harbour.md --topic harbours
"""
    name = "import_markdown"
    inputs_help = "FOLDER|FILE"

    def take(self, session: Session, given: str) -> None:
        session.take(given, parse([Path(given)]), is_ours=session.options.source is None)
