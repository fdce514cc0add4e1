"""Tables of estimates, one or several side by side: rows of coefficients, CSV with all digits, LaTeX for a paper."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import ndtr, ndtri

from peacetalks.errors import EstimationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.estimation.model import Estimate

STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))  # p below which so many are printed
LEVEL = 0.95
ERRORS = {  # key -> words
    "hessian": "inverse Hessian",
    "outer": "outer product of the scores",
    "cluster": "clustered",
    "bootstrap": "bootstrap",
    "nested": "nested pseudo-likelihood",
    "two-step": "two-step pseudo-likelihood",
    "package": "nested pseudo-likelihood, as in the R package sigInt",
    "none": "not estimated",
}
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "_": r"\_", "%": r"\%",
        "&": r"\&", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}",
    }
)  # fmt: skip
CSV_HEAD = ("parameter", "estimate", "std_error", "z", "p", "low", "high", "fixed")


@dataclass(frozen=True)
class Coefficient:
    """One parameter of an estimate; what a fixed one has not got is NaN."""

    name: str
    value: float
    error: float
    z: float
    p: float  # two-sided, against 0
    low: float
    high: float
    fixed: bool

    @property
    def equation(self) -> str:
        """Where the parameter stands: `u1(esc,war)` of `u1(esc,war):regime1dem`; empty for one by itself."""
        return self.name.partition(":")[0] if ":" in self.name else ""

    @property
    def term(self) -> str:
        """The name within its equation: `regime1dem` of `u1(esc,war):regime1dem`."""
        return self.name.partition(":")[2] or self.name

    @property
    def stars(self) -> str:
        """Three, two or one for p below 0.001, 0.01 or 0.05."""
        return next((marks for below, marks in STARS if self.p < below), "")


def coefficients(estimate: Estimate, level: float = LEVEL) -> list[Coefficient]:
    """Return every parameter with its standard error, z, p and normal interval, in the order of the model."""
    if not 0 < level < 1:
        raise EstimationError(f"level={level!r}: the level of an interval lies between 0 and 1, such as 0.95")
    half = float(ndtri(0.5 + level / 2))
    found = []
    errors = estimate.standard_errors
    for name, value, error, fixed in zip(estimate.parameters, estimate.values, errors, estimate.fixed, strict=True):
        v, e = float(value), math.nan if fixed else float(error)
        z = v / e if e else math.nan
        found.append(Coefficient(name, v, e, z, 2 * float(ndtr(-abs(z))), v - half * e, v + half * e, bool(fixed)))
    return found


def titles_of(estimates: Sequence[Estimate], titles: Sequence[str] | None) -> list[str]:
    """Return the headings of estimates: those given, else the model's name with a number where there are several."""
    if titles is None:
        return [e.model.name if len(estimates) == 1 else f"({k}) {e.model.name}" for k, e in enumerate(estimates, 1)]
    if len(titles) != len(estimates):
        raise EstimationError(f"{len(titles)} titles were given for {len(estimates)} estimates; give one for each")
    return list(titles)


def to_csv(*estimates: Estimate, titles: Sequence[str] | None = None, level: float = LEVEL) -> str:
    """Return estimates as CSV with all digits: one row for each parameter; of several the first column is the model.

    Parameters
    ----------
    *estimates : Estimate
    titles : sequence of str, optional
        Of the estimates.
    level : float
        Of the intervals `low` to `high`.
    """
    several = len(estimates) > 1
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*(("model",) if several else ()), *CSV_HEAD))
    for title, estimate in zip(titles_of(estimates, titles), estimates, strict=True):
        for c in coefficients(estimate, level):
            numbers = ("" if math.isnan(x) else repr(x) for x in (c.value, c.error, c.z, c.p, c.low, c.high))
            writer.writerow((*((title,) if several else ()), c.name, *numbers, str(c.fixed).lower()))
    return out.getvalue()


def to_latex(
    *estimates: Estimate,
    titles: Sequence[str] | None = None,
    digits: int = 3,
    caption: str = "",
    label: str = "",
) -> str:
    """Return estimates as a LaTeX table with the rules of the package booktabs, standard errors below in brackets.

    Parameters
    ----------
    *estimates : Estimate
        Side by side; a parameter that one does not have is left empty.
    titles : sequence of str, optional
        Heads of the columns.
    digits : int
        Behind the decimal point.
    caption, label : str
        With a caption the `tabular` stands in a `table`.

    Returns
    -------
    str

    Raises
    ------
    EstimationError
        Another number of titles than estimates, or no estimate.
    """
    if not estimates:
        raise EstimationError("a table needs at least one estimate")
    heads = " & ".join(("", *map(latex, titles_of(estimates, titles))))
    width = len(estimates) + 1
    lines = [rf"\begin{{tabular}}{{l{'r' * len(estimates)}}}", r"\toprule", rf"{heads} \\", r"\midrule"]
    lines += _body(estimates, digits, width)
    lines += [r"\midrule", *_foot(estimates), r"\bottomrule"]
    lines += [rf"\multicolumn{{{width}}}{{l}}{{\footnotesize {line}}} \\" for line in _notes(estimates)]
    lines += [r"\end{tabular}"]
    if caption or label:
        named = [rf"\label{{{label}}}"] if label else []
        lines = [
            r"\begin{table}", r"\centering", rf"\caption{{{latex(caption)}}}", *named, *lines, r"\end{table}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def latex(text: str) -> str:
    r"""Return a text with what LaTeX would obey written out.

    >>> print(latex("u1(~esc):s_wt_re1"))
    u1(\textasciitilde{}esc):s\_wt\_re1
    """
    return text.translate(LATEX)


def by_equation(names: Sequence[str]) -> list[str]:
    """Return names, each once, those of one equation together, in the order of first use.

    >>> by_equation(["u1(war):a", "u2:b", "u1(war):c", "u2:b"])
    ['u1(war):a', 'u1(war):c', 'u2:b']
    """
    groups: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        groups.setdefault(name.partition(":")[0], []).append(name)
    return [name for group in groups.values() for name in group]


def _body(estimates: Sequence[Estimate], digits: int, width: int) -> list[str]:
    tables = [{c.name: c for c in coefficients(e)} for e in estimates]
    lines, equation = [], ""
    for name in by_equation([name for table in tables for name in table]):
        row = [table.get(name) for table in tables]
        first = next(c for c in row if c is not None)
        if first.equation and first.equation != equation:
            lines.append(rf"\multicolumn{{{width}}}{{l}}{{\textit{{{latex(first.equation)}}}}} \\")
        equation = first.equation
        indent = r"\quad " if equation else ""
        values = " & ".join((indent + latex(first.term), *(_value(c, digits) for c in row)))
        errors = " & ".join(("", *(_error(c, digits) for c in row)))
        lines += [rf"{values} \\", *([rf"{errors} \\"] if errors.strip(" &") else [])]
    return lines


def _value(c: Coefficient | None, digits: int) -> str:
    if c is None:
        return ""
    stars = f"^{{{c.stars}}}" if c.stars else ""
    return f"${c.value:.{digits}f}{stars}$"


def _error(c: Coefficient | None, digits: int) -> str:
    if c is None:
        return ""
    return "(fixed)" if c.fixed else f"({c.error:.{digits}f})"


def _foot(estimates: Sequence[Estimate]) -> list[str]:
    rows = (
        ("Log-likelihood", [f"${e.log_likelihood:.3f}$" for e in estimates]),
        ("AIC", [f"{e.aic:.1f}" for e in estimates]),
        ("Observations", [f"{e.rows:,}".replace(",", "{,}") for e in estimates]),
    )
    return [" & ".join((name, *cells)) + r" \\" for name, cells in rows]


def _notes(estimates: Sequence[Estimate]) -> list[str]:
    """Return what stands below the table, as LaTeX."""
    kinds = dict.fromkeys(ERRORS.get(e.errors, e.errors) for e in estimates)
    stars = ", ".join(f"${marks}$ $p < {below:g}$" for below, marks in reversed(STARS))
    dropped = [e.dropped for e in estimates]
    left_out = [f"Rows left out for missing values: {', '.join(map(str, dropped))}."] if any(dropped) else []
    return [f"Standard errors in brackets: {'; '.join(kinds)}. {stars}.", *left_out]
