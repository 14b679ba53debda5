"""What every import command does around its own way of reading."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imports.entry import Unreadable
from imports.options import Options, add_options, read_options
from imports.session import Session


class ImportCommand(BaseCommand):
    """A child says how one of its inputs becomes a Document; the rest is here.

    Exit codes: 0 all well, 1 nothing could be done, 2 bad arguments, 3 some of it failed.
    """

    name = ""  # as typed after manage.py
    inputs_help = "FILE"
    needs_input = True

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        # The help texts hold worked examples, whose lines must stay lines.
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        count = "+" if self.needs_input else "*"
        parser.add_argument("inputs", nargs=count, metavar=self.inputs_help)
        add_options(parser)

    def handle(self, *, inputs: list[str], **given: Any) -> None:
        options = read_options(given)
        inputs = self.prepare(inputs, options, given)
        with Session(self.name, inputs, options, self.stdout) as session:
            self.take_all(session, inputs)
            if options.pictures and not options.dry_run:
                session.illustrate()
        session.check()

    def prepare(self, inputs: list[str], options: Options, given: dict[str, Any]) -> list[str]:
        """The inputs to read. CommandError with exit code 2 for what makes no sense together."""
        return inputs

    def take_all(self, session: Session, inputs: list[str]) -> None:
        for each in inputs:
            self.take_safely(session, each)

    def take_safely(self, session: Session, given: str) -> None:
        """One input to its end; what is wrong with it costs the others nothing."""
        with session.rehearsal():
            try:
                self.take(session, given)
            except Unreadable as fault:
                session.fail(given, str(fault))

    def take(self, session: Session, given: str) -> None:
        """Read one input and hand it to the session. Raises Unreadable with the reason."""
        raise CommandError(f"{self.name} does not say how to read {given}.")
