"""Addresses made one: the same page is spelt the same way, however a source spells it."""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

_PORTS = {"http": "80", "https": "443"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_INNER_SPACE = re.compile(r"[\t\r\n]+")  # browsers drop these inside an address
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\]")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_UNSAFE = re.compile(r"[^!#$%&'()*+,/:;=?@\[\]A-Za-z0-9._~-]|%(?![0-9A-Fa-f]{2})")

# Parameters that say how a reader came, and change nothing of the page.
_TRACKING = re.compile(
    r"(?:utm|at|mtm|pk|piwik|hsa|vero|oly|wt|guce)_[\w.-]+"
    r"|utm|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|li_fat_id"
    r"|igshid|igsh|mc_[ce]id|mkt_tok|_hsenc|_hsmi|hsctatracking|_ga|_gl|_openstat|s_cid|cmpid"
    r"|ref_src|ref_url|__twitter_impression|guccounter|wt\.[\w.-]+|traffic_source|maca|xtor|spm",
    re.I,
)


def absolute(address: str, base: str = "") -> str:
    """The address resolved against a base; "" when it is relative and the base is no address."""
    address = _CONTROL.sub("", _INNER_SPACE.sub("", address.strip()))
    if not address:
        return ""
    if address.lower().startswith("www."):
        return f"http://{address}"
    if address.startswith("//"):
        return ("http:" if base.lower().startswith("http:") else "https:") + address
    if _SCHEME.match(address):
        return address
    if not is_web(base):
        return ""
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def is_web(address: str) -> bool:
    """Whether this is an absolute http or https address."""
    return address[:8].lower().startswith(("http://", "https://"))


def canonical(address: str) -> str:
    """The one spelling under which an address is stored; "" for what is no http(s) address.

    Host in lower case and ASCII, no user, no default port, no dot segments, percent-encoding by
    RFC 3986, no tracking parameters, the others in their order. The fragment goes, unless it
    names the page itself ("#!/story" and "#/story").
    """
    address = _CONTROL.sub("", _INNER_SPACE.sub("", address.strip()))
    if not is_web(address):
        return ""
    try:
        parts = urlsplit(address)
        netloc = _netloc(parts.scheme, parts.hostname or "", parts.port)
    except ValueError:
        return ""
    if not netloc:
        return ""
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    path, query = _encoded(_without_dots(parts.path)), _encoded(_without_tracking(parts.query))
    return urlunsplit((parts.scheme, netloc, path or "/", query, _encoded(fragment)))


def folded(address: str) -> str:
    """For comparing only: canonical, without http or https, www. and a slash at the end."""
    rest = canonical(address).partition("://")[2].removeprefix("www.")
    path, mark, query = rest.partition("?")
    return path.rstrip("/") + mark + query


def host(address: str) -> str:
    """The lower-case host without "www."; "" when there is none."""
    try:
        return (urlsplit(address.strip()).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def untracked(address: str) -> str:
    """The address as it is, but for its tracking parameters."""
    before, mark, fragment = address.partition("#")
    path, asks, query = before.partition("?")
    if not asks:
        return address
    kept = _without_tracking(query)
    return f"{path}{asks if kept else ''}{kept}{mark}{fragment}"


def _netloc(scheme: str, host: str, port: int | None) -> str:
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        host = host.encode("idna").decode("ascii")  # its UnicodeError is a ValueError
    if not _HOST.fullmatch(host) or ".." in host:
        return ""
    host = host.rstrip(".")
    return host if port is None or str(port) == _PORTS[scheme] else f"{host}:{port}"


def _without_dots(path: str) -> str:
    """RFC 3986, section 5.2.4, on the path of an absolute address."""
    path = path.replace("%2E", ".").replace("%2e", ".")
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _without_tracking(query: str) -> str:
    parameters = [part for part in query.split("&") if part]
    return "&".join(part for part in parameters if not _TRACKING.fullmatch(part.partition("=")[0]))


def _encoded(text: str) -> str:
    """Escapes in upper case, none for a character that needs none, and one for each that does."""
    text = _ESCAPE.sub(_escape, text)
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def _escape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if _UNRESERVED.fullmatch(character) else found[0].upper()
