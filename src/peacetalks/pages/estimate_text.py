"""What an estimate says, in words and in the rows of tables: for the terminal, the page and the prompt."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.estimation.fit import fit_of
from peacetalks.estimation.tables import ERRORS, Coefficient, coefficients
from peacetalks.pages.best_text import listed
from peacetalks.pages.cells import UNKNOWN, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.estimation.comparative import ComparativeStatics
    from peacetalks.estimation.model import Estimate
    from peacetalks.estimation.profile import Profile
    from peacetalks.pages.table_page import Cells

HEAD = ("coefficient", "estimate", "std. error", "z", "p", "")
STARS = "*** p < 0.001, ** p < 0.01, * p < 0.05"
NAMED = 4  # coefficients that the finding names
SAME = 1e-4  # by which two maxima may differ and be one


def finding(estimate: Estimate) -> str:
    """Return what was estimated, and which coefficients are clear, in two sentences."""
    clear = [c for c in coefficients(estimate) if c.p < 0.05]
    clear = sorted((c for c in clear if c.term != "(Intercept)" and not c.name.startswith("log(")), key=lambda c: c.p)
    names = [f"{c.name} ({number(c.value)})" for c in clear[:NAMED]]
    more = f" and {len(clear) - NAMED} more" if len(clear) > NAMED else ""
    said = f"Different from 0 at 5%: {', '.join(names) if more else listed(names)}{more}." if clear else NONE_CLEAR
    return f"{estimate.model.name} on {estimate.rows:,} rows: log-likelihood {estimate.log_likelihood:.4f}. {said}"


NONE_CLEAR = "No coefficient beside intercepts is different from 0 at 5%."


def number(x: float, digits: int = 4) -> str:
    """Return a number with some significant digits; "-" where it is not known.

    >>> number(-0.740014), number(123456.0), number(0.0), number(float("nan")), number(1e-7)
    ('-0.74', '1.235e+05', '0', '-', '1e-07')
    """
    return f"{x:.{digits}g}" if isfinite(x) else UNKNOWN


def fixed_digits(x: float, digits: int = 4) -> str:
    """Return a number with as many decimals as a table of coefficients has.

    >>> fixed_digits(-0.740014), fixed_digits(float("nan")), fixed_digits(1234567.0), fixed_digits(0.00001)
    ('-0.7400', '-', '1.235e+06', '1.000e-05')
    """
    if not isfinite(x):
        return UNKNOWN
    return f"{x:.{digits}f}" if x == 0 or 1e-3 <= abs(x) < 1e5 else f"{x:.3e}"


def p_value(p: float) -> str:
    """Return a p-value.

    >>> p_value(0.0312), p_value(0.00002), p_value(float("nan"))
    ('0.031', '<0.001', '-')
    """
    if not isfinite(p):
        return UNKNOWN
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def coefficient_cells(c: Coefficient) -> Cells:
    """Return a coefficient as the cells of a row below `HEAD`."""
    if c.fixed:
        return c.name, fixed_digits(c.value), "fixed", UNKNOWN, UNKNOWN, ""
    return c.name, fixed_digits(c.value), fixed_digits(c.error), f"{c.z:.2f}", p_value(c.p), c.stars


def by_equation(found: Sequence[Coefficient]) -> list[Cells]:
    """Return coefficients as rows below `HEAD`, indented below the payoff that they belong to."""
    rows: list[Cells] = []
    equation = ""
    for c in found:
        if c.equation and c.equation != equation:
            rows.append((c.equation, "", "", "", "", ""))
        equation = c.equation
        name, *cells = coefficient_cells(c)
        rows.append((f"  {c.term}" if equation else name, *cells))
    return rows


def lines(estimate: Estimate) -> list[str]:
    """Return what stands below the table: rows, likelihood, errors, starts, notes."""
    criteria = f"AIC {estimate.aic:.2f}, BIC {estimate.bic:.2f}"
    return [
        f"Rows: {estimate.rows:,}. Log-likelihood {estimate.log_likelihood:.4f}, {criteria}.",
        f"Standard errors: {ERRORS.get(estimate.errors, estimate.errors)}. {STARS}.",
        starts_line(estimate),
        *fit_lines(estimate),
        *(f"{note.rstrip('.')}." for note in estimate.notes),
    ]


def starts_line(estimate: Estimate) -> str:
    """Return what the starts of the maximisation reached."""
    starts = estimate.starts
    top = max(s.log_likelihood for s in starts)
    reached = sum(s.converged and top - s.log_likelihood < SAME for s in starts)
    failed = sum(not s.converged for s in starts)
    if len(starts) == 1:
        return "One start of the maximisation, which converged; a local maximum would not be seen."
    said = f"{reached} of {len(starts)} starts reached this maximum"
    lower = sorted({round(s.log_likelihood, 3) for s in starts if s.converged and top - s.log_likelihood >= SAME})
    more = f"; others ended in lower ones ({', '.join(f'{x:.3f}' for x in lower)})" if lower else ""
    return f"{said}{more}{f'; {failed} did not converge' if failed else ''}."


def fit_lines(estimate: Estimate) -> list[str]:
    """Return how often each outcome came and was expected, in a line; none where that is not known."""
    fit = fit_of(estimate)
    if fit is None:
        return []
    shares = [
        f"{o} {percent(float(x))} ({percent(float(y))})"
        for o, x, y in zip(fit.outcomes, fit.observed, fit.predicted, strict=True)
    ]
    return [
        f"Observed (predicted on average): {', '.join(shares)}. The most probable outcome came in "
        f"{percent(fit.likeliest)} of the rows; always the most frequent one: {percent(fit.most_frequent)}."
    ]


def change_lines(c: ComparativeStatics) -> list[str]:
    """Return how far each outcome moves from the first value to the last, of a category to each of its levels."""
    last = len(c.values) - 1
    to = [last] if c.seen is not None else range(1, last + 1)
    return [f"{c.column} from {_shown(c.values[0])} to {_shown(c.values[k])}, points: {_moves(c, k - 1)}" for k in to]


def _shown(value: float | str | bool) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _moves(c: ComparativeStatics, row: int) -> str:
    parts = []
    for k, outcome in enumerate(c.outcomes):
        value, low, high = (100 * float(x[row, k]) for x in (c.change.value, c.change.low, c.change.high))
        parts.append(f"{outcome} {value:+.1f}{f' ({low:+.1f} to {high:+.1f})' if isfinite(low) else ''}")
    return ", ".join(parts)


def profile_line(p: Profile) -> str:
    """Return the interval of a profile, in a line."""
    low, high = (number(x) if np.isfinite(x) else "beyond the range" for x in p.interval)
    better = "" if p.better is None else f"; a better maximum was found: {p.better.log_likelihood:.4f}"
    unsolved = f"; {len(p.unsolved)} values without a maximum" if p.unsolved else ""
    return (
        f"{p.parameter}: estimate {number(p.estimate)}, {100 * p.level:g}% interval {low} to {high}{better}{unsolved}"
    )
