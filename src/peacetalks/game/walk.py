"""The walk over the states that can be reached: stage by stage, many states at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import GameError
from peacetalks.game.alike import Expander
from peacetalks.game.codes import Codes, Met

if TYPE_CHECKING:
    from peacetalks.game.language import Game

MAX_NODES = 1_000_000
AT_ONCE = 1024  # states that are expanded together: more of them would hold much memory and save no time


class Walk:
    """Visits every state that can be reached within the horizon, period by period, and collects what it finds.

    Attributes
    ----------
    met : list of Met
        Stage -> its states; after the last stage, the boundaries, the opening ones before the others.
    expanders : list of Expander
        Stage -> the patterns of its states.
    pattern, entries : list of array
        Stage -> number of each state's pattern, and of its lottery entries.
    to : list of array
        Stage -> number of the state at the next stage that each lottery entry leads to.
    """

    def __init__(self, game: Game) -> None:
        self.game = game
        self.codes = Codes(game)
        self.met = [Met(self.codes) for _ in range(len(game.stages) + 1)]
        self.expanders = [Expander(game, stage, self.codes) for stage in game.stages]
        self._found: list[list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = [[] for _ in game.stages]
        self._size = 0
        self._visit()
        self.codes.forget_objects()
        joined = [tuple(map(np.concatenate, zip(*found, strict=True))) for found in self._found]
        self.pattern, self.entries, self.to = map(list, zip(*joined, strict=True))

    def _visit(self) -> None:
        """Visit the states period by period until no new one is reached or the last period is over."""
        empty = np.empty(0, np.int64)
        for found in self._found:
            found.append((empty, empty, empty))
        self.met[-1].add(self.codes.rows(list(self.game.starts())))
        rows = self.met[-1].latest()
        self.n_starts, period = len(rows), 0
        while len(rows) and (self.game.periods is None or period < self.game.periods):
            self._reach(0, rows)
            rows = self.met[-1].latest()
            period += 1

    def _reach(self, k: int, rows: np.ndarray) -> np.ndarray:
        """Return the numbers of states at stage k; expand those that are new, and reach what they lead to."""
        numbers, new = self.met[k].add(rows)
        for low in range(0, len(new) if k < len(self.game.stages) else 0, AT_ONCE):
            pattern, entries, to = self.expanders[k](new[low : low + AT_ONCE])
            self._count(k, pattern, entries)
            self._found[k].append((pattern, entries, self._reach(k + 1, to)))
        return numbers

    def _count(self, k: int, pattern: np.ndarray, entries: np.ndarray) -> None:
        """Count the nodes among states."""
        self._size += len(pattern) - np.count_nonzero(self.expanders[k].single(pattern, entries))
        if self._size > MAX_NODES:
            raise GameError(
                f"the game has more than {MAX_NODES:,} nodes (stage {self.game.stages[k].name!r}); "
                "use fewer offers, front positions or state variables"
            )
