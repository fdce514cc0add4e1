"""The numbers of a query under every account and draw of a scenario's ranges.

Arithmetic, base rates and numbers of the scenario are evaluated here; what needs a solved game is asked of a `Batch`.
"""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import expit, logit

from peacetalks.errors import EvidenceError, QueryError, SpecError, did_you_mean
from peacetalks.evidence import base_rate
from peacetalks.questions.query import pointed
from peacetalks.questions.query_tree import Binary, Effect, Literal, Loglik, Param, Query, Rate, at_month_ends
from peacetalks.scenario.what_if import as_drawn, changed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.questions.batch import Batch
    from peacetalks.scenario.scenario import Scenario

RATE_EDGE = 1e-6  # the interval of a base rate is kept this far from 0 and 1 before its log-odds are taken
NORMAL_95 = 1.96  # half the width of a 95% interval of the normal distribution


class Case(NamedTuple):
    """Where a query is evaluated."""

    text: str  # of the query, for errors
    account: str
    at: Mapping[str, Scenario]  # every account at this draw
    draw: int  # 0: central values
    finer: bool  # whether the number is that which a finer belief grid may give


class QueryValues:
    """Evaluates queries under the accounts and draws of one scenario.

    Parameters
    ----------
    batch : Batch
        Looks up what needs a solved game.
    variants : {account: Scenario}
        The scenario under every account, "base" first.
    drawn : {account: [Scenario]}
        Central values (entry 0) and draws.
    seed : int
        Of the draws of base rates.
    """

    def __init__(
        self, batch: Batch, variants: Mapping[str, Scenario], drawn: Mapping[str, Sequence[Scenario]], seed: int
    ) -> None:
        self.batch, self.variants, self.drawn, self.seed = batch, variants, drawn, seed
        self._rates: dict[Rate, Any] = {}
        self._changed: dict[tuple[str, str, float | str], tuple[Scenario, tuple[str, ...]]] = {}
        self._settings: dict[tuple[str, str, float | str, str], Scenario] = {}

    def sides(self, q: Query, account: str, draw: int, finer: bool = False) -> tuple[float, float]:
        """Return the numbers of both sides of a query; not a number where one is not known or there is no right side.

        Parameters
        ----------
        draw : int
            0 for central values.
        finer : bool
            Return what the numbers may become on a finer belief grid.

        Raises
        ------
        QueryError
            The query cannot be answered for the scenario.
        NotSolved
            A game that is needed was found to have no solution.
        """
        at = {name: scenarios[draw] for name, scenarios in self.drawn.items() if draw < len(scenarios)}
        case = Case(q.text, account, at, draw, finer)
        return self._value(case, q.left), self._value(case, q.right)

    def _value(self, case: Case, node: Any) -> float:
        """Return the number of a node of the query."""
        match node:
            case None:
                return math.nan
            case Literal():
                return node.value
            case Binary():
                return _arithmetic(node.sign, self._value(case, node.left), self._value(case, node.right))
            case Rate():
                return self._rate(case, node)
            case Effect():
                return self._effect(case, node)
            case Param():
                return self._param(case, node)
        account = self._account(case, node) if isinstance(node, Loglik) else case.account
        return sum(weight * self._number(case, account, part) for weight, part in self._at_month_ends(case, node))

    def _number(self, case: Case, account: str, node: Any) -> float:
        """Return a number that needs a solved game."""
        return self.batch.number(case.at[account], node, case.text, central=case.draw == 0, finer=case.finer)

    def _at_month_ends(self, case: Case, node: Any) -> list[tuple[float, Any]]:
        """Return a part of the query at the month ends around its dates, with weights."""
        try:
            return list(at_month_ends(node, self.variants["base"].as_of))
        except QueryError as e:
            raise QueryError(pointed(case.text, node.column, str(e))) from None

    def _effect(self, case: Case, node: Effect) -> float:
        """Return by how much a number changes between two settings of an entry."""
        before, after = (self._at_setting(case, node, to) for to in (node.before, node.after))
        later, earlier = (self._value(case._replace(at={**case.at, case.account: s}), node.on) for s in (after, before))
        return later - earlier

    def _at_setting(self, case: Case, node: Effect, to: float | str) -> Scenario:
        """Return the scenario at hand with the entry of an effect at a setting, made once."""
        s = case.at[case.account]
        if to == "now":
            return s
        entry = (case.account, node.path, to)
        key = (*entry, self.batch.key(s))
        try:
            if entry not in self._changed:
                self._changed[entry] = changed(self.variants[case.account], node.path, to)
            if key not in self._settings:
                self._settings[key] = as_drawn(*self._changed[entry], s)
        except SpecError as e:
            raise QueryError(pointed(case.text, node.column, str(e))) from None
        return self._settings[key]

    def _param(self, case: Case, node: Param) -> float:
        """Return a number of the scenario at hand."""
        numbers = case.at[case.account].numbers()
        if node.path not in numbers:
            what = f"the scenario writes no number {node.path!r}{did_you_mean(node.path, numbers)}"
            raise QueryError(pointed(case.text, node.column, what))
        return float(numbers[node.path])

    def _account(self, case: Case, node: Loglik) -> str:
        """Return the account under which the record is asked for."""
        if node.account is None:
            return case.account
        if node.account not in self.variants:
            hint = did_you_mean(node.account, self.variants)
            what = f"no account is called {node.account!r}{hint}; known: {', '.join(self.variants)}"
            raise QueryError(pointed(case.text, node.column, what))
        return node.account

    def _rate(self, case: Case, node: Rate) -> float:
        """Return a base rate, or under a draw a value from the distribution that its interval implies."""
        if node not in self._rates:
            try:
                self._rates[node] = base_rate(node.question, node.where, self.variants["base"].as_of)
            except EvidenceError as e:
                raise QueryError(pointed(case.text, node.column, str(e))) from None
        found = self._rates[node]
        if found.probability is None or found.interval is None:
            return math.nan
        if case.draw == 0:
            return found.probability
        p, low, high = logit(np.clip([found.probability, *found.interval], RATE_EDGE, 1 - RATE_EDGE))
        deviation = (high - low) / (2 * NORMAL_95)
        seeds = [self.seed, case.draw, zlib.crc32(node.question.encode())]
        return float(expit(p + deviation * np.random.default_rng(seeds).standard_normal()))


def _arithmetic(sign: str, a: float, b: float) -> float:
    """Return a sum, difference, product or quotient; not a number for a division by zero."""
    if sign == "/":
        return a / b if b != 0 else math.nan
    return {"+": a + b, "-": a - b, "*": a * b}[sign]
