"""Games of two or three decisions, one after another, with errors at every decision; each has a file of its own.

The game is solved backward: a player who acts later is believed to act with the probabilities that the model gives.
The probability of an outcome is the product along its path, so that the log-likelihood of a play is the sum of the
logs of the chances of the actions taken (Signorino 1999).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from peacetalks.estimation.derivatives import Differentiable
from peacetalks.estimation.observations import NOT_REACHED
from peacetalks.estimation.player_errors import PlayerErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from peacetalks.estimation.model import Array
    from peacetalks.estimation.observations import Outcomes


@dataclass(frozen=True)
class ExtensiveGame(ABC):
    """A game with known decisions; an `IndexGame` whose indices are payoffs and logs of scales.

    Attributes
    ----------
    game : str
        Its name.
    payoffs : tuple of (int, int)
        Which payoffs are not nought: the player, and the index of the outcome.
    paths : tuple of str
        The actions that lead to each outcome (`observations.py`).
    players : int
    coding : Outcomes
        How the data name outcomes.
    link, error : str
        As in `PlayerErrors`.
    """

    coding: Outcomes
    link: str
    error: str

    game: ClassVar[str]
    payoffs: ClassVar[tuple[tuple[int, int], ...]]
    paths: ClassVar[tuple[str, ...]]
    players: ClassVar[int]

    @abstractmethod
    def log_probabilities(self, payoffs: Sequence[Differentiable], errors: PlayerErrors) -> list[Differentiable]:
        """Return the log of the probability of every outcome."""

    @property
    def name(self) -> str:
        """The name of the game."""
        return self.game

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Labels of the outcomes."""
        return self.coding.labels

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the payoffs, in the order of the parts of the formula."""
        return tuple(f"u{player}({self.outcomes[end]})" for player, end in self.payoffs)

    def ends_after(self, player: int) -> int:
        """Return the number of outcomes that a player's decision can lead to; players act in their order."""
        return sum(path[player - 1] != NOT_REACHED for path in self.paths)

    def read(self, data: pl.DataFrame) -> Array | None:
        """Return the index of the outcome of every play, [row]."""
        return self.coding.read(data)

    def observed(self, seen: Array) -> Array:
        """Return the index of the outcome of every play, [row]."""
        return seen

    def log_likelihood(self, indices: Sequence[Differentiable], seen: Array) -> Differentiable:
        """Return the log-likelihood of every play."""
        logs = self._logs(indices)
        rows = np.arange(len(seen))
        value = np.stack([log.value for log in logs])[seen, rows]
        slopes = np.zeros_like(logs[0].slopes)
        for k, log in enumerate(logs):
            slopes += np.where(seen == k, log.slopes, 0.0)
        return Differentiable(value, slopes)

    def information(self, indices: Sequence[Differentiable]) -> Array:
        """Return the expected products of the derivatives over outcomes, [index, index, row]."""
        logs = self._logs(indices)
        return sum((np.exp(log.value) * log.slopes[:, None] * log.slopes[None] for log in logs), np.zeros(()))

    def probabilities(self, indices: Array) -> Array:
        """Return the probability of every outcome, [row, outcome]."""
        none = np.zeros((0, indices.shape[1]))
        logs = self._logs([Differentiable(value, none) for value in indices])
        return np.exp(np.stack([log.value for log in logs], axis=1))

    def start(self, labels: Sequence[str], seen: Array | None) -> Array:
        """Return nought for every payoff and for the log of every scale."""
        return np.zeros(len(labels))

    def _logs(self, indices: Sequence[Differentiable]) -> list[Differentiable]:
        """Return the log of the probability of every outcome."""
        scales = tuple(log.exp() for log in indices[len(self.payoffs) :])
        return self.log_probabilities(indices[: len(self.payoffs)], PlayerErrors(self.link, self.error, scales))
