"""The same story in every kind of input: its parts by name, written as each kind has them."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from imports.tests.archives import WXR_HEAD, WXR_TAIL

PARTS = {
    "id": "id-1",
    "title": "The long winter of the grid",
    "summary": "A summary in some words.",
    "body": "<p>The words of a story that is read by somebody.</p>",
    "author": "Ines Kowal",
    "tag": "winter",
    "category": "Energy",
    "link": "https://gridledger.example/winter",
    "image": "https://gridledger.example/winter.webp",
}
Parts = dict[str, str]


def rss(*stories: Parts) -> bytes:
    items = "".join(_rss_item({**PARTS, **story}) for story in stories)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        "<channel><title>Gridledger</title><link>https://gridledger.example/</link>"
        f"<language>en</language>{items}</channel></rss>"
    ).encode("utf-8", "replace")


def _rss_item(story: Parts) -> str:
    return (
        f"<item><guid isPermaLink='false'>{escape(story['id'])}</guid>"
        f"<title>{escape(story['title'])}</title><link>{escape(story['link'])}</link>"
        f"<description>{escape(story['summary'])}</description>"
        f"<content:encoded>{escape(story['body'])}</content:encoded>"
        f"<dc:creator>{escape(story['author'])}</dc:creator>"
        f"<category>{escape(story['tag'])}</category>"
        f"<category>{escape(story['category'])}</category>"
        f"<enclosure type='image/webp' length='1' url={quoteattr(story['image'])}/>"
        "<pubDate>Mon, 15 Jun 2026 07:40:00 GMT</pubDate></item>"
    )


def atom(*stories: Parts) -> bytes:
    entries = "".join(_atom_entry({**PARTS, **story}) for story in stories)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xml:lang="en"><title>Gridledger</title><link href="https://gridledger.example/"/>'
        f"{entries}</feed>"
    ).encode("utf-8", "replace")


def _atom_entry(story: Parts) -> str:
    return (
        f"<entry><id>{escape(story['id'])}</id><title type='html'>{escape(story['title'])}</title>"
        f"<link href={quoteattr(story['link'])}/>"
        f"<link rel='enclosure' type='image/webp' href={quoteattr(story['image'])}/>"
        f"<summary type='html'>{escape(story['summary'])}</summary>"
        f"<content type='html'>{escape(story['body'])}</content>"
        f"<author><name>{escape(story['author'])}</name></author>"
        f"<category term={quoteattr(story['tag'])} label={quoteattr(story['category'])}/>"
        "<published>2026-06-15T07:40:00Z</published></entry>"
    )


def jsonfeed(*stories: Parts) -> bytes:
    items = [
        {
            "id": story["id"],
            "url": story["link"],
            "title": story["title"],
            "summary": story["summary"],
            "content_html": story["body"],
            "image": story["image"],
            "authors": [{"name": story["author"], "url": story["link"]}],
            "tags": [story["tag"], story["category"]],
            "date_published": "2026-06-15T07:40:00Z",
        }
        for story in ({**PARTS, **given} for given in stories)
    ]
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Gridledger",
        "language": "en",
        "home_page_url": "https://gridledger.example/",
        "items": items,
    }
    return json.dumps(whole).encode()


def wxr(*stories: Parts) -> bytes:
    items = (_wxr_item({**PARTS, **story}, n) for n, story in enumerate(stories, 1))
    return f"{WXR_HEAD}{''.join(items)}{WXR_TAIL}".encode("utf-8", "replace")


def _wxr_item(story: Parts, number: int) -> str:
    return (
        f"<item><title>{escape(story['title'])}</title><link>{escape(story['link'])}</link>"
        f"<guid isPermaLink='false'>{escape(story['id'])}</guid>"
        f"<dc:creator>{escape(story['author'])}</dc:creator>"
        f"<excerpt:encoded>{escape(story['summary'])}</excerpt:encoded>"
        f"<content:encoded>{escape(story['body'])}</content:encoded>"
        f"<category domain='post_tag' nicename={quoteattr(story['tag'])}>"
        f"{escape(story['tag'])}</category>"
        f"<category domain='category' nicename={quoteattr(story['category'])}>"
        f"{escape(story['category'])}</category>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_name>post-{number}</wp:post_name>"
        "<wp:post_date_gmt>2026-06-15 07:40:00</wp:post_date_gmt>"
        "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>"
    )


def ghost(*stories: Parts) -> bytes:
    posts, tags, users, joined = [], [], [], []
    for number, given in enumerate(stories, 1):
        story = {**PARTS, **given}
        posts.append(
            {
                "id": f"{number}-{story['id']}",
                "title": story["title"],
                "slug": f"post-{number}",
                "html": story["body"],
                "custom_excerpt": story["summary"],
                "canonical_url": story["link"],
                "feature_image": story["image"],
                "status": "published",
                "visibility": "public",
                "published_at": "2026-06-15T07:40:00.000Z",
                "author_id": f"u{number}",
            }
        )
        users.append({"id": f"u{number}", "name": story["author"]})
        for order, name in enumerate((story["category"], story["tag"])):
            tags.append({"id": f"t{number}-{order}", "name": name, "slug": name})
            row = {"tag_id": f"t{number}-{order}", "sort_order": order}
            joined.append({"post_id": posts[-1]["id"], **row})
    data = {"posts": posts, "tags": tags, "posts_tags": joined, "users": users, "settings": []}
    return json.dumps({"db": [{"meta": {"version": "5.0"}, "data": data}]}).encode()


def table(*stories: Parts) -> bytes:
    file = io.StringIO()
    rows = csv.DictWriter(file, [*_row(PARTS)])
    rows.writeheader()
    rows.writerows(_row({**PARTS, **story}) for story in stories)
    return file.getvalue().encode("utf-8", "replace")


def jsonl(*stories: Parts) -> bytes:
    return "".join(f"{json.dumps(_row({**PARTS, **story}))}\n" for story in stories).encode()


def _row(story: Parts) -> dict[str, str]:
    return {
        "id": story["id"],
        "title": story["title"],
        "excerpt": story["summary"],
        "body_html": story["body"],
        "author": story["author"],
        "tags": story["tag"],
        "topic": story["category"],
        "url": story["link"],
        "image": story["image"],
        "date": "2026-06-15T07:40:00Z",
        "status": "published",
    }


def markdown(*stories: Parts) -> bytes:
    """One file; only the first story fits into it."""
    story = {**PARTS, **(stories[0] if stories else {})}
    front = {
        "title": story["title"],
        "description": story["summary"],
        "author": story["author"],
        "tags": [story["tag"]],
        "categories": [story["category"]],
        "image": story["image"],
        "permalink": story["link"],
        "date": "2026-06-15T07:40:00Z",
    }
    lines = "\n".join(f"{key}: {json.dumps(value)}" for key, value in front.items())
    return f"---\n{lines}\n---\n{story['body']}\n".encode("utf-8", "replace")


def page(*stories: Parts) -> bytes:
    """A saved article page; one story."""
    story = {**PARTS, **(stories[0] if stories else {})}
    data = json.dumps(
        {
            "@type": "NewsArticle",
            "headline": story["title"],
            "description": story["summary"],
            "author": {"name": story["author"]},
            "image": story["image"],
            "keywords": story["tag"],
            "articleSection": story["category"],
            "datePublished": "2026-06-15T07:40:00Z",
        }
    ).replace("<", "\\u003c")
    filler = "".join(
        f"<p>Paragraph {n} of a text that is long enough to be one.</p>" for n in range(9)
    )
    return (
        f"<!doctype html><html lang=en><head><title>{escape(story['title'])}</title>"
        f"<link rel=canonical href={quoteattr(story['link'])}>"
        f"<script type='application/ld+json'>{data}</script></head>"
        f"<body><article><h1>{escape(story['title'])}</h1>{filler}{story['body']}{filler}"
        "</article></body></html>"
    ).encode("utf-8", "replace")


# By kind: (its command, what its files are called, how it is written, what it needs to be told).
KINDS: dict[str, tuple[str, str, Callable[..., bytes], tuple[str, ...]]] = {
    "rss": ("import_feeds", "feed.xml", rss, ()),
    "atom": ("import_feeds", "feed.atom", atom, ()),
    "jsonfeed": ("import_feeds", "feed.json", jsonfeed, ()),
    "wxr": ("import_wordpress", "site.xml", wxr, ()),
    "ghost": ("import_ghost", "site.json", ghost, ("--address", "https://gridledger.example")),
    "markdown": ("import_markdown", "2026-06-15-post.md", markdown, ()),
    "csv": ("import_csv", "stories.csv", table, ()),
    "jsonl": ("import_jsonl", "stories.jsonl", jsonl, ()),
    "page": ("import_pages", "page.html", page, ()),
}
ONE_STORY = {"markdown", "page"}


def written(folder: Path, kind: str, data: bytes, number: int = 1) -> tuple[str, list[str]]:
    """(the command that reads it, its arguments). Another number is another file."""
    command, name, _, told = KINDS[kind]
    name = name if number == 1 else f"{number}.".join(name.rsplit(".", 1))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return command, [str(folder / name), *told]
