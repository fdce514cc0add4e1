"""Words and cells that the pages of saved forecasts share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.pages.cells import UNKNOWN, known, whole_percent
from peacetalks.pages.shown import YEAR
from peacetalks.scenario.dates import months_later

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

FOOTER = "A model's view under stated judgements, not an oracle."
HALF = 0.005  # half a point of 100: less is shown with a decimal


def by_headline(days: Sequence[date], as_of: date) -> int:
    """Return the place of the date of the headline: the last within a year of the forecast's own, else the first.

    >>> from datetime import date
    >>> by_headline([date(2026, 1, 1), date(2026, 12, 1), date(2027, 6, 1)], date(2025, 12, 1))
    1
    """
    return max((k for k, day in enumerate(days) if day <= months_later(as_of, YEAR)), default=0)


def points_in_words(x: float) -> str:
    """Return a difference of probabilities in points of 100, without its sign.

    >>> points_in_words(0.0312), points_in_words(0.0071), points_in_words(0.004)
    ('3 points', '1 point', 'less than a point')
    """
    whole = round(100 * abs(x))
    if abs(x) < HALF:
        return "less than a point"
    return f"{whole} point{'s' * (whole != 1)}"


def signed_points(x: float | None) -> str:
    """Return a difference of probabilities in points of 100, with its sign and a decimal.

    >>> signed_points(0.0312), signed_points(-0.2), signed_points(None), signed_points(1e-5)
    ('+3.1', '−20.0', '-', '0.0')
    """
    if not known(x):
        return UNKNOWN
    said = f"{100 * x:+.1f}"
    return said[1:] if said[1:] == "0.0" else said.replace("-", "−")


def change_cell(a: float | None, b: float | None) -> str:
    """Return a probability in A and in B, and the change.

    >>> change_cell(0.18, 0.12), change_cell(None, 0.12)
    ('18% to 12% (−6.0)', '- to 12%')
    """
    change = f" ({signed_points(b - a)})" if known(a) and known(b) else ""
    return f"{whole_percent(a)} to {whole_percent(b)}{change}"
