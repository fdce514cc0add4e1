r"""Credibility of threats: capability times belief in use.

A threat counts as what could be done times the belief that it will be done: :math:`\text{credibility} = C \times B`.
Superior means count for nothing where nobody believes in their use (B = 0), nor does resolve without means (C = 0).
The discount applies to threats only, not to harm that is being done: to what a challenger expects to lose by an
answered probe, and to the reference hazard with which a threat of sanctions is carried out.  A scenario without the
table takes threats at face value (C B = 1).  C and B lie between 0 and 1.

The product is the simplest form of Schelling's (1966) view that a threat deters by power and by expectation together.

References
----------
Schelling, T. C. (1966). Arms and Influence. Yale University Press.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario


def of(s: Scenario) -> float:
    """Return the credibility of threats, between 0 and 1 (1 where the scenario has no table `credibility`)."""
    return 1.0 if s.credibility is None else s.credibility.capability * s.credibility.belief_in_use


def loss(s: Scenario) -> float:
    """Return what an answered probe costs the challenger in its own estimate: the loss times the credibility."""
    assert s.challengers is not None
    return float(s.challengers.loss) * of(s)


def follow_through(s: Scenario, hazard: float) -> float:
    """Return the reference hazard with which a threat of sanctions is carried out."""
    return max(hazard * of(s), 1e-12)
