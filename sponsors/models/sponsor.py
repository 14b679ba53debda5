from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from sponsors.acceptance import copy_fault, hosts_fault, link_fault


class Sponsor(models.Model):
    """Who pays for placements. Readers are told its name wherever one is shown."""

    name = models.CharField(
        max_length=80, help_text="As in “brought to you by Overwinter”, on every placement."
    )
    slug = models.SlugField(max_length=80, unique=True)
    legal_name = models.CharField(
        max_length=160,
        blank=True,
        help_text="The payer, as in “… paid for this space”, where it is not called by its name.",
    )
    proof = models.CharField(
        max_length=120,
        blank=True,
        help_text="A fact that stands beside the name, as in “3,100+ teams”. Needs source and day.",
    )
    proof_source = models.CharField(
        "source of the proof",
        max_length=300,
        blank=True,
        help_text="Where we checked it: an address, or the name of a document.",
    )
    proof_checked_on = models.DateField("proof checked on", null=True, blank=True)
    link_hosts = models.JSONField(
        "hosts it may link to",
        default=list,
        help_text="The sponsor's own hosts. A placement links to these and nowhere else.",
    )
    group = models.CharField(
        "competitors",
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text="The same word for sponsors that compete, as in “backup”: no page shows two.",
    )
    home_url = models.CharField("home page", max_length=500, blank=True)
    contact_email = models.EmailField("contact", blank=True)
    report_epoch = models.PositiveIntegerField(
        default=1,
        db_default=1,
        editable=False,
        help_text="Part of every link to its report: one more, and no earlier link opens it.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(proof="") | (~Q(proof_source="") & Q(proof_checked_on__isnull=False)),
                name="sponsor_proof_has_source_and_day",
                violation_error_message="A proof needs its source and the day it was checked.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        texts = ("name", "legal_name", "proof")
        faults: dict[str, Any] = {name: copy_fault(getattr(self, name)) for name in texts}
        faults["link_hosts"] = hosts_fault(self.link_hosts)
        if self.home_url and not faults["link_hosts"]:
            faults["home_url"] = link_fault(self.home_url, self.link_hosts)
        if faults := {name: fault for name, fault in faults.items() if fault}:
            raise ValidationError(faults)
