"""Names of authors, out of the many ways in which they are sent."""

import re

_ADDRESS = r"(?:mailto:)?[^\s@<>()\"]+@[^\s@<>()\"]+"
_NAME_AFTER = re.compile(rf"^\W*{_ADDRESS}\s*[(\"]+\s*(.+?)\s*[)\"]+\s*$")
_ANY_ADDRESS = re.compile(rf"[<(\[\"]*{_ADDRESS}[>)\]\"]*")
_LONGEST = 1000  # characters of a name that are looked at
_BY = re.compile(r"^by:?\s+(?=\S)", re.I)


def name_of(written: str) -> str:
    """The name without its e-mail address and "By"; "" when nothing else was there."""
    text = " ".join(written[:_LONGEST].split())
    if found := _NAME_AFTER.match(text):
        text = found[1]
    text = _ANY_ADDRESS.sub(" ", text)
    return _BY.sub("", " ".join(text.split())).strip(" ,;:-|")
