"""Numbers that queries ask for: looked up, and where a solved game is needed collected first and solved once a variant.

A variant of the scenario (an account, a draw of its ranges, a setting of an `effect`) is solved once, whatever the number
of claims; its answers may be kept in a file (`answer_cache.py`).
"""

from __future__ import annotations

import math
import zlib
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.equilibrium.belief_filter import Filter
from peacetalks.equilibrium.solution import refuse_most
from peacetalks.errors import EvidenceError, NotSolved, QueryError, SpecError, did_you_mean
from peacetalks.evidence import base_rate
from peacetalks.forecasting import accuracy as numerics
from peacetalks.forecasting.jobs import Tell, spread
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.questions.answer_cache import Kept, name_of, note
from peacetalks.questions.evaluate import View
from peacetalks.questions.filter_record import Follower, movable
from peacetalks.questions.query import Binary, Effect, Literal, Loglik, Param, Query, Rate, pointed
from peacetalks.scenario.files import play_key
from peacetalks.scenario.scenario import Scenario
from peacetalks.scenario.what_if import as_drawn, changed

if TYPE_CHECKING:
    from pathlib import Path

    from peacetalks.questions.events import Acts, Record

Wanted = tuple[Scenario, dict[Any, str]]  # a variant of the scenario, {atom asked about it: text of its query}


class Asked(NamedTuple):
    """What one solve has to answer."""

    scenario: Scenario
    atoms: dict[Any, str]  # with the text of their query
    central: bool  # at central values: the error of the belief grid is told
    name: str  # of the answers, in a file


class Answers(NamedTuple):
    """The numbers of one solved variant."""

    numbers: list[float]  # in the order of the atoms
    finer: list[float]  # how far a finer belief grid may move them; not a number where no coarser one tells it
    events: frozenset[int]  # that count in the likelihood of the record


class Bench:
    """Looks numbers up; what needs a solved game is collected first and solved once for each variant."""

    def __init__(
        self,
        read_as: dict[str, Scenario],
        base: Scenario,
        record: Record | None,
        acts: Acts | None,
        belief_points: int,
        seed: int,
        kept: Kept,
    ) -> None:
        self.read_as, self.base, self.record, self.acts = read_as, base, record, acts
        self.belief_points, self.seed, self.kept = belief_points, seed, kept
        self.solves = self.reused = 0
        self.wanted: dict[str, Wanted] = {}  # variant -> what is asked
        self.known: dict[tuple[str, Any, bool], float] = {}  # (variant, atom, as a finer grid may have it)
        self.central: set[str] = set()  # variants at central values: the error of the belief grid is told for these
        self.unsolved: dict[str, NotSolved] = {}  # variants without a solution
        self.lacking: NotSolved | None = None  # why a number just asked for is not known
        self.rates: dict[Rate, Any] = {}
        self.changed: dict[tuple[str, str, float | str], tuple[Scenario, tuple[str, ...]]] = {}
        self.settings: dict[tuple[str, str, float | str, str], Scenario] = {}
        self.keys: dict[int, tuple[Scenario, str]] = {}

    def value(
        self, q: Query, node: Any, drawn: dict[str, list[Scenario]], name: str, i: int, finer: bool = False
    ) -> float:
        """Return the number of a node under draw `i` of an account (0: central values), or how far a `finer` grid may move it."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Binary):
            a, b = (self.value(q, x, drawn, name, i, finer) for x in (node.left, node.right))
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
            after, before = (self.value(q, node.on, {**drawn, name: [x] * (i + 1)}, name, i, finer) for x in (two, one))
            return after - before
        return self._param(node, s, q.text) if isinstance(node, Param) else self._model(node, s, q.text, i == 0, finer)

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
            what = f"the scenario writes no number {node.path!r}{did_you_mean(node.path, numbers)}"
            raise QueryError(pointed(text, node.column, what))
        return float(numbers[node.path])

    def _named(self, node: Loglik, text: str) -> str:
        if node.account not in self.read_as:
            hint = did_you_mean(str(node.account), self.read_as)
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

    def _model(self, atom: Any, s: Scenario, text: str, central: bool, finer: bool) -> float:
        key = self._key(s)
        self.lacking = self.unsolved.get(key, self.lacking)
        if central:
            self.central.add(key)
        self.wanted.setdefault(key, (s, {}))[1].setdefault(atom, text)
        return self.known.get((key, atom, finer), math.nan)

    def solve(self, tell: Tell, jobs: int = 1) -> None:
        """Solve every variant that was asked about, once, and keep only the numbers."""
        follow, first, done = self._follower(), play_key(self.base), 0
        able, use = frozenset[int](), frozenset[int]()
        if follow is not None:  # the base says which events count
            able, done = movable(follow, self.read_as), 1
            self.wanted.setdefault(first, (self.base, {}))
            self.central.add(first)
            asked = self._asked(first, able, None)
            found = self._known(asked)
            if found is None:
                found = _kept(self.kept.path, self.belief_points, follow, able, None, asked)
            if isinstance(found, NotSolved):
                raise found
            self._note(first, found)
            use = found.events
            tell(done, len(self.wanted))
        rest = {key: self._asked(key, able, use) for key in self.wanted if follow is None or key != first}
        for key in list(rest):
            if (known := self._known(rest[key])) is not None:
                self._note(key, known)
                done += 1
                del rest[key]
        work = partial(_kept, self.kept.path, self.belief_points, follow, able, use)
        answers = spread(work, list(rest.values()), jobs, lambda n, _: tell(done + n, len(self.wanted)), must=0)
        for key, found in zip(rest, answers, strict=True):
            self._note(key, found)
        refuse_most(list(self.unsolved.values()), len(self.wanted), "games")

    def _asked(self, key: str, able: frozenset[int], use: frozenset[int] | None) -> Asked:
        """Return what is asked about a variant, with the name under which its answers are kept."""
        s, atoms = self.wanted[key]
        record = [x and x.model_dump_json() for x in (self.record, self.acts)] if able or use else None
        events = [sorted(able), use and sorted(use)]
        central = key in self.central
        return Asked(s, atoms, central, name_of(self.belief_points, key, list(atoms), central, record, events))

    def _known(self, asked: Asked) -> Answers | NotSolved | None:
        """Return the answers kept from before, if there are any."""
        found = self.kept.find(asked.name)
        if found is None:
            return None
        self.reused += 1
        return (
            NotSolved(found["unsolved"])
            if "unsolved" in found
            else Answers(**found | {"events": frozenset(found["events"])})
        )

    def _note(self, key: str, found: Answers | NotSolved) -> None:
        if isinstance(found, NotSolved):
            self.unsolved[key] = found
            return
        self.solves += 1
        for finer, numbers in ((False, found.numbers), (True, found.finer)):
            self.known |= {(key, atom, finer): x for atom, x in zip(self.wanted[key][1], numbers, strict=True)}

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


def _kept(
    path: Path | None,
    belief_points: int,
    follow: Follower | None,
    able: frozenset[int],
    use: frozenset[int] | None,
    asked: Asked,
) -> Answers:
    """Return the answers to what is asked about a variant, and add them to the file at `path`."""
    try:
        found = _answers(belief_points, follow, able, use, asked)
    except NotSolved as e:
        note(path, asked.name, {"unsolved": str(e)})
        raise
    note(path, asked.name, found._asdict() | {"events": sorted(found.events)})
    return found


def _answers(
    belief_points: int, follow: Follower | None, able: frozenset[int], use: frozenset[int] | None, asked: Asked
) -> Answers:
    """Solve a variant and answer; the events that count are `use`, or where it is None those in `able` that it can place."""
    solved = solve_scenario(asked.scenario, belief_points, refine=asked.central)
    f = Filter(solved)
    if use is None:
        use = follow.run(f).used & able if follow is not None else able
    here, there = _numbers(asked, f, follow, use), [math.nan] * len(asked.atoms)
    if solved.coarser is not None:
        there = _numbers(asked, Filter(solved.coarser), follow, use)
    return Answers(here, [numerics.finer(a, b, solved) for a, b in zip(here, there, strict=True)], use)


def _numbers(asked: Asked, f: Filter, follow: Follower | None, use: frozenset[int]) -> list[float]:
    """Return the number of every atom asked about a solved variant."""
    view, out = View(asked.scenario, f.s), []
    for atom, text in asked.atoms.items():
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
