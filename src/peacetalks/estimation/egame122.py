"""Two players, four outcomes: player 2 answers either action of player 1.

::

    1 --- left ---> 2 --- left ----> u11, 0
      \\              \\-- right ---> u12, u22
       \\- right --> 2 --- left ----> u13, 0
                      \\-- right ---> u14, u24

At each of its decisions player 2's payoff from the left action is nought.  With G the distribution function of the
errors and s1, s2 the standard deviations of the errors of gains (`player_errors.py`):

    p2 = G(u22 / s2),  p4 = G(u24 / s2)                   2 goes right after left, after right
    q  = G((p4 u14 + (1 - p4) u13 - p2 u12 - (1 - p2) u11) / s1)            1 goes right

    Pr = (1 - q)(1 - p2),  (1 - q) p2,  q (1 - p4),  q p4

Agent error: s1 = sigma1 sqrt(2), s2 = sigma2 sqrt(2).  Private information: s2 = sigma2 sqrt(2) and
s1 = sigma1 sqrt(p2^2 + (1 - p2)^2 + p4^2 + (1 - p4)^2).

Scores: as in `egame12.py`, with dz = [p4 du14 + (1 - p4) du13 - p2 du12 - (1 - p2) du11 + (u14 - u13) dp4
- (u12 - u11) dp2] / s1 for player 1 under agent error.

Source: Kenkel and Signorino (2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.estimation.extensive import ExtensiveGame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.estimation.derivatives import Differentiable
    from peacetalks.estimation.player_errors import PlayerErrors


class Egame122(ExtensiveGame):
    """A decision of player 1, then one of player 2 in any case."""

    game = "egame122"
    payoffs = ((1, 0), (1, 1), (1, 2), (1, 3), (2, 1), (2, 3))
    paths = ("00", "01", "10", "11")
    players = 2

    def log_probabilities(self, payoffs: Sequence[Differentiable], errors: PlayerErrors) -> list[Differentiable]:
        """Return the log of the probability of every outcome."""
        u11, u12, u13, u14, u22, u24 = payoffs
        after_left = errors.choice(u22, player=2, weights=(1.0, 1.0))
        after_right = errors.choice(u24, player=2, weights=(1.0, 1.0))
        right = after_right.no * u13 + after_right.yes * u14
        left = after_left.no * u11 + after_left.yes * u12
        chances = (after_left.no, after_left.yes, after_right.no, after_right.yes)
        first = errors.choice(right - left, player=1, weights=chances)
        return [
            first.log_no + after_left.log_no,
            first.log_no + after_left.log_yes,
            first.log_yes + after_right.log_no,
            first.log_yes + after_right.log_yes,
        ]
