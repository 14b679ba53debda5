"""What editors are told about feeds, once for each outage: left in the Outbox for delivery."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from imports.models import Feed
from outbound.models import Outbox

AFTER = 5  # failures in a row: a server's bad night is no news


def failing(feed: Feed) -> None:
    """To be called at each failure; speaks from the fifth on."""
    if feed.errors_in_a_row < AFTER or feed.failing_since is None:
        return
    _post(
        feed,
        f"failing:{feed.failing_since.isoformat()}",
        f"Feed fails: {feed}",
        f"It has failed {feed.errors_in_a_row} times in a row, since {_moment(feed.failing_since)}."
        f"\nThe last time: {feed.last_error}\n\nIt is tried again, less and less often.",
    )


def recovered(feed: Feed, *, errors: int, since: datetime | None) -> None:
    """At the first good visit after `errors` bad ones, of which the first was at `since`."""
    if errors < AFTER or since is None:
        return
    _post(
        feed,
        f"recovered:{since.isoformat()}",
        f"Feed works again: {feed}",
        f"It had failed {errors} times in a row, since {_moment(since)}.",
    )


def switched_off(feed: Feed, at: datetime) -> None:
    _post(
        feed,
        f"off:{at.isoformat()}",
        f"Feed switched off: {feed}",
        f"{feed.off_reason}\n\nIt is not read any more until somebody switches it on again.",
    )


def _post(feed: Feed, news: str, subject: str, text: str) -> None:
    path = reverse("admin:imports_feed_change", args=[feed.pk])
    body = f"{feed.address}\nof {feed.source.name}\n\n{text}\n\n{settings.SITE_URL}{path}\n"
    for address in settings.ALERT_EMAIL:
        key = f"feed {feed.pk} {news} {address}"
        Outbox.post(address=address, subject=subject, body=body, key=key)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
