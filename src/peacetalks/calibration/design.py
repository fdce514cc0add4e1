r"""The design: games that are solved once, from which the emulator learns how the three ends depend on the inputs.

A point of the design is a kind of conflict, whether talks are open, and the `INPUTS`: what the mapping uses of a
conflict and the effective factors of the calibration.  Within each `GROUPS` they are a Latin hypercube over `RANGES`;
only the hazard of victory goes with age, as in the record.  The result is the probability of the three ends after 12
and 24 months.  The design uses no data; solved points are written to a file as they come, so that a run that was
interrupted goes on.

References
----------
McKay, M. D., Beckman, R. J. & Conover, W. J. (1979). A comparison of three methods for selecting values of input
variables in the analysis of output from a computer code. Technometrics 21(2), 239-245.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import qmc

from peacetalks.conflicts.covariates import AHEAD, OFFSET, Covariates
from peacetalks.conflicts.mapping import Size, game_table
from peacetalks.equilibrium.forward import forecast
from peacetalks.equilibrium.solve import solve
from peacetalks.errors import EvidenceError, NotSolved
from peacetalks.forecasting.jobs import solve_all
from peacetalks.mechanisms.standard_game import build
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS
from peacetalks.scenario.scenario import from_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from peacetalks.evidence.arrays import Floats

MONTHS = (12, 24)
ORDER = tuple(ENDS)
SIZE = Size(positions=7, offers=5, belief_points=3)
TOLERANCE = 1e-2  # of a value; the ends move by less than 0.001 against 1e-3
SEED = 20261126
GROUPS: dict[tuple[str, bool], int] = {  # (kind, talks open) -> points
    ("civil", False): 420,
    ("civil", True): 360,
    ("interstate", False): 320,
    ("interstate", True): 280,
}
RANGES: dict[str, tuple[float, float]] = {  # input -> lower and upper end
    "log_age": (log(0.02), log(45.0)),  # years
    "strength": (0.1, 0.9),
    "log_hazard": (-2.2, 1.2),  # around a hazard that falls with age, times the factor `decisive`
    "log_failure": (log(0.003), log(0.03)),
    "cost": (log(0.04), log(3.5)),
    "reach": (log(0.01), log(3.0)),
    "offer": (log(0.12), log(2.0)),
    "reopen": (log(0.02), log(2.5)),
    "mobility": (log(0.05), log(2.0)),
    "incident": (log(0.06), log(1.5)),
}
INPUTS = tuple(RANGES)
CIVIL_STRENGTH = (0.5, 0.9)  # within a state the government has won most decided conflicts at any date
LEVEL = {"civil": log(0.015), "interstate": log(0.029)}  # of the hazard of victory that falls with age
DECLINE = 1.25


@dataclass(frozen=True)
class Point:
    """A point of the design: which game, and its inputs."""

    number: int
    kind: str
    talks: bool
    inputs: tuple[float, ...]  # in the order of `INPUTS`


@dataclass(frozen=True)
class Solved:
    """Solved points of one group."""

    inputs: Floats  # [point, input]
    ends: Floats  # [point, month of `MONTHS`, end of `ORDER`]


def design(groups: Mapping[tuple[str, bool], int] | None = None, seed: int = SEED) -> list[Point]:
    """Return the points of the design.

    Parameters
    ----------
    groups : {(kind, talks open): points}, optional
        Default `GROUPS`.
    seed : int
        Of the Latin hypercubes.

    Examples
    --------
    >>> len(design({("civil", True): 5, ("interstate", False): 3}))
    8
    """
    rng = np.random.default_rng(seed)
    out: list[Point] = []
    for (kind, talks), n in (GROUPS if groups is None else groups).items():
        low, high = ranges(kind)
        x = low + (high - low) * qmc.LatinHypercube(len(INPUTS), rng=rng).random(n)
        x[:, INPUTS.index("log_hazard")] += usual_hazard(kind, x[:, INPUTS.index("log_age")])
        out += [Point(len(out) + i, kind, talks, tuple(np.round(row, 6).tolist())) for i, row in enumerate(x)]
    return out


def ranges(kind: str) -> tuple[Floats, Floats]:
    """Return lower and upper ends [input] of the inputs of a kind; those of `log_hazard` lie around `usual_hazard`."""
    low, high = (np.array(v) for v in zip(*RANGES.values(), strict=True))
    if kind == "civil":
        low[INPUTS.index("strength")], high[INPUTS.index("strength")] = CIVIL_STRENGTH
    return low, high


def usual_hazard(kind: str, log_age: Floats) -> Floats:
    """Return the logarithm of a hazard of victory that falls with age, around which the design lies."""
    return LEVEL[kind] - DECLINE * np.log(OFFSET + AHEAD + np.exp(log_age))


def solve_point(point: Point, size: Size = SIZE, tolerance: float = TOLERANCE) -> Floats:
    """Return the ends [month of `MONTHS`, end of `ORDER`] of a point; NaN where no equilibrium was found."""
    return ends_of(tables_of(point, False, size), max(MONTHS), size, tolerance)[[m - 1 for m in MONTHS]]


def tables_of(point: Point, truce: bool, size: Size) -> dict[str, Any]:
    """Return the tables of the game of a point, with or without a truce in force."""
    given = dict(zip(INPUTS, point.inputs, strict=True))
    found = Covariates(
        age=exp(given["log_age"]),
        strength=given["strength"],
        strength_source="design",
        hazard=exp(given["log_hazard"]),
        failure=exp(given["log_failure"]),
        ceasefires=0.0,
        log_age=0.0,
        era=0.0,
        interstate=0.0,
        log_deaths=0.0,
        deaths_known=False,
    )
    names = ("cost", "reach", "offer", "reopen", "mobility", "incident")
    factors = {n: (given[n], 0.0) for n in names} | {"decisive": (0.0, 0.0)}
    return game_table(point.kind, found, factors, point.talks, truce, size)


def ends_of(table: Mapping[str, object], periods: int, size: Size, tolerance: float = TOLERANCE) -> Floats:
    """Return the ends [month, end of `ORDER`] of the game that the tables describe; NaN where it was not solved."""
    sides = [dict(side, label=f"side {i + 1}") for i, side in enumerate(table["sides"])]  # type: ignore[arg-type]
    head = {"name": "design", "title": "design", "as_of": "2000-01-01", "summary": "design", "hindsight": "none"}
    s = from_table(head | dict(table) | {"sides": sides}, "design")
    try:
        solution = solve(
            build(s),
            rationality=float(s.rationality),
            belief_points=size.belief_points,
            tolerance=tolerance,
            certify=False,
        )
    except NotSolved:
        return np.full((periods, len(ORDER)), np.nan)
    f = forecast(solution, outcome=label, periods=periods)
    have = {str(n): i for i, n in enumerate(f.outcome.values)}
    values = f.transpose("period", "outcome").values
    at = f.period.values >= 1
    return np.stack([values[at][:, [have[n] for n in ENDS[e] if n in have]].sum(axis=1) for e in ORDER], axis=1)


def solve_design(
    points: Sequence[Point],
    path: Path,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    solve_one: Callable[[Point], Floats] | None = None,
) -> dict[int, Floats]:
    """Solve points and return their ends by number; those in the file `path` are read, and new ones added to it.

    `solve_one` (default `solve_point`) solves a point.

    Raises
    ------
    EvidenceError
        The file holds another design.
    """
    done = read_solved(path.read_text(encoding="utf-8"), points) if path.exists() else {}
    missing = [p for p in points if p.number not in done]
    path.write_text(design_csv([p for p in points if p.number in done], done), encoding="utf-8")
    with path.open("a", encoding="utf-8", newline="") as file:

        def store(i: int, found: Floats | NotSolved) -> None:
            ends = np.full((len(MONTHS), len(ORDER)), np.nan) if isinstance(found, NotSolved) else found
            file.write(line(missing[i], ends))
            file.flush()
            done[missing[i].number] = parsed(ends)
            if progress:
                progress(len(done), len(points))

        solve_all(solve_one or solve_point, missing, jobs, store=store)
    path.write_text(design_csv(points, done), encoding="utf-8")
    return done


HEAD = ("number", "kind", "talks", *INPUTS, *(f"{e}_{when}" for when in ("early", "late") for e in ORDER))


def line(point: Point, found: Floats) -> str:
    """Return a solved point as a line of the file; a point that was not solved has empty cells."""
    cells = [str(point.number), point.kind, str(int(point.talks)), *(f"{v:.6f}" for v in point.inputs)]
    return ",".join([*cells, *("" if np.isnan(v) else f"{v:.5f}" for v in found.ravel())]) + "\n"


def parsed(found: Floats) -> Floats:
    """Return ends as they are read from the file: rounded, and summing to 1.

    >>> bool(parsed(np.full((2, 3), 1 / 3))[0, 0] == 1 / 3)
    True
    """
    rounded = np.maximum(np.round(found, 5), 1e-5)
    return rounded / rounded.sum(axis=1, keepdims=True)


def design_csv(points: Sequence[Point], done: Mapping[int, Floats]) -> str:
    """Return the file of solved points, in the order of the design."""
    return ",".join(HEAD) + "\n" + "".join(line(p, done[p.number]) for p in points)


def read_solved(text: str, points: Sequence[Point]) -> dict[int, Floats]:
    """Return the ends of solved points by number from the text of their file.

    Raises
    ------
    EvidenceError
        A point of the file is not that of the design.
    """
    by_number = {p.number: p for p in points}
    out: dict[int, Floats] = {}
    for row in csv.DictReader(io.StringIO(text)):
        if None in row or None in row.values():  # a line that was being written when the run was interrupted
            continue
        number = int(row["number"])
        point = by_number.get(number)
        inputs = tuple(float(row[n]) for n in INPUTS)
        if point is None or (point.kind, point.talks, point.inputs) != (row["kind"], row["talks"] == "1", inputs):
            raise EvidenceError(
                f"the file of solved points holds another design (point {number}): remove it, or give another folder."
            )
        found = [[float(row[f"{e}_{when}"] or "nan") for e in ORDER] for when in ("early", "late")]
        out[number] = parsed(np.array(found))
    return out


def group(points: Sequence[Point], done: Mapping[int, Floats], kind: str, talks: bool) -> Solved:
    """Return the solved points of one group, without those for which no equilibrium was found."""
    some = [p for p in points if (p.kind, p.talks) == (kind, talks) and np.isfinite(done[p.number]).all()]
    return Solved(np.array([p.inputs for p in some]), np.array([done[p.number] for p in some]))
