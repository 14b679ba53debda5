"""Letters are delivered once, tried again while that makes sense, and never lost."""

import os
import re
import subprocess
import sys
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Memory
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from outbound import delivery
from outbound.delivery import MOST_ATTEMPTS, deliver
from outbound.models import Outbox, Status

pytestmark = pytest.mark.django_db
HERE = "outbound.tests.test_delivery"


def letter(number: int = 1, **fields: Any) -> Outbox:
    given = {"address": "desk@news.example", "subject": f"News {number}", "body": "What it is."}
    return Outbox.post(**given | {"key": f"key {number}"} | fields)


class Failing(Memory):
    """Takes nothing for addresses that begin with "bad"."""

    def send_messages(self, messages: Any) -> int:
        if messages[0].to[0].startswith("bad"):
            raise ConnectionResetError(104, "Connection reset by peer")
        return super().send_messages(messages)


class Unreachable(BaseEmailBackend):
    def open(self) -> None:
        raise ConnectionRefusedError(111, "Connection refused")


def run(**options: Any) -> tuple[int, str]:
    """(exit code, what deliver_outbox printed)"""
    out, code = StringIO(), 0
    try:
        call_command("deliver_outbox", stdout=out, **options)
    except CommandError as error:
        code = error.returncode
    return code, out.getvalue()


def test_a_letter_is_sent_once() -> None:
    letter()
    assert str(deliver()) == "sent=1 failed=0 dead=0 left=0"
    assert str(deliver()) == "sent=0 failed=0 dead=0 left=0"
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["desk@news.example"], "News 1", "What it is.")
    assert Outbox.objects.get().sent_at is not None


def test_the_same_news_twice_is_one_letter() -> None:
    assert letter().pk == letter(subject="Said otherwise").pk
    deliver()
    letter()
    deliver()
    assert len(mail.outbox) == 1


def test_a_subject_adds_no_headers_and_is_not_endless() -> None:
    letter(subject="News\r\nBcc: all@news.example" + "x" * 500)
    deliver()
    assert "\n" not in mail.outbox[0].subject and len(mail.outbox[0].subject) == 200


def test_the_message_id_is_the_same_for_the_same_letter() -> None:
    made = letter()
    deliver()
    Outbox.objects.filter(pk=made.pk).update(status=Status.PENDING, sent_at=None, attempts=0)
    deliver(at=timezone.now() + timedelta(days=1))
    first, second = (sent.message()["Message-ID"] for sent in mail.outbox)
    assert first == second


def test_one_that_fails_waits_and_costs_the_others_nothing(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{HERE}.Failing"
    bad, good = letter(1, address="bad@news.example"), letter(2)
    at = timezone.now()
    assert str(deliver(at=at)) == "sent=1 failed=1 dead=0 left=1"
    bad.refresh_from_db()
    assert (bad.attempts, "Connection reset" in bad.last_error) == (1, True)
    assert timedelta(minutes=5) <= bad.next_try_at - at <= timedelta(minutes=6.25)
    assert str(deliver(at=at + timedelta(minutes=4))) == "sent=0 failed=0 dead=0 left=1"
    good.refresh_from_db()
    assert good.status == Status.SENT


def test_a_backend_that_recovers_gets_all_of_it(settings: Any) -> None:
    good = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{HERE}.Unreachable"
    for number in range(3):
        letter(number)
    at = timezone.now()
    assert str(deliver(at=at)) == "sent=0 failed=1 dead=0 left=3"
    settings.EMAIL_BACKEND = good
    assert str(deliver(at=at + timedelta(hours=1))) == "sent=3 failed=0 dead=0 left=0"
    assert set(Outbox.objects.values_list("last_error", flat=True)) == {""}


def test_after_eight_tries_it_is_dead_with_its_reason_until_somebody_asks(
    settings: Any, admin_client: Any
) -> None:
    settings.EMAIL_BACKEND = f"{HERE}.Failing"
    bad = letter(address="bad@news.example")
    for number in range(MOST_ATTEMPTS + 2):
        deliver(at=timezone.now() + number * timedelta(days=1))
    bad.refresh_from_db()
    assert (bad.status, bad.attempts) == (Status.DEAD, MOST_ATTEMPTS)
    assert "Connection reset" in bad.last_error
    listed = admin_client.get("/admin/outbound/outbox/?status__exact=dead")
    assert b"Connection reset" in listed.content
    admin_client.post(
        "/admin/outbound/outbox/", {"action": "try_again", "_selected_action": [bad.pk]}
    )
    bad.refresh_from_db()
    assert (bad.status, bad.attempts) == (Status.PENDING, 0)


def test_a_letter_whose_process_died_is_tried_again_when_its_claim_ends() -> None:
    letter()
    claimed = delivery._claim(timezone.now())
    assert claimed is not None
    assert str(deliver()) == "sent=0 failed=0 dead=0 left=1"
    later = timezone.now() + delivery.CLAIM
    assert str(deliver(at=later)) == "sent=1 failed=0 dead=0 left=0"


def test_a_letter_that_ends_its_process_each_time_is_given_up() -> None:
    made = letter(1)
    Outbox.objects.filter(pk=made.pk).update(attempts=MOST_ATTEMPTS)
    letter(2)
    assert str(deliver()) == "sent=1 failed=0 dead=1 left=0"
    made.refresh_from_db()
    assert "ended each time" in made.last_error


def test_a_claim_that_has_ended_writes_nothing() -> None:
    letter()
    late = delivery._claim(timezone.now())
    deliver(at=timezone.now() + delivery.CLAIM)
    assert late is not None
    delivery._note(late, status=Status.DEAD, last_error="late")
    assert Outbox.objects.get().status == Status.SENT


def test_the_command_counts_and_names_what_failed(settings: Any) -> None:
    letter()
    code, printed = run()
    assert (code, printed.splitlines()[-1]) == (0, "sent=1 failed=0 dead=0 left=0")
    settings.EMAIL_BACKEND = f"{HERE}.Failing"
    letter(2, address="bad@news.example")
    code, printed = run()
    assert (code, printed.splitlines()[-1]) == (3, "sent=0 failed=1 dead=0 left=1")
    assert "failed: News 2, to bad@news.example: ConnectionResetError" in printed


def test_a_limit_leaves_the_rest() -> None:
    for number in range(3):
        letter(number)
    assert run(limit=2)[1].splitlines()[-1] == "sent=2 failed=0 dead=0 left=1"
    assert run(limit=0)[0] == 2


DELIVERER = """
import sys
import django; django.setup()
from outbound.delivery import deliver
sys.stdin.readline()
print(deliver(500))
"""


def test_two_deliverers_at_once_send_nothing_twice(tmp_path: Path) -> None:
    """Processes of their own on a database file: tests share one in memory, which locks apart."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"}
    environment.pop("EMAIL_URL", None)  # letters are printed
    given: dict[str, Any] = {"cwd": settings.BASE_DIR, "env": environment, "text": True}
    python = [sys.executable, "-c"]
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0", "outbound"], check=True, **given)
    subprocess.run([*python, POST], check=True, **given)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    workers = [subprocess.Popen([*python, DELIVERER], **pipes, **given) for _ in range(3)]
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    printed = [worker.communicate(timeout=60)[0] for worker in workers]
    subjects = re.findall(r"^Subject: (.*)$", "".join(printed), re.M)
    assert sorted(subjects) == sorted(f"News {number}" for number in range(200))
    assert all("failed=0 dead=0" in each.splitlines()[-1] for each in printed)


POST = """
import django; django.setup()
from outbound.models import Outbox
for n in range(200):
    Outbox.post(address="desk@news.example", subject=f"News {n}", body="It.", key=f"{n}")
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_deliverers_at_once_send_nothing_twice_on_postgresql() -> None:
    for number in range(40):
        letter(number)
    start, totals = threading.Barrier(3), []

    def work() -> None:
        start.wait()
        totals.append(deliver())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(total.sent for total in totals) == 40
    assert sorted(m.subject for m in mail.outbox) == sorted(f"News {n}" for n in range(40))
