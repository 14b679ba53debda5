"""The site's own server with nothing behind it: constant bytes, the most that a page could reach.

`python -m benchmarks.constant` takes what `manage.py serve` takes from the environment, and
BENCHMARK_BYTES, the size of the body.
"""

import os
from collections.abc import Callable, Iterable

BODY = b"x" * int(os.environ.get("BENCHMARK_BYTES", "0"))
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))]


def application(
    environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    start_response("200 OK", HEADERS)
    return [BODY]


def main() -> None:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newssite.settings")
    django.setup()
    from newssite import serving

    # Nothing but the application differs, so the command itself serves it, options and all.
    serving.APPLICATION = "benchmarks.constant.application"
    call_command("serve")


if __name__ == "__main__":
    main()
