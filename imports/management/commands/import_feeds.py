from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand

from articles.models.article import Status
from imports.entry import Unreadable
from imports.formats.feed import parse
from imports.models import Feed
from imports.options import Options, add_options, read_options, refused
from imports.reading import is_address, read_file
from imports.session import Session
from outbound.fetching import FetchError, fetch


class Command(BaseCommand):
    help = """\
Read feeds (RSS, Atom, JSON Feed) from addresses or files; with no argument, every feed that is due.

Safe to run at any time and any number of times: what is here already is left as it is, and what
an editor has changed is kept.

    manage.py import_feeds https://gridledger.example/feed.atom --topic energy
    manage.py import_feeds saved/*.xml --dry-run
    manage.py import_feeds                                (what a timer calls)
"""

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("inputs", nargs="*", metavar="ADDRESS|FILE")
        add_options(parser)

    def handle(self, *, inputs: list[str], **given: Any) -> None:
        options = read_options(given)
        feeds = {feed.address: feed for feed in _feeds(inputs)}
        inputs = inputs or list(feeds)
        _check_topics(inputs, feeds, options)
        with Session("import_feeds", inputs, options, self.stdout) as session:
            for given_input in inputs:
                if is_address(given_input):
                    _take_address(session, given_input, feeds.get(given_input))
                else:
                    _take_file(session, given_input)
        session.check()


def _feeds(inputs: list[str]) -> Any:
    rows = Feed.objects.select_related("source", "topic")
    return rows.filter(address__in=inputs) if inputs else rows.due()


def _check_topics(inputs: list[str], feeds: dict[str, Feed], options: Options) -> None:
    """A published story needs a topic: better refused now than at the first entry."""
    if options.status != Status.PUBLISHED or options.topic:
        return
    for given in inputs:
        if given not in feeds or feeds[given].topic is None:
            raise refused(f"--status published: {given} has no topic. Add --topic SLUG.")


def _take_file(session: Session, name: str) -> None:
    with session.rehearsal():
        try:
            session.take(name, parse(read_file(name)))
        except Unreadable as fault:
            session.fail(name, str(fault))


def _take_address(session: Session, address: str, feed: Feed | None) -> None:
    response, fault = None, None
    try:
        # The network stays outside of every transaction.
        response = fetch(
            address,
            etag=feed.etag if feed else "",
            last_modified=feed.last_modified if feed else "",
        )
    except FetchError as error:
        fault = error
    with session.rehearsal():
        try:
            if response is None:
                raise Unreadable(str(fault))
            if not response.not_modified:
                document = parse(
                    response.body, address=response.address, content_type=response.content_type
                )
                feed = session.take(address, document, address=address, feed=feed)
            # Validators mean "read to the end": a visit that was cut short must not send them.
            if feed and session.options.limit is None:
                feed.succeed(
                    etag=response.etag or feed.etag,
                    last_modified=response.last_modified or feed.last_modified,
                )
        except Unreadable as unreadable:
            session.fail(address, str(unreadable))
            if feed:
                feed.fail(str(unreadable), retry_after=fault.retry_after if fault else None)
