"""Numbers as the cells of tables show them; "-" stands for what is not known."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TypeGuard

UNKNOWN = "-"
CERTAIN = 1e-9  # width of an interval up to which it is a point
DECIMALS = 3  # of a percentage, at most


def known(x: float | None) -> TypeGuard[float]:
    """Return whether there is a finite number.

    >>> known(0.0), known(None), known(float("nan"))
    (True, False, False)
    """
    return x is not None and isfinite(x)


def percent(p: float | None) -> str:
    """Return a probability in percent; one that is tiny but positive is not shown as zero.

    >>> percent(0.25), percent(0.0001), percent(0.0), percent(0.99999), percent(None)
    ('25.0%', '<0.1%', '0.0%', '>99.9%', '-')
    """
    if not known(p):
        return UNKNOWN
    if 0 < p < 0.0005:
        return "<0.1%"
    return f"{100 * p:.1f}%" if p < 0.9995 or p >= 1 - 1e-9 else ">99.9%"


def whole_percent(p: float | None) -> str:
    """Return a probability in whole percent; one that is not 0 or 1 is not shown as if it were.

    Each is rounded by itself, so that a number reads the same wherever it stands; three that sum to 1 may sum to 99 or
    101 percent.

    >>> whole_percent(0.144), whole_percent(0.003), whole_percent(0.0), whole_percent(0.997), whole_percent(None)
    ('14%', '<1%', '0%', '>99%', '-')
    """
    if not known(p):
        return UNKNOWN
    if 1e-9 < p <= 0.005:
        return "<1%"
    return f"{100 * p:.0f}%" if p < 0.995 or p >= 1 - 1e-9 else ">99%"


def distinct_percents(a: float, b: float) -> tuple[str, str]:
    """Return two probabilities in percent: whole, or with the decimals (two at the most) that show which is larger.

    >>> distinct_percents(0.14, 0.19), distinct_percents(0.082, 0.078), distinct_percents(0.003, 0.002)
    (('14%', '19%'), ('8.2%', '7.8%'), ('0.3%', '0.2%'))
    >>> distinct_percents(0.0821, 0.0819), distinct_percents(0.08, 0.08)
    (('8.21%', '8.19%'), ('8%', '8%'))
    """
    whole = whole_percent(a), whole_percent(b)
    forms = (whole, *((f"{100 * a:.{k}f}%", f"{100 * b:.{k}f}%") for k in (1, 2)))
    return next((pair for pair in forms if pair[0] != pair[1]), whole)


def percent_range(low: float | None, high: float | None) -> str:
    """Return an interval of probabilities in whole percent; with decimals where it would be 0-0% or 100-100%.

    >>> percent_range(0.023, 0.41), percent_range(None, 0.41), percent_range(0.0, 0.02)
    ('2-41%', '-', '0-2%')
    >>> percent_range(0.0003, 0.004), percent_range(0.9961, 0.9997), percent_range(1e-7, 2e-7), percent_range(1.0, 1.0)
    ('0.03-0.40%', '99.61-99.97%', '<0.001%', '100-100%')
    """
    if not known(low) or not known(high):
        return UNKNOWN
    ends = _ends(low, high, 0)
    if ends[0] == ends[1] and ends[0] in ("0", "100") and high - low > CERTAIN:
        found = (_ends(low, high, digits) for digits in range(1, DECIMALS + 1))
        ends = next((e for e in found if not any(float(x) in (0, 100) for x in e)), _ends(low, high, DECIMALS))
        if ends[0] == ends[1]:
            return f"<{0.1**DECIMALS:.{DECIMALS}f}%" if high < 0.5 else f">{100 - 0.1**DECIMALS:.{DECIMALS}f}%"
    return f"{'-'.join(ends)}%"


def in_prose(interval: str) -> str:
    """Return an interval of `percent_range` in the typography of prose.

    >>> in_prose(percent_range(0.023, 0.41))
    '2–41%'
    """
    return interval.replace("-", "–")


def _ends(low: float, high: float, digits: int) -> tuple[str, str]:
    """Return both ends of an interval in percent, without the sign."""
    return f"{100 * low:.{digits}f}", f"{100 * high:.{digits}f}"


def decimal(x: float | None, unknown: str = UNKNOWN, form: str = ".3f") -> str:
    """Return a number with three decimals, or in another format.

    >>> decimal(0.25), decimal(float("nan")), decimal(None, "n/a"), decimal(0.25, form="+.2f")
    ('0.250', '-', 'n/a', '+0.25')
    """
    return format(x, form) if known(x) else unknown


def decimal_range(low: float | None, high: float | None, unknown: str = UNKNOWN, form: str = ".3f") -> str:
    """Return an interval with three decimals, or in another format.

    >>> decimal_range(0.1, 0.25), decimal_range(0.1, None)
    ('0.100 to 0.250', '-')
    """
    return f"{low:{form}} to {high:{form}}" if known(low) and known(high) else unknown


def with_error(x: float, error: float | None, form: str = "+.3f") -> str:
    """Return a number with its sign and, where there is one, its standard error.

    >>> with_error(1.25, 0.125), with_error(-0.5, None, "+.4f")
    ('+1.250 ± 0.125', '-0.5000')
    """
    return format(x, form) if error is None else f"{x:{form}} ± {error:{form.removeprefix('+')}}"


def score_or_infinity(x: float) -> str:
    """Return a score with three decimals; a logarithmic score may be infinite.

    >>> score_or_infinity(0.5), score_or_infinity(float("inf"))
    ('0.500', '∞')
    """
    return decimal(x, "∞")


def signed(x: float, form: str = ".2f") -> str:
    """Return a number with its sign and two decimals, or in another format, in the typography of prose.

    >>> signed(-0.018), signed(float("-inf")), signed(float("nan")), signed(0.0123, ".4f")
    ('−0.02', '−∞', '–', '+0.0123')
    """
    if isnan(x):
        return "–"
    return "−∞" if x == float("-inf") else f"{x:+{form}}".replace("-", "−")


def points(x: float) -> str:
    """Return a difference of probabilities in points, with its sign.

    >>> points(-0.0312), points(0.00021), points(0.0)
    ('−3.1', '+0.02', '0')
    """
    if abs(x) < 0.00005:
        return "0" if x == 0 else "0.00"
    return signed(100 * x, ".1f" if abs(x) >= 0.0005 else ".2f")


def error_points(x: float | None) -> str:
    """Return the error of a difference in points, "-" where unknown.

    >>> error_points(0.0026), error_points(0.00001), error_points(None)
    ('±0.3', '±<0.01', '-')
    """
    if not known(x):
        return UNKNOWN
    return f"±{100 * x:.1f}" if x >= 0.0005 else f"±{100 * x:.2f}" if x >= 0.00005 else "±<0.01"
