"""What an approval is given for, by whom, and what it needs besides honest words."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from sponsors import snapshot
from sponsors.differing import changes, pieces
from sponsors.models import Approval, Creative
from sponsors.tests.sales import book, editor

DOWNLOAD = "curl -fsSL https://overwinter.example/install.sh | sh"
SECOND = "waits for a second approver"


@pytest.fixture
def creative(energy) -> Creative:
    return book(("article_end", energy)).creatives.get()


@pytest.fixture
def download(creative) -> Creative:
    """One whose command runs what it downloads, approved by nobody yet."""
    creative.command = DOWNLOAD
    creative.save()
    return creative


def checked(days: int) -> dict:
    """A claim whose figures were checked so many days ago."""
    return {"claim_checked_on": timezone.localdate() - timedelta(days=days)}


# Figures


@pytest.mark.parametrize("field", ["hook", "headline", "body", "cta_label", "fine_print", "hooks"])
@pytest.mark.parametrize("step", ["submit", "approve"])
def test_a_figure_needs_its_source_and_day(step, field, creative):
    plain = {"fine_print": "Free.", "claim_source": "", "claim_checked_on": None}
    for name, value in plain.items():
        setattr(creative, name, value)
    creative.submit()
    setattr(creative, field, {"energy": "7 things"} if field == "hooks" else "7 things")
    with pytest.raises(ValidationError) as refusal:
        creative.submit() if step == "submit" else creative.approve(editor())
    assert refusal.value.message_dict == {
        "claim_source": ["The copy gives figures: say where they were checked."],
        "claim_checked_on": ["The copy gives figures: say on which day we checked them."],
    }


def test_a_command_and_its_output_are_a_demonstration(creative):
    creative.fine_print, creative.output = "Free.", "1,204 files sealed"
    creative.claim_source, creative.claim_checked_on = "", None
    creative.approve(editor())
    assert creative.withheld() == creative.claim_warning() == ""


def test_a_draft_may_wait_for_its_source(creative):
    creative.status, creative.claim_source, creative.claim_checked_on = Approval.DRAFT, "", None
    creative.full_clean()
    assert creative.claim_warning() == "figures without a source and a day"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (checked(-1), "claim_checked_on"),
        ({"claim_source": ""}, "claim_source"),
        ({"claim_source": "<b>us</b>"}, "claim_source"),
    ],
)
def test_a_source_that_cannot_be_is_refused(fields, field, creative):
    for name, value in fields.items():
        setattr(creative, name, value)
    with pytest.raises(ValidationError) as refusal:
        creative.full_clean()
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("days", "warning"), [(0, ""), (90, ""), (91, "figures checked 91 days ago: check again")]
)
def test_figures_age_visibly(days, warning, creative):
    creative.claim_checked_on = checked(days)["claim_checked_on"]
    assert creative.claim_warning() == warning


def test_another_source_asks_for_approval_again_and_another_day_does_not(creative):
    creative.claim_checked_on = timezone.localdate()
    creative.save()
    assert creative.withheld() == ""
    creative.claim_source = "A leaflet"
    creative.save()
    assert creative.withheld() == "was edited after its approval"


# One approver, and two


def test_what_was_approved_is_kept_to_compare_with(creative):
    was = creative.content()
    creative.headline = "Another"
    creative.save()
    assert creative.approved_content == was


def test_an_edit_takes_back_who_approved(creative):
    creative.headline += "."
    creative.save(update_fields=["headline"])
    creative.refresh_from_db()
    assert (creative.approved_by, creative.approved_at, creative.approved_hash) == (None, None, "")
    assert creative.status == Approval.SUBMITTED


def test_a_command_that_runs_what_it_downloads_takes_two(download):
    was = download.approved_content
    download.approve(editor())
    assert (download.status, download.withheld()) == (Approval.SUBMITTED, SECOND)
    assert download.approved_content == was
    download.approve(editor("tom"))
    download.refresh_from_db()
    assert (download.status, download.withheld()) == (Approval.APPROVED, "")
    assert (download.approved_by, download.seconded_by) == (editor(), editor("tom"))
    assert download.approved_content == download.content()


def test_nobody_seconds_himself(download):
    download.approve(editor())
    with pytest.raises(ValidationError, match="somebody else has to approve it as well"):
        download.approve(editor())
    assert download.withheld() == SECOND


def test_an_edit_between_the_two_starts_over(download):
    download.approve(editor())
    download.headline = "Another"
    download.save()
    assert download.withheld() == "was edited after its approval"
    download.approve(editor("tom"))
    assert download.withheld() == SECOND


def test_an_edit_past_save_between_the_two_starts_over(download):
    download.approve(editor())
    Creative.objects.update(headline="Quietly changed")
    download.refresh_from_db()
    download.approve(editor("tom"))
    assert download.withheld() == SECOND


def test_a_rejection_between_the_two_starts_over(download):
    download.approve(editor())
    download.reject()
    download.submit()
    download.approve(editor("tom"))
    assert download.withheld() == SECOND


def test_an_edit_after_both_takes_two_again(download):
    for name in ("ines", "tom"):
        download.approve(editor(name))
    download.headline = "Another"
    download.save()
    download.approve(editor("tom"))
    assert download.withheld() == SECOND


def test_one_that_only_one_approved_is_not_shown_whatever_its_status_says(download):
    download.approve(editor())
    Creative.objects.update(status=Approval.APPROVED)
    download.refresh_from_db()
    assert download.withheld() == SECOND


def test_to_approve_again_changes_nothing(download):
    for name in ("ines", "tom", "ruth"):
        download.approve(editor(name))
    assert (download.approved_by, download.seconded_by) == (editor(), editor("tom"))
    assert download.withheld() == ""


# On the page (acceptance check 5)


def test_one_character_withholds_it_and_approval_brings_it_back(client, creative):
    from articles.tests.newsroom import story

    address = story().get_absolute_url()

    def is_shown() -> bool:
        snapshot.refresh()
        return "placement-label" in client.get(address).content.decode()

    assert is_shown()
    creative.body = creative.body.replace("seals", "seal5")
    creative.save()
    assert not is_shown()
    creative.approve(editor())
    assert is_shown()


# The difference


def told(was: str, now: str) -> str:
    marks = {"same": "{}", "out": "[-{}-]", "in": "{{+{}+}}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces(was, now))


@pytest.mark.parametrize(
    ("was", "now", "text"),
    [
        ("10 GB free", "10 GB free", "10 GB free"),
        ("10 GB free", "20 GB free", "[-10-]{+20+} GB free"),
        ("", "new", "{+new+}"),
        ("gone", "", "[-gone-]"),
        ("one small step", "two large steps", "[-one small step-]{+two large steps+}"),
        ("备份文件", "备份照片", "备份[-文件-]{+照片+}"),
        ("a b", "a\u200b b", "a{+⟨U+200B⟩+} b"),
        ("a b", "a\u00a0b", "a[- -]{+⟨U+00A0⟩+}b"),
    ],
)
def test_a_difference_is_told_word_by_word(was, now, text):
    assert told(was, now) == text


def test_fields_that_are_empty_on_both_sides_are_left_out():
    before = {"headline": "One", "alt_label": "", "hooks": {"energy": "a"}, "fine_print": "Free."}
    after = {"headline": "One", "alt_label": "", "hooks": {"energy": "b"}, "fine_print": ""}
    found = {change.name: change.is_changed for change in changes(before, after)}
    assert found == {"headline": False, "hooks": True, "fine_print": True}
