"""How large payoffs may be for the arithmetic.

Only differences between the profiles of a node decide its strategies, and the arithmetic keeps these apart from what
all profiles share: large payoffs keep the digits that a number holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import GameError
from peacetalks.game.language import place
from peacetalks.game.payoffs import horizon_values
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from peacetalks.game.compile import Compiled

MOST = 1e22  # precision times payoff
LARGEST = 1e20  # payoff at any precision


def steepness(c: Compiled, rationality: np.ndarray) -> float:
    """Return the largest difference of payoffs at a node, times precision: how far log-odds may be apart there."""
    lay = c.layout
    if not c.n_nodes:
        return 0.0
    paid = (lay.payoff + lay.incentive) * rationality[lay.player_of]
    first = lay.prof_ptr[:-1]
    return float((np.maximum.reduceat(paid, first) - np.minimum.reduceat(paid, first)).max())


def check_magnitudes(c: Compiled, rationality: np.ndarray) -> None:
    """Raise `GameError` where a payoff is more than the arithmetic can hold, with the place and the cure."""
    lay = c.layout
    lam, lam_of_player = rationality[lay.player_of], rationality
    tables = [("payoff", lay.payoff, lam), ("incentive", lay.incentive, lam)]
    tables += [("typed", lay.typed_payoff, lam_of_player), ("typed", lay.typed_incentive, lam_of_player)]
    tables += [("start", lay.boundary_payoff, lam), ("start", lay.boundary_incentive, lam)]
    if c.game.value is not None:
        tables.append(("last", horizon_values(c.game, c.boundaries), lam))
    for kind, table, precision in tables:
        if not table.size:
            continue
        rows = table.reshape(-1, table.shape[-1])
        size = np.maximum(rows.max(axis=0), -rows.min(axis=0))
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = size * precision
        if not (scaled.max() <= MOST and size.max() <= LARGEST):
            raise _too_large(c, kind, table, precision)


def _too_large(c: Compiled, kind: str, table: np.ndarray, precision: np.ndarray) -> GameError:
    """Return the error of the first entry that is too large."""
    with np.errstate(over="ignore", invalid="ignore"):
        wrong = ~((np.abs(table) * precision <= MOST) & (np.abs(table) <= LARGEST))
    at = tuple(np.argwhere(wrong)[0].tolist())
    lay = c.layout
    player = at[-1] if kind == "typed" else int(lay.player_of[at[-1]])
    if kind in ("start", "last"):
        where = f"state {shorten(c.boundaries[at[0]])}" + (" at the horizon" if kind == "last" else "")
    else:
        row = int(np.flatnonzero(lay.typed == at[0])[0]) if kind == "typed" else at[0]
        where = _move(c, row)
    amount, lam = float(table[at]), float(precision[at[-1]])
    return GameError(
        f"{where}: {c.game.players[player]!r} is paid {amount:.6g} at rationality {lam:g}; the arithmetic holds "
        f"payoffs up to {LARGEST:.0e}, and payoff times rationality up to {MOST:.0e}. Rescale payoffs to shares of "
        "the stake (1 = everything contested), or lower the rationality."
    )


def _move(c: Compiled, row: int) -> str:
    """Return the place of a profile in words."""
    lay = c.layout
    node = int(np.searchsorted(lay.prof_ptr, row, side="right")) - 1
    stage, state = c.nodes[node]
    acts = np.unravel_index(row - int(lay.prof_ptr[node]), [len(own) for own in c.labels[node]])
    labels = [own[int(a)] for own, a in zip(c.labels[node], acts, strict=True)]
    return place((c.game.stages[stage], state, labels[0] if len(labels) == 1 else " / ".join(map(str, labels))))
