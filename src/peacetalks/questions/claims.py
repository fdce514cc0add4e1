"""Claims as queries, and their audit: the number, its margin and a verdict, under every account.

    [[claim]]
    id = "talks-lead-nowhere"
    rows = [1]
    sentence = "The talks lead nowhere or to more conflict rather than to peace."
    attributed_to = "an opinion essay of 2025"
    query = "P(nowhere by 24) + P(more_conflict by 24) > P(peace by 24)"

A claim is quoted, not asserted.  Its *margin* is by how much the comparison holds (negative: by how much it fails); the
interval is the 5 to 95% range of the margin over draws of the scenario's ranges.  *Holds* and *fails* need the whole
interval on one side of zero, anything else is *undecided*; without draws the central margin alone decides.  A margin
within its error is nil: where a solved game is asked, one side of zero means beyond the solver's error
(`PROBABILITY_ERROR`; `LOGLIK_ERROR` for log-likelihoods) and that of the belief grid, which a coarser grid tells at central
values.  The game is solved once for each variant of the scenario, whatever the number of claims.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from peacetalks.errors import QueryError, SpecError
from peacetalks.forecasting.outlook import BELIEF_POINTS, SEED, draw
from peacetalks.questions.answer_cache import Kept
from peacetalks.questions.batch import Bench
from peacetalks.questions.query import MODEL, Loglik, Query, Rate, atoms, parse
from peacetalks.scenario.accounts import Account, interpretations
from peacetalks.scenario.files import folder, read
from peacetalks.scenario.scenario import Scenario
from peacetalks.scenario.tables import Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from peacetalks.forecasting.jobs import Tell
    from peacetalks.questions.events import Acts, Record

DRAWS = 4
RATE_DRAWS = 256
PROBABILITY_ERROR = (
    1e-4  # of a margin: a probability errs by 3e-5 (measured, see solve_scenario.py), an effect is two of them
)
LOGLIK_ERROR = 1e-2  # twenty events of probability 0.06 and more, each with an error of 3e-5


class Claim(Part):
    """A sentence somebody holds, and the query it becomes."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    rows: list[int] = Field(min_length=1, description="Rows of the table of mechanisms that it speaks to.")
    sentence: str = Field(min_length=3)
    attributed_to: str = Field(min_length=3)
    query: str = Field(min_length=1)


class Claims(Part):
    """A file of claims."""

    claim: list[Claim] = Field(min_length=1)


@dataclass(frozen=True)
class Finding:
    """What the model or the record says about a claim under an account."""

    claim: Claim
    account: str
    value: float  # left side of the query
    against: float | None  # right side
    margin: float | None  # > 0: the comparison holds at central values
    interval: tuple[float, float] | None  # 5 to 95% of the margin (of the value, where nothing is compared)
    verdict: str
    grid_error: float | None = (
        None  # how far the belief grid may put the margin off (the value, where nothing is compared)
    )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; unknown is None."""
        return {
            "id": self.claim.id,
            "rows": self.claim.rows,
            "account": self.account,
            "value": _plain(self.value),
            "against": _plain(self.against),
            "margin": _plain(self.margin),
            "interval": None if self.interval is None else [_plain(x) for x in self.interval],
            "verdict": self.verdict,
            "grid_error": _plain(self.grid_error),
            "sentence": self.claim.sentence,
            "attributed_to": self.claim.attributed_to,
            "query": self.claim.query,
        }


@dataclass(frozen=True)
class Audit:
    """The findings on a scenario's claims; made by `audit`."""

    scenario: Scenario
    findings: tuple[Finding, ...]
    settings: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `--json` prints."""
        s = self.scenario
        head = {"scenario": s.name, "digest": s.digest, "as_of": s.as_of.isoformat(), "settings": self.settings}
        return head | {"claims": [f.to_dict() for f in self.findings]}


def claims(scenario: str | Path, path: Path | None = None) -> list[Claim]:
    """Return the claims at `path`, or those beside a scenario; raise `SpecError` where there are none."""
    where = path if path is not None else folder(scenario) / "claims.toml"
    if path is None and not where.is_file():
        raise SpecError(f"no claims stand beside {str(scenario)!r}: give them with --claims FILE")
    found = read(where, Claims).claim
    ids = [c.id for c in found]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise SpecError(f"{where.name}: claims are called {', '.join(twice)} twice")
    return found


def audit(
    scenario: Scenario,
    found: Sequence[Claim],
    accounts: Sequence[Account] = (),
    record: Record | None = None,
    acts: Acts | None = None,
    draws: int = DRAWS,
    belief_points: int = BELIEF_POINTS,
    seed: int = SEED,
    progress: Tell | None = None,
    jobs: int = 1,
    keep: Path | None = None,
) -> Audit:
    """Evaluate claims under the scenario as written ("base") and under every account.

    A draw that needs a game without a solution is left out of that claim's interval, and a claim whose central values need
    one has the verdict "not solved" and no number; `settings["unsolved"]` counts the games.  Up to `jobs` processes solve.
    With `keep` the answers are added to that file as they come, and what stands in it from before (of the same program, games
    and questions; `settings["reused"]` games) is not solved again.

    Raises `SpecError` for queries that cannot be read or answered (naming the claim and the column) or a file that answers
    cannot be kept in, and `NotSolved` where more than half of the games, or the base that places the record, have no solution.
    """
    if draws == 1 or draws < 0:
        raise SpecError(f"draws must be 0 (no interval) or at least 2, got {draws!r}")
    read_as = interpretations(scenario, list(accounts))
    queries = [(c, _parsed(c)) for c in found]
    bench = Bench(read_as, scenario, record, acts, belief_points, seed, Kept(keep))
    cases = [(c, q, name, _count(q, draws)) for c, q in queries for name in read_as]
    drawn = {name: [s, *draw(s, draws, seed)] for name, s in read_as.items()}
    values, finer = {}, {}
    for final in (False, True):  # first collect what is asked, then solve, then evaluate
        for c, q, name, n in cases:
            values[c.id, name] = _sides(bench, q, drawn, name, n)
            finer[c.id, name] = [bench.value(q, side, drawn, name, 0, finer=True) for side in (q.left, q.right)]
        if not final:
            bench.solve(progress or (lambda done, all_: None), jobs)
    findings = tuple(_finding(c, q, name, values[c.id, name], finer[c.id, name]) for c, q, name, _ in cases)
    how = {"draws": draws, "seed": seed, "belief_points": belief_points, "solves": bench.solves}
    how |= {"unsolved": len(bench.unsolved), "reused": bench.reused}
    errors = {"probability_error": PROBABILITY_ERROR, "loglik_error": LOGLIK_ERROR}
    return Audit(scenario, findings, how | errors)


def _sides(bench: Bench, q: Query, drawn: dict[str, list[Scenario]], name: str, draws: int) -> np.ndarray:
    """Return both sides of a query [central or draw, side]; draws that need a game without a solution are left out.

    There are no rows where the central values need such a game.
    """
    rows = []
    for i in range(draws + 1):
        bench.lacking = None
        row = [bench.value(q, side, drawn, name, i) for side in (q.left, q.right)]
        if bench.lacking is not None and i == 0:
            return np.empty((0, 2))
        if bench.lacking is None:
            rows.append(row)
    return np.array(rows, float)


def _parsed(c: Claim) -> Query:
    try:
        return parse(c.query)
    except QueryError as e:
        raise QueryError(f"claim {c.id!r}: {e}") from None


def _count(q: Query, draws: int) -> int:
    """Return how often a query is drawn: base rates alone cost nothing."""
    return RATE_DRAWS if draws and all(isinstance(a, Rate) for a in atoms(q)) else draws


def _finding(c: Claim, q: Query, name: str, sides: np.ndarray, finer: list[float]) -> Finding:
    if not len(sides):
        return Finding(c, name, math.nan, None, None, None, "not solved")
    left, right = sides[:, 0], sides[:, 1]
    if q.compare is None:
        off = _told(abs(float(left[0]) - finer[0]))
        return Finding(c, name, float(left[0]), None, None, _range(left[1:]), "nothing compared", off)
    margin = left - right if q.compare.startswith(">") else right - left
    off = _told(abs(float(left[0] - right[0]) - (finer[0] - finer[1])))
    words = verdict(q, margin, off or 0.0)
    return Finding(c, name, float(left[0]), float(right[0]), float(margin[0]), _range(margin[1:]), words, off)


def _told(x: float) -> float | None:
    return x if math.isfinite(x) else None


def solver_error(q: Query) -> float:
    """Return the margin below which a query's sides cannot be told apart: 0 where no solved game is asked.

    >>> solver_error(parse("P(peace by 1) > 0")), solver_error(parse("param(rent.weight) > 0"))
    (0.0001, 0.0)
    """
    asked = list(atoms(q))
    if any(isinstance(a, Loglik) for a in asked):
        return LOGLIK_ERROR
    return PROBABILITY_ERROR if any(isinstance(a, MODEL) for a in asked) else 0.0


def verdict(q: Query, margin: np.ndarray, grid_error: float = 0.0) -> str:
    """Return holds, fails or undecided for margins [central, draws...], each known up to the solver's and the grid's error.

    >>> verdict(parse("P(peace by 1) > 0"), np.array([0.2, 0.1, -0.1]))
    'undecided'
    >>> verdict(parse("P(peace by 1) > 0"), np.array([0.00005]))
    'undecided'
    """
    found = _range(margin[1:])
    low, high = found if found is not None else (float(margin[0]), float(margin[0]))
    if not (math.isfinite(margin[0]) and math.isfinite(low) and math.isfinite(high)):
        return "undecided"
    least, error = min(low, float(margin[0])), solver_error(q) + grid_error
    if least > error or (error == 0 and q.compare in (">=", "<=") and low >= 0):
        return "holds"
    return "fails" if max(high, float(margin[0])) < -error else "undecided"


def _range(values: np.ndarray) -> tuple[float, float] | None:
    if len(values) == 0:
        return None
    low, high = np.quantile(values, [0.05, 0.95])
    return float(low), float(high)


def _plain(x: float | None) -> float | None:
    return None if x is None or not math.isfinite(x) else float(x)
