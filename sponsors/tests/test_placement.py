import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from django.template import Context, Template
from django.utils import timezone

from articles.tests.attacks import ATTACKS as CORPUS
from sponsors import snapshot
from sponsors.candidates import Candidate
from sponsors.drawing import draw
from sponsors.models import Creative, FlightSlot, Placement, Sponsor, Status
from sponsors.picking import Pick
from sponsors.tests.sales import COPY, book, editor, sponsor

ATTACKS = [
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ box.sponsor }}{% now %}{topic.pk}",
    "</kbd></pre></aside><h1>",
    "&lt;b&gt;",
]
TAGS = {"aside", "p", "strong", "span", "h2", "pre", "kbd", "samp", "a"}
ATTRIBUTES = {"class", "aria-label", "lang", "dir", "href", "rel"}
MICROSECOND = timedelta(microseconds=1)


def rendered(name: str, topics: object = ()) -> str:
    """What the tag draws from the snapshot that is held."""
    template = Template("{% load placements %}{% placement name topics %}")
    return template.render(Context({"name": name, "topics": topics}))


def drawn(name: str, topics: object = ()) -> str:
    """What the tag draws for what is booked now."""
    snapshot.refresh()
    return rendered(name, topics)


@pytest.mark.parametrize("name", Placement.values)
def test_nothing_booked_draws_nothing_at_all(name, db):
    assert drawn(name) == ""


def test_the_label_comes_first_and_says_who_paid(energy):
    book(("article_end", energy))
    box = drawn("article_end", [energy])
    assert box.startswith('<aside class="placement" aria-label="Sponsored: Overwinter"')
    first_words = re.sub(r"<[^>]+>", " ", box).split()[:5]
    assert first_words == ["Sponsored", "brought", "to", "you", "by"]
    assert "Overwinter Storage AS paid for this space and had no part in the story above." in box
    assert "3,100+ teams" in box
    assert "data-nosnippet" in box


@pytest.mark.parametrize("name", Placement.values)
def test_every_link_to_the_sponsor_says_that_it_is_paid(name, energy):
    book((name, None))
    links = re.findall(r"<a [^>]*overwinter\.example[^>]*>", drawn(name, [energy]))
    assert len(links) == (1 if name == "home_card" else 2)
    assert all('rel="sponsored nofollow noopener"' in link for link in links)


def test_the_offer_is_a_command_and_its_output(energy):
    book(("article_end", energy))
    terminal = (
        '<pre class="term"><kbd>overwinter push ~/projects</kbd><samp>1,204 files sealed\n'
        "Vault at https://you.overwinter.example</samp></pre>"
    )
    assert terminal in drawn("article_end", [energy])


def test_a_creative_without_a_command_has_no_terminal(energy):
    book(("article_end", energy), copy={"command": "", "output": ""})
    assert "<pre" not in drawn("article_end", [energy])


def test_a_banner_names_its_topic_and_has_no_hook(energy):
    book(("topic_list", energy))
    box = drawn("topic_list", [energy])
    assert 'class="placement placement-banner"' in box
    assert "#energy is brought to you by Overwinter<" in box
    assert "it does not choose the stories" in box
    assert "placement-hook" not in box


def test_a_banner_of_run_of_site_does_not_claim_the_topic(energy):
    book(("topic_list", None))
    box = drawn("topic_list", [energy])
    assert "<span>brought to you by Overwinter</span>" in box
    assert "Shown to every reader alike." in box


def test_the_card_has_a_smaller_heading_and_one_link(db):
    book(("home_card", None))
    box = drawn("home_card")
    assert 'class="placement placement-card"' in box
    assert f"<h3>{COPY['headline']}</h3>" in box
    assert "Pricing" not in box


def test_the_hook_is_the_topics_own_line(energy):
    book(("article_end", energy))
    assert ">reading about storage? put your own somewhere cold.</p>" in drawn(
        "article_end", [energy]
    )


def test_the_default_hook_names_the_topic_that_was_sold(energy, space):
    book(("article_end", space))
    box = drawn("article_end", [energy, space])
    assert ">reading about Space? put your own somewhere cold.</p>" in box
    assert "Shown because this page is about Space." in box


def test_the_hook_of_run_of_site_names_the_topic_being_read(space):
    book(("article_end", None))
    assert ">reading about Space? put" in drawn("article_end", [space])


def test_a_hook_that_would_name_a_topic_is_left_out_where_there_is_none(db):
    flight = book(("article_end", None))
    assert "placement-hook" not in drawn("article_end", [])
    Creative.objects.filter(flight=flight).update(hook="put it somewhere cold")
    flight.creatives.get().approve(editor())
    assert ">put it somewhere cold</p>" in drawn("article_end", [])


@pytest.mark.parametrize("name", ["article_mid", "article_end"])
def test_an_article_has_a_hook_wherever_its_box_is(name, energy):
    book((name, None))
    assert 'class="placement-hook"' in drawn(name, [energy])


def test_a_topic_that_is_none_is_passed_over(energy):
    book(("article_end", energy))
    assert "<aside" in drawn("article_end", [None, energy])


@pytest.mark.parametrize("topics", ["", None, []])
def test_a_page_without_topics_is_no_fault(topics, caplog, db):
    book(("article_end", None))
    assert "<aside" in drawn("article_end", topics)
    assert caplog.text == ""


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PAUSED, Status.STOPPED])
def test_what_is_not_booked_is_not_drawn(status, energy):
    book(("article_end", energy), status=status)
    assert drawn("article_end", [energy]) == ""


def test_what_was_edited_after_approval_is_not_drawn(energy):
    book(("article_end", energy))
    Creative.objects.update(body="Something that nobody approved.")
    assert drawn("article_end", [energy]) == ""


@pytest.mark.parametrize(("since_end", "is_drawn"), [(-MICROSECOND, True), (timedelta(0), False)])
def test_the_end_is_exact_though_no_refresh_came(since_end, is_drawn, energy, monkeypatch):
    flight = book(("article_end", energy))
    snapshot.refresh()
    monkeypatch.setattr(timezone, "now", lambda: flight.ends_at + since_end)
    assert ("<aside" in rendered("article_end", [energy])) == is_drawn


def test_an_excluded_topic_is_kept_clear(energy, space):
    flight = book(("article_end", None))
    FlightSlot.objects.create(flight=flight, placement="article_end", topic=space, exclude=True)
    assert drawn("article_end", [energy]) != ""
    assert drawn("article_end", [energy, space]) == ""


def assert_harmless(box: str) -> None:
    """One box, of our own elements and attributes alone."""
    assert box.count("<aside") == box.count("</aside>") == 1
    assert set(re.findall(r"</?([a-z0-9]+)", box)) <= TAGS
    assert set(re.findall(r' ([a-z-]+)="', box)) <= ATTRIBUTES


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("field", [field for field in COPY if not field.endswith("_url")])
def test_markup_in_copy_is_text_though_it_got_past_every_check(field, attack, energy):
    flight = book(("article_end", energy))
    creative = flight.creatives.get()
    setattr(creative, field, {"energy": attack} if field == "hooks" else attack)
    creative.approved_hash = creative.content_hash()
    creative.save()
    assert_harmless(drawn("article_end", [energy]))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("field", ["name", "legal_name", "proof"])
def test_markup_in_what_we_say_of_the_sponsor_is_text(field, attack, energy):
    book(("article_end", energy))
    Sponsor.objects.update(**{field: attack})
    assert_harmless(drawn("article_end", [energy]))


def skeleton(box: str) -> list[tuple[str, tuple[str, ...]]]:
    """Its elements with their attributes' names, as a parser of HTML finds them."""
    found = lxml.html.fragment_fromstring(box)
    return [(each.tag, tuple(each.keys())) for each in found.iter()]


@pytest.mark.parametrize("field", [*COPY, "name", "legal_name", "proof"])
def test_no_attack_makes_or_changes_an_element(field, energy):
    book(("article_end", energy))
    [candidate] = snapshot.current().by_placement["article_end"]
    boxes = [draw("article_end", attacked(candidate, field, each), [energy]) for each in CORPUS]
    plain = skeleton(draw("article_end", attacked(candidate, field, "words"), [energy]))
    assert [box for box in boxes if skeleton(box) != plain] == []


def attacked(candidate: Candidate, field: str, attack: str) -> Pick:
    """The first creative with these words in one field, of it or of the sponsor."""
    words: dict[str, Any] = {field: {"energy": attack} if field == "hooks" else attack}
    creative = candidate.creatives[0]
    if field in COPY:
        creative = replace(creative, **words)
    else:
        candidate = replace(candidate, payer=replace(candidate.payer, **words))
    return Pick(candidate, creative, min(candidate.topics))


def test_a_link_off_the_sponsors_hosts_is_not_drawn_though_it_was_approved(energy):
    creative = book(("article_end", energy)).creatives.get()
    creative.cta_url = "https://evil.example/"
    creative.approved_hash = creative.content_hash()
    creative.save()
    assert drawn("article_end", [energy]) == ""


@dataclass
class Broken:
    """A topic that a page got wrong."""

    pk: int
    slug: str = "energy"

    @property
    def name(self) -> str:
        raise RuntimeError("no name")


def test_a_broken_topic_is_logged_and_draws_nothing(space, caplog):
    book(("article_end", space))
    assert drawn("article_end", [Broken(space.pk, slug="space")]) == ""
    assert drawn("article_end", [object()]) == ""
    assert [record.name for record in caplog.records] == ["sponsors", "sponsors"]
    assert "The placement article_end could not be drawn" in caplog.text


def test_a_broken_template_is_logged_and_draws_nothing(energy, caplog, settings, tmp_path):
    (tmp_path / "sponsors").mkdir()
    (tmp_path / "sponsors" / "_placement.html").write_text("{% url 'nowhere' %}")
    book(("article_end", energy), copy={"headline": "Drawn by no other test"})
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    assert drawn("article_end", [energy]) == ""
    assert "could not be drawn" in caplog.text


def test_a_placement_we_do_not_have_draws_nothing(energy):
    book(("article_end", energy))
    assert drawn("article_middle", [energy]) == ""


def test_drawing_asks_the_database_nothing(energy, space, django_assert_num_queries):
    book(("article_end", energy), ("article_end", space))
    drawn("article_end", [energy])
    with django_assert_num_queries(0):
        assert "<aside" in rendered("article_end", [energy, space])


def test_two_bookings_of_equal_standing_are_both_shown(energy, space):
    book(("article_end", energy), name="one")
    other = sponsor("coldharbour", name="Coldharbour")
    links = {"cta_url": "https://coldharbour.example/", "alt_url": "", "alt_label": ""}
    book(("article_end", space), name="two", sponsor=other, copy=links)
    page = [Broken(pk=0), energy, space]
    shown = {
        name
        for _ in range(60)
        for name in ("Overwinter", "Coldharbour")
        if name in drawn("article_end", page)
    }
    assert shown == {"Overwinter", "Coldharbour"}
