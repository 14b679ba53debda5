"""How long a server asks us to wait."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_RETRY_AFTER = 7 * 24 * 3600  # seconds


def retry_after(value: str) -> int | None:
    """Seconds from now that a Retry-After header names, 0 to 7 days; None for rubbish.

    RFC 9110 section 10.2.3: a number of seconds or an HTTP date.
    """
    if re.fullmatch(r"[0-9]{1,20}", value.strip()):
        return min(int(value), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
        # A date in "-0000" comes without a zone and is in UTC.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return max(0, min(round(seconds), LONGEST_RETRY_AFTER))
