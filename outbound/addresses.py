"""Which addresses may be asked at all, and which machines a name may lead to."""

import re
import string
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings

from outbound.errors import FetchError, Forbidden

DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*")
_LONGEST_NAME = 254  # characters, RFC 1035 section 2.3.4 with the dot at the end
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# IANA's special-purpose registries; the tables in older Pythons lack these.
_SPECIAL = tuple(
    ip_network(block) for block in ("192.0.0.0/24", "192.88.99.0/24", "2001:db8::/32", "3fff::/20")
)
_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it is asked: lower-case ASCII host without brackets, no fragment, no user."""

    scheme: str
    host: str
    port: int
    target: str  # path and query, percent-encoded

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


def parse(text: str) -> Address:
    """Raises Forbidden for what the rules refuse, and FetchError for what is no address."""
    try:
        if _CONTROL.search(text.strip()):
            raise ValueError("control characters, which urlsplit would drop in silence")
        parts = urlsplit(text.strip())
        port = parts.port
        if parts.scheme not in DEFAULT_PORTS:
            raise Forbidden("Only http:// and https:// addresses are fetched", address=text)
        if "@" in parts.netloc:
            raise Forbidden("An address with a user name or password is not fetched", address=text)
        query = f"?{parts.query}" if parts.query else ""
        target = quote((parts.path or "/") + query, safe=string.punctuation)
        host = _ascii_host(parts.hostname or "")
    except ValueError:
        raise FetchError("This is not a web address", address=text) from None
    address = Address(
        parts.scheme, host, DEFAULT_PORTS[parts.scheme] if port is None else port, target
    )
    if address.port not in settings.FETCH_PORTS and not settings.FETCH_ALLOW_PRIVATE:
        raise Forbidden(f"Port {address.port} is not one that is asked", address=text)
    return address


def follow(base: Address, location: str) -> Address:
    """Where a Location header leads, by the rules of `parse`."""
    try:
        # http.client reads headers as Latin-1; servers that do not percent-encode send UTF-8.
        location = location.encode("latin-1").decode()
    except UnicodeError:
        pass
    try:
        return parse(urljoin(str(base), location.strip()))
    except ValueError:
        raise FetchError("The redirect leads to no web address", address=location) from None


def is_public(text: str) -> bool:
    """Whether a resolved address, and any IPv4 address inside it, is on the public internet."""
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return _is_public_ipv4(address)
    if carried := _carried(address):
        return all(_is_public_ipv4(inner) for inner in carried)
    return address in _GLOBAL_UNICAST and address.is_global and not _is_special(address)


def _ascii_host(host: str) -> str:
    """The host's ASCII form. Raises ValueError (UnicodeError is one) for what cannot be a host."""
    if ":" in host:
        return str(IPv6Address(host))
    name = host.encode("idna").decode("ascii").lower()
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ValueError(name)
    return name


def _is_public_ipv4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not _is_special(address)


def _is_special(address: IPv4Address | IPv6Address) -> bool:
    return any(address in block for block in _SPECIAL)


def _carried(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that a gateway would reach by this one; empty for a plain IPv6 address."""
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()
