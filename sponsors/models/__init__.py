from sponsors.models.counts import Decisions, Delivery, PageStat, SlotStat
from sponsors.models.creative import Approval, Creative
from sponsors.models.flight import FLAT, METERED, Flight, Kind, Pace, Status
from sponsors.models.ledger import Salt, Seen
from sponsors.models.slot import PAGES, FlightSlot, Placement, on_same_page
from sponsors.models.sponsor import Sponsor

__all__ = [
    "FLAT",
    "METERED",
    "PAGES",
    "Approval",
    "Creative",
    "Decisions",
    "Delivery",
    "Flight",
    "FlightSlot",
    "Kind",
    "Pace",
    "PageStat",
    "Placement",
    "Salt",
    "Seen",
    "SlotStat",
    "Sponsor",
    "Status",
    "on_same_page",
]
