import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sponsors.models import Approval, Creative
from sponsors.models.creative import CONTENT
from sponsors.tests.sales import COPY, book, editor


@pytest.fixture
def creative(energy) -> Creative:
    return book(("article_end", energy)).creatives.get()


def test_approval_records_who_when_and_what(creative):
    assert creative.status == Approval.APPROVED
    assert creative.approved_by == editor()
    assert creative.approved_at is not None
    assert creative.approved_hash == creative.content_hash()
    assert creative.withheld() == ""


@pytest.mark.parametrize("field", CONTENT)
def test_an_edit_of_any_word_asks_for_approval_again(field, creative):
    changed = {"energy": "other"} if field == "hooks" else getattr(creative, field) + "x"
    setattr(creative, field, changed)
    creative.save()
    assert creative.status == Approval.SUBMITTED
    assert creative.withheld() == "was edited after its approval"


def test_an_edit_past_save_is_withheld_all_the_same(creative):
    Creative.objects.update(headline="Quietly changed")
    creative.refresh_from_db()
    assert creative.status == Approval.APPROVED
    assert creative.withheld() == "was edited after its approval"


def test_a_creative_moved_to_another_flight_is_withheld(creative, space):
    creative.flight = book(("article_end", space))
    creative.save()
    assert creative.withheld() == "was edited after its approval"


def test_approval_again_restores_it(creative):
    creative.headline = "Back up the other thing"
    creative.save()
    creative.approve(editor())
    assert creative.withheld() == ""


def test_the_weight_is_no_content(creative):
    creative.weight = 7
    creative.save()
    assert creative.withheld() == ""


def test_a_host_the_sponsor_lost_withholds_the_creative(creative):
    creative.flight.sponsor.link_hosts = ["elsewhere.example"]
    assert creative.withheld() == "leads off the sponsor's hosts"


def test_a_rejected_creative_is_withheld(creative):
    creative.reject()
    assert creative.withheld() == "is rejected"


def test_what_cannot_be_taken_cannot_be_approved(creative):
    Creative.objects.update(cta_url="https://evil.example/")
    creative.refresh_from_db()
    with pytest.raises(ValidationError, match=r"evil\.example is not among the sponsor's hosts"):
        creative.approve(editor())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((field, "<script>x</script>") for field in COPY if field not in {"hooks", "cta_url"}),
        ("hook", "reading about {reader}?"),
        ("hooks", {"energy": "{x}"}),
        ("hooks", {"enregy": "typed wrong"}),
        ("command", "curl x\nrm y"),
        ("command", "over\u200bwinter"),
        ("cta_url", "https://overwinter.example@evil.example/"),
        ("alt_url", "http://overwinter.example/"),
    ],
)
def test_copy_we_do_not_take_is_refused_at_its_field(field, value, creative):
    setattr(creative, field, value)
    with pytest.raises(ValidationError) as refusal:
        creative.full_clean()
    assert field in refusal.value.message_dict


def test_output_without_a_command_is_refused(creative):
    creative.command = ""
    with pytest.raises(ValidationError, match="Output needs the command"):
        creative.full_clean()


def test_line_ends_of_a_browser_are_taken(creative):
    creative.output = "sealed\r\nsent"
    creative.full_clean()
    assert creative.output == "sealed\nsent"


@pytest.mark.parametrize(
    "fields",
    [
        {"approved_by": None},
        {"approved_hash": ""},
        {"status": "live"},
        {"weight": 0},
        {"cta_url": "http://overwinter.example/"},
        {"alt_url": "javascript:alert(1)"},
        {"alt_label": ""},
        {"command": "one\ntwo"},
    ],
)
def test_the_database_refuses_what_must_never_be(fields, creative):
    with pytest.raises(IntegrityError), transaction.atomic():
        Creative.objects.filter(pk=creative.pk).update(**fields)
