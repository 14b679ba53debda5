import pytest

from sponsors import labels, snapshot
from sponsors.drawing import draw
from sponsors.models import Kind, Placement
from sponsors.picking import Pick
from sponsors.tests.sales import book

UNION = [
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt"),
    *("lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"),
]


def test_every_language_of_the_union_has_its_word():
    assert [tag for tag in UNION if tag not in labels.WORDS] == []


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "Sponsored"), ("de", "Anzeige"), ("de-at", "Anzeige"), ("fr-CA", "Publicité"),
        ("zh-hans", "广告"), ("zh-Hant-TW", "廣告"), ("sr-latn", "Reklama"), ("eo", "Sponsored"),
        ("", "Sponsored"),
    ],
)  # fmt: skip
def test_the_word_is_of_the_sites_language(language, word):
    assert labels.word(language) == word


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("ar", "rtl"), ("he", "rtl")])
def test_the_box_is_in_the_sites_language_whatever_the_storys(
    language, direction, energy, settings
):
    settings.SITE_LANGUAGE = language
    html = box(energy)
    label = labels.word(language)
    assert html.startswith(f'<aside class="placement" aria-label="{label}: Overwinter" ')
    assert f' lang="{language}" dir="{direction}" ' in html
    assert f"<strong>{label}</strong>" in html


def test_it_says_who_paid_and_why_it_is_shown(energy):
    assert (
        "Overwinter Storage AS paid for this space and had no part in the story above. "
        "Shown because this page is about Energy. No profile, no cookies." in box(energy)
    )


def test_run_of_site_is_shown_to_every_reader(energy):
    assert "Shown to every reader alike. No profile, no cookies." in box(None)


@pytest.mark.parametrize("placement", Placement.values)
def test_a_house_notice_is_no_sponsors(placement, energy, settings):
    html = box(energy, placement=placement, kind=Kind.HOUSE, price_micro=0)
    assert f"<strong>House</strong> <span>from {settings.SITE_NAME}, nobody paid for this" in html
    assert 'class="placement' in html and ' house"' in html
    assert 'aria-label="House notice: Back up the thing' in html
    assert "Sponsored" not in html and "paid for this space" not in html


def box(sold, *, placement="article_end", **fields):
    """The box of a flight that has bought this topic, or run of site."""
    book((placement, sold), **fields)
    [candidate] = snapshot.current().by_placement[placement]
    topic = sold.pk if sold else None
    return draw(placement, Pick(candidate, candidate.creatives[0], topic), [sold] if sold else [])
