"""One import_feeds at a time, by a lock that dies with its process."""

import os
import signal
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command

from imports.lock import Busy, alone
from imports.tests.publishers import House, feed_text, saying
from imports.tests.test_polling import _loopback, feed_at, house

__all__ = ["_loopback", "house"]  # the fixtures
pytestmark = pytest.mark.django_db


def test_the_second_run_says_so_and_ends_well(house: House) -> None:
    feed_at(house.play(saying(feed_text())))
    out = StringIO()
    with alone("import_feeds"):
        call_command("import_feeds", stdout=out)
    assert "Another import_feeds" in out.getvalue() and house.asked == []
    call_command("import_feeds", stdout=out)
    assert len(house.asked) == 1


def test_the_lock_is_for_one_at_a_time_and_by_name() -> None:
    with alone("a"), alone("b"), pytest.raises(Busy), alone("a"):
        pass
    with alone("a"):
        pass


HOLD = """
import sys, time
import django; django.setup()
from imports.lock import alone
with alone("import_feeds"):
    print("mine", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(
    "postgresql" in str(site.DATABASES["default"]["ENGINE"]), reason="the file lock is SQLite's"
)
def test_the_lock_dies_with_its_process() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdout=subprocess.PIPE, cwd=site.BASE_DIR, env=os.environ
    ) as holder:
        assert holder.stdout.readline() == b"mine\n"
        with pytest.raises(Busy), alone("import_feeds"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with alone("import_feeds"):
        pass


def test_an_address_given_twice_is_asked_once(house: House) -> None:
    address = house.play(saying(feed_text()))
    call_command("import_feeds", address, address, stdout=StringIO())
    assert len(house.asked) == 1


def test_a_run_in_which_all_fail_is_exit_code_one(house: House) -> None:
    feed_at(house.address("/missing"))
    with pytest.raises(CommandError) as stopped:
        call_command("import_feeds", stdout=StringIO())
    assert stopped.value.returncode == 1
