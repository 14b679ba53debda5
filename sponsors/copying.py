"""To sell a flight again, on other terms: what is billed by the first cannot change."""

from django.db import transaction

from sponsors.models import Approval, Creative, Flight, Status

_NAME, _SUFFIX = 120, ", copy"  # characters a name may have, and how ours ends
_TERMS = (
    *("sponsor", "kind", "price_micro", "currency", "goal", "share"),
    *("pace", "starts_at", "ends_at"),
)


@transaction.atomic
def copied(flight: Flight) -> Flight:
    """A draft with the flight's terms, period, slots and words. The words ask for approval anew."""
    copy = Flight(
        name=f"{flight.name[: _NAME - len(_SUFFIX)]}{_SUFFIX}",
        status=Status.DRAFT,
        **{name: getattr(flight, name) for name in _TERMS},
    )
    copy.save()
    for slot in flight.slots.all():
        copy.slots.create(placement=slot.placement, topic=slot.topic, exclude=slot.exclude)
    for creative in flight.creatives.all():
        _copied_words(creative, copy).save()
    return copy


def _copied_words(creative: Creative, flight: Flight) -> Creative:
    """The creative's words and their source, by nobody's approval."""
    left_out = {"id", "flight", "status", "seconded_by"}
    names = [
        field.name
        for field in Creative._meta.concrete_fields
        if field.name not in left_out and not field.name.startswith("approved_")
    ]
    told = {name: getattr(creative, name) for name in names}
    return Creative(flight=flight, status=Approval.DRAFT, **told)
