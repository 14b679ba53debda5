"""Where a view or a click comes from, only as closely as counting needs; never stored or logged.

A network is 256 addresses of IPv4 (/24), or what one household or office gets of IPv6 (/56).
"""

import hashlib
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

KINDS = 5  # of browsers, told apart in one network
_MAPPED = bytes(10) + b"\xff\xff"  # ::ffff:203.0.113.9 is 203.0.113.9 (RFC 4291)
_NOWHERE = b"?"  # all addresses that cannot be read are one network
_KEY = os.urandom(16)  # of this process's run


@dataclass(frozen=True, slots=True)
class Visitor:
    """A network and what its browser calls itself. Its repr tells neither."""

    prefix: bytes = field(repr=False)
    agent: str = field(repr=False)

    @classmethod
    def of(cls, meta: Mapping[str, Any]) -> Self:
        """Who sent a request with this WSGI environment, whose REMOTE_ADDR is the true address."""
        return cls(_prefix(meta.get("REMOTE_ADDR", "")), meta.get("HTTP_USER_AGENT", ""))

    @property
    def network(self) -> bytes:
        """The network under a key that ends with this process: to count by while it runs."""
        return hashlib.blake2b(self.prefix, digest_size=8, key=_KEY).digest()

    @property
    def identity(self) -> bytes:
        """The same in every process, for the ledger to hash with its salt.

        A network has KINDS of them and no more, whatever its browsers call themselves: so often
        a page can count there that was kept by a cache, or captured to be sent again and again.
        """
        agent = hashlib.blake2b(self.agent.encode(errors="replace"), digest_size=8).digest()
        return self.prefix + bytes([int.from_bytes(agent, "big") % KINDS])


def _prefix(address: str) -> bytes:
    """The version and the network's bytes, as in b"4" and three more."""
    try:
        if ":" not in address:
            return b"4" + socket.inet_pton(socket.AF_INET, address)[:3]
        whole = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return _NOWHERE
    return b"4" + whole[12:15] if whole.startswith(_MAPPED) else b"6" + whole[:7]
