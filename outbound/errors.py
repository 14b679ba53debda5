"""What can go wrong at somebody else's server, in words an editor can act on."""

import re

_SECRET = re.compile(r"//[^/?#]*@")
_LONGEST_SHOWN = 300  # characters of an address


class FetchError(Exception):
    """A fetch that gave nothing. str() is a sentence that ends in the address it is about.

    `status` is the server's, None when it never answered; `retry_after` is in seconds, None when
    the server named no time; `asked` differs from `address` when a redirect led there.
    """

    def __init__(
        self,
        sentence: str,
        *,
        address: str,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = _printable(sentence)
        self.address = self.asked = presentable(address)
        self.status = status
        self.retry_after = retry_after

    def __str__(self) -> str:
        if self.asked == self.address:
            return f"{self.sentence}: {self.address}"
        return f"{self.sentence}: {self.address} (redirected from {self.asked})"


class Forbidden(FetchError):
    """An address that we do not ask: of another scheme, port or network, or with a password."""


class Gone(FetchError):
    """410: the server says that it will not come back."""


class TooLarge(FetchError):
    """The answer is larger than its limit allows."""


class TimedOut(FetchError):
    """A time limit passed: of connecting, between two bytes, or of the whole fetch."""


def presentable(address: str) -> str:
    """The address fit for a log or a page: in one line, not endless, without a password."""
    shown = _SECRET.sub("//", address)
    ending = "…" if len(shown) > _LONGEST_SHOWN else ""
    return _printable(shown[:_LONGEST_SHOWN]) + ending


def _printable(text: str) -> str:
    """Servers choose part of our sentences: no line breaks, no commands to a terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)
