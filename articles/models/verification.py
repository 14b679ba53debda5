from django.db import models
from django.utils import timezone


class Verification(models.Model):
    """A check of a story against the world: who made it, when, how, and what they saw.

    A story is verified when it points at one of these; there is no other flag.
    """

    verified_by = models.CharField("who", max_length=120, help_text="The name readers are told.")
    verified_at = models.DateTimeField("when", default=timezone.now)
    method = models.TextField("how", max_length=600, help_text="What was compared with what.")
    evidence_url = models.URLField("evidence", max_length=2000, blank=True)
    evidence = models.TextField(
        "evidence in words",
        blank=True,
        max_length=600,
        help_text="Where there is no address for it.",
    )

    class Meta:
        ordering = ["-verified_at"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(verified_by="") & ~models.Q(method=""),
                name="verification_names_who_and_how",
            ),
            models.CheckConstraint(
                condition=~models.Q(evidence_url="") | ~models.Q(evidence=""),
                name="verification_has_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verified_by}, {self.verified_at:%Y-%m-%d}: {self.method[:60]}"
