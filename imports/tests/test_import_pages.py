"""The command reads saved pages and keeps their own HTML."""

from pathlib import Path

import pytest
from django.core.management import call_command

from articles.models import Article
from imports.models import Item

PAGE = """<!doctype html><html lang="en"><head><title>A ferry for the winter</title>
<link rel="canonical" href="https://tidewater.example/ferry"></head><body><article>
<h1>A ferry for the winter</h1>{}</article></body></html>"""
TEXT = """
<p>The harbour bought a second ferry in March, and it has kept its timetable since. Nobody on the
quay expected that: the first one was built for a lake and has never liked the swell.</p>
<p>The new boat carries forty cars and two hundred people. It was paid for by the three villages on
the far shore, which used to be cut off for a week whenever the wind came from the north-east.</p>
<p>“We counted the days that the school was shut,” says Maren Holt, who runs the co-operative that
owns it. “There were nineteen of them in one winter. After that the vote was easy.”</p>
<p>Next year a third crew will be trained, so that the boat can also run at night. The fares stay as
they are until the loan is half repaid, which should take about six years.</p>"""


@pytest.mark.django_db
def test_a_saved_page_becomes_a_draft_and_is_kept_as_it_came(tmp_path: Path) -> None:
    file = tmp_path / "ferry.html"
    file.write_text(PAGE.format(TEXT))
    call_command("import_pages", str(file), "--source", "tidewater.example")
    assert Article.objects.get().headline == "A ferry for the winter"
    assert Item.objects.get().page() == file.read_bytes()
