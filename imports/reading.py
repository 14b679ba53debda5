"""The bytes of an input: a file here or an address elsewhere."""

from pathlib import Path

from imports.entry import Unreadable

MOST_BYTES = 256 * 1024 * 1024  # of a file that is read whole


def is_address(given: str) -> bool:
    return given.lower().startswith(("http://", "https://"))


def read_file(name: str) -> bytes:
    """The file's bytes. Raises Unreadable with the reason."""
    path = Path(name)
    try:
        if path.is_dir():
            raise Unreadable("this is a folder; name the files in it")
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(f"the file has more than {MOST_BYTES // 1024**2} MB; split it")
        return path.read_bytes()
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"the file cannot be read: {error}") from None


def existing_file(name: str) -> Path:
    """The path of a file for readers that stream it. Raises Unreadable where there is none."""
    path = Path(name)
    if path.is_dir():
        raise Unreadable("this is a folder; name the files in it")
    if not path.is_file():
        raise Unreadable("there is no such file")
    return path
