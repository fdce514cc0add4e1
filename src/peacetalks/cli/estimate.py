"""The command `estimate`: a strategic model estimated from a table of plays, and what follows from it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from peacetalks.cli import options
from peacetalks.cli.results import check_output, deliver
from peacetalks.errors import EstimationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peacetalks.estimation.model import Estimate


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(estimate)


Data = Annotated[Path, typer.Argument(help="A CSV file with one row for each play of the game.", show_default=False)]
Formula = Annotated[
    str,
    typer.Option(
        help="What was observed ~ a part for each payoff: 'esc + war ~ x1 | 0 | x2 | x3'.", show_default=False
    ),
]
Error = Annotated[str, typer.Option(help="agent (of each decision) or private (information about own payoffs).")]
Errors = Annotated[str, typer.Option(help="Standard errors: hessian, outer, cluster or bootstrap.")]
Cluster = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="Rows with the same value are a cluster.", show_default=False)
]
Fixed = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="A parameter or payoff that is not estimated.", show_default=False),
]
Scale = Annotated[
    list[str] | None,
    typer.Option(help="Formula of the log of the errors' scale, or 'by player'; one or one a player."),
]
Order = Annotated[
    str | None,
    typer.Option(metavar="A,B,C", help="The order of the outcomes in a column of texts.", show_default=False),
]
Beliefs = Annotated[
    str | None,
    typer.Option(metavar="COLUMN,COLUMN", help="Of sigint: columns with first beliefs.", show_default=False),
]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN=LOW:HIGH",
        help="The probabilities as a covariate varies: balanc, balanc=0:1, regime1=dem,autoc.",
        show_default=False,
    ),
]
Given = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="COLUMN=VALUE", help="With --vary: of another covariate.", show_default=False),
]
Profiles = Annotated[
    list[str] | None,
    typer.Option(metavar="PARAMETER", help="The profile likelihood of a parameter.", show_default=False),
]
Output = Annotated[list[Path] | None, options.output(".html, .csv, .tex, .json, .svg or .png")]


def estimate(
    data: Data,
    formula: Formula,
    model: Annotated[str, typer.Option(help="The game: egame12, egame122, egame123, ultimatum or sigint.")] = "egame12",
    link: Annotated[str, typer.Option(help="Distribution of the errors: probit or logit.")] = "probit",
    error: Error = "agent",
    fixed: Fixed = None,
    scale: Scale = None,
    outcomes: Order = None,
    max_offer: Annotated[float | None, typer.Option(help="The largest offer of the ultimatum game.")] = None,
    beliefs: Beliefs = None,
    method: Annotated[str | None, typer.Option(help="Of sigint: npl, pl or ml.")] = None,
    errors: Errors = "hessian",
    cluster: Cluster = None,
    starts: Annotated[int, typer.Option(help="Starts of the maximisation.")] = 5,
    draws: Annotated[int, typer.Option(help="Samples of the bootstrap.")] = 100,
    jobs: Annotated[int | None, typer.Option(help="Processes of the bootstrap; default: the CPUs.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of starts, samples and draws.")] = 0,
    vary: Vary = None,
    at: Annotated[str, typer.Option(help="With --vary, the other covariates: typical values or sample.")] = "typical",
    given: Given = None,
    intervals: Annotated[str, typer.Option(help="With --vary: delta, simulation, bootstrap or none.")] = "delta",
    profile: Profiles = None,
    as_json: options.AsJson = False,
    output: Output = None,
) -> None:
    """Estimate a strategic model from a table of plays, by maximum likelihood."""
    from peacetalks.estimation.comparative import comparative_statics
    from peacetalks.estimation.estimate import estimate as fit
    from peacetalks.estimation.intervals import Method
    from peacetalks.estimation.written_values import read_given, read_varied
    from peacetalks.forecasting.jobs import processes
    from peacetalks.pages import estimate_page
    from peacetalks.pages.progress import progress

    for path in output or ():
        check_output(path, estimate_page.SUFFIXES, data)
    how = Method(intervals, seed=seed)
    with progress("Estimating", "fits") as report, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of other maxima: a note of the estimate says it
        found = fit(
            formula, data, model, link=link, error=error, fixed=_fixed(fixed), scale=_scale(scale),
            outcomes=None if outcomes is None else outcomes.split(","), max_offer=max_offer, errors=errors,
            cluster=cluster, starts=starts, seed=seed, draws=draws,
            jobs=processes(jobs) if errors == "bootstrap" else 1, progress=report, **_of_sigint(beliefs, method),
        )  # fmt: skip
    others = read_given(found.model, given or ())
    asked = [read_varied(found.model, text) for text in vary or ()]
    varied = [comparative_statics(found, column, values, at, others, how) for column, values in asked]
    profiles = _profiles(found, profile or ())
    makers = estimate_page.makers(found, varied, profiles)
    for path in output or (None,):
        deliver(makers, lambda: estimate_page.show(found, varied, profiles), as_json, path)


def _profiles(found: Estimate, parameters: Iterable[str]) -> list[Any]:
    """Return the profile likelihood of each parameter."""
    from peacetalks.estimation.profile import profile
    from peacetalks.pages.progress import progress

    profiles = []
    for name in parameters:
        with progress(f"Profile likelihood of {name}", "fits") as report:
            profiles.append(profile(found, name, progress=report))
    return profiles


def _of_sigint(beliefs: str | None, method: str | None) -> dict[str, Any]:
    """Return the settings of the signalling game that were given; other games refuse them."""
    columns = None if beliefs is None else tuple(name.strip() for name in beliefs.split(","))
    return {name: value for name, value in (("beliefs", columns), ("method", method)) if value is not None}


def _fixed(texts: list[str] | None) -> dict[str, float] | None:
    """Return values by name; raise `EstimationError` where a text is not NAME=VALUE."""
    if not texts:
        return None
    values = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.rpartition("="))
        try:
            values[name] = float(value)
        except ValueError:
            sign = ""
        if not (sign and name):
            raise EstimationError(f"--fixed: {text!r} is no value; write NAME=VALUE, such as 'u1(esc,war)=1'")
    return values


def _scale(texts: list[str] | None) -> str | list[str] | None:
    """Return one formula as it is, several as a list."""
    return texts[0] if texts and len(texts) == 1 else texts or None
