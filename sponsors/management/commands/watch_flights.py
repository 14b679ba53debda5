import logging
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sponsors import notices, reports

logger = logging.getLogger("sponsors")

SOME_FAILED = 3


class Command(BaseCommand):
    help = """\
Tell the desk by e-mail how its flights stand: at 50, 90 and 100 % of a goal, when one has been
under 80 % of its pace for a day (once a week while it lasts), and seven days before the end.

Safe to run at any time and any number of times: the same news is one letter. The letters wait in
the outbox for deliver_outbox. They go to ALERT_EMAIL and to the group Sponsor manager.

    manage.py watch_flights                               (what a timer calls)
"""

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        # The help text holds a worked example, whose line must stay a line.
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def handle(self, **_: Any) -> None:
        at, to = timezone.now(), notices.readers()
        flights = notices.flights(at)
        totals = reports.totals_of(flights, at)
        letters = failed = 0
        if flights and not to:
            self.stdout.write(
                "Nobody is told: set ALERT_EMAIL, or give a sponsor manager an e-mail address."
            )
        for flight in flights:
            try:
                letters += notices.tell(flight, totals[flight.pk], to, at)
            except Exception as error:
                logger.exception("Nothing could be told of flight %s", flight.pk)
                self.stdout.write(f"failed: “{flight}”: {error}")
                failed += 1
        self.stdout.write(f"flights={len(flights)} letters={letters} failed={failed}")
        if failed:
            raise CommandError("Not every flight could be looked at.", returncode=SOME_FAILED)
