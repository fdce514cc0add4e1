"""The page of an estimate: coefficients, comparative statics, profiles, fit and starts; CSV, LaTeX, JSON and SVG."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from peacetalks.estimation.fit import fit_of
from peacetalks.estimation.tables import coefficients, to_csv, to_latex
from peacetalks.pages import estimate_text as text
from peacetalks.pages import table_page
from peacetalks.pages.cells import percent
from peacetalks.pages.printable import styled
from peacetalks.pages.table_page import Page, Section, numbers_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.estimation.comparative import ComparativeStatics
    from peacetalks.estimation.model import Estimate
    from peacetalks.estimation.profile import Profile
    from peacetalks.pages.files import Makers

SUFFIXES = (".html", ".csv", ".tex", ".json", ".svg", ".png")
FOOTER = "Estimates of a strategic model from observed plays: they hold as far as the game and its errors do."
SHOWN = 9  # values of a covariate on a terminal


def estimate_page(
    estimate: Estimate, varied: Sequence[ComparativeStatics] = (), profiles: Sequence[Profile] = ()
) -> Page:
    """Return the page of an estimate with what was asked beside it."""
    return Page(
        f"{estimate.model.name}: estimates from {estimate.rows:,} rows",
        "",
        (
            _coefficients(estimate),
            *(_varied(c) for c in varied),
            *(_profile(p) for p in profiles),
            *_fit(estimate),
            *(_varied_table(c) for c in varied),
            _starts(estimate),
        ),
        lead=(*text.lines(estimate), *(line for c in varied for line in text.change_lines(c))),
        finding=text.finding(estimate),
        subtitle=estimate.call,
        footer=FOOTER,
    )


def _coefficients(estimate: Estimate) -> Section:
    from peacetalks.pages.estimate_charts import coefficient_caption, coefficient_chart
    from peacetalks.pages.forecast_charts import Plot  # Altair is slow to import

    found = text.by_equation(coefficients(estimate))
    rows = tuple((name.replace("  ", "\N{NO-BREAK SPACE}" * 4), *cells) for name, *cells in found)
    plot = Plot("Coefficients", coefficient_caption(estimate), partial(coefficient_chart, estimate))
    every = plot if not estimate.fixed.all() else None
    return Section("Coefficients", text.HEAD, rows, plot=every, notes=(f"{text.STARS}.",), numbers=True)


def _varied(c: ComparativeStatics) -> Section:
    from peacetalks.pages.estimate_charts import varied_caption, varied_chart
    from peacetalks.pages.forecast_charts import Plot

    title = f"Probabilities as {c.column} varies"
    return Section(title, plot=Plot(title, varied_caption(c), partial(varied_chart, c)))


def _varied_table(c: ComparativeStatics) -> Section:
    """Return the numbers of comparative statics, which are folded on a page."""
    q = c.probability
    spread = c.method.kind != "none"
    rows = tuple(
        (
            text.number(value) if isinstance(value, float) else str(value),
            *(_cell(q.value[i, k], q.low[i, k], q.high[i, k], spread) for k in range(len(c.outcomes))),
        )
        for i, value in enumerate(c.values)
    )
    return Section(
        f"Numbers: probabilities as {c.column} varies, percent",
        (c.column, *c.outcomes),
        rows,
        folded=True,
        numbers=True,
    )


def _cell(p: float, low: float, high: float, spread: bool) -> str:
    """Return a probability in percent with its interval.

    >>> _cell(0.2613, 0.2, 0.331, True)
    '26.1 (20.0–33.1)'
    """
    return f"{100 * p:.1f} ({100 * low:.1f}–{100 * high:.1f})" if spread else f"{100 * p:.1f}"


def _profile(p: Profile) -> Section:
    from peacetalks.pages.estimate_charts import profile_caption, profile_chart
    from peacetalks.pages.forecast_charts import Plot

    title = f"Profile likelihood of {p.parameter}"
    return Section(title, plot=Plot(title, profile_caption(p), partial(profile_chart, p)), notes=p.unsolved)


def _fit(estimate: Estimate) -> tuple[Section, ...]:
    fit = fit_of(estimate)
    if fit is None:
        return ()
    rows = tuple(
        (o, percent(float(x)), percent(float(y)))
        for o, x, y in zip(fit.outcomes, fit.observed, fit.predicted, strict=True)
    )
    return (Section("Outcomes, observed and predicted", ("outcome", "observed", "predicted"), rows, numbers=True),)


def _starts(estimate: Estimate) -> Section:
    rows = tuple(
        (str(k), f"{s.log_likelihood:.6f}", f"{s.gradient:.1e}", str(s.steps), "yes" if s.converged else "no")
        for k, s in enumerate(estimate.starts, 1)
    )
    head = ("start", "log-likelihood", "gradient", "steps", "converged")
    settings = ", ".join(f"{k} = {v}" for k, v in estimate.settings.items())
    return Section("How it was found", head, rows, notes=(settings,) if settings else (), folded=True, numbers=True)


def show(
    estimate: Estimate,
    varied: Sequence[ComparativeStatics] = (),
    profiles: Sequence[Profile] = (),
    out: Console | None = None,
) -> None:
    """Print an estimate on a terminal of 80 columns; `out` is where, else standard output."""
    out = out or Console()
    page = estimate_page(estimate)
    out.print(styled(page.title, style="bold"))
    out.print(numbers_table(Section("", text.HEAD, tuple(text.by_equation(coefficients(estimate))))))
    for line in text.lines(estimate):
        out.print(styled(line))
    for c in varied:
        _show_varied(c, out)
    for p in profiles:
        out.print()
        out.print(styled(f"Profile likelihood of {text.profile_line(p)}"))
        for line in p.unsolved:
            out.print(styled(f"  {line}"))


def _show_varied(c: ComparativeStatics, out: Console) -> None:
    from peacetalks.pages.estimate_charts import varied_caption

    table = _varied_table(c)
    places = dict.fromkeys(round(k) for k in np.linspace(0, len(table.rows) - 1, SHOWN))
    out.print()
    out.print(styled(f"Probabilities as {c.column} varies, percent", style="bold"))
    out.print(numbers_table(Section("", ("value", *table.head[1:]), tuple(table.rows[k] for k in places))))
    for line in (*text.change_lines(c), varied_caption(c)):
        out.print(styled(line))


def makers(estimate: Estimate, varied: Sequence[ComparativeStatics] = (), profiles: Sequence[Profile] = ()) -> Makers:
    """Return what each suffix is written with: page, coefficients as CSV and LaTeX, everything as JSON, one chart.

    The chart is that of the first covariate that varies, else the first profile, else the coefficients.
    """
    page = estimate_page(estimate, varied, profiles)
    of_page = table_page.makers(page, plain(estimate, varied, profiles))
    first = [s for s in page.sections[1 : 1 + len(varied) + len(profiles)] if s.plot] or [page.sections[0]]
    pictured = Page(page.title, "", tuple(first), subtitle=page.subtitle)
    return {
        **of_page,
        ".csv": lambda: to_csv(estimate),
        ".tex": lambda: to_latex(estimate),
        ".svg": lambda: table_page.svg(pictured),
        ".png": lambda: table_page.png(pictured),
    }


def plain(
    estimate: Estimate, varied: Sequence[ComparativeStatics] = (), profiles: Sequence[Profile] = ()
) -> dict[str, Any]:
    """Return the plain table that `estimate --json` prints, but for the finding (schema: `estimate.schema.json`)."""
    fit = fit_of(estimate)
    return {
        "model": estimate.model.name,
        "call": estimate.call,
        "rows": estimate.rows,
        "dropped": estimate.dropped,
        "log_likelihood": estimate.log_likelihood,
        "aic": estimate.aic,
        "bic": estimate.bic,
        "errors": estimate.errors,
        "gradient": estimate.gradient,
        "coefficients": [
            {
                "name": c.name, "estimate": c.value, "std_error": c.error, "z": c.z, "p": c.p, "low": c.low,
                "high": c.high, "fixed": c.fixed,
            }
            for c in coefficients(estimate)
        ],
        "covariance": estimate.covariance.tolist(),
        "outcomes": None if fit is None else fit.to_dict(),
        "starts": [
            {"log_likelihood": s.log_likelihood, "gradient": s.gradient, "steps": s.steps, "converged": s.converged}
            for s in estimate.starts
        ],
        "varied": [c.to_dict() for c in varied],
        "profiles": [p.to_dict() for p in profiles],
        "notes": list(estimate.notes),
        "settings": dict(estimate.settings),
    }  # fmt: skip
