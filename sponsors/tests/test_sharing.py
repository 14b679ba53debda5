import pytest
from django.urls import reverse

from sponsors import sharing
from sponsors.tests.sales import sponsor

pytestmark = pytest.mark.django_db
OLD, NEW = "an earlier key of the site", "the key of the site now"


def test_a_link_opens_the_report_of_its_sponsor(overwinter):
    sponsor("coldharbour")
    assert sharing.link(overwinter) == reverse("report", args=[sharing.key(overwinter)])
    assert sharing.open(sharing.key(overwinter)) == overwinter


def test_a_link_is_the_same_each_time_it_is_asked_for(overwinter):
    assert sharing.link(overwinter) == sharing.link(overwinter)


def test_no_character_of_a_link_can_be_another(overwinter):
    key = sharing.key(overwinter)
    for place, was in enumerate(key):
        for other in "0129AZaz-_.=%é\n":
            if other != was:
                assert sharing.open(key[:place] + other + key[place + 1 :]) is None


def test_another_sponsors_number_opens_nothing(overwinter):
    other = sponsor("coldharbour")
    _, epoch, signature = sharing.key(overwinter).split(".")
    assert sharing.open(f"{other.pk}.{epoch}.{signature}") is None


def test_another_epoch_opens_nothing(overwinter):
    number, _, signature = sharing.key(overwinter).split(".")
    assert sharing.open(f"{number}.2.{signature}") is None


def test_numbers_and_signatures_cannot_change_places(overwinter):
    """1.11 and 11.1 are signed as they are written."""
    number, epoch, signature = sharing.key(overwinter).split(".")
    assert sharing.open(f"{number}1.{epoch}.{signature}") is None
    assert sharing.open(f"{number}.1{epoch}.{signature}") is None


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "1", "1.1", "1.1.", "-1.1.x", "1.1.1.1", "٣.1.x", "9" * 30 + ".1.x", "\0"],
)
def test_what_is_no_link_opens_nothing(text, overwinter):
    *_, signature = sharing.key(overwinter).split(".")
    assert sharing.open(text) is None
    assert sharing.open(text.replace("x", signature)) is None


def test_a_padded_or_spaced_link_opens_nothing(overwinter):
    key = sharing.key(overwinter)
    for other in (f"{key}=", f"{key} ", f" {key}", f"{key}\n", f"0{key}", key.upper()):
        assert sharing.open(other) is None


def test_a_revoked_link_opens_nothing_and_a_new_one_does(overwinter):
    before, others = sharing.key(overwinter), sharing.key(sponsor("coldharbour"))
    sharing.revoke(overwinter)
    assert sharing.open(before) is None
    assert sharing.open(sharing.key(overwinter)) == overwinter
    assert sharing.open(others) is not None


def test_revoking_twice_with_an_old_row_in_hand_goes_on_by_two(overwinter):
    first, second = sponsor(), sponsor()
    sharing.revoke(first)
    sharing.revoke(second)
    assert (first.report_epoch, second.report_epoch) == (2, 3)


def test_a_new_key_of_the_site_shuts_nobody_out(overwinter, settings):
    settings.SECRET_KEY = OLD
    key = sharing.key(overwinter)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert sharing.open(key) == overwinter
    assert sharing.key(overwinter) != key
    settings.SECRET_KEY_FALLBACKS = []
    assert sharing.open(key) is None


def test_a_sponsor_that_is_gone_has_no_report(overwinter):
    key = sharing.key(overwinter)
    overwinter.delete()
    assert sharing.open(key) is None
