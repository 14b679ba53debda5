from imports.models.change import Change
from imports.models.feed import Feed
from imports.models.item import Item
from imports.models.run import Run
from imports.models.sketch import Sketch, SketchKey

__all__ = ["Change", "Feed", "Item", "Run", "Sketch", "SketchKey"]
