"""Generated archives of every kind: the same numbers always give the same stories."""

import csv
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from pathlib import Path

WORDS = [
    *("grid", "meter", "harbour", "line", "cable", "winter", "switch", "tariff", "relay", "board"),
    *("valley", "engine", "signal", "mast", "ledger", "tunnel", "copper", "bridge", "storage"),
    *("panel", "turbine", "council", "report", "river", "station", "permit", "clock", "audit"),
    *("lender", "ferry", "island", "coast", "method", "budget", "garden", "market", "school"),
    *("museum", "theatre", "library"),
]
NAMES = ("Ines Kowal", "Ruth Adeyemi", "Per Lindqvist", "Mara Ionescu", "Tom Achterberg")
TOPICS = ("Energy", "Harbours", "Networks", "Policy")
FIRST = datetime(2024, 1, 1, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """One story; `place` is the site it is from, `told` the number that its words come from."""

    place: str
    number: int
    told: int
    length: int = 60  # words

    @cached_property
    def _words(self) -> list[str]:
        return random.Random(f"story {self.told}").choices(WORDS, k=self.length)

    @property
    def headline(self) -> str:
        # Some are called the same, so that slugs need numbers.
        serial = "" if self.number % 9 == 0 else f" {self.number}"
        return f"{' '.join(self._words[:3])} {self.place.partition('.')[0]}{serial}".capitalize()

    @property
    def paragraphs(self) -> list[str]:
        words = self._words
        pieces = (words[at : at + 60] for at in range(0, len(words), 60))
        return [f"{' '.join(piece).capitalize()}." for piece in pieces]

    @property
    def body(self) -> str:
        return "\n".join(f"<p>{text}</p>" for text in self.paragraphs)

    @property
    def address(self) -> str:
        return f"https://{self.place}/{self.number}"

    @property
    def slug(self) -> str:
        return f"{self.place.partition('.')[0]}-{self.number}"

    @property
    def tags(self) -> list[str]:
        return [f"tag {self.number % 7}", f"tag {self.number % 11}", f"tag {self.number % 30}"]

    @property
    def author(self) -> str:
        return NAMES[self.number % len(NAMES)]

    @property
    def topic(self) -> str:
        return TOPICS[self.number % len(TOPICS)]

    @property
    def moment(self) -> datetime:
        return FIRST + timedelta(minutes=self.told)


def stories(place: str, count: int, *, first: int = 1, length: int = 60) -> Iterator[Story]:
    """`first`: where its words begin; two places that begin alike tell the same stories."""
    for number in range(1, count + 1):
        yield Story(place, number, first + number - 1, length)


def feed(path: Path, told: Iterable[Story]) -> Path:
    """An RSS feed."""
    head, *rest = told
    items = "".join(_feed_item(story) for story in (head, *rest))
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{head.place}</title><link>https://{head.place}/</link><language>en</language>"
        f"{items}</channel></rss>"
    )
    return path


def _feed_item(story: Story) -> str:
    tags = "".join(f"<category>{tag}</category>" for tag in story.tags)
    return (
        f'<item><guid isPermaLink="false">{story.slug}</guid><title>{story.headline}</title>'
        f"<link>{story.address}</link><pubDate>{format_datetime(story.moment)}</pubDate>"
        f"<dc:creator>{story.author}</dc:creator>{tags}"
        f"<description><![CDATA[{story.body}]]></description></item>\n"
    )


WXR_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" '
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:wp="http://wordpress.org/export/1.2/">\n<channel><title>Old News</title>'
    "<link>https://old-news.example</link><language>en</language>"
    "<wp:wxr_version>1.2</wp:wxr_version>\n"
)
WXR_TAIL = "</channel></rss>\n"


def wxr(path: Path, told: Iterable[Story]) -> Path:
    """A WordPress export, written as it is made, however long it is."""
    with path.open("w") as file:
        file.write(WXR_HEAD)
        file.writelines(wxr_item(story) for story in told)
        file.write(WXR_TAIL)
    return path


def wxr_item(story: Story, kind: str = "post", status: str = "publish") -> str:
    tags = "".join(
        f'<category domain="post_tag" nicename="{tag.replace(" ", "-")}">'
        f"<![CDATA[{tag}]]></category>"
        for tag in story.tags
    )
    return (
        f"<item><title><![CDATA[{story.headline}]]></title><link>{story.address}/</link>"
        f'<guid isPermaLink="false">{story.address}</guid>'
        f"<dc:creator><![CDATA[{story.author}]]></dc:creator>"
        f'{tags}<category domain="category" nicename="{story.topic.lower()}">'
        f"<![CDATA[{story.topic}]]></category>"
        f"<wp:post_id>{story.number}</wp:post_id><wp:post_name>{story.slug}</wp:post_name>"
        f"<content:encoded><![CDATA[{story.body}]]></content:encoded>"
        f"<wp:post_date_gmt>{story.moment:%Y-%m-%d %H:%M:%S}</wp:post_date_gmt>"
        f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type></item>\n"
    )


def ghost(path: Path, told: Iterable[Story]) -> Path:
    """A Ghost export."""
    posts, tags, users = [], {}, {}
    joined = []
    for story in told:
        posts.append(
            {
                "id": story.slug,
                "title": story.headline,
                "slug": story.slug,
                "html": story.body,
                "status": "published",
                "visibility": "public",
                "published_at": story.moment.isoformat(),
                "author_id": story.author,
            }
        )
        users[story.author] = {"id": story.author, "name": story.author}
        for order, tag in enumerate([story.topic, *dict.fromkeys(story.tags)]):
            tags[tag] = {"id": tag, "name": tag, "slug": tag.lower().replace(" ", "-")}
            joined.append({"post_id": story.slug, "tag_id": tag, "sort_order": order})
    data = {
        "posts": posts,
        "tags": [*tags.values()],
        "posts_tags": joined,
        "users": [*users.values()],
        "settings": [{"key": "title", "value": "Old Ghost"}],
    }
    path.write_text(json.dumps({"db": [{"meta": {"version": "5.0"}, "data": data}]}))
    return path


def markdown(path: Path, told: Iterable[Story]) -> Path:
    """A folder of posts with front matter."""
    path.mkdir()
    for story in told:
        front = {
            "title": story.headline,
            "date": story.moment.isoformat(),
            "author": story.author,
            "tags": story.tags,
            "categories": [story.topic],
            "aliases": [f"/old/{story.number}/"],
        }
        lines = "\n".join(f"{key}: {json.dumps(value)}" for key, value in front.items())
        text = "\n\n".join(story.paragraphs)
        (path / f"{story.moment:%Y-%m-%d}-{story.slug}.md").write_text(
            f"---\n{lines}\n---\n{text}\n"
        )
    return path


def table(path: Path, told: Iterable[Story]) -> Path:
    """A CSV file."""
    with path.open("w", newline="") as file:
        rows = csv.DictWriter(file, [*_row(Story("x", 1, 1))])
        rows.writeheader()
        rows.writerows({**_row(story), "tags": "|".join(story.tags)} for story in told)
    return path


def jsonl(path: Path, told: Iterable[Story]) -> Path:
    """JSON Lines."""
    path.write_text("".join(f"{json.dumps(_row(story))}\n" for story in told))
    return path


def _row(story: Story) -> dict[str, object]:
    return {
        "id": story.slug,
        "title": story.headline,
        "body_html": story.body,
        "slug": story.slug,
        "date": story.moment.isoformat(),
        "author": story.author,
        "tags": story.tags,
        "topic": story.topic,
        "status": "published",
        "old_paths": f"/old/{story.slug}",
    }
