"""Reads the environment strictly: a value we cannot take ends in a sentence on what to set."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

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


def site_url(name: str, default: str) -> str:
    """The site's own root address: scheme and host, no path, no slash at the end."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        wanted = f"{name}=https://news.example, without a path"
        raise _refused(name, value, "not the root address of a site", wanted)
    return value


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
