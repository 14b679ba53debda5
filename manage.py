"""Runs the site's commands; `python manage.py help` lists them."""

import os
import signal
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newssite.settings")
    if sys.argv[1:2] == ["serve"]:
        # While modules load, Python may drop a KeyboardInterrupt (in a weak reference's callback)
        # and the server would start all the same. Ending at once needs no tidying up here.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        _execute()
    except ModuleNotFoundError as error:
        if _is_ours(error.name or ""):
            raise
        sys.exit(_missing(error.name or "?"))
    except KeyboardInterrupt:
        sys.exit(130)  # what a shell reports for Ctrl-C


def _execute() -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if "psycopg" in str(error):
            sys.exit(_missing("psycopg"))
        sys.exit(str(error))


def _is_ours(module: str) -> bool:
    return (Path(__file__).parent / module.partition(".")[0]).exists()


def _missing(module: str) -> str:
    if module.partition(".")[0] in {"psycopg", "redis"}:
        cure = "python3 deploy/environment.py requirements-large.txt"
    else:
        cure = "`make run`; if that does not help, delete the folder .venv and run it again"
    return (
        f"The Python module “{module}” is missing. Install it: {cure}. "
        "Then start commands with .venv/bin/python."
    )


if __name__ == "__main__":
    main()
