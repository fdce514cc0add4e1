"""Claims as queries, and their audit: the number, its margin and a verdict, under every account.

    [[claim]]
    id = "talks-lead-nowhere"
    rows = [1]
    sentence = "The talks lead nowhere or to more conflict rather than to peace."
    attributed_to = "an opinion essay of 2025"
    query = "P(nowhere by 24) + P(more_conflict by 24) > P(peace by 24)"

A claim is quoted, not asserted.  Its *margin* is by how much the comparison holds (negative: by how much it fails); the
interval is the 5 to 95% range of the margin over draws of the scenario's ranges.  *Holds* and *fails* need the whole
interval on one side of zero, anything else is *undecided*; without draws the central margin decides.  A margin within
its error counts as zero.  Where a solved game is asked, that error is the solver's (`PROBABILITY_ERROR`;
`LOGLIK_ERROR` for log-likelihoods) and that of the belief grid, estimated from a coarser grid at central values.

Examples
--------
>>> import peacetalks as pt
>>> text = {"sentence": "Truces fail.", "attributed_to": "a test", "rows": [1]}
>>> claim = Claim(id="truces", query="base_rate(ceasefire, fails within 30d) > 0.5", **text)
>>> str(audit(pt.load("russia-ukraine-2025"), [claim]).findings[0].verdict)
'fails'
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from peacetalks.errors import NotSolved, QueryError, SpecError
from peacetalks.forecasting.draws import draw
from peacetalks.forecasting.settings import AUDIT_DRAWS, BELIEF_POINTS, PERIODS, SEED
from peacetalks.forecasting.size import check_sizes, jobs_in_memory
from peacetalks.questions.answer_cache import AnswerFile
from peacetalks.questions.batch import Batch
from peacetalks.questions.query import parse
from peacetalks.questions.query_tree import MODEL, Loglik, Query, atoms, only_rates
from peacetalks.questions.query_values import QueryValues
from peacetalks.scenario.accounts import Account, interpretations
from peacetalks.scenario.files import folder, read
from peacetalks.scenario.scenario import check_scenario
from peacetalks.scenario.tables import Label, Part, Whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.questions.events import Acts, Record
    from peacetalks.scenario.scenario import Scenario

RATE_DRAWS = 256  # of queries that ask for base rates only, which need no solve
PROBABILITY_ERROR = 1e-4  # of a margin: a probability errs by 3e-5 (measured, `settings.TOLERANCE`), an effect is two
LOGLIK_ERROR = 1e-2  # twenty events of probability 0.06 and more, each with an error of 3e-5


class Claim(Part):
    """A sentence somebody holds, and the query it becomes."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=200)
    rows: list[Whole] = Field(min_length=1, description="Rows of the table of mechanisms that it concerns.")
    sentence: str = Field(min_length=3)
    attributed_to: Label = Field(min_length=3)
    query: str = Field(min_length=1)


class Claims(Part):
    """A file of claims."""

    claim: list[Claim] = Field(min_length=1)


class Verdict(StrEnum):
    """What a claim's margin says of it."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"
    NOTHING_COMPARED = "nothing compared"  # the query is a number, not a comparison
    NOT_SOLVED = "not solved"  # a game that the central values need has no solution


@dataclass(frozen=True)
class Finding:
    """What the model or the record says about a claim under an account; unknown is None."""

    claim: Claim
    account: str
    value: float | None  # left side of the query
    against: float | None  # right side
    margin: float | None  # > 0: the comparison holds at central values
    interval: tuple[float, float] | None  # 5 to 95% of the margin (of the value, where nothing is compared); may be NaN
    verdict: Verdict
    grid_error: float | None = None  # how far the belief grid may put the margin off (or the value)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "id": self.claim.id,
            "rows": self.claim.rows,
            "account": self.account,
            "value": self.value,
            "against": self.against,
            "margin": self.margin,
            "interval": None if self.interval is None else [_known(x) for x in self.interval],
            "verdict": str(self.verdict),
            "grid_error": self.grid_error,
            "sentence": self.claim.sentence,
            "attributed_to": self.claim.attributed_to,
            "query": self.claim.query,
        }


@dataclass(frozen=True, repr=False)
class Audit:
    """The findings on a scenario's claims; made by `audit`."""

    scenario: Scenario
    findings: tuple[Finding, ...]
    settings: dict[str, Any]

    def __repr__(self) -> str:
        """Return how many claims were evaluated, with which verdicts, in two lines."""
        counts = Counter(str(f.verdict) for f in self.findings)
        verdicts = ", ".join(f"{verdict} {n}" for verdict, n in sorted(counts.items()))
        return f"Audit of {len(self.claims)} claims about {self.scenario.name}\n  findings: {verdicts}"

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims in the order of the findings, each once."""
        return tuple({f.claim.id: f.claim for f in self.findings}.values())

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


def audit(  # noqa: PLR0913, PLR0917 (the settings of one command)
    scenario: Scenario,
    found: Sequence[Claim],
    accounts: Sequence[Account] = (),
    record: Record | None = None,
    acts: Acts | None = None,
    draws: int = AUDIT_DRAWS,
    belief_points: int = BELIEF_POINTS,
    seed: int = SEED,
    progress: Progress | None = None,
    jobs: int = 1,
    keep: Path | None = None,
    answers: AnswerCache | None = None,
) -> Audit:
    """Evaluate claims under the scenario as written ("base") and under every account.

    Parameters
    ----------
    record, acts : optional
        The event record that `loglik()` weighs, and the table that maps its acts to moves.
    draws : int
        Of the scenario's ranges, 0 (no interval) or at least 2.  A draw that needs a game without a solution is left
        out of that claim's interval; a claim whose central values need one has the verdict "not solved" and no number.
    progress : function, optional
        Called as `progress(done, all)` after every solve; each variant of the scenario is solved once.
    jobs : int
        Most processes that solve.
    keep : Path, optional
        A file to which answers are added as they come.  What stands in it from before (of the same program, games and
        questions; `settings["reused"]` games) is not solved again.
    answers : AnswerCache, optional
        Games solved before are read from it too, and each that is solved is added as it comes.

    Raises
    ------
    SpecError
        A query cannot be read or answered (the message names the claim and the column), or answers cannot be kept in
        the file.
    NotSolved
        The base, which decides which events count, or more than half of the games have no solution.
    """
    check_scenario(scenario, "audit")
    if draws == 1 or draws < 0:
        raise SpecError(f"draws must be 0 (no interval) or at least 2, got {draws!r}")
    variants = interpretations(scenario, list(accounts))
    jobs = jobs_in_memory(jobs, check_sizes(variants.values(), belief_points, PERIODS, draws))
    cases = [(c, q, name) for c, q in [(c, _parsed(c)) for c in found] for name in variants]
    batch = Batch(variants, record, acts, belief_points, AnswerFile(keep), answers)
    drawn = {name: [s, *draw(s, draws, seed)] for name, s in variants.items()}
    values = QueryValues(batch, variants, drawn, seed)
    for _, q, name in cases:  # first collect what is asked, then solve, then evaluate
        _sides(values, q, name, _draw_count(q, draws))
    batch.solve(progress or (lambda done, total: None), jobs)
    findings = tuple(_finding(c, q, name, values, draws) for c, q, name in cases)
    how = {"draws": draws, "seed": seed, "belief_points": belief_points, "solves": batch.solves}
    how |= {"unsolved": len(batch.unsolved), "reused": batch.reused}
    errors = {"probability_error": PROBABILITY_ERROR, "loglik_error": LOGLIK_ERROR}
    return Audit(scenario, findings, how | errors)


def _sides(values: QueryValues, q: Query, account: str, draws: int) -> np.ndarray:
    """Return both sides of a query [central or draw, side]; draws that need a game without a solution are left out.

    There are no rows where the central values need such a game.
    """
    rows = []
    for i in range(draws + 1):
        try:
            rows.append(values.sides(q, account, i))
        except NotSolved:
            if i == 0:
                break
    return np.array(rows, float).reshape(-1, 2)


def _parsed(c: Claim) -> Query:
    """Return the query of a claim; an error names the claim."""
    try:
        return parse(c.query)
    except QueryError as e:
        raise QueryError(f"claim {c.id!r}: {e}") from None


def _draw_count(q: Query, draws: int) -> int:
    """Return how often a query is drawn: more often where it asks for base rates only, which cost nothing."""
    return RATE_DRAWS if draws and only_rates(q) else draws


def _finding(c: Claim, q: Query, account: str, values: QueryValues, draws: int) -> Finding:
    """Return what is found on a claim under an account, from solved games."""
    sides = _sides(values, q, account, _draw_count(q, draws))
    if not len(sides):
        return Finding(c, account, None, None, None, None, Verdict.NOT_SOLVED)
    finer = values.sides(q, account, 0, finer=True)
    left, right = sides[:, 0], sides[:, 1]
    value = float(left[0])
    if q.compare is None:
        off = _known(abs(value - finer[0]))
        return Finding(c, account, _known(value), None, None, _range(left[1:]), Verdict.NOTHING_COMPARED, off)
    margin = left - right if q.compare.startswith(">") else right - left
    off = _known(abs(float(left[0] - right[0]) - (finer[0] - finer[1])))
    found, against = verdict(q, margin, off or 0.0), _known(float(right[0]))
    return Finding(c, account, _known(value), against, _known(float(margin[0])), _range(margin[1:]), found, off)


def solver_error(q: Query) -> float:
    """Return the margin below which a query's sides cannot be distinguished: 0 where no solved game is asked.

    >>> solver_error(parse("P(peace by 1) > 0")), solver_error(parse("param(rent.weight) > 0"))
    (0.0001, 0.0)
    """
    asked = list(atoms(q))
    if any(isinstance(a, Loglik) for a in asked):
        return LOGLIK_ERROR
    return PROBABILITY_ERROR if any(isinstance(a, MODEL) for a in asked) else 0.0


def verdict(q: Query, margin: np.ndarray, grid_error: float = 0.0) -> Verdict:
    """Return the verdict on margins [central, draws...], each known up to the solver's and the grid's error.

    >>> str(verdict(parse("P(peace by 1) > 0"), np.array([0.2, 0.1, -0.1])))
    'undecided'
    >>> str(verdict(parse("P(peace by 1) > 0"), np.array([0.00005])))
    'undecided'
    """
    found = _range(margin[1:])
    low, high = found if found is not None else (float(margin[0]), float(margin[0]))
    if not (math.isfinite(margin[0]) and math.isfinite(low) and math.isfinite(high)):
        return Verdict.UNDECIDED
    least, error = min(low, float(margin[0])), solver_error(q) + grid_error
    if least > error or (error == 0 and q.compare in (">=", "<=") and low >= 0):
        return Verdict.HOLDS
    return Verdict.FAILS if max(high, float(margin[0])) < -error else Verdict.UNDECIDED


def _range(values: np.ndarray) -> tuple[float, float] | None:
    """Return the 5 and 95% points of draws; None without any."""
    if len(values) == 0:
        return None
    low, high = np.quantile(values, [0.05, 0.95])
    return float(low), float(high)


def _known(x: float) -> float | None:
    """Return a number, None where it is not finite."""
    return float(x) if math.isfinite(x) else None
