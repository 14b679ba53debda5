"""A small site to look at: every kind of page and story, and a sponsor in each placement."""

from datetime import timedelta

from django.utils import timezone

from articles.models import Article, Author, Source, Topic
from articles.tests.newsroom import (
    image,
    picture,
    source,
    story,
    topic,
    verification,
    withdrawn,
)
from sponsors.tests.sales import book

LONG_READ = """
<p>The plant sits behind a rink at the edge of town, in rows of white containers that most people
took for <em>cold storage</em>. It was a <strong>fair</strong> guess, as
<a href="https://gridledger.example/log">the full log</a> shows.</p>
<h2>What the town bought</h2>
<p>Twenty containers, four inverters and a control system that a crew of two can run.</p>
<blockquote><p>We had the space. What we did not have was patience for bills.</p></blockquote>
<h2>Cold is the point</h2>
<table>
<tr><th>month</th><th>outdoors °C</th><th>available</th><th>round trip</th><th>heating</th></tr>
<tr><td>November</td><td>−2.1</td><td>97.9 %</td><td>86.2 %</td><td>0.9 %</td></tr>
<tr><td>December</td><td>−6.8</td><td>98.4 %</td><td>85.7 %</td><td>1.6 %</td></tr>
</table>
<h2>The losses nobody advertises</h2>
<ul><li>Conversion: about nine percent.</li><li>Standby: <code>11 kW</code> day and night.</li></ul>
<h3>One of them was ours</h3>
<p>A timer, fitted in February, paid for itself: CO<sub>2</sub> fell by 10<sup>3</sup> kg.</p>
<h2>Why publish the log</h2>
<pre><code>curl -O https://data.brannvik.example/operating-log-of-the-first-winter-by-container-and-hour.csv
wc -l operating-log-of-the-first-winter-by-container-and-hour.csv</code></pre>
<h2>What one winter does not settle</h2>
<ol><li>Ageing.</li><li>Price.</li></ol>
<p>https://data.brannvik.example/a/very/long/address/that/no/line/on/a/phone/could/ever/hold/whole</p>
"""
TWO_PARAGRAPHS = "<p>The dish was due for scrap.</p><p>Then the school called.</p><p>A third.</p>"
ARABIC = """
<p>وصلت السفينة إلى الميناء قبل الفجر، وعلى متنها <a href="https://perigee.example/log">سجل كامل</a>
لكل ساعة من الرحلة.</p>
<h2>ما الذي حملته</h2><p>أربعون حاوية وسجل واحد.</p>
<blockquote><p>لم نكن بحاجة إلى أكثر من ذلك.</p></blockquote>
<h2>الأرقام</h2><table><tr><th>الشهر</th><th>الساعات</th></tr><tr><td>يناير</td><td>١٢</td></tr></table>
<h2>الأمر</h2><pre><code>curl -O https://data.example/log.csv</code></pre>
<h2>ما بعد ذلك</h2><p>رحلة أخرى في الربيع.</p>
"""

# Every kind of page by the name a failed test shows; a story's is its slug.
PAGES = {
    "home": "/",
    "topics": "/topics",
    "topic": "/news/energy",
    "topic-second-page": "",  # its address names a moment: make() gives it
    "long-read": "/news/energy/long-read",
    "short": "/news/energy/short",
    "link-only": "/news/space/link-only",
    "excerpt": "/news/space/excerpt",
    "arabic": "/news/web/arabic",
    "sources": "/sources",
    "source": "/sources/grid-ledger",
    "tag": "/tags/grid-storage",
    "author": "/authors/ines-kowal",
    "sponsorship": "/sponsorship",
    "404": "/news/energy/long-reed",
    "410": "/news/energy/withdrawn",
}


def make() -> dict[str, str]:
    """Publish it all, and return PAGES with every address."""
    energy, space, web = _topics()
    ledger = _source("gridledger.example", "Grid Ledger", rights="full")
    _long_read(energy, ledger)
    _others(energy, space, web, ledger)
    second_page = _backlog(energy, ledger)
    book(("article_end", None), ("topic_list", energy), ("home_card", None))
    return PAGES | {"topic-second-page": second_page}


def _topics() -> list[Topic]:
    intro = "Generation, storage and the wires between: who builds it, and what the logs say after."
    return [topic(slug, intro=intro) for slug in ("energy", "space", "web")]


def _source(domain: str, name: str, rights: str) -> Source:
    about = "A small publication that prints its data beside its stories."
    home = f"https://{domain}/"
    fields = {"rights": rights, "about": about, "home_url": home, "language": "en"}
    return source(domain, name=name, **fields)


def _long_read(energy: Topic, ledger: Source) -> None:
    article = story(
        "Sodium batteries get their first hard winter",
        age=timedelta(minutes=5),
        slug="long-read",
        topic=energy,
        source=ledger,
        source_url="https://gridledger.example/first-winter",
        source_published_at=timezone.now() - timedelta(hours=3),
        language="en",
        dek="A small utility ran a plant through five months of frost and logged every hour of it.",
        body=LONG_READ,
        sentiment="positive",
        verification=verification(evidence_url="https://gridledger.example/filing"),
        lead=picture(image(1600, 900)),
        lead_alt="Two rows of white containers on packed snow.",
        lead_caption="The storage yard in January, looking north.",
        authors=["Ines Kowal", "Tom Okafor"],
        tags=["grid-storage", "open-data", "municipal-utilities"],
    )
    Author.objects.update(about="Writes about the grid.")
    other = _source("desk-notes.example", "Desk Notes", rights="full")
    story(same_as=article, source=other, source_url="https://desk-notes.example/winter")


def _others(energy: Topic, space: Topic, web: Topic, ledger: Source) -> None:
    story("A short note", slug="short", topic=energy, body="<p>Only this.</p>", sentiment="neutral")
    link = _source("slowpages.example", "Slow Pages", rights="link")
    excerpt = _source("perigee.example", "Perigee", rights="excerpt")
    story(
        "A ground station that nobody owns", slug="link-only", topic=space, source=link,
        source_url="https://slowpages.example/station", lead=picture(image(900, 600)),
        lead_alt="A dish in fog.", body="<p>Theirs.</p>", sentiment="negative",
    )  # fmt: skip
    story(
        "A dish is saved from scrap", slug="excerpt", topic=space, source=excerpt,
        source_url="https://perigee.example/dish", body=TWO_PARAGRAPHS, tags=["grid-storage"],
    )  # fmt: skip
    story(
        "سفينة تصل قبل الفجر بسجل كامل", slug="arabic", topic=web, language="ar", source=ledger,
        dek="أربعون حاوية وسجل واحد.", body=ARABIC, authors=["ليلى حداد"],
        lead=picture(image(1200, 800)), lead_alt="سفينة في الميناء.", lead_caption="الميناء.",
        verification=verification(), tags=["grid-storage"],
    )  # fmt: skip
    withdrawn(slug="withdrawn", topic=energy)


def _backlog(energy: Topic, ledger: Source) -> str:
    """Enough for a second page of the topic, whose address it returns."""
    for hours in range(2, 26):
        # A few of them on other lists too.
        also = {"source": ledger, "tags": ["grid-storage"], "authors": ["Ines Kowal"]}
        story(
            f"Report {hours} from a substation with a name as long as Llanfairpwllgwyngyllgogery",
            age=timedelta(hours=hours),
            topic=energy,
            body="<p>Words.</p>",
            sentiment="neutral",
            **(also if hours < 6 else {}),
        )
    page = Article.objects.published().filter(topic=energy).page(20)
    return f"{energy.get_absolute_url()}?before={page.older}"
