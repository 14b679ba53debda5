"""Every form that a placement takes, with a sponsor that does not exist, drawn as on the pages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from sponsors.drawing import SHAPES, Box
from sponsors.models import Placement

SCHEMES = ("light", "dark")
# An address on this very page: an example leads nowhere.
NOWHERE = "#forms"


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its anchor, what it is called, where it stands, and how it looks in each scheme."""

    key: str
    name: str
    where: str
    is_wide: bool
    boxes: tuple[tuple[str, SafeString], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Specimen(Box):
    """A box whose name on the page says that it is an example, and which."""

    number: int = 0

    @property
    def label(self) -> str:
        whose = "House notice" if self.is_house else f"{self.word}: {self.sponsor}"
        return f"{whose}, example {self.number}"


NONE = {"hook": "", "command": "", "output": "", "alt_label": "", "alt_url": "", "fine_print": ""}
HOOK = "reading about storage? put your own somewhere cold."
COMMAND = {"command": "overwinter push ~/projects", "output": "1,204 files sealed here, then sent"}
ACT = {"cta_label": "Open a free vault", "alt_label": "Pricing"}
FREE = "10 GB free, no card required."
INLINE = {
    "headline": "Back up the thing you would hate to rebuild",
    "body": "Overwinter seals your files before they leave the machine, keeps them in two northern "
    "data centres, and hands them back with one command.",
    "hook": HOOK,
    "fine_print": FREE,
    **ACT,
}
BANNER = {
    "headline": "Your archive, kept cold and close",
    "body": "Backups sealed on your own machine and stored in two northern data centres that heat "
    "the town next door.",
    "topic_slug": "energy",
    "topic_name": "Energy",
    "fine_print": FREE,
    **ACT,
}
CARD = {
    "headline": "Backups for the thing you would hate to rebuild",
    "body": "Sealed on your machine, stored in two northern data centres, restored with one "
    "command.",
    "fine_print": FREE,
    **ACT,
}
HOUSE = {
    "is_house": True,
    "headline": "Take the wire with you",
    "body": "Every topic has a page of its own: follow the ones you like, with no account and no "
    "tracking.",
    "cta_label": "Choose topics",
}
END, MID = Placement.ARTICLE_END, Placement.ARTICLE_MID
# Anchor, name, where it stands, the placement whose shape it has, and what it says.
FORMS: tuple[tuple[str, str, str, Placement, dict[str, Any]], ...] = (
    ("f-end", "end of an article", "after the story and its tags", END, INLINE | COMMAND),
    ("f-mid", "middle of an article", "between two paragraphs of a long story", MID, INLINE),
    ("f-list", "topic banner", "after the third story of a topic", Placement.TOPIC_LIST, BANNER),
    ("f-card", "home card", "the last cell of the front page", Placement.HOME_CARD, CARD | COMMAND),
    ("f-house", "house notice", "our own, where nothing is sold", END, HOUSE),
)


def forms() -> Iterator[Form]:
    for place, (key, name, where, placement, words) in enumerate(FORMS):
        boxes = (
            (scheme, _drawn(placement, words, 2 * place + number))
            for number, scheme in enumerate(SCHEMES, 1)
        )
        yield Form(key, name, where, placement == Placement.TOPIC_LIST, tuple(boxes))


def _drawn(placement: Placement, words: dict[str, Any], number: int) -> SafeString:
    told = {**NONE, "is_house": False, "topic_slug": "", "topic_name": "", **words}
    box = Specimen(
        shape=SHAPES[placement],
        site=settings.SITE_NAME,
        language=settings.SITE_LANGUAGE,
        sponsor="Overwinter",
        legal_name="Overwinter",
        proof="3,100+ teams",
        cta_url=NOWHERE,
        until=0,
        number=number,
        **told | {"alt_url": NOWHERE if told["alt_label"] else ""},
    )
    return _html(box)


@lru_cache(maxsize=2 * len(FORMS))
def _html(box: Specimen) -> SafeString:
    return render_to_string("sponsors/_placement.html", {"box": box, "token": ""})
