from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from taggit.managers import TaggableManager

from articles.headings import headings
from articles.keyset import Cursor, Page
from articles.models.source import Rights
from articles.models.tag import ArticleTag
from articles.reading import measure
from articles.rendition import Rendition, render
from articles.sanitising import sanitise
from articles.slugs import free_slug
from articles.text import cut, line

HEADLINE_LENGTH = 200
DEK_LENGTH = 600
DERIVED = (
    "headings",
    "word_count",
    "reading_minutes",
)  # stored for what prepare() made of the texts


class Status(models.TextChoices):
    """Where a story stands with the desk; scheduled and withdrawn follow from its moments."""

    DRAFT = "draft", "draft"
    IN_REVIEW = "in_review", "in review"
    READY = "ready", "ready"
    PUBLISHED = "published", "published"


class Sentiment(models.TextChoices):
    """The tone of a story, with the sign that stands before the word."""

    POSITIVE = "positive", "+ positive"
    NEUTRAL = "neutral", "· neutral"
    NEGATIVE = "negative", "− negative"


class SentimentOrigin(models.TextChoices):
    AUTOMATIC = "automatic", "automatic: by a word list"
    EDITOR = "editor", "an editor's word"


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self, at: datetime | None = None) -> Self:
        """What a reader may see: published, due, and not withdrawn. `at` None means now.

        Of a story that several sources tell, only the one that leads.
        """
        return self._showing(at).filter(same_as=None)

    def reported_again(self, at: datetime | None = None) -> Self:
        """Public tellings of a story that another one leads; their pages are the lead's."""
        return self._showing(at).filter(same_as__isnull=False)

    def _showing(self, at: datetime | None) -> Self:
        at = at or timezone.now()
        return self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)).filter(
            status=Status.PUBLISHED, published_at__lte=at
        )

    def withdrawn(self, at: datetime | None = None) -> Self:
        """What readers could see once and may see no longer."""
        at = at or timezone.now()
        return self.filter(
            status=Status.PUBLISHED, withdrawn_at__lte=at, published_at__lt=F("withdrawn_at")
        )

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-pk")

    def for_cards(self) -> Self:
        """All that a story card shows, in one query, without the body."""
        return self.select_related("topic", "source").defer("body", "headings", "withdrawal_note")

    def for_page(self) -> Self:
        """All that a story's own page shows of the story, in three queries."""
        return self.select_related("topic", "source", "verification", "lead").prefetch_related(
            "authors", "tags"
        )

    def page(self, size: int, *, before: Cursor | None = None, after: Cursor | None = None) -> Page:
        """Up to `size` stories, newest first, below or above a cursor; see articles.keyset."""
        return Page.of(self, size, before=before, after=after)


class Article(models.Model):
    """One story. Readers see it where `Article.objects.published()` has it, and nowhere else."""

    headline = models.CharField(max_length=HEADLINE_LENGTH)
    dek = models.TextField(
        blank=True,
        max_length=DEK_LENGTH,
        help_text="The standfirst: what the story says, in one to three sentences.",
    )
    body = models.TextField(blank=True, help_text="Cleaned whenever it is saved.")
    slug = models.SlugField(
        max_length=100,
        unique=True,
        allow_unicode=True,
        blank=True,
        help_text="Made from the headline when left empty. Fixed once the story is published.",
    )
    topic = models.ForeignKey(
        "Topic", on_delete=models.PROTECT, null=True, blank=True, related_name="articles"
    )
    tags = TaggableManager(through=ArticleTag, blank=True)
    authors: models.ManyToManyField = models.ManyToManyField(
        "Author", blank=True, related_name="articles"
    )

    source = models.ForeignKey(
        "Source",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        help_text="Empty for a story of our own.",
    )
    source_url = models.URLField(
        "address at the source", max_length=2000, blank=True, db_index=True
    )
    source_published_at = models.DateTimeField("published at the source", null=True, blank=True)
    language = models.CharField(max_length=35, blank=True, help_text="BCP 47, as in en or pt-br.")

    same_as = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="also_reported",
        verbose_name="same story as",
        help_text="Readers see that one, with this one's source beside it.",
    )

    lead = models.ForeignKey(
        "Asset",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name="lead picture",
    )
    lead_alt = models.CharField(
        "alternative text",
        max_length=300,
        blank=True,
        help_text="What the picture shows, for those who do not see it.",
    )
    lead_caption = models.CharField("caption", max_length=300, blank=True)

    is_sponsor_free = models.BooleanField(
        "no sponsor",
        default=False,
        db_default=False,
        help_text="No placement on this story's page: for a death, a disaster, whatever no one "
        "should sell beside.",
    )

    verification = models.ForeignKey(
        "Verification",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        help_text="A story is verified when this is set.",
    )
    sentiment = models.CharField(max_length=10, choices=Sentiment, blank=True)
    sentiment_origin = models.CharField(
        max_length=10, choices=SentimentOrigin, blank=True, editable=False
    )

    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A published story shows from this second on; a moment ahead schedules it.",
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="From this second on its address answers 410, gone."
    )
    withdrawal_note = models.CharField(
        max_length=300, blank=True, help_text="Told to readers who ask for the story."
    )

    headings = models.JSONField(default=list, editable=False)
    word_count = models.PositiveIntegerField(default=0, editable=False)
    reading_minutes = models.PositiveIntegerField(
        "read", default=0, editable=False, help_text="Minutes."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = "story"
        verbose_name_plural = "stories"
        get_latest_by = "published_at"
        indexes = [
            models.Index(fields=["status", "-published_at", "-id"], name="article_newest"),
            models.Index(
                fields=["topic", "status", "-published_at", "-id"], name="article_in_topic"
            ),
            models.Index(
                fields=["source", "status", "-published_at", "-id"], name="article_of_source"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="article_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PUBLISHED)
                | Q(topic__isnull=False, published_at__isnull=False),
                name="article_published_has_topic_and_moment",
                violation_error_message="A published story needs a topic and a moment.",
            ),
            models.CheckConstraint(
                condition=Q(lead=None) | ~Q(lead_alt=""),
                name="article_lead_has_alt",
                violation_error_message="The lead picture needs an alternative text.",
            ),
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=F("id")),
                name="article_leads_or_follows",
                violation_error_message="A story cannot follow itself.",
            ),
            models.CheckConstraint(
                condition=Q(sentiment__in=["", *Sentiment.values]), name="article_sentiment_known"
            ),
        ]

    def __str__(self) -> str:
        return self.headline

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Clean and derive first, whoever saves.

        ValidationError when an address would move, or for a body that is monstrous.
        """
        self._keep_address()
        self.prepare()
        self.slug = self.slug or free_slug(Article, self.headline, "story")
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], *DERIVED}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.topic.slug, self.slug]) if self.topic else ""

    def clean(self) -> None:
        self._keep_address()
        try:
            sanitise(self.body)
        except ValidationError as refusal:
            raise ValidationError({"body": refusal.messages}) from None

    def prepare(self) -> None:
        """Make the texts safe and derive what follows. For writers that go past save().

        ValidationError for a body that would take minutes or gigabytes to make safe.
        """
        # As text, not as HTML: a headline may be about “the <dialog> element”.
        self.headline = cut(line(self.headline), HEADLINE_LENGTH)
        self.dek = cut(line(self.dek), DEK_LENGTH)
        self.body = sanitise(self.body)
        self.headings = headings(self.body, self.headings)
        self.word_count, self.reading_minutes = measure(self.body or self.dek)

    def _keep_address(self) -> None:
        """A published story keeps slug and topic, and leaves the site by being withdrawn."""
        # From the database, not from when this object was read: somebody may have published since.
        stored = Article.objects.filter(pk=self.pk, status=Status.PUBLISHED)
        before = stored.only("slug", "topic", "published_at").first()
        if before is None:
            return
        faults = {}
        if self.slug != before.slug:
            faults["slug"] = "The address of a published story cannot change."
        if self.topic_id != before.topic_id:
            faults["topic"] = (
                "The topic of a published story is part of its address and cannot change."
            )
        was_public = before.published_at and before.published_at <= timezone.now()
        if was_public and self.status != Status.PUBLISHED:
            faults["status"] = "Readers have seen this story: withdraw it instead."
        if faults:
            raise ValidationError(faults)

    def publish(self, at: datetime | None = None) -> None:
        """Show the story from `at` on (None: from now, or from the moment it has). Saves."""
        if self.topic is None:
            raise ValidationError({"topic": "File the story under a topic before it is published."})
        if self.withdrawn_at is not None:
            raise ValidationError("This story is withdrawn: clear that moment first.")
        self.status = Status.PUBLISHED
        self.published_at = at or self.published_at or timezone.now()
        self.save()

    def withdraw(self, note: str = "", at: datetime | None = None) -> None:
        """Answer 410 with the note from `at` on (None: from now). Saves."""
        if self.status != Status.PUBLISHED:
            raise ValidationError("Only what is published can be withdrawn.")
        self.withdrawn_at = at or timezone.now()
        self.withdrawal_note = note
        self.save()

    def is_public(self, at: datetime | None = None) -> bool:
        """The rule of `published()` for a story in hand, for pages that already loaded it."""
        at = at or timezone.now()
        withdrawn = self.withdrawn_at is not None and self.withdrawn_at <= at
        due = self.published_at is not None and self.published_at <= at
        leads = self.same_as_id is None
        return self.status == Status.PUBLISHED and due and not withdrawn and leads

    @property
    def state(self) -> str:
        """The status in words that include what follows from the moments, for the desk."""
        if self.status != Status.PUBLISHED:
            return str(self.get_status_display())
        if self.withdrawn_at is not None and self.withdrawn_at <= timezone.now():
            return "withdrawn"
        return "published" if self.is_public() else "scheduled"

    @property
    def is_verified(self) -> bool:
        return self.verification_id is not None

    @property
    def rights(self) -> str:
        return self.source.rights if self.source else Rights.FULL

    def rendition(self) -> Rendition:
        """The body as a reader may have it, by the source's rights. Every surface asks this."""
        return render(self.body, self.headings, self.rights)

    @property
    def number(self) -> str:
        """Its permanent number, as printed and as in its short address."""
        return f"art-{self.pk}"
