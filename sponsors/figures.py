"""Numbers as text. Money is exact to the micro-unit, and floats never come near it."""

from decimal import Decimal

from django.utils.formats import number_format

MICRO = Decimal(1_000_000)
DASH = "–"


def whole(number: float | None) -> str:
    """Without decimals, thousands apart, as the site's language writes it; a dash for None."""
    return DASH if number is None else number_format(round(number), 0, force_grouping=True)


def short(number: int) -> str:
    """For the edge of a chart: as in 950, 2.5k or 40M."""
    for unit, sign in ((1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            decimals = 0 if number % unit == 0 else 1
            return f"{number_format(Decimal(number) / unit, decimals)}{sign}"
    return str(number)


def percent(ratio: float | None, decimals: int = 2) -> str:
    """A ratio as in 1.24 %; a dash for None."""
    if ratio is None:
        return DASH
    # Rounded here, since number_format() cuts off.
    return f"{number_format(round(100 * ratio, decimals), decimals)}\u00a0%"


def money(micro: int | None) -> str:
    """Whole units as the site's language writes them, as in 1,500.50; a dash for None."""
    if micro is None:
        return DASH
    return number_format(Decimal(micro) / MICRO, _decimals(micro), force_grouping=True)


def rounded_money(micro: int | None) -> str:
    """An effective price to the hundredth, or where it is below a tenth to four decimals."""
    if micro is None:
        return DASH
    least = 10_000 if micro >= 100_000 else 100
    return money((2 * micro + least) // (2 * least) * least)


def plain_money(micro: int) -> str:
    """Whole units for a machine, as in 1500.50."""
    return f"{Decimal(micro) / MICRO:.{_decimals(micro)}f}"


def _decimals(micro: int) -> int:
    """Two, or up to six where the amount is finer than a hundredth."""
    return max(2, len(f"{micro % 1_000_000:06d}".rstrip("0")))
