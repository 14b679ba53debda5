"""What every import command can be told, and the refusal of what makes no sense."""

from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any

from django.core.management.base import CommandError

from articles.models import Source, Topic
from articles.models.article import Status
from articles.models.source import normal_domain

BAD_ARGUMENTS = 2  # the exit code that argparse uses too


@dataclass(frozen=True, slots=True)
class Options:
    """`topic` and `source` None: as the input says. `limit` None: all entries."""

    dry_run: bool = False
    status: str | None = None  # None: as the input says, and drafts where it says nothing
    topic: Topic | None = None
    source: Source | None = None
    limit: int | None = None
    pictures: bool = False


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="do it all, say what happened, then undo it"
    )
    parser.add_argument(
        "--status", choices=Status.values, help="of new stories (as the input says, else draft)"
    )
    parser.add_argument("--topic", metavar="SLUG", help="file new stories under this topic")
    parser.add_argument(
        "--source", metavar="DOMAIN", help="whose stories these are, where the input does not say"
    )
    parser.add_argument(
        "--pictures", action="store_true", help="fetch lead pictures once the stories are stored"
    )
    parser.add_argument(
        "--limit", type=int, metavar="N", help="take at most N entries of each input"
    )


def read_options(given: dict[str, Any]) -> Options:
    """The options with topic and source found. CommandError with exit code 2 for bad ones."""
    if given["limit"] is not None and given["limit"] < 1:
        raise refused(f"--limit {given['limit']}: give a number of entries, 1 or more.")
    return Options(
        dry_run=given["dry_run"],
        status=given["status"],
        topic=_topic(given["topic"]),
        source=_source(given["source"]),
        limit=given["limit"],
        pictures=given["pictures"],
    )


def refused(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=BAD_ARGUMENTS)


def _topic(slug: str | None) -> Topic | None:
    if not slug:
        return None
    topic = Topic.objects.filter(slug=slug).first()
    if topic is None:
        have = ", ".join(Topic.objects.values_list("slug", flat=True)) or "none yet"
        raise refused(f"--topic {slug}: there is no such topic. Topics: {have}.")
    return topic


def _source(name: str | None) -> Source | None:
    """The source of that domain or slug; one that is new is made, unsaved, from a domain."""
    if not name:
        return None
    domain = normal_domain(name)
    found = Source.objects.filter(domain=domain).first() or Source.objects.filter(slug=name).first()
    if found is None and ("." not in domain or "/" in domain):
        raise refused(f"--source {name}: give a domain such as gridledger.example.")
    return found or Source(domain=domain, name=domain)
