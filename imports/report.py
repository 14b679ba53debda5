"""What became of a run's entries, counted and, where something failed, told."""

from dataclasses import dataclass, field
from typing import Any, Self

from imports.entry import Entry

MOST_FAULTS = 1000  # told one by one in a run's report; beyond that they are only counted


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that failed: `where` is a file or feed, `item` an entry of it ("": all of it)."""

    where: str
    item: str
    reason: str
    raw: str = ""

    @classmethod
    def of(cls, entry: Entry, reason: str, number: int = 0) -> Self:
        """Named by what it says of itself, else by its place in the document, from 1."""
        name = entry.external_id or entry.address or entry.headline[:80] or f"number {number}"
        return cls("", name, reason, entry.raw)

    def __str__(self) -> str:
        item = f", item {self.item}" if self.item else ""
        return f"{self.where}{item}: {self.reason}"

    def as_json(self) -> dict[str, Any]:
        return {"where": self.where, "item": self.item, "reason": self.reason, "raw": self.raw}


@dataclass(slots=True)
class Tally:
    """Counts of entries by what became of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    faults: list[Fault] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.skipped + other.skipped,
            self.failed + other.failed,
            [*self.faults, *other.faults],
        )

    def __sub__(self, other: "Tally") -> "Tally":
        """The counts since an earlier tally; faults stay with the whole."""
        return Tally(
            self.created - other.created,
            self.updated - other.updated,
            self.unchanged - other.unchanged,
            self.skipped - other.skipped,
            self.failed - other.failed,
        )

    @property
    def total(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped + self.failed

    def __str__(self) -> str:
        return (
            f"created={self.created} updated={self.updated} unchanged={self.unchanged} "
            f"skipped={self.skipped} failed={self.failed}"
        )
