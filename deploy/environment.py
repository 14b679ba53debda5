"""Makes, updates or mends `.venv` so that it holds what the named requirements files pin.

    python3 deploy/environment.py requirements.txt [requirements-large.txt …]

Needs nothing but Python 3.11. Safe at any time: again, twice at once, after it was killed.
Says nothing when there is nothing to do. Exit status 1 and a sentence when it cannot be done.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  whoever starts us may have an older one
    sys.exit(
        f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}. "
        "Install python3.11, or name another: make run PYTHON=/path/to/python3.11"
    )

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CONFIG = VENV / "pyvenv.cfg"
LOCK = ROOT / "var" / "environment.lock"
INSTALLING = "installing"
# “name[extra]==1.2”; a line with a condition after a semicolon may rightly be absent.
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;#]+)\s*(?:#.*)?$", re.MULTILINE)
INCLUDE = re.compile(r"^-r\s+(\S+)", re.MULTILINE)
OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name resolution"
    r"|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable|from versions: none"
)


class Refused(Exception):
    """What cannot be done, why, and what to do about it."""


def main(names: list[str]) -> None:
    files = [ROOT / name for name in names]
    try:
        if is_current(files):
            return
        with locked() as lock:
            if not is_current(files):  # another run may have done it while we waited
                update(files, lock)
    except Refused as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        sys.exit(
            f"{error.filename or VENV}: {error.strerror}. Set that right, then run this again."
        )
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again: it begins afresh.")


def is_current(files: list[Path]) -> bool:
    """Whether the last installation ended well, from these very files, and is all still there."""
    if not PYTHON.exists() or not CONFIG.exists() or _is_half_made():
        return False
    installed = _installed()
    for file in files:
        stamp = _stamp(file)
        if not stamp.is_file() or stamp.read_text() != _digest(file):
            return False
        if not set(pins(_text(file))) <= installed:
            return False
    return True


def update(files: list[Path], lock: Path) -> None:
    """Install; `lock` says “installing” meanwhile, so that the next run knows if we were killed."""
    reason = _unusable() if VENV.exists() else ""
    if reason:
        print(f"The folder .venv {reason}: making it anew.", flush=True)
        shutil.rmtree(VENV)
    lock.write_text(INSTALLING)
    if not VENV.exists():
        _create()
    try:
        _install(files)
    except Refused:
        lock.write_text("")  # pip ended by itself: what was there before is still whole
        raise
    for file in files:
        _stamp(file).write_text(_digest(file))
    lock.write_text("")


def pins(text: str) -> list[tuple[str, str]]:
    """(name in its normal form, version) of each line that pins without a condition."""
    return [(_normal(name), version) for name, version in PIN.findall(text)]


@contextlib.contextmanager
def locked() -> Iterator[Path]:
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another installation is under way: waiting for it to end.", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield LOCK


def _unusable() -> str:
    """Why .venv must be made anew, "" when it can be kept."""
    if _is_half_made():
        return "was left half made"
    # Without pyvenv.cfg the Python in it starts, but installs into the machine's own packages.
    probe = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    ran = _run(PYTHON, "-c", probe)
    if ran.returncode != 0 or not CONFIG.exists():
        return "is broken"
    ours = "{}.{}".format(*sys.version_info[:2])
    return "" if ran.stdout.strip() == ours else f"is for Python {ran.stdout.strip()}, not {ours}"


def _create() -> None:
    # Inside a virtual environment, even .venv itself, the Python behind it makes the new one.
    base = getattr(sys, "_base_executable", sys.executable)
    ran = _run(base, "-m", "venv", str(VENV))
    if ran.returncode == 0:
        return
    said = ran.stdout + ran.stderr
    if "ensurepip" in said or "No module named venv" in said:
        raise Refused(
            f"{base} cannot make a virtual environment: its venv or ensurepip module is missing. "
            "On Debian or Ubuntu: apt-get install python3-venv. Then run this again."
        )
    raise Refused(f"{base} could not make {VENV}: {_last_line(said)}")


def _install(files: list[Path]) -> None:
    count = len({pin for file in files for pin in pins(_text(file))})
    print(f"Installing {count} packages into .venv (once; about a minute) …", flush=True)
    started = time.monotonic()
    wanted = [part for file in files for part in ("-r", str(file))]
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2")
    ran = _run(PYTHON, "-m", "pip", "install", *quiet, *wanted)
    if ran.returncode != 0:
        raise Refused(_explained(ran.stdout + ran.stderr))
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def _explained(said: str) -> str:
    fault = f"pip could not install the packages: {_last_line(said)}"
    if OFFLINE.search(said):
        return (
            f"{fault}\nThe package index did not answer or had nothing. Check the network (behind "
            "a proxy set HTTPS_PROXY; without a network set PIP_NO_INDEX=1 and PIP_FIND_LINKS to a "
            "folder of wheels), then run this again."
        )
    return f"{fault}\nSet that right, then run this again; deleting .venv first is always safe."


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["it said nothing"])[-1]


def _run(*parts: object) -> "subprocess.CompletedProcess[str]":
    command = [str(part) for part in parts]
    try:
        return subprocess.run(command, capture_output=True, text=True)
    except OSError as error:  # a .venv/bin/python whose target is gone
        return subprocess.CompletedProcess(command, 1, "", str(error))


def _is_half_made() -> bool:
    """Whether an installation was killed, or still runs: then the lock makes us wait for it."""
    return LOCK.is_file() and LOCK.read_text() == INSTALLING


def _installed() -> set[tuple[str, str]]:
    """(name, version) of each package whose installation was completed."""
    found = set()
    for site in VENV.glob("lib/python*/site-packages"):
        for folder in os.listdir(site):
            name, _, version = folder.removesuffix(".dist-info").rpartition("-")
            if folder.endswith(".dist-info") and (site / folder / "RECORD").exists():
                found.add((_normal(name), version))
    return found


def _text(file: Path) -> str:
    """The file's lines and those of the files that it includes."""
    try:
        text = file.read_text()
    except FileNotFoundError:
        raise Refused(f"There is no {file}. Name a requirements file of this project.") from None
    return "\n".join([text, *(_text(file.parent / name) for name in INCLUDE.findall(text))])


def _digest(file: Path) -> str:
    """Of the requirements and of the Python that .venv was made with."""
    return hashlib.sha256(_text(file).encode() + CONFIG.read_bytes()).hexdigest()


def _stamp(file: Path) -> Path:
    return VENV / f"{file.name}.stamp"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main(sys.argv[1:] or ["requirements.txt"])
