from contextlib import nullcontext
from typing import Any

from articles.models.article import Status
from imports.command import ImportCommand
from imports.formats.feed import parse
from imports.lock import Busy, alone
from imports.models import Feed
from imports.options import Options, refused
from imports.polling import poll
from imports.reading import is_address, read_file
from imports.report import Tally
from imports.session import Session


class Command(ImportCommand):
    help = """\
Read feeds (RSS, Atom, JSON Feed) from addresses or files; with no argument, every feed that is due.

Safe to run at any time and any number of times: what is here already is left as it is, and what
an editor has changed is kept.

    manage.py import_feeds https://gridledger.example/feed.atom --topic energy
    manage.py import_feeds saved/*.xml --dry-run
    manage.py import_feeds                                (what a timer calls)
"""
    name = "import_feeds"
    inputs_help = "ADDRESS|FILE"
    needs_input = False

    def handle(self, *, inputs: list[str], **given: Any) -> None:
        try:
            with nullcontext() if inputs else alone(self.name):
                super().handle(inputs=inputs, **given)
        except Busy:
            self.stdout.write("Another import_feeds is reading the feeds that are due already.")
            self.stdout.write(str(Tally()))

    def take_all(self, session: Session, inputs: list[str]) -> None:
        addresses = [each for each in inputs if each in self.feeds or is_address(each)]
        super().take_all(session, [each for each in inputs if each not in addresses])
        poll(session, addresses, self.feeds)

    def prepare(self, inputs: list[str], options: Options, given: dict[str, Any]) -> list[str]:
        rows = Feed.objects.select_related("source", "topic")
        wanted = rows.filter(address__in=inputs) if inputs else rows.due()
        self.feeds = {feed.address: feed for feed in wanted}
        inputs = inputs or list(self.feeds)
        if options.status == Status.PUBLISHED and not options.topic:
            self._check_topics(inputs)
        return inputs

    def _check_topics(self, inputs: list[str]) -> None:
        """A published story needs a topic: better refused now than at the first entry."""
        for given in inputs:
            if given not in self.feeds or self.feeds[given].topic is None:
                raise refused(f"--status published: {given} has no topic. Add --topic SLUG.")

    def take(self, session: Session, given: str) -> None:
        session.take(given, parse(read_file(given)))
