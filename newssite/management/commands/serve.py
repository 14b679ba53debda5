import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from newssite import environment, serving


class Command(BaseCommand):
    help = (
        "Serves the site with the production server until Ctrl-C. From the environment: HOST "
        "(127.0.0.1), PORT (8000), WORKERS (1 process), THREADS (per process)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--prepare", action="store_true", help="first do what `prepare` does")

    def handle(self, *, prepare: bool, **options: Any) -> None:
        host = environment.text("HOST", "127.0.0.1")
        port = environment.number("PORT", 8000, least=1, most=65535)
        workers = environment.number("WORKERS", 1, least=1, most=64)
        threads = environment.number("THREADS", _threads(), least=1, most=512)
        try:
            serving.refuse_busy(host, port)
            claim = serving.claim(port)
            if prepare:
                call_command("prepare", stdout=self.stdout, stderr=self.stderr)
                serving.refuse_busy(host, port)  # another may have been quicker meanwhile
        except serving.Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        server = serving.Server(
            host, port, workers=workers, threads=threads, on_answer=self._announce
        )
        connections.close_all()  # none may be shared with the workers
        with claim:
            server.serve(target_loader=serving.load)
        self.stdout.write("Stopped.")

    def _announce(self, is_up: bool) -> None:
        if not is_up:
            self.stderr.write(
                f"The site has not answered for {serving.FIRST_ANSWER} seconds; what it says "
                "above may tell why. Ctrl-C stops it."
            )
            return
        self.stdout.write(
            f"{settings.SITE_NAME} is open. Ctrl-C closes it.\n"
            f"  read   {settings.SITE_URL}/\n"
            f"  edit   {settings.SITE_URL}/admin/"
        )
        self.stdout.flush()


def _threads() -> int:
    """Python threads a process: more than this wait for each other, not for the database."""
    return 2 * (os.cpu_count() or 1) + 1
