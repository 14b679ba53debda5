"""What copy claims in figures: where that was checked, and how long ago."""

from datetime import date, timedelta

from django.utils import timezone

FRESH = timedelta(days=90)  # after which a figure has to be looked up again


def stale_before(today: date | None = None) -> date:
    """The first day that is fresh still: what was checked before it is stale."""
    return (today or timezone.localdate()) - FRESH


def age_warning(checked_on: date | None, what: str = "figures", today: date | None = None) -> str:
    """A sentence for the desk about what was checked too long ago, "" for what was not."""
    today = today or timezone.localdate()
    if checked_on is None or checked_on >= stale_before(today):
        return ""
    return f"{what} checked {(today - checked_on).days} days ago: check again"


def day_fault(checked_on: date | None) -> str:
    """Why nothing can have been checked on that day."""
    is_ahead = checked_on is not None and checked_on > timezone.localdate()
    return "Nobody has checked it on a day that is still to come." if is_ahead else ""
