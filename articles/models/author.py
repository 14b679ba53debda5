from django.db import models
from django.urls import reverse

from articles.slugs import free_slug


class Author(models.Model):
    """A name in a byline. No account and no rights come with it."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True, blank=True)
    about = models.TextField(blank=True, max_length=600)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = self.slug or free_slug(Author, self.name, "author")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("author", args=[self.slug])
