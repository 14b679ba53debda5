"""A newsroom with something of everything, moved out and in by the commands themselves."""

import hashlib
import io
import json
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from articles.models import Article, ArticleRevision, LegacyPath
from articles.models.revision import Kind
from articles.tests import newsroom
from imports.models import Feed, Item, Run
from sponsors.models import Decisions, Delivery, Flight, PageStat, Placement, Salt, Seen, SlotStat
from sponsors.tests import sales


def make_site():
    """Stories in every state with all that can hang on them, of unusual kinds where they may be."""
    picture = newsroom.picture(newsroom.image(width=800))
    source = newsroom.source()
    told = {"source": source, "source_url": "https://a_b.example/1", "language": "fa"}
    lead = newsroom.story(
        "The lead \u2028 of “می‌خواهم” & <dialog>",
        body="<h2>A part</h2><p>Words \u0085 and “more”.</p><pre>a\n  b</pre><p>x</p>",
        tags=["Grid", "électricité"],
        authors=["Ines Kowal", "Ada Falk"],
        verification=newsroom.verification(),
        **{"lead": picture, "lead_alt": "A mast", "lead_caption": "It hums.", **told},
    )
    follower = newsroom.story("The lead again", source=newsroom.source("perigee.example"))
    Article.objects.filter(pk=follower.pk).update(same_as=lead)
    newsroom.draft("字" * 90)
    newsroom.scheduled("Ahead of its time")
    newsroom.withdrawn("Not what it seemed")
    editor = get_user_model()._default_manager.create(username="ruth")
    ArticleRevision.keep(lead, Kind.SAVE, author=editor, note="before the figures")
    LegacyPath(path="/2019/lead/?p=7", article=lead).save()
    LegacyPath(path="/2019/gone/").save()
    feed = Feed.objects.create(
        address="https://gridledger.example/feed", source=source, etag='W/"1"'
    )
    run = Run.objects.create(command="import_feeds", faults=[{"where": "b", "item": "a"}])
    Item.objects.create(
        **{"source": source, "external_id": "1", "external_key": "1" * 64, "article": lead},
        **{"feed": feed, "run": run, "upstream": {"headline": "b", "body": "a"}, "rights": "full"},
        **{"content_hash": "2" * 64, "fetched_at": timezone.now(), "raw_html": b"\x1f\x8b\x00"},
    )
    count(sales.book((Placement.ARTICLE_END, None), kind="cpm", goal=900, price_micro=8_000_000))
    return lead


def count(flight: Flight) -> None:
    """Two hours of views and clicks, and what they were counted by."""
    (creative,), now = flight.creatives.all(), timezone.now().replace(minute=0, second=0)
    where = {"flight": flight, "placement": Placement.ARTICLE_END}
    for hours, views in [(1, 300), (2, 700)]:
        hour = now - timedelta(hours=hours)
        counted = {"views": views, "clicks": hours, "bad_bot": 4, "spend_micro": views * 8000}
        SlotStat.objects.create(hour=hour, creative=creative, **where, **counted)
        Decisions.objects.create(hour=hour, placement=Placement.ARTICLE_END, topics="3 17", pages=9)
    PageStat.objects.create(day=now.date(), page_number=7, views=1000, clicks=3, **where)
    spent = {"billed_units": 900, "spend_micro": 7_200_000}
    Delivery.objects.create(flight=flight, views=1000, clicks=3, **spent)
    Salt.objects.create(period=41, value=b"secret of a period that is over ")
    Seen.objects.create(key=4_611_686_018_427_387_904, period=41)


def export(folder):
    """Export to a new folder and return it."""
    call_command("export_site", folder, stdout=io.StringIO())
    return folder


def restore(folder, **options):
    """What the command says at its end."""
    out = io.StringIO()
    call_command("import_jsonl", str(folder), stdout=out, **options)
    return out.getvalue().splitlines()[-1]


def exported_and_gone(make, folder, settings):
    """Export what `make` makes; afterwards there is no row, and a new folder for media."""
    with transaction.atomic():
        make()
        export(folder)
        transaction.set_rollback(True)
    settings.MEDIA_ROOT = folder.with_name("media-anew")
    settings.MEDIA_ROOT.mkdir()
    return folder


def tree(folder):
    """SHA-256 of every file by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def change_rows(folder, change):
    """Rewrite site.jsonl with what `change` makes of the list of its objects."""
    file = folder / "site.jsonl"
    rows = [json.loads(line) for line in file.read_bytes().splitlines()]
    rows = change(rows) or rows
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def row_of(rows, table):
    return next(row for row in rows if row.get("table") == table)
