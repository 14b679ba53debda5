from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outbound.delivery import deliver

SOME_FAILED = 3
BAD_ARGUMENTS = 2


class Command(BaseCommand):
    help = """\
Deliver the letters that wait in the outbox, such as alerts about feeds that fail.

Safe to run at any time, also two at once: no letter is sent twice. One that cannot be sent is
tried again later, eight times over half a day, and then kept as dead in the admin.

    manage.py deliver_outbox                              (what a timer calls)
    manage.py deliver_outbox --limit 1
"""

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        # The help text holds worked examples, whose lines must stay lines.
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--limit", type=int, default=100, metavar="N", help="try at most N letters (100)"
        )

    def handle(self, *, limit: int, **_: Any) -> None:
        if limit < 1:
            sentence = f"--limit {limit}: give a number of letters, 1 or more."
            raise CommandError(sentence, returncode=BAD_ARGUMENTS)
        counts = deliver(limit, tell=lambda sentence: self.stdout.write(f"failed: {sentence}"))
        self.stdout.write(str(counts))
        if counts.failed or counts.dead:
            raise CommandError("Not every letter could be sent.", returncode=SOME_FAILED)
