"""A report as files: the very lines that its page adds up, as CSV (RFC 4180) and as JSON."""

import csv
import re
from collections.abc import Iterator
from typing import Any

from sponsors.days import midnight
from sponsors.figures import plain_money
from sponsors.lines import COUNTED, Line
from sponsors.statements import Report, Statement

DIMENSIONS = (
    *("day", "sponsor", "flight", "flight_name", "kind", "line"),
    *("creative", "headline", "placement", "topic"),
)
COUNTS = tuple(name for name in COUNTED if name != "spend_micro")
COLUMNS = (*DIMENSIONS, *COUNTS, "currency", "spend_micro", "spend")

# What a spreadsheet takes for a formula at the start of a cell, spaces or not. One that was told
# another separator cuts cells at semicolons, tabs and line ends too.
_FORMULA = re.compile(r"(\A|[;\t\r\n])(?=\s*[=+\-@＝＋－＠]|[\t\r\n])")


def rows(report: Report) -> Iterator[dict[str, Any]]:
    """Every line of the report, oldest first within each flight. Only numbers are numbers."""
    for statement in report.statements:
        for line in statement.lines:
            yield _row(report, statement, line)


def csv_lines(report: Report) -> Iterator[str]:
    """One header, then the rows; no total. Nothing in it is a formula to a spreadsheet."""
    writer = csv.writer(_Passing())
    yield writer.writerow(COLUMNS)
    for row in rows(report):
        yield writer.writerow([_harmless(row[name]) for name in COLUMNS])


def as_json(report: Report) -> dict[str, Any]:
    """The rows, and of each flight its totals and the stories that it was clicked in."""
    return {
        "sponsor": report.sponsor.name,
        "as_of": report.at.isoformat(),
        "spend_micro": report.spend,
        "flights": [_flight(statement) for statement in report.statements],
        "lines": list(rows(report)),
    }


def _row(report: Report, statement: Statement, line: Line) -> dict[str, Any]:
    """None stands for what a line does not have: a flat price has no creative and no place."""
    is_flat, names = line.is_flat_price, statement.names
    return {
        "day": midnight(line.day).isoformat(),
        "sponsor": report.sponsor.name,
        "flight": line.flight.pk,
        "flight_name": line.flight.name,
        "kind": line.flight.kind,
        "line": "flat price" if is_flat else "counted",
        "creative": line.creative,
        "headline": None if is_flat else names.creative(line),
        "placement": line.placement or None,
        "topic": None if is_flat else names.topic(line),
        **{name: getattr(line.counts, name) for name in COUNTS},
        "currency": line.flight.currency,
        "spend_micro": line.counts.spend_micro,
        "spend": plain_money(line.counts.spend_micro),
    }


def _flight(statement: Statement) -> dict[str, Any]:
    flight, totals = statement.flight, statement.totals
    return {
        "flight": flight.pk,
        "name": flight.name,
        "kind": flight.kind,
        "status": flight.status,
        "starts_at": flight.starts_at.isoformat(),
        "ends_at": flight.ends_at.isoformat(),
        "over_at": flight.over_at.isoformat(),
        "price_micro": flight.price_micro,
        "currency": flight.currency,
        "goal": flight.goal,
        "unit": statement.unit,
        "totals": {
            **{name: getattr(totals, name) for name in COUNTED},
            **{name: getattr(totals, name) for name in ("ctr", "ecpm_micro", "ecpc_micro")},
            **{name: getattr(totals, name) for name in ("target", "pace", "left", "projected")},
        },
        "stories": [
            {"page": row.name, "views": row.counts.views, "clicks": row.counts.clicks}
            for row in statement.stories
        ],
    }


def _harmless(value: Any) -> Any:
    """Text that no spreadsheet runs, marked as text by an apostrophe where it might."""
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


class _Passing:
    """A file for csv.writer that hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line
