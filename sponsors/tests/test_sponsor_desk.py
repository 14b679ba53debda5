"""A sponsor at the desk: how old its proof is, what it earned us, who can read its report."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from sponsors import sharing
from sponsors.models import Sponsor
from sponsors.tests.sales import JULY, JUNE, book, editor, sponsor


@pytest.fixture
def desk(client, db):
    client.force_login(editor())
    return client


def aged(days: int, **fields: Any) -> Sponsor:
    """Its proof was checked so many days ago."""
    return sponsor(proof_checked_on=timezone.localdate() - timedelta(days=days), **fields)


def sponsor_page(client, one: Sponsor) -> str:
    return client.get(reverse("admin:sponsors_sponsor_change", args=[one.pk])).content.decode()


@pytest.mark.parametrize(("days", "is_told"), [(90, False), (120, True)])
def test_a_proof_that_was_checked_long_ago_is_told(days, is_told, desk):
    one = aged(days)
    told = f"roof checked {days} days ago: check again"
    listed = desk.get(reverse("admin:sponsors_sponsor_changelist")).content.decode()
    assert (told in sponsor_page(desk, one), told in listed) == (is_told, is_told)


def test_old_proofs_can_be_listed(desk):
    aged(120, slug="old")
    aged(5, slug="fresh")
    aged(120, slug="none", proof="")
    listed = desk.get(reverse("admin:sponsors_sponsor_changelist"), {"proof": "old"})
    assert [one.slug for one in listed.context["cl"].queryset] == ["old"]


def test_a_sponsor_shows_what_all_its_flights_earned(desk, energy, space):
    june = {"starts_at": JUNE, "ends_at": JULY}
    for topic, currency in ((energy, "EUR"), (space, "EUR"), (None, "SEK")):
        book(("article_end", topic), price_micro=2_500_000, currency=currency, **june)
    page = sponsor_page(desk, Sponsor.objects.get())
    assert "<dd>5.00 EUR</dd>" in page
    assert "<dd>2.50 SEK</dd>" in page


def test_all_links_to_a_report_are_revoked_once_confirmed(desk, overwinter):
    first = sharing.key(overwinter)
    address = reverse("admin:sponsors_sponsor_revoke", args=[overwinter.pk])
    assert sharing.link(overwinter) in sponsor_page(desk, overwinter)
    assert "for good" in desk.get(address).content.decode()
    assert sharing.open(first) == overwinter
    page = desk.post(address, follow=True).content.decode()
    overwinter.refresh_from_db()
    assert sharing.open(first) is None
    assert sharing.link(overwinter) in page
    assert LogEntry.objects.get().get_change_message() == "All links to its report revoked."


def test_revoking_is_for_those_who_may(client, overwinter):
    address = reverse("admin:sponsors_sponsor_revoke", args=[overwinter.pk])
    assert client.post(address).headers["Location"].startswith("/admin/login/")
    user = User.objects.create_user("rae", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_sponsor"))
    client.force_login(user)
    assert client.post(address).status_code == 403
    assert "Revoke" not in sponsor_page(client, overwinter)
    overwinter.refresh_from_db()
    assert overwinter.report_epoch == 1


@pytest.mark.parametrize("link", ["timeline", "availability", "explain"])
def test_the_desks_pages_of_sponsors_lead_to_each_view(link, desk):
    address = reverse(f"admin:sponsors_{link}")
    for page in ("/admin/sponsors/", reverse("admin:sponsors_flight_changelist")):
        assert f'href="{address}"' in desk.get(page).content.decode()
    assert desk.get(address).status_code == 200


def test_a_sponsor_leads_to_its_flights(desk, overwinter, energy):
    book(("article_end", energy), sponsor=overwinter, name="its own")
    address = f"{reverse('admin:sponsors_flight_changelist')}?sponsor__id__exact={overwinter.pk}"
    assert f'href="{address}"' in sponsor_page(desk, overwinter)
    assert "its own" in desk.get(address).content.decode()
