"""Whether a page shows an article, and if not, what it shows instead."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from articles.text import count_words, cut
from imports.entry import Unreadable
from imports.formats.page.lines import Metas, folded_line, line_of
from imports.formats.page.linked import Linked, Thing, is_article

FEWEST_WORDS = 40
FEWEST_WORDS_TOLD = 20  # of a page that says of itself that it is an article
_FEW_WORDS = 80  # up to which a form for a password is what the page is about
_ERROR_WORDS = 200  # up to which a page with the title of an error is one

_SHARE = 0.6  # of the text, from which it is a list of others
_COMPARED = 20_000  # characters of the text that are looked at
_FEWEST_TEASERS = 4
_SHORTEST_TEASER, _LONGEST_TEASER = 15, 700  # characters
_MOST_HEADINGS, _MOST_LINKS = 300, 1000
_ERROR = re.compile(
    r"^\W*(?:error\W+)?[45]0\d\b\W*(?:$|error|not found|forbidden|bad|service|internal|gone)"
    r"|page not found|seite nicht gefunden|page introuvable|página no encontrada|access denied"
    r"|^just a moment|^attention required|are you (?:a )?(?:robot|human)|captcha",
    re.I,
)


class Judge:
    """Looks at the whole page first, then at the text that was found in it."""

    def __init__(self, tree: HtmlElement, metas: Metas, linked: Linked, story: Thing) -> None:
        self.is_told = is_article(story) or metas.first("og:type").lower() == "article"
        self.is_list = linked.is_list()
        self.title = next((line_of(each) for each in tree.iter("title")), "")
        self.asks = bool(tree.xpath("//input[@type='password']"))
        self.has_script = tree.find(".//script") is not None
        self.teasers = list(_teasers(tree))
        self.links = set() if self.is_told else set(_links(tree))

    def refuse_no_article(self, body: etree._Element | None) -> None:
        """Raise Unreadable, with what the page shows, unless the text is that of one article."""
        words = _words(body)
        if body is None or words < (FEWEST_WORDS_TOLD if self.is_told else FEWEST_WORDS):
            what = self._little(words)
        elif self._is_below_links(body) or (not self.is_told and self._is_links(body)):
            what = f"it lists {len(self.teasers) or 'several'} others"
        elif self.is_told:
            return
        elif words < _ERROR_WORDS and _ERROR.search(self.title):
            what = "it is a message of the server"
        elif self.asks and words < _FEW_WORDS:
            what = f"it asks for a login and has {words} words of text"
        else:
            return
        named = f" (“{cut(self.title, 100)}”)" if self.title else ""
        raise Unreadable(f"No article was found in this page{named}: {what}.")

    def _little(self, words: int) -> str:
        if _ERROR.search(self.title):
            return "it is a message of the server"
        text = f"it has {words} {'word' if words == 1 else 'words'} of text"
        if self.asks:
            return f"it asks for a login; {text}"
        return f"{text}; it may need JavaScript, which is not run" if self.has_script else text

    def _is_links(self, body: etree._Element) -> bool:
        """Whether most of the text is links. Some who publish links call that an article."""
        whole = rest = folded_line(" ".join(body.itertext())[:_COMPARED])
        for link in sorted(self.links, key=len, reverse=True):
            rest = rest.replace(link, "")
        return self.is_list or len(rest) < (1 - _SHARE) * len(whole)

    def _is_below_links(self, body: etree._Element) -> bool:
        """Whether most of the text stands in boxes below the headlines of others."""
        if len(self.teasers) < _FEWEST_TEASERS:
            return False
        below = "\n".join(self.teasers)
        said = [folded_line("".join(each.itertext())) for each in body]
        return sum(len(each) for each in said if each in below) > _SHARE * sum(map(len, said))


def _words(body: etree._Element | None) -> int:
    if body is None:
        return 0
    words, unspaced = count_words(" ".join(body.itertext()))
    return words + unspaced // 2


def _links(tree: HtmlElement) -> Iterator[str]:
    for link in islice(tree.iter("a"), _MOST_LINKS):
        if link.get("href") and len(shown := line_of(link)) >= _SHORTEST_TEASER:
            yield folded_line(shown)


def _teasers(tree: HtmlElement) -> Iterator[str]:
    """The words of short boxes below a heading that is a link."""
    for heading in islice(tree.iter("h1", "h2", "h3", "h4"), _MOST_HEADINGS):
        links = (*heading.iter("a"), *heading.iterancestors("a"))
        shown = line_of(heading)
        if len(shown) < _SHORTEST_TEASER or not any(each.get("href") for each in links):
            continue
        for box in islice(heading.iterancestors(), 3):
            text = line_of(box)
            if len(text) > _LONGEST_TEASER:
                break
            if len(text) > len(shown):
                yield folded_line(text)
                break
