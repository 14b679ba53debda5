from imports.admin.feed import FeedAdmin
from imports.admin.item import ItemAdmin
from imports.admin.run import RunAdmin

__all__ = ["FeedAdmin", "ItemAdmin", "RunAdmin"]
