"""What stands in a page and is no part of its story: hidden boxes and readers' comments."""

import re

from lxml.html import HtmlElement

_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments?|comentarios?|commentaires?|kommentare?|reacties|disqus|respond)"
    r"(?:[_-]?(?:list|section|area|thread|text|body|content|info|box|form|wrapper|\d+))?(?=[\s_-]|$)",
    re.I,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_BOXES = ("div", "section", "ol", "ul", "li", "dl", "article", "p", "span", "form", "table")
# A box with this share of the page's text, or with its headline, is the story however it is called.
_STORY_SHARE = 0.5


def prune(tree: HtmlElement) -> None:
    """Take those boxes out of the tree."""
    whole = max(1, _length(tree))
    boxes = [*filter(_is_aside, tree.iter(*_BOXES)), *filter(_asks, tree.iter("form"))]
    for box in boxes:
        if box.find(".//h1") is None and _length(box) < _STORY_SHARE * whole:
            _drop(box)


def _is_aside(box: HtmlElement) -> bool:
    if box.get("hidden") is not None or _HIDDEN.search(box.get("style", "")[:1000]):
        return True
    named = f"{box.get('class', '')[:300]} {box.get('id', '')[:300]}"
    return bool(named.strip() and _COMMENTS.search(named))


def _asks(form: HtmlElement) -> bool:
    """Whether this is a login. Some old sites have the whole page in a form of another kind."""
    return bool(form.xpath(".//input[@type='password']"))


def _length(element: HtmlElement) -> int:
    return sum(len(text.strip()) for text in element.itertext("*", with_tail=True))


def _drop(box: HtmlElement) -> None:
    """Without the text behind it, which belongs to what is around it."""
    if box.getparent() is not None:
        box.drop_tree()
