"""Publications, and that each is one row however its domain is spelt."""

import pytest
from django.db import IntegrityError

from articles.models import Source
from articles.models.source import Rights, normal_domain
from articles.tests.newsroom import source

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "spelt",
    ["gridledger.example", "www.gridledger.example", " GridLedger.Example ", "gridledger.example."],
)
def test_a_domain_has_one_spelling(spelt):
    assert normal_domain(spelt) == "gridledger.example"


def test_a_domain_is_spelt_so_whoever_saves_it():
    assert Source.objects.create(name="A", domain="WWW.GridLedger.example").domain == (
        "gridledger.example"
    )


def test_a_publication_is_one_source():
    source()
    with pytest.raises(IntegrityError):
        Source.objects.create(name="Again", domain="www.gridledger.example")


def test_sources_without_a_domain_are_told_apart_by_slug():
    made = [Source.objects.create(name="A pamphlet") for _ in range(2)]
    assert [(each.slug, each.domain) for each in made] == [
        ("a-pamphlet", None),
        ("a-pamphlet-2", None),
    ]


def test_a_new_source_may_only_be_linked_to():
    assert Source.objects.create(name="A pamphlet").rights == Rights.LINK


def test_the_database_knows_no_other_rights():
    with pytest.raises(IntegrityError, match="source_rights_known"):
        Source.objects.create(name="A pamphlet", rights="all")
