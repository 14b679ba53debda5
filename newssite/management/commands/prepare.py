import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.db.models import Q

from articles.models import Article
from newssite.health import unapplied_migrations

EDITOR = "editor"
# Letters that cannot be taken for one another; 4 groups of 5 give 98 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
IGNORED_STATIC = ["CVS", ".*", "*~"]  # as collectstatic does


class Command(BaseCommand):
    help = (
        "Makes the site ready to serve: database, static files, demonstration stories, an editor's "
        "account. Safe at any time; what is there already stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--bare", action="store_true", help="no demonstration stories and no account"
        )

    def handle(self, *, bare: bool, **options: Any) -> None:
        for folder in (settings.VAR_DIR, settings.MEDIA_ROOT):
            folder.mkdir(parents=True, exist_ok=True)
        with _alone():
            try:
                self._migrate()
            except DatabaseError as error:
                fault = str(error).strip().splitlines()[0]
                raise CommandError(
                    f"The database cannot be used: {fault}. Is its server running, and is "
                    "DATABASE_URL right?"
                ) from error
            self._collect_static()
            if not bare:
                self._load_demo()
                self._make_editor()

    def _migrate(self) -> None:
        if count := unapplied_migrations():
            self._say(f"Setting up the database: {count} migrations …")
            call_command("migrate", interactive=False, verbosity=0)

    def _collect_static(self) -> None:
        if settings.DEBUG:
            return
        stamp, wanted = settings.VAR_DIR / "static.stamp", _static_digest()
        is_there = stamp.is_file() and (settings.STATIC_ROOT / "staticfiles.json").is_file()
        if is_there and stamp.read_text() == wanted:
            return
        self._say("Collecting the static files …")
        try:
            call_command("collectstatic", interactive=False, verbosity=0)
        except ValueError as error:  # a style sheet that names a file which is not there
            raise CommandError(f"The static files cannot be collected: {error}") from error
        stamp.write_text(wanted)

    def _load_demo(self) -> None:
        """Into an empty newsroom only: stories that an editor has deleted do not come back."""
        unfinished = settings.VAR_DIR / "demo.unfinished"
        if unfinished.exists() or not Article.objects.exists():
            self._say("Loading the demonstration stories …")
            unfinished.touch()
            call_command("demo", stdout=self.stdout, stderr=self.stderr)
            unfinished.unlink()

    def _make_editor(self) -> None:
        """Only where nobody can log in yet: an account that was closed does not come back."""
        users = get_user_model()._default_manager
        if users.filter(Q(is_staff=True) | Q(username=EDITOR)).exists():
            return
        password = "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
        users.create_superuser(EDITOR, password=password)
        self._say(
            f"\nThe editor's account, shown this once:\n  name      {EDITOR}\n"
            f"  password  {password}\nA new password: .venv/bin/python manage.py changepassword "
            f"{EDITOR}\n"
        )

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


@contextmanager
def _alone() -> Iterator[None]:
    """Of two that prepare the same folder at once, the second waits and then finds all done."""
    with (settings.VAR_DIR / "prepare.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _static_digest() -> str:
    """Of the name, size and time of every static file, and of where and how they are collected."""
    storage = settings.STORAGES["staticfiles"]["BACKEND"]
    digest = hashlib.sha256(f"{storage} {settings.STATIC_ROOT}".encode())
    for finder in get_finders():
        for name, source in finder.list(IGNORED_STATIC):
            about = os.stat(source.path(name))
            digest.update(f"{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()
