"""Reads the environment strictly: a value we cannot take ends in a sentence on what to set."""

import os
import secrets
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language_info

FLAGS = {"1": True, "yes": True, "true": True, "on": True}
FLAGS |= {"0": False, "no": False, "false": False, "off": False}


def text(name: str, default: str = "") -> str:
    """The variable's value without surrounding space; unset and empty both give the default."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    value = text(name)
    if not value:
        return default
    if value.lower() not in FLAGS:
        raise _refused(name, value, "neither yes nor no", f"{name}=yes or {name}=no")
    return FLAGS[value.lower()]


def number(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        wanted = f"a whole number from {least} to {most}, such as {name}={default}"
        raise _refused(name, value, "out of range or no number", wanted)
    return int(value)


def words(name: str) -> list[str]:
    """A comma-separated list; spaces around the words do not count."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise _refused(name, value, "no time zone", f"{name}=Europe/Berlin or the like") from None
    return value


def language(name: str, default: str) -> str:
    """A BCP 47 tag of a language that Django has texts for."""
    value = text(name, default)
    try:
        get_language_info(value.lower())
    except KeyError:
        raise _refused(name, value, "no language we know", f"{name}=en or the like") from None
    return value.lower()


def site_url(name: str, default: str) -> str:
    """The site's own root address: scheme and host, no path, no slash at the end."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        wanted = f"{name}=https://news.example, without a path"
        raise _refused(name, value, "not the root address of a site", wanted)
    return value


def mail_server(name: str) -> dict[str, object]:
    """host, port, user, password, starttls and tls of smtp://user:password@host:587?tls=yes.

    `tls=yes` is STARTTLS; smtps:// is TLS from the first byte. Empty when unset.
    """
    value = text(name)
    if not value:
        return {}
    try:
        return _mail_server(value)
    except ValueError as fault:
        wanted = f"{name}=smtp://user:password@mail.example:587?tls=yes"
        sentence = f"{wanted}, with special characters in the password percent-encoded"
        # Its value holds a password: it is not shown.
        raise _refused(name, "…", str(fault), sentence) from None


def _mail_server(value: str) -> dict[str, object]:
    """ValueError with the fault in a few words."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError("its host or port cannot be read") from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = options.pop("tls", "no").lower()
    if parts.scheme not in {"smtp", "smtps"}:
        raise ValueError("neither smtp:// nor smtps://")
    if not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ValueError("no address of a mail server")
    if options or tls not in FLAGS:
        raise ValueError("after the ? only tls=yes or tls=no can stand")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("a user without a password, or the other way round")
    is_wrapped, is_started = parts.scheme == "smtps", FLAGS[tls]
    return {
        "host": parts.hostname,
        "port": port or (465 if is_wrapped else 587 if is_started else 25),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "starttls": is_started and not is_wrapped,
        "tls": is_wrapped,
    }


def mail_addresses(name: str) -> list[str]:
    """A comma-separated list of e-mail addresses."""
    found = words(name)
    for address in found:
        if not _is_mail_address(address):
            wanted = f"{name}=desk@news.example, with commas between several"
            raise _refused(name, address, "no e-mail address", wanted)
    return found


def mail_address(name: str) -> str:
    """One e-mail address, without a name; "" when unset."""
    value = text(name)
    if value and not _is_mail_address(value):
        raise _refused(name, value, "no e-mail address", f"{name}=desk@news.example")
    return value


def sender(name: str, default: str) -> str:
    """An e-mail address, with a name before it or without."""
    value = text(name)
    if value and not _is_mail_address(parseaddr(value)[1]):
        wanted = f"{name}=news@news.example or {name}=The News <news@news.example>"
        raise _refused(name, value, "no e-mail address", wanted)
    return value or default


def _is_mail_address(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def secret_key(name: str, file: Path) -> str:
    """The variable's value, else the key in `file`, which is made on first use and then kept."""
    if value := text(name):
        if len(value) < 50:
            raise _refused(name, "…", "too short", f"{name} with 50 characters or more")
        return value
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Exclusive creation: of two processes that start together, one makes the key.
        with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    except OSError as error:
        sentence = (
            f"The secret key cannot be kept in {file}: {error.strerror}. Set {name} or VAR_DIR."
        )
        raise ImproperlyConfigured(sentence) from error
    return file.read_text().strip()


def _refused(name: str, value: str, fault: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is “{value}”: {fault}. Set {wanted}.")
