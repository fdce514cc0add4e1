"""Three players, four outcomes: each acts where the one before has acted.

::

    1 --- not ---------------------------------> u11, 0,   0
      \\-- acts --> 2 --- not -----------------> u13, u23, 0
                     \\-- acts --> 3 --- not --> u15, u25, 0
                                    \\-- acts -> u16, u26, u36

Player 2's payoff where player 1 does not act plays no part, and player 3's payoff where it does not act is nought.
With G the distribution function of the errors and s1, s2, s3 the standard deviations of the errors of gains
(`player_errors.py`):

    p6 = G(u36 / s3)                                                        3 acts
    p4 = G((p6 u26 + (1 - p6) u25 - u23) / s2)                              2 acts
    p2 = G((p4 [p6 u16 + (1 - p6) u15] + (1 - p4) u13 - u11) / s1)          1 acts

    Pr = 1 - p2,  p2 (1 - p4),  p2 p4 (1 - p6),  p2 p4 p6

Agent error: each s is sigma sqrt(2).  Private information: s3 = sigma3 sqrt(2), s2 = sigma2 sqrt(1 + p6^2 + (1 - p6)^2)
and s1 = sigma1 sqrt(1 + (1 - p4)^2 + (p4 (1 - p6))^2 + (p4 p6)^2).

Scores: as in `egame12.py`; player 1's argument depends on dp4 through its two ends and on dp6 through both, and dp4 on
dp6 in turn.

Source: Signorino (1999) for the method, Kenkel and Signorino (2014) for the game.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.estimation.extensive import ExtensiveGame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.estimation.derivatives import Differentiable
    from peacetalks.estimation.player_errors import PlayerErrors


class Egame123(ExtensiveGame):
    """A decision of player 1; where it acts one of player 2; where that acts one of player 3."""

    game = "egame123"
    payoffs = ((1, 0), (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 3))
    paths = ("0**", "10*", "110", "111")
    players = 3

    def log_probabilities(self, payoffs: Sequence[Differentiable], errors: PlayerErrors) -> list[Differentiable]:
        """Return the log of the probability of every outcome."""
        u11, u13, u15, u16, u23, u25, u26, u36 = payoffs
        third = errors.choice(u36, player=3, weights=(1.0, 1.0))
        gain = third.no * u25 + third.yes * u26 - u23
        second = errors.choice(gain, player=2, weights=(1.0, third.no, third.yes))
        not_third, both = second.yes * third.no, second.yes * third.yes
        gain = second.no * u13 + not_third * u15 + both * u16 - u11
        first = errors.choice(gain, player=1, weights=(1.0, second.no, not_third, both))
        act_twice = first.log_yes + second.log_yes
        return [first.log_no, first.log_yes + second.log_no, act_twice + third.log_no, act_twice + third.log_yes]
