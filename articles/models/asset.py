from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils.functional import cached_property

from articles.pictures import MAX_BYTES, WIDTHS, Picture, prepare


def stored_name(asset: "Asset", filename: str) -> str:
    return f"assets/{asset.content_hash[:2]}/{asset.content_hash}.webp"


class Asset(models.Model):
    """A picture with its credit, stored once whatever the number of stories that show it."""

    file = models.ImageField("picture", upload_to=stored_name, max_length=200)
    width = models.PositiveIntegerField(editable=False, help_text="Pixels.")
    height = models.PositiveIntegerField(editable=False, help_text="Pixels.")
    credit = models.CharField(max_length=200, help_text="Printed under the picture.")
    content_hash = models.CharField(
        max_length=64, unique=True, editable=False, help_text="SHA-256 of the file as it came."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "picture"
        constraints = [
            models.CheckConstraint(condition=~models.Q(credit=""), name="asset_has_credit"),
        ]

    def __str__(self) -> str:
        return f"picture {self.pk}: {self.credit}, {self.width} × {self.height}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Encode a new file before it is stored; ValidationError when it is no picture."""
        if self.file and not self.file._committed:  # type: ignore[attr-defined]
            self._store(self._picture)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        if self.file and not self.file._committed:  # type: ignore[attr-defined]
            twins = Asset.objects.filter(content_hash=self._picture.content_hash).exclude(
                pk=self.pk
            )
            if twin := twins.first():
                raise ValidationError({"file": f"We have this picture already: {twin}."})

    @cached_property
    def _picture(self) -> Picture:
        """The new file made ready, once for the form's check and the save."""
        self.file.open()
        return prepare(self.file.read(MAX_BYTES + 1))

    def _store(self, picture: Picture) -> None:
        """Write the picture's copies to storage, the master as `file`."""
        self.content_hash = picture.content_hash
        storage = self.file.storage
        for width, data in picture.copies.items():
            name = self.copy_name(width) if width < picture.width else stored_name(self, "")
            # Named by content: a file that is there already holds the same bytes.
            if not storage.exists(name):
                storage.save(name, ContentFile(data))
        self.file.name = stored_name(self, "")
        self.file._committed = True  # type: ignore[attr-defined]
        self.width, self.height = picture.width, picture.height

    def copy_name(self, width: int) -> str:
        return stored_name(self, "").replace(".webp", f"-{width}.webp")

    @property
    def small_url(self) -> str:
        """The narrowest copy, for browsers that choose nothing."""
        return self._copies()[0][1]

    @property
    def srcset(self) -> str:
        return ", ".join(f"{url} {width}w" for width, url in self._copies())

    def _copies(self) -> list[tuple[int, str]]:
        storage = self.file.storage
        copies = [(w, storage.url(self.copy_name(w))) for w in WIDTHS if w < self.width]
        return [*copies, (self.width, self.file.url)]
