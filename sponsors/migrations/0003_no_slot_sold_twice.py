"""The database's own refusal of two exclusive bookings for one slot at one moment.

A later migration that alters FlightSlot on SQLite makes its table anew, without the trigger: it
ends with the operations of this one again. A test books past the application to prove the guard.
"""

from typing import Any

from django.db import migrations

# Two bookings that touch, one ending where the other starts, do not overlap: periods are half-open.
# The rival's flight is part of the key, so that the error names it.
POSTGRESQL = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE sponsors_flightslot ADD CONSTRAINT slot_held_once EXCLUDE USING gist (
    placement WITH =,
    COALESCE(topic_id, 0) WITH =,
    tstzrange(held_from, held_until) WITH &&,
    flight_id WITH <>
) WHERE (held_from IS NOT NULL);
"""
SQLITE = """
CREATE TRIGGER slot_held_once_{name} BEFORE {event} ON sponsors_flightslot
WHEN NEW.held_from IS NOT NULL AND EXISTS (
    SELECT 1 FROM sponsors_flightslot AS other
    WHERE other.flight_id <> NEW.flight_id
      AND other.placement = NEW.placement
      AND other.topic_id IS NEW.topic_id
      AND other.held_from < NEW.held_until
      AND other.held_until > NEW.held_from
)
BEGIN
    SELECT RAISE(ABORT, 'slot_held_once: another exclusive booking holds this slot then');
END;
"""
EVENTS = {"insert": "INSERT", "update": "UPDATE"}


def hold_what_is_booked(apps: Any, schema_editor: Any) -> None:
    booked = apps.get_model("sponsors.FlightSlot").objects.filter(
        flight__kind="exclusive", flight__status="booked", exclude=False
    )
    for slot in booked.select_related("flight"):
        slot.held_from, slot.held_until = slot.flight.starts_at, slot.flight.ends_at
        slot.save(update_fields=["held_from", "held_until"])


def guard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    for name, event in EVENTS.items():
        schema_editor.execute(SQLITE.format(name=name, event=event))


def unguard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE sponsors_flightslot DROP CONSTRAINT slot_held_once")
        return
    for name in EVENTS:
        schema_editor.execute(f"DROP TRIGGER slot_held_once_{name}")


class Migration(migrations.Migration):
    dependencies = [("sponsors", "0002_kinds_and_counts")]

    operations = [
        migrations.RunPython(hold_what_is_booked, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
