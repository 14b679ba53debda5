"""Which programs ask for pages without being a reader's browser, as far as they let it be seen."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings

LONGEST = 512  # characters of a user agent that are looked at
# Every browser of this century calls itself so; what does not is a program that says its own name.
_BROWSERS = ("mozilla/5.0 (", "opera/")
# What programs write that do call themselves so. Each word stands in no reader's browser, not even
# in those inside apps: a list of all known names costs forty times as much, and takes readers of
# Instagram and Facebook for programs. The tests hold these words against such a list.
_WORDS = (
    *("bot", "crawl", "spider", "scrap", "slurp", "fetch", "scan", "archive", "feed", "agent"),
    *("http", "www.", "@", "compatible;"),  # as in “(compatible; Name; +https://name.example)”
    *("headless", "phantomjs", "playwright", "puppeteer", "selenium", "cypress/", "lighthouse"),
    *("preview", "monitor", "synthetic", "inspect", "validator", "check", "google-"),
    *("ptst/", "gtmetrix", "pingdom"),  # measure how fast pages are
)
_PHONES = ("cubot",)  # makes of telephone with such a word in their name
_PREFETCH = ("prefetch", "prerender", "preview")
# The first versions of which each says where a request comes from (Fetch Metadata).
_SINCE = {"chrome": 80, "firefox": 90, "version": 17}
_VERSION = re.compile(r"\b(?:(chrome|firefox)/|(version)/(?=[\d.]+ (?:mobile/\w+ )?safari/))(\d+)")


def is_program(meta: Mapping[str, Any]) -> bool:
    """Whether the request with this WSGI environment was made by no reader."""
    agent = meta.get("HTTP_USER_AGENT", "")[:LONGEST].lower()
    return names_program(agent) or _is_ahead_of_reader(meta) or _lacks_metadata(agent, meta)


def names_program(agent: str) -> bool:
    """Whether a user agent, in lower case, is a program's or empty."""
    if not agent.startswith(_BROWSERS):
        return True
    for phone in _PHONES:
        agent = agent.replace(phone, "")
    return any(word in agent for word in _WORDS)


def _is_ahead_of_reader(meta: Mapping[str, Any]) -> bool:
    """Asked for in case somebody will want it, or only to see whether it is there."""
    purpose = meta.get("HTTP_SEC_PURPOSE") or meta.get("HTTP_PURPOSE") or meta.get("HTTP_X_MOZ", "")
    is_early = bool(purpose) and any(word in purpose.lower() for word in _PREFETCH)
    return is_early or meta.get("REQUEST_METHOD") == "HEAD"


def _lacks_metadata(agent: str, meta: Mapping[str, Any]) -> bool:
    """Calls itself a browser of today, and does not say what such a browser says of itself.

    Browsers say it to safe addresses alone; those in apps are left out, they differ.
    """
    if "HTTP_SEC_FETCH_SITE" in meta or "; wv)" in agent:
        return False
    found = _VERSION.search(agent)
    if found is None or int(found[3][:4]) < _SINCE[found[1] or found[2]]:
        return False
    return settings.SITE_URL.startswith("https://")
