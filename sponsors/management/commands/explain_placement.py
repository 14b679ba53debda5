from argparse import RawDescriptionHelpFormatter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sponsors.explaining import Explanation, explain
from sponsors.rehearsal import NoPage

BAD_ARGUMENTS = 2
YEARS = range(1971, 9999)  # in which every moment has its neighbours in every time zone


class Command(BaseCommand):
    help = """\
Say what a page of this site shows, and what became of every booked flight. Safe at any time:
nothing is changed or counted.

    manage.py explain_placement /news/energy/heat-pumps
    manage.py explain_placement https://fanfold.example/ --at 2026-06-30T23:59:59
    manage.py explain_placement / --chance 0.25           (one draw, instead of the odds of all)

Odds are counted over 1,000 evenly spread draws. Exit codes: 0 all well, 2 bad arguments.
"""

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="of a page of this site, whole or from its / on")
        parser.add_argument("--at", metavar="TIME", help="ISO 8601; the site's zone without one")
        parser.add_argument("--chance", metavar="U", help="of the draw, from 0 to below 1")

    def handle(self, *, address: str, at: str | None, chance: str | None, **_: Any) -> None:
        try:
            found = explain(
                address,
                at=None if at is None else _moment(at),
                chance=None if chance is None else _chance(chance),
            )
        except NoPage as refusal:
            raise _refused(str(refusal)) from None
        for line in _told(found):
            self.stdout.write(line)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise _refused(f"--at {text}: give a moment such as 2026-06-30T23:59:59+02:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _chance(text: str) -> float:
    try:
        chance = float(text)
    except ValueError:
        chance = -1
    if not 0 <= chance < 1:
        raise _refused(f"--chance {text}: give a number from 0 to below 1, such as 0.25.")
    return chance


def _told(found: Explanation) -> list[str]:
    moment = timezone.localtime(found.at)
    places = ", ".join(place.label for place in found.places) or "none"
    shown = f"{found.shown.flight}, “{found.shown.creative.headline}”" if found.shown else "nothing"
    often = "most often" if found.chance is None else f"by {found.chance:g}"
    outcomes = [
        f"“{each.flight.name}” of {each.flight.sponsor.name} {each.reason}"
        for each in found.outcomes
    ]
    return [
        f"{found.address} at {moment:%Y-%m-%d %H:%M:%S %Z}",
        f"places: {places}; topics: {', '.join(found.topics) or 'none'}",
        *outcomes,
        f"shown {often}: {shown}",
        f"flights={len(outcomes)} shown={sum(each.is_shown for each in found.outcomes)}",
    ]


def _refused(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=BAD_ARGUMENTS)
