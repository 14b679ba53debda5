"""What copy and which links we accept from a sponsor.

Each rule returns "" for what we take, or a sentence for the editor that says what to change.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

TOPIC = "{topic}"
MARKUP = re.compile(r"<[a-zA-Z/!?]|&#?\w+;")
HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
# Narrower than RFC 3986 on purpose: what every browser and urllib read as the same host.
LINK = re.compile(r"https://(?P<host>[A-Za-z0-9.-]+)([/?#][!#-;=?-\[\]_a-z~]*)?")
# Control characters, separators of lines, and half characters, with which no page can be sent.
UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Marks that turn text around: LRE to RLO, and the isolates.
TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
# Drawn as nothing though Unicode calls them letters or marks: fillers, joiners, selectors.
BLANK_CODES = (
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
)
BLANKS = frozenset(map(chr, BLANK_CODES))

# What brings something from elsewhere that nobody has read, or unpacks what nobody can read.
FETCHES = re.compile(
    r"curl|wget2?|aria2c|axel|lwp-request|git|svn|hg|scp|s?ftp|nc|ncat|base(32|64)|xxd|openssl"
    r"|iwr|irm|invoke-(webrequest|restmethod)|.*\.?download(string|file|data)|.*urlopen|certutil"
    r"|bitsadmin"
)
FETCHED = re.compile(r"(https?|ftp)://|/dev/(tcp|udp)/", re.IGNORECASE)
# What runs the text or the file that it is given.
RUNS = re.compile(
    r"(ba|z|da|k|a|c|tc|fi|mk|mrb|pw|power)?sh(ell)?(\.exe)?|busybox|eval|exec|source|crontab|chmod"
    r"|i?python[\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|php[\d.]*|node|nodejs|deno|bun|lua(jit)?"
    r"|tclsh|osascript|iex|invoke-expression|start-process|cmd(\.exe)?|[cw]script|mshta|rundll32"
    r"|regsvr32|msiexec|npx|pipx|uvx"
)
# `. file` and `./file`, where a command may stand.
DOTTED = re.compile(r"(^|[|;&({`]|\b(sudo|then|do)\s)\s*(\.\s|\.{0,2}/)")
APART = re.compile(r"[\s|;&()<>`{}$=,\[\]]+")


def copy_fault(text: str, *, lines: bool = False) -> str:
    """Plain words: no HTML, no control characters, nothing that turns the text around it.

    `lines` allows line breaks.
    """
    if found := MARKUP.search(text):
        return f"HTML is not taken, and “{found[0]}” looks like it: write plain words."
    for character in text:
        if character == "\n" and lines:
            continue
        if unicodedata.category(character) in UNSEEN or character in TURNING:
            return f"Holds {_named(character)}, which readers cannot see: take it out."
    return ""


def terminal_fault(text: str, *, lines: bool = False) -> str:
    """Copy for the terminal, where what is pasted must be what was read: nothing unseen at all."""
    for character in text:
        if not (character == "\n" and lines) and _is_unseen(character):
            return f"Holds {_named(character)}, which readers cannot see: type the line by hand."
    return copy_fault(text, lines=lines)


def runs_what_it_downloads(command: str) -> bool:
    """Whether a reader who pastes it runs code that nobody has read: `curl … | sh` and its kin.

    Errs on the side of yes, and takes names apart as a shell does: c''url and cu\\rl are curl.
    """
    readings = [re.sub(r"""["'\\^]""", to, command) for to in ("", " ")]
    words = {word.lower() for reading in readings for word in APART.split(reading)}
    names = {word if "://" in word else word.rpartition("/")[2] for word in words}
    is_fetched = bool(FETCHED.search(readings[0])) or any(map(FETCHES.fullmatch, names))
    is_run = bool(DOTTED.search(readings[0])) or any(map(RUNS.fullmatch, names))
    return is_fetched and is_run


def has_figure(*texts: str) -> bool:
    """Whether copy gives a number in digits of any script, which is a claim that can be checked."""
    numbers = {"Nd", "Nl", "No"}
    return any(unicodedata.category(sign) in numbers for text in texts for sign in text)


def hook_fault(line: str) -> str:
    """Copy that may name the topic by `{topic}` and holds no other braces."""
    if found := re.search(r"\{[^{}]*\}?|\}", line.replace(TOPIC, "")):
        return f"“{found[0]}” is no placeholder we know: only {TOPIC} is."
    return copy_fault(line)


def hooks_fault(hooks: Any) -> str:
    """A hook line for each of some topics, by the topic's slug."""
    if not isinstance(hooks, dict) or not all(isinstance(part, str) for part in hooks.values()):
        return "Give one line for each topic, by the topic's slug."
    for slug, line in hooks.items():
        if fault := hook_fault(line):
            return f"{slug}: {fault}"
    return ""


def hosts_fault(hosts: Any) -> str:
    """Names of hosts in lower case, without scheme, port or path."""
    if not isinstance(hosts, list):
        return "Give a list of hosts, such as overwinter.example."
    for host in hosts:
        if not isinstance(host, str) or not HOST.fullmatch(host):
            return f"“{host}” is no host: write it as in overwinter.example, without https://."
    return ""


def link_fault(address: str, hosts: Sequence[str]) -> str:
    """An https address on one of the sponsor's own hosts; no user, password, port or spaces."""
    link = LINK.fullmatch(address)
    if link is None:
        return (
            "Give a whole address that starts with https://, without spaces, a password or a port; "
            "percent-encode what is not ASCII."
        )
    if link["host"].lower() not in hosts:
        return f"{link['host']} is not among the sponsor's hosts ({', '.join(hosts) or 'none'})."
    return ""


def _is_unseen(character: str) -> bool:
    category = unicodedata.category(character)
    is_odd_space = category.startswith("Z") and character != " "
    return category.startswith("C") or is_odd_space or character in BLANKS


def _named(character: str) -> str:
    name = unicodedata.name(character, "a control character").lower()
    return f"U+{ord(character):04X} ({name})"
