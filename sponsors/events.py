"""What readers' pages send back, on its way to being counted."""

from dataclasses import dataclass
from enum import StrEnum

from sponsors.tokens import Token


class What(StrEnum):
    VIEW = "view"
    CLICK = "click"  # on the first link
    CLICK_ALT = "click_alt"  # on the second link, never billed


class Fault(StrEnum):
    """Why something is counted apart. DUP is found only when it is stored."""

    BOT = "bot"
    STALE = "stale"
    RATE = "rate"
    DUP = "dup"


@dataclass(frozen=True, slots=True)
class Event:
    """A view or a click. Keys are those of sponsors.ledger; nothing here tells who it was."""

    what: What
    token: Token
    fault: Fault | None  # None: good, unless it was counted before
    key: int  # of this very thing
    view_key: int  # of the view that a click implies; the same as `key` for a view
