import hashlib
import json
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from sponsors.acceptance import (
    copy_fault,
    has_figure,
    hook_fault,
    hooks_fault,
    link_fault,
    runs_what_it_downloads,
    terminal_fault,
)
from sponsors.claims import age_warning, day_fault
from sponsors.models.flight import Flight

# All that readers see of a creative.
CONTENT = (
    *("hook", "hooks", "headline", "body", "command", "output"),
    *("cta_label", "cta_url", "alt_label", "alt_url", "fine_print"),
)
# What claims something when it holds a figure. A command and its output demonstrate instead.
CLAIMING = ("hook", "headline", "body", "cta_label", "alt_label", "fine_print")
# What an approval is written into.
APPROVAL = ("approved_by", "approved_at", "approved_hash", "seconded_by")


class Approval(models.TextChoices):
    """Where a creative stands with the desk."""

    DRAFT = "draft", "draft"
    SUBMITTED = "submitted", "submitted"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"


class Creative(models.Model):
    """The words of a sponsor: plain fields, drawn by our template under our label."""

    flight = models.ForeignKey(Flight, on_delete=models.CASCADE, related_name="creatives")
    hook = models.CharField(
        max_length=120,
        blank=True,
        help_text="The line that speaks to the topic being read: “reading about {topic}? …”. "
        "In and at the end of an article only.",
    )
    hooks = models.JSONField(
        "hooks by topic",
        default=dict,
        blank=True,
        help_text="Their own lines for some topics, by slug.",
    )
    headline = models.CharField(max_length=90)
    body = models.TextField(max_length=300, help_text="One or two sentences of copy.")
    command = models.CharField(
        max_length=200, blank=True, help_text="Shown behind a $ as a command to type. One line."
    )
    output = models.TextField(max_length=400, blank=True, help_text="What the command answers.")
    cta_label = models.CharField(
        "call to action", max_length=40, help_text="The button, as in “Open a free vault”."
    )
    cta_url = models.CharField(
        "where it leads", max_length=500, help_text="https, on one of the sponsor's hosts."
    )
    alt_label = models.CharField(
        "second link",
        max_length=40,
        blank=True,
        help_text="As in “Pricing”. Not on the front page.",
    )
    alt_url = models.CharField("where that leads", max_length=500, blank=True)
    fine_print = models.CharField(
        max_length=160, blank=True, help_text="Conditions, as in “10 GB free, no card required.”"
    )
    claim_source = models.CharField(
        "source of its figures",
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text="Where we checked what the copy claims in figures, as in “10 GB free”: an "
        "address, or the name of a document.",
    )
    claim_checked_on = models.DateField("figures checked on", null=True, blank=True)
    weight = models.PositiveSmallIntegerField(
        default=1,
        help_text="How often it is shown beside the flight's others: 2 is twice as often as 1.",
    )
    status = models.CharField(
        max_length=10, choices=Approval, default=Approval.DRAFT, editable=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_hash = models.CharField(
        max_length=64, blank=True, editable=False, help_text="SHA-256 of the content as approved."
    )
    approved_content = models.JSONField(
        null=True, blank=True, editable=False, help_text="What was approved last, to compare with."
    )
    seconded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="The second approver, whom a command that runs what it downloads needs.",
    )

    class Meta:
        ordering = ["pk"]
        permissions = [("approve_creative", "Can approve and reject creatives")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=Approval.APPROVED)
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_hash="")),
                name="creative_approval_names_who_and_what",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Approval.values), name="creative_status_known"
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1),
                name="creative_weight_positive",
                violation_error_message="A weight is 1 or more.",
            ),
            models.CheckConstraint(
                condition=Q(cta_url__startswith="https://")
                & (Q(alt_url="") | Q(alt_url__startswith="https://")),
                name="creative_links_are_https",
                violation_error_message="Links start with https://.",
            ),
            models.CheckConstraint(
                condition=Q(alt_label="", alt_url="") | (~Q(alt_label="") & ~Q(alt_url="")),
                name="creative_second_link_whole",
                violation_error_message="The second link needs both its words and its address.",
            ),
            models.CheckConstraint(
                condition=~Q(command__contains="\n") & ~Q(command__contains="\r"),
                name="creative_command_one_line",
                violation_error_message="A command is one line.",
            ),
        ]

    def __str__(self) -> str:
        return self.headline

    def save(self, *args: Any, **kwargs: Any) -> None:
        """An edit of what was approved, once or by both, asks for approval again."""
        if self.approved_hash and self.approved_hash != self.content_hash():
            if self.status == Approval.APPROVED:
                self.status = Approval.SUBMITTED
            self._forget_approval()
            if (fields := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*fields, "status", *APPROVAL}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.body, self.output = _unix_lines(self.body), _unix_lines(self.output)
        lines = ("headline", "cta_label", "alt_label", "fine_print")
        faults: dict[str, Any] = {name: copy_fault(getattr(self, name)) for name in lines}
        faults["body"] = copy_fault(self.body, lines=True)
        faults["command"] = terminal_fault(self.command)
        faults["output"] = terminal_fault(self.output, lines=True) or self._output_fault()
        faults["hook"] = hook_fault(self.hook)
        faults["hooks"] = hooks_fault(self.hooks) or self._unknown_topics()
        faults |= self._link_faults() | self._source_faults()
        if self.status in (Approval.SUBMITTED, Approval.APPROVED):
            faults |= self._claim_faults()
        if faults := {name: fault for name, fault in faults.items() if fault}:
            raise ValidationError(faults)

    def _output_fault(self) -> str:
        return "Output needs the command that gives it." if self.output and not self.command else ""

    def _unknown_topics(self) -> str:
        known = apps.get_model("articles.Topic").objects.filter(slug__in=self.hooks)
        unknown = sorted(set(self.hooks) - set(known.values_list("slug", flat=True)))
        return f"There is no topic with the slug {', '.join(unknown)}." if unknown else ""

    def _link_faults(self) -> dict[str, str]:
        """What is wrong with each link, by field; nothing while the sponsor is not known."""
        try:
            hosts = self.flight.sponsor.link_hosts
        except ObjectDoesNotExist:
            return {}
        links = {name: getattr(self, name) for name in ("cta_url", "alt_url")}
        return {name: link_fault(link, hosts) for name, link in links.items() if link}

    def _source_faults(self) -> dict[str, str]:
        """What cannot be true of the source of its figures."""
        faults = {"claim_source": copy_fault(self.claim_source)}
        if self.claim_checked_on:
            faults["claim_checked_on"] = day_fault(self.claim_checked_on)
            if not self.claim_source:
                faults["claim_source"] = "Say where it was checked."
        return {name: fault for name, fault in faults.items() if fault}

    def _claim_faults(self) -> dict[str, str]:
        """What must be told of its figures before anybody may approve them."""
        faults = {}
        if self.has_claims and not self.claim_source:
            faults["claim_source"] = "The copy gives figures: say where they were checked."
        if self.has_claims and not self.claim_checked_on:
            faults["claim_checked_on"] = "The copy gives figures: say on which day we checked them."
        return faults

    @property
    def has_claims(self) -> bool:
        """Whether its copy gives figures, outside the command and its output."""
        lines = self.hooks.values() if isinstance(self.hooks, dict) else ()
        return has_figure(*(getattr(self, name) for name in CLAIMING), *map(str, lines))

    def claim_warning(self) -> str:
        """What the desk has to do about its figures, "" for nothing."""
        if self.has_claims and not (self.claim_source and self.claim_checked_on):
            return "figures without a source and a day"
        return age_warning(self.claim_checked_on)

    def content(self) -> dict[str, Any]:
        """All that an approval is given for: what is said, by whose word, and in whose flight.

        The day on which the figures were checked is not: to check them again changes nothing.
        """
        content = {name: getattr(self, name) for name in CONTENT} | {"flight": self.flight_id}
        return content | ({"claim_source": self.claim_source} if self.claim_source else {})

    def content_hash(self) -> str:
        """SHA-256 of what an approval is given for."""
        text = json.dumps(self.content(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def needs_two(self) -> bool:
        """Whether two people have to approve it."""
        return runs_what_it_downloads(self.command)

    @property
    def waits_for_second(self) -> bool:
        """Whether one person has approved exactly this, and another one has to."""
        is_theirs = self.approved_by_id is not None and self.approved_hash == self.content_hash()
        return self.status == Approval.SUBMITTED and is_theirs and self.needs_two

    def submit(self) -> None:
        """Ask for approval. Saves; ValidationError when the copy cannot be taken."""
        self._refuse_what_cannot_be_taken()
        self.status = Approval.SUBMITTED
        self.save()

    def approve(self, user: models.Model) -> None:
        """Let readers see exactly this content; of a command that `needs_two`, the second time.

        Saves; ValidationError when the copy cannot be taken, or the same person seconds.
        """
        self._refuse_what_cannot_be_taken()
        if not self.withheld():
            return  # whoever approved it stays who did
        if self.waits_for_second:
            self._second(user)
        else:
            self._forget_approval()
            self.approved_by_id, self.approved_at = user.pk, timezone.now()
            self.approved_hash = self.content_hash()
        is_done = self.seconded_by_id is not None or not self.needs_two
        self.status = Approval.APPROVED if is_done else Approval.SUBMITTED
        self.approved_content = self.content() if is_done else self.approved_content
        self.save()

    def reject(self) -> None:
        """Show it no longer, until somebody approves it. Saves."""
        self.status = Approval.REJECTED
        self._forget_approval()
        self.save()

    def _second(self, user: models.Model) -> None:
        if user.pk == self.approved_by_id:
            raise ValidationError(
                "You have approved it already. Its command runs what it downloads, so somebody "
                "else has to approve it as well."
            )
        self.seconded_by_id = user.pk

    def _forget_approval(self) -> None:
        self.approved_by = self.approved_at = self.seconded_by = None
        self.approved_hash = ""

    def _refuse_what_cannot_be_taken(self) -> None:
        self.full_clean()
        if faults := self._claim_faults():
            raise ValidationError(faults)

    def withheld(self) -> str:
        """Why readers may not see it; "" when they may."""
        if self.status == Approval.REJECTED:
            return "is rejected"
        if self.status != Approval.APPROVED:
            return self._waiting()
        if self.approved_hash != self.content_hash():
            return "was edited after its approval"
        if self.needs_two and self.seconded_by_id is None:
            return "waits for a second approver"
        # The sponsor may have lost a host since.
        return "leads off the sponsor's hosts" if any(self._link_faults().values()) else ""

    def _waiting(self) -> str:
        if self.waits_for_second:
            return "waits for a second approver"
        is_edited = self.approved_content not in (None, self.content())
        return "was edited after its approval" if is_edited else "waits for approval"


def _unix_lines(text: str) -> str:
    """Browsers send CR LF from a text area."""
    return text.replace("\r\n", "\n")
