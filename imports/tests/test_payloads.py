"""What strangers send to run their code at readers, through every kind of input to the page."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from articles.models import Article, Source
from articles.tests import newsroom
from articles.tests.attacks import ATTACKS
from imports.tests.arriving import KINDS, ONE_STORY, PARTS, written
from imports.tests.payloads import PAYLOADS

pytestmark = pytest.mark.django_db

ALL = [*ATTACKS, *PAYLOADS]
TEXTS = ("title", "summary", "body", "author", "tag", "category")
ADDRESSES = ("link", "image")
SCHEME = re.compile(r"[\s\x00-\x20]*(?:javascript|vbscript|data|blob|file|view-source)\s*:", re.I)


def armed(number: int, payload: str) -> dict[str, str]:
    """A story with the payload in every part, its words around it where there are any."""
    story = {part: f"{PARTS[part]} {payload}" for part in TEXTS}
    story |= dict.fromkeys(ADDRESSES, payload) if number % 2 else {}
    if number % 3 == 0:  # alone, so that it stands where an element or a value begins
        story |= {"body": payload + PARTS["body"], "title": payload, "summary": payload}
    return story | {"id": f"{number} {payload}"}


def stories(kind: str) -> list[list[dict[str, str]]]:
    """The stories of each file of a kind; where a file holds one, all payloads are in its body."""
    if kind not in ONE_STORY:
        return [[armed(number, payload) for number, payload in enumerate(ALL)]]
    several = [ALL[at::12] for at in range(12)]
    return [
        [armed(n, part[n]) | {"body": "\n\n".join(part), "link": f"{PARTS['link']}-{n}"}]
        for n, part in enumerate(several)
    ]


def bring_in(folder: Path, kind: str) -> None:
    for number, told in enumerate(stories(kind), 1):
        data = KINDS[kind][2](*told)
        command, arguments = written(folder / kind, kind, data, number)
        # Some may be refused, with a reason: of a file with one story that is all of it.
        assert ran(command, *arguments) in ({0, 1} if kind in ONE_STORY else {0, 3})


def ran(command: str, *arguments: str) -> int:
    """Its exit code."""
    try:
        call_command(command, *arguments, stdout=StringIO())
    except CommandError as error:
        return error.returncode
    return 0


def publish_all() -> None:
    """Every story that came in, as a desk that looks at nothing would."""
    topic = newsroom.topic("energy")
    Source.objects.update(rights="full")
    for article in Article.objects.all():
        article.topic = article.topic or topic
        article.same_as = None
        article.publish(at=timezone.now())


def addresses() -> Iterator[str]:
    for article in Article.objects.published().select_related("topic").order_by("pk"):
        yield article.get_absolute_url()
    for row in {
        *newsroom.Topic.objects.all(),
        *Source.objects.all(),
        *newsroom.Author.objects.all(),
    }:
        yield row.get_absolute_url()


def faults(html: bytes) -> list[str]:
    """What a page must not hold; its own scripts are files of its own."""
    root = lxml.html.document_fromstring(html)
    found = []
    for element in root.iter("*"):
        found += [f"<{element.tag}>" for _ in range(1) if _is_foreign(element)]
        for name, value in element.attrib.items():
            is_bad = name.startswith("on") or name in {"style", "srcdoc", "formaction"}
            is_bad |= name in {"href", "src", "action", "poster", "xlink:href"} and bool(
                SCHEME.match(value)
            )
            found += [f"<{element.tag} {name}={value!r}>"] if is_bad else []
    return found


def _is_foreign(element: Any) -> bool:
    if element.tag == "script":
        is_data = element.get("type") == "application/ld+json"
        return not is_data and not element.get("src", "").startswith("/static/")
    return element.tag in {"style", "iframe", "object", "embed", "base", "applet", "frame", "math"}


@pytest.mark.parametrize("kind", KINDS)
def test_no_payload_reaches_a_page(kind: str, tmp_path: Path, client: Client) -> None:
    bring_in(tmp_path, kind)
    publish_all()
    pages = [*addresses()]
    assert len(pages) >= (8 if kind in ONE_STORY else len(ALL) * 9 // 10)
    for address in pages:
        response = client.get(address)
        # Who has no public story has no page.
        assert response.status_code == 200 or not address.startswith("/news/"), address
        assert faults(response.content) == [], address


def test_the_check_would_see_them() -> None:
    """On a page as the payloads came, all but a few are faults."""
    seen = [bool(faults(f"<html><body><p>x{payload}".encode())) for payload in ATTACKS]
    assert sum(seen) > len(ATTACKS) // 2
