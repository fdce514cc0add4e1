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
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from peacetalks.accounts import Account, readings
from peacetalks.answering import View
from peacetalks.companions import folder, play_key, read
from peacetalks.events import Acts, Record
from peacetalks.evidence import EvidenceError, base_rate
from peacetalks.filtering import Filter
from peacetalks.follower import Follower, movable
from peacetalks.jobs import Tell, spread
from peacetalks.numerics import between
from peacetalks.query import MODEL, Binary, Effect, Literal, Loglik, Param, Query, QueryError, Rate, atoms, parse, pointed
from peacetalks.scenario_outlook import BELIEF_POINTS, SEED, draw
from peacetalks.solution import NotSolved, refuse_most
from peacetalks.solving import solve_scenario
from peacetalks.spec import Part, Scenario, SpecError, _closest
from peacetalks.variants import as_drawn, changed

DRAWS = 4
RATE_DRAWS = 256
PROBABILITY_ERROR = 1e-4  # of a margin: a probability errs by 3e-5 (measured, see solving.py), an effect is two of them
LOGLIK_ERROR = 1e-2  # twenty events of probability 0.06 and more, each with an error of 3e-5
Wanted = tuple[Scenario, dict[Any, str]]  # a variant of the scenario, {atom asked about it: text of its query}
Answers = tuple[list[float], list[float], frozenset[int]]  # numbers, the same on a coarser belief grid, events that count


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
    grid_error: float | None = None  # how far the belief grid may put the margin off (the value, where nothing is compared)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; unknown is None."""
        return {
            "id": self.claim.id, "rows": self.claim.rows, "account": self.account, "value": _plain(self.value),
            "against": _plain(self.against), "margin": _plain(self.margin),
            "interval": None if self.interval is None else [_plain(x) for x in self.interval], "verdict": self.verdict,
            "grid_error": _plain(self.grid_error),
            "sentence": self.claim.sentence, "attributed_to": self.claim.attributed_to, "query": self.claim.query,
        }  # fmt: skip


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
) -> Audit:
    """Evaluate claims under the scenario as written ("base") and under every account.

    A draw that needs a game without a solution is left out of that claim's interval; `settings["unsolved"]` counts the
    games.  Up to `jobs` processes solve.  Raises `SpecError` for queries that cannot be read or answered (naming the claim
    and the column) and `NotSolved` where central values, or more than half of the games, have no solution.
    """
    if draws == 1 or draws < 0:
        raise SpecError(f"draws must be 0 (no interval) or at least 2, got {draws!r}")
    read_as = readings(scenario, list(accounts))
    queries = [(c, _parsed(c)) for c in found]
    bench = _Bench(read_as, scenario, record, acts, belief_points, seed)
    cases = [(c, q, name, _count(q, draws)) for c, q in queries for name in read_as]
    drawn = {name: [s, *draw(s, draws, seed)] for name, s in read_as.items()}
    values, coarse = {}, {}
    for final in (False, True):  # first collect what is asked, then solve, then evaluate
        for c, q, name, n in cases:
            values[c.id, name] = _sides(bench, q, drawn, name, n)
            coarse[c.id, name] = [bench.value(q, side, drawn, name, 0, coarse=True) for side in (q.left, q.right)]
        if not final:
            bench.solve(progress or (lambda done, all_: None), jobs)
    findings = tuple(_finding(c, q, name, values[c.id, name], coarse[c.id, name]) for c, q, name, _ in cases)
    how = {"draws": draws, "seed": seed, "belief_points": belief_points, "solves": bench.solves}
    how["unsolved"] = len(bench.unsolved)
    errors = {"probability_error": PROBABILITY_ERROR, "loglik_error": LOGLIK_ERROR}
    return Audit(scenario, findings, how | errors)


def _sides(bench: _Bench, q: Query, drawn: dict[str, list[Scenario]], name: str, draws: int) -> np.ndarray:
    """Return both sides of a query [central or draw, side]; draws that need a game without a solution are left out."""
    rows = []
    for i in range(draws + 1):
        bench.lacking = None
        row = [bench.value(q, side, drawn, name, i) for side in (q.left, q.right)]
        if bench.lacking is not None and i == 0:
            raise bench.lacking
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


class _Bench:
    """Looks numbers up; what needs a solved game is collected first and solved once for each variant."""

    def __init__(
        self, read_as: dict[str, Scenario], base: Scenario, record: Record | None, acts: Acts | None, belief_points: int, seed: int
    ) -> None:
        self.read_as, self.base, self.record, self.acts = read_as, base, record, acts
        self.belief_points, self.seed, self.solves = belief_points, seed, 0
        self.wanted: dict[str, Wanted] = {}  # variant -> what is asked
        self.known: dict[tuple[str, Any, bool], float] = {}  # (variant, atom, on the coarser grid)
        self.central: set[str] = set()  # variants at central values: the error of the belief grid is told for these
        self.unsolved: dict[str, NotSolved] = {}  # variants without a solution
        self.lacking: NotSolved | None = None  # why a number just asked for is not known
        self.rates: dict[Rate, Any] = {}
        self.changed: dict[tuple[str, str, float | str], tuple[Scenario, tuple[str, ...]]] = {}
        self.settings: dict[tuple[str, str, float | str, str], Scenario] = {}
        self.keys: dict[int, tuple[Scenario, str]] = {}

    def value(self, q: Query, node: Any, drawn: dict[str, list[Scenario]], name: str, i: int, coarse: bool = False) -> float:
        """Return the number of a node under draw `i` of an account (0: central values), as a `coarse` belief grid has it."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Binary):
            a, b = (self.value(q, x, drawn, name, i, coarse) for x in (node.left, node.right))
            return _arithmetic(node.sign, a, b)
        if isinstance(node, Rate):
            return self._rate(node, q.text, i)
        if node is None:
            return math.nan
        if isinstance(node, Loglik) and node.account is not None:
            name = self._named(node, q.text)
        s = drawn[name][i]
        if isinstance(node, Effect):
            one, two = (self._set(name, s, node, to, q.text) for to in (node.before, node.after))
            after, before = (self.value(q, node.on, {**drawn, name: [x] * (i + 1)}, name, i, coarse) for x in (two, one))
            return after - before
        return self._param(node, s, q.text) if isinstance(node, Param) else self._model(node, s, q.text, i == 0, coarse)

    def _set(self, name: str, s: Scenario, node: Effect, to: float | str, text: str) -> Scenario:
        """Return a draw of an account with the entry of an effect at a setting, made once."""
        if to == "now":
            return s
        at, key = (name, node.path, to), (name, node.path, to, self._key(s))
        try:
            if at not in self.changed:
                self.changed[at] = changed(self.read_as[name], node.path, to)
            if key not in self.settings:
                self.settings[key] = as_drawn(*self.changed[at], s)
        except SpecError as e:
            raise QueryError(pointed(text, node.column, str(e))) from None
        return self.settings[key]

    def _key(self, s: Scenario) -> str:
        if id(s) not in self.keys:
            self.keys[id(s)] = (s, play_key(s))  # held, so that no other scenario takes its place
        return self.keys[id(s)][1]

    def _param(self, node: Param, s: Scenario, text: str) -> float:
        numbers = s.numbers()
        if node.path not in numbers:
            what = f"the scenario writes no number {node.path!r}{_closest(node.path, numbers)}"
            raise QueryError(pointed(text, node.column, what))
        return float(numbers[node.path])

    def _named(self, node: Loglik, text: str) -> str:
        if node.account not in self.read_as:
            hint = _closest(str(node.account), self.read_as)
            what = f"no account is called {node.account!r}{hint}; known: {', '.join(self.read_as)}"
            raise QueryError(pointed(text, node.column, what))
        return str(node.account)

    def _rate(self, node: Rate, text: str, i: int) -> float:
        if node not in self.rates:
            try:
                self.rates[node] = base_rate(node.question, node.where, self.base.as_of)
            except EvidenceError as e:
                raise QueryError(pointed(text, node.column, str(e))) from None
        found = self.rates[node]
        if found.probability is None or found.interval is None:
            return math.nan
        if i == 0:
            return found.probability
        p, low, high = (float(np.clip(x, 1e-6, 1 - 1e-6)) for x in (found.probability, *found.interval))
        spread = (_logit(high) - _logit(low)) / (2 * 1.96)
        z = np.random.default_rng([self.seed, i, zlib.crc32(node.question.encode())]).standard_normal()
        return 1 / (1 + math.exp(-(_logit(p) + spread * z)))

    def _model(self, atom: Any, s: Scenario, text: str, central: bool, coarse: bool) -> float:
        key = self._key(s)
        self.lacking = self.unsolved.get(key, self.lacking)
        if central:
            self.central.add(key)
        self.wanted.setdefault(key, (s, {}))[1].setdefault(atom, text)
        return self.known.get((key, atom, coarse), math.nan)

    def solve(self, tell: Tell, jobs: int = 1) -> None:
        """Solve every variant that was asked about, once, and keep only the numbers."""
        follow, first = self._follower(), play_key(self.base)
        able, use = frozenset[int](), frozenset[int]()
        if follow is not None:  # the base says which events count
            able = movable(follow, self.read_as)
            self.wanted.setdefault(first, (self.base, {}))
            found = _answers(self.belief_points, follow, able, None, (*self.wanted[first], True))
            self._note(first, found)
            use = found[-1]
            tell(1, len(self.wanted))
        rest = {key: (*asked, key in self.central) for key, asked in self.wanted.items() if follow is None or key != first}
        before, work = len(self.wanted) - len(rest), partial(_answers, self.belief_points, follow, able, use)
        answers = spread(work, list(rest.values()), jobs, lambda n, _: tell(before + n, len(self.wanted)), must=0)
        for key, found in zip(rest, answers, strict=True):
            self._note(key, found)
        refuse_most(list(self.unsolved.values()), len(self.wanted), "games")

    def _note(self, key: str, found: Answers | NotSolved) -> None:
        if isinstance(found, NotSolved):
            self.unsolved[key] = found
            return
        self.solves += 1
        for coarse, numbers in enumerate(found[:-1]):
            self.known |= {(key, atom, bool(coarse)): x for atom, x in zip(self.wanted[key][1], numbers, strict=True)}

    def _follower(self) -> Follower | None:
        """Return what follows the record, where a claim asks for its likelihood."""
        for _, asked in self.wanted.values():
            for atom, text in asked.items():
                if not isinstance(atom, Loglik):
                    continue
                if self.record is None or self.acts is None:
                    what = "no event record stands beside the scenario: loglik() has nothing to weigh"
                    raise QueryError(pointed(text, atom.column, what))
                return Follower(self.record.check(self.base), self.acts, self.base)
        return None


def _answers(
    belief_points: int, follow: Follower | None, able: frozenset[int], use: frozenset[int] | None,
    wanted: tuple[Scenario, dict[Any, str], bool],
) -> Answers:  # fmt: skip
    """Solve a variant; return the number of every atom asked about it, on a coarser grid too if wanted, and the events that count.

    Those are `use`, or where it is None the events in `able` that this variant can place.
    """
    s, asked, refine = wanted
    solved = solve_scenario(s, belief_points, refine=refine)
    f = Filter(solved)
    if use is None:
        use = follow.run(f).used & able if follow is not None else able
    coarser = [math.nan] * len(asked) if solved.coarser is None else _numbers(s, Filter(solved.coarser), follow, use, asked)
    return _numbers(s, f, follow, use, asked), coarser, use


def _numbers(
    s: Scenario, f: Filter, follow: Follower | None, use: frozenset[int], asked: dict[Any, str]
) -> list[float]:
    """Return the number of every atom asked about a solved variant."""
    view, out = View(s, f.s), []
    for atom, text in asked.items():
        if follow is not None and isinstance(atom, Loglik):
            out.append(follow.log_likelihood(f, use))
        else:
            out.append(view.answer(atom, text))
    return out


def _arithmetic(sign: str, a: float, b: float) -> float:
    if sign == "/":
        return a / b if b != 0 else math.nan
    return {"+": a + b, "-": a - b, "*": a * b}[sign]


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _finding(c: Claim, q: Query, name: str, sides: np.ndarray, coarse: list[float]) -> Finding:
    left, right = sides[:, 0], sides[:, 1]
    if q.compare is None:
        off = _told(between(float(left[0]), coarse[0]))
        return Finding(c, name, float(left[0]), None, None, _range(left[1:]), "nothing compared", off)
    margin = left - right if q.compare.startswith(">") else right - left
    off = _told(between(float(left[0] - right[0]), coarse[0] - coarse[1]))
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
