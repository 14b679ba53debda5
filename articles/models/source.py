from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from articles.slugs import free_slug


class Rights(models.TextChoices):
    """How much of a source's text our readers may be shown."""

    FULL = "full", "full: the whole text"
    EXCERPT = "excerpt", "excerpt: the first two paragraphs, 120 words at most"
    LINK = "link", "link: headline and dek only"


class Source(models.Model):
    """A publication whose stories we carry or point at."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True, blank=True)
    domain = models.CharField(
        max_length=253,
        unique=True,
        null=True,
        blank=True,
        help_text="As in gridledger.example, without www. What an import recognises the source by.",
    )
    home_url = models.URLField("home page", max_length=2000, blank=True)
    language = models.CharField(
        max_length=35,
        blank=True,
        help_text="BCP 47, as in en or pt-br; used where a story names none.",
    )
    rights = models.CharField(
        max_length=10,
        choices=Rights,
        default=Rights.LINK,
        help_text="Enforced whenever a story is drawn. An import makes sources that are link.",
    )
    about = models.TextField(blank=True, max_length=600)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rights__in=Rights.values), name="source_rights_known"
            ),
        ]

    def __str__(self) -> str:
        return self.domain or self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.domain = normal_domain(self.domain or "") or None
        self.slug = self.slug or free_slug(Source, self.name or self.domain or "", "source")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.slug])

    def clean(self) -> None:
        self.domain = normal_domain(self.domain or "") or None
        if self.domain and ("/" in self.domain or "." not in self.domain):
            raise ValidationError(
                {"domain": "A domain such as gridledger.example, without http://."}
            )


def normal_domain(host: str) -> str:
    """Lower case, without www. and a dot at the end: one spelling for one publication."""
    return host.strip().lower().rstrip(".").removeprefix("www.")
