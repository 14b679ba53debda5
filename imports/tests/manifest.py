"""Real files and what is known of them, where their folder is at hand (IMPORT_CORPUS)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

FOLDER = Path(os.environ.get("IMPORT_CORPUS") or settings.BASE_DIR.parent / "shared" / "data")


def of_kind(*kinds: str) -> list[Any]:
    """The manifest's records of these kinds, as parameters of a test; a skipped one without it."""
    manifest = FOLDER / "manifest.json"
    if not manifest.is_file():
        reason = "needs real files: set IMPORT_CORPUS to a folder with a manifest.json"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    files = json.loads(manifest.read_text())["files"]
    return [pytest.param(each, id=each["path"]) for each in files if each["kind"] in kinds]
