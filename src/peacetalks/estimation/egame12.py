"""Two players, three outcomes: strategic deterrence (Signorino and Tarar 2006).

::

    1 --- not ------------------------> u11, 0
      \\-- acts --> 2 --- not ---------> u13, 0
                     \\-- acts --------> u14, u24

Player 2's payoff where it does not act is nought, as the scale of payoffs has no origin.  With G the distribution
function of the errors, a normal or logistic one, and s1, s2 the standard deviations of the error of each player's gain
(`player_errors.py`):

    p4 = G(u24 / s2)                                      2 acts
    p2 = G((p4 u14 + (1 - p4) u13 - u11) / s1)            1 acts

    Pr(not) = 1 - p2,   Pr(1 acts, 2 not) = p2 (1 - p4),   Pr(both act) = p2 p4

Agent error: s1 = sigma1 sqrt(2), s2 = sigma2 sqrt(2).  Private information: s2 = sigma2 sqrt(2) and
s1 = sigma1 sqrt(1 + p4^2 + (1 - p4)^2).

Scores: with h(z) = G'(z) / G(z) and z2, z4 the arguments above, a play in which 1 acts adds h(z2) dz2 and one in which
it does not -h(-z2) dz2; for agent error dz2 = [p4 du14 + (1 - p4) du13 - du11 + (u14 - u13) dp4] / s1,
dp4 = G'(z4) dz4, and dz4 = du24 / s2.  A log of scale adds dz = -z dlog(s).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.estimation.extensive import ExtensiveGame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.estimation.derivatives import Differentiable
    from peacetalks.estimation.player_errors import PlayerErrors


class Egame12(ExtensiveGame):
    """A decision of player 1 and, where it acts, one of player 2."""

    game = "egame12"
    payoffs = ((1, 0), (1, 1), (1, 2), (2, 2))
    paths = ("0*", "10", "11")
    players = 2

    def log_probabilities(self, payoffs: Sequence[Differentiable], errors: PlayerErrors) -> list[Differentiable]:
        """Return the log of the probability of every outcome."""
        u11, u13, u14, u24 = payoffs
        second = errors.choice(u24, player=2, weights=(1.0, 1.0))
        gain = second.no * u13 + second.yes * u14 - u11
        first = errors.choice(gain, player=1, weights=(1.0, second.no, second.yes))
        return [first.log_no, first.log_yes + second.log_no, first.log_yes + second.log_yes]
