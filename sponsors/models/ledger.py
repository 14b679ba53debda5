"""That nothing is counted twice, without knowing who was there.

Time is cut into periods of twelve hours. What a page's token may be counted by is a hash under the
random salt of the period in which the page was served. A token is good for twelve hours, so a
period's salt and hashes are destroyed once the next period is over: 24 hours at most.
"""

from django.db import models


class Salt(models.Model):
    """The random key of a period, the same for all processes."""

    period = models.PositiveIntegerField(primary_key=True, help_text="Hours since 1970, by 12.")
    value = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"period {self.period}"


class Seen(models.Model):
    """One thing that was counted: the first 63 bits of a salted hash, and nothing else."""

    key = models.BigIntegerField(primary_key=True)
    period = models.PositiveIntegerField(db_index=True)

    class Meta:
        verbose_name_plural = "seen"

    def __str__(self) -> str:
        return f"{self.key:x}"
