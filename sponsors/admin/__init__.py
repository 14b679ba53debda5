"""The desk's side of sponsorship."""

from sponsors.admin import creative, flight, sponsor

__all__ = ["creative", "flight", "sponsor"]
