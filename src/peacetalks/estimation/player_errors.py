"""Why the same covariates do not always lead to the same outcome: the error that a player's choice holds for others.

Agent error: at every decision the player's gain from an action is measured with error, since an agent who acts for it
values each of the two ends by an error of its own.  Probit: both errors are normal with standard deviation sigma, their
difference has sigma * sqrt(2).  Logit: the difference is logistic of scale sigma * sqrt(2), as in the package `games`
(both errors are type 1 extreme values of that scale).  This is the logit agent quantal response equilibrium with
precision 1 / (sigma * sqrt(2)).

Private information: each of the player's payoffs holds a normal error that the player knows and others do not.  At a
decision where an action leads to ends k with chances w[k], its gain holds the sum of w[k] times these errors, with
standard deviation sigma * sqrt(sum of w[k]^2) over the ends of both actions.

Sources: Signorino (2003) compares the two; Signorino and Tarar (2006) estimate the first as strategic probit; Kenkel
and Signorino (2014) have both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EstimationError
from peacetalks.estimation.derivatives import Choice, Differentiable, choice

if TYPE_CHECKING:
    from collections.abc import Sequence

LINKS = ("probit", "logit")
ERRORS = ("agent", "private")


@dataclass(frozen=True)
class PlayerErrors:
    """The errors of all players: their kind, distribution and, where it is estimated, their scale.

    Attributes
    ----------
    link : {"probit", "logit"}
    error : {"agent", "private"}
    scales : tuple of Differentiable
        sigma: none (then it is 1), one for all players, or one for each.
    """

    link: str
    error: str
    scales: tuple[Differentiable, ...] = ()

    def choice(self, gain: Differentiable, player: int, weights: Sequence[Differentiable | float]) -> Choice:
        """Return the chances of an action.

        Parameters
        ----------
        gain : Differentiable
            Its expected payoff less the other's.
        player : int
            Who acts; 1 is the first.
        weights : sequence of Differentiable or float
            Of the payoffs in the gain, for private information.
        """
        sd = self._standard_deviation(weights)
        gain = gain / sd if isinstance(sd, Differentiable) else gain * (1 / sd)
        if self.scales:
            gain = gain / self.scales[player - 1 if len(self.scales) > 1 else 0]
        return choice(gain, self.link)

    def _standard_deviation(self, weights: Sequence[Differentiable | float]) -> Differentiable | float:
        """Return the spread of the gain's error where sigma is 1: a standard deviation, with logit the scale."""
        if self.error == "agent":
            return np.sqrt(2.0)
        known = sum(w**2 for w in weights if not isinstance(w, Differentiable))
        uncertain = [w.squared() for w in weights if isinstance(w, Differentiable)]
        if not uncertain:
            return np.sqrt(known)
        total = uncertain[0] + known
        for square in uncertain[1:]:
            total = total + square
        return total.root()


def require_errors(link: str, error: str) -> None:
    """Raise `EstimationError` for a link or a kind of error that is none, or for a pair that has no closed form.

    >>> require_errors("cauchy", "agent")
    Traceback (most recent call last):
    ...
    peacetalks.errors.EstimationError: link: expected 'probit' or 'logit', got 'cauchy'
    """
    if link not in LINKS:
        raise EstimationError(f"link: expected 'probit' or 'logit', got {link!r}")
    if error not in ERRORS:
        raise EstimationError(f"error: expected 'agent' or 'private', got {error!r}")
    if (link, error) == ("logit", "private"):
        raise EstimationError(
            "error='private' needs link='probit': a weighted sum of extreme-value errors has no closed form"
        )
