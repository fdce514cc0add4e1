"""What a researcher does with an estimate, as methods of it: summary, plot, predictions, comparative statics, tables.

Imported with `peacetalks.estimate`, so that the room of estimation need not know of pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacetalks.estimation.comparative import ComparativeStatics, comparative_statics
from peacetalks.estimation.intervals import DRAWS, Method
from peacetalks.estimation.model import Estimate
from peacetalks.estimation.predictions import Predictions, predict
from peacetalks.estimation.profile import Profile, profile
from peacetalks.estimation.tables import coefficients, to_csv, to_latex
from peacetalks.pages import estimate_page
from peacetalks.pages import estimate_text as text
from peacetalks.pages.markup import as_svg, fill
from peacetalks.pages.table_page import Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.estimation.comparative import Value

WIDTH = 660  # pixels


def short_text(estimate: Estimate) -> str:
    """Return an estimate in a few lines, as the prompt shows it."""
    return "\n".join((text.finding(estimate), *text.lines(estimate)[:3], MORE))


MORE = "  .summary(), .plot(), .predict(), .vary(COLUMN), .profile(PARAMETER), .to_latex(), .to_csv() give more"


def fragment(estimate: Estimate) -> str:
    """Return an estimate as a notebook shows it."""
    rows = tuple(text.coefficient_cells(c) for c in coefficients(estimate))
    return fill(
        "whatif_fragment",
        finding=text.finding(estimate),
        leads=text.lines(estimate),
        section=Section("", text.HEAD, rows),
    )


def summary(estimate: Estimate) -> None:
    """Print every coefficient with its standard error, z and p, and below how the estimate was found."""
    estimate_page.show(estimate)


def predictions(
    estimate: Estimate,
    data: Any = None,
    intervals: str = "delta",
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Predictions:
    """Return the probability of every outcome for rows of data; see `estimation/predictions.py`.

    Parameters
    ----------
    estimate : Estimate
    data : frame of polars or pandas, dict of columns or path of a CSV file, optional
        Else the rows that the estimate was made from.
    intervals : str
        `delta`, `simulation`, `bootstrap` or `none`.
    level, draws, seed
        Of the intervals and of the simulation.
    """
    return predict(estimate, data, Method(intervals, level, draws, seed))


def vary(
    estimate: Estimate,
    column: str,
    values: Sequence[Value] | None = None,
    at: str = "typical",
    given: Mapping[str, Value] | None = None,
    intervals: str = "delta",
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> ComparativeStatics:
    """Return the probabilities of the outcomes as one covariate varies; see `estimation/comparative.py`."""
    return comparative_statics(estimate, column, values, at, given, Method(intervals, level, draws, seed))


def plot(estimate: Estimate, level: float = 0.95, width: int = WIDTH) -> Any:
    """Return the chart of the coefficients with their intervals, for a notebook or to be saved (`.save("x.svg")`)."""
    from peacetalks.pages.chart_parts import styled  # Altair is slow to import
    from peacetalks.pages.estimate_charts import coefficient_chart

    return as_svg(styled(coefficient_chart(estimate, width, level)))


def plot_varied(c: ComparativeStatics, width: int = WIDTH) -> Any:
    """Return the chart of the probabilities as a covariate varies."""
    from peacetalks.pages.chart_parts import styled
    from peacetalks.pages.estimate_charts import varied_chart

    return as_svg(styled(varied_chart(c, width)))


def plot_profile(p: Profile, width: int = WIDTH) -> Any:
    """Return the chart of a profile likelihood."""
    from peacetalks.pages.chart_parts import styled
    from peacetalks.pages.estimate_charts import profile_chart

    return as_svg(styled(profile_chart(p, width)))


METHODS = {
    "__repr__": short_text,
    "_repr_html_": fragment,
    "summary": summary,
    "plot": plot,
    "predict": predictions,
    "vary": vary,
    "profile": profile,
    "to_latex": to_latex,
    "to_csv": to_csv,
    "to_dict": estimate_page.plain,
}
for _name, _method in METHODS.items():
    setattr(Estimate, _name, _method)
ComparativeStatics.plot = plot_varied  # type: ignore[attr-defined]
ComparativeStatics.__repr__ = lambda self: "\n".join(text.change_lines(self))
Profile.plot = plot_profile  # type: ignore[attr-defined]
Profile.__repr__ = lambda self: text.profile_line(self)  # noqa: PLW0108
