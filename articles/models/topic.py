from django.db import models
from django.urls import reverse


class Topic(models.Model):
    """A section of the site. Every published story is filed under exactly one."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(
        max_length=80,
        unique=True,
        allow_unicode=True,
        help_text="Its place in the address: /news/<slug>. Fixed once a story is published in it.",
    )
    intro = models.TextField(
        blank=True, max_length=400, help_text="One or two sentences under the name, in your words."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.slug])
