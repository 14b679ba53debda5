"""{% load figures %}: a report's numbers as text, and its charts."""

from typing import Any

from django import template

from sponsors import charts, figures, standing
from sponsors.statements import Statement

register = template.Library()

register.filter("whole", figures.whole)
register.filter("percent", figures.percent)
register.filter("money", figures.money)
register.filter("rounded_money", figures.rounded_money)
register.filter("price", standing.price)
register.filter("verdict", standing.verdict)
register.filter("outlook", standing.outlook)


@register.filter
def part(number: int, whole: int) -> str:
    """How much of the whole it is, in per cent, for the width of a bar; "0" of nothing."""
    return f"{100 * number / whole:.2f}" if whole else "0"


@register.inclusion_tag("sponsors/report/_progress.html")
def progress_chart(statement: Statement) -> dict[str, Any]:
    return {"chart": charts.progress(statement)}


@register.inclusion_tag("sponsors/report/_daily.html")
def daily_chart(statement: Statement) -> dict[str, Any]:
    return {"chart": charts.daily(statement)}
