"""Processes that count as the workers of a site do: `python -m sponsors.tests.counter`.

It reads jobs (a line of JSON), forks a process for each, says when all are ready, waits for a line
to start them, and tells what each did.
"""

import json
import multiprocessing
import sys
import threading
import time
from itertools import chain, repeat
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402

from sponsors import counting, ledger  # noqa: E402
from sponsors.events import What  # noqa: E402
from sponsors.models import Flight  # noqa: E402
from sponsors.tests.readers import page, seen  # noqa: E402
from sponsors.tokens import Token  # noqa: E402

PATIENCE = 30  # seconds
SEND = {What.VIEW: counting.viewed, What.CLICK: counting.clicked}


def main() -> None:
    jobs = json.loads(sys.stdin.readline())
    context = multiprocessing.get_context("fork")
    together, results = context.Barrier(len(jobs) + 1), context.SimpleQueue()
    for job in jobs:
        context.Process(target=work, args=(together, results), kwargs=job).start()
    together.wait(PATIENCE)
    _say("ready")
    sys.stdin.readline()
    together.wait(PATIENCE)
    _say(json.dumps([results.get() for _ in jobs]))


def work(
    together: Any,
    results: Any,
    *,
    flight: int,
    tokens: list[dict[str, Any]],  # those that it shares with other processes
    own: int = 0,  # and how many that it makes itself
    what: str = What.VIEW,
    times: int = 1,  # that each of its threads sends each token
    threads: int = 1,
    pause: float = 0.0,  # seconds between two
    clock: float = 0.0,  # seconds that its clock is ahead
    secret_key: str = "",
) -> None:
    now = time.time
    ledger.clock = lambda: now() + clock
    settings.SECRET_KEY = secret_key or settings.SECRET_KEY
    sold = Flight.objects.get(pk=flight)
    shared = [Token(**token | {"nonce": bytes.fromhex(token["nonce"])}) for token in tokens]
    sent = [*shared, *(page(sold, page=number) for number in range(1, own + 1))]
    ledger.prepare()  # as a worker does when it starts
    slowest: list[float] = []

    def send() -> None:
        longest = 0.0
        for token in chain.from_iterable(repeat(sent, times)):
            start = time.monotonic()
            SEND[What(what)](seen(What(what), token))
            longest = max(longest, time.monotonic() - start)
            time.sleep(pause)
        slowest.append(longest)

    crowd = [threading.Thread(target=send) for _ in range(threads)]
    together.wait(PATIENCE)  # until all are ready
    together.wait(PATIENCE)  # until the test is
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    while not counting.flush():
        time.sleep(0.1)
    counting.close()
    results.put(counting.stats() | {"slowest": max(slowest)})


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
