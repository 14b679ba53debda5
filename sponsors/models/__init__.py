from sponsors.models.creative import Approval, Creative
from sponsors.models.flight import Flight, Kind, Status
from sponsors.models.slot import FlightSlot, Placement
from sponsors.models.sponsor import Sponsor

__all__ = ["Approval", "Creative", "Flight", "FlightSlot", "Kind", "Placement", "Sponsor", "Status"]
