from imports.models.feed import Feed
from imports.models.item import Item
from imports.models.run import Run

__all__ = ["Feed", "Item", "Run"]
