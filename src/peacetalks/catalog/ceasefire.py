r"""A ceasefire under imperfect monitoring (Green & Porter 1984; Abreu, Pearce & Stacchetti 1990).

In a ceasefire both sides comply or violate at once: both comply 1 each, both violate 0, a lone violator :math:`1+g`,
the victim :math:`-l`.  An incident comes with probability :math:`\epsilon`, :math:`\eta` or :math:`\eta_2` as nobody,
one or both violate, and breaks the truce; broken, it pays 0 and is renegotiated with probability :math:`\rho` a
period.  Complying all the time is worth (per period)
:math:`V_c=(1-\delta)/(1-\delta(1-\epsilon)-\delta\epsilon\kappa)`, :math:`V_b=\kappa V_c`,
:math:`\kappa=\delta\rho/(1-\delta(1-\rho))`, and is an equilibrium iff
:math:`\delta(\eta-\epsilon)(V_c-V_b)\ge(1-\delta)g`: an easier renegotiation destroys the truce.  With a pause of
:math:`T` periods instead, :math:`V_c=(1-\delta)/(1-\delta(1-\epsilon)-\epsilon\delta^{T+1})`.  The best truce breaks
for good after an incident, but only with probability :math:`\beta=(1-\delta)g/(\delta(\eta-\epsilon)V)`, and is worth
:math:`V=1-\epsilon g/(\eta-\epsilon)`; it exists iff :math:`\beta\le1`.  Stationary; the equilibrium is the limit of
ever longer games, at the horizon of which a truce in force is worth `trust` times full compliance.

References
----------
Green, E. J. & Porter, R. H. (1984). Noncooperative collusion under imperfect price information. Econometrica 52(1),
87-100.
Abreu, D., Pearce, D. & Stacchetti, E. (1990). Toward a theory of discounted repeated games with imperfect monitoring.
Econometrica 58(5), 1041-1063.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, defaults_of, nth, plays, value
from peacetalks.game.language import Chance, Game, Move, Simultaneous


def ceasefire(
    gain: float = 0.5,
    loss: float = 0.5,
    incident: tuple[float, float, float] = (0.1, 0.4, 0.64),
    renegotiate: float = 0.1,
    discount: float = 0.9,
    trust: float = 1.0,
    periods: int | None = None,
    pause: int = 0,
) -> Game:
    """Return the ceasefire of "A" and "B"; states "ceasefire" and "broken", or ("broken", periods left) in a pause.

    Parameters
    ----------
    gain, loss : float
        g and l: the gain of a lone violator and the loss of its victim, per period.
    incident : (float, float, float)
        Chance of an incident when nobody, one side, both violate.
    renegotiate : float
        Chance per period that a broken truce is renewed.
    discount : float
        Discount factor per period.
    trust : float
        Value of the horizon, or start of the iteration: 1 for full compliance for good, 0 for none.
    periods : int, optional
        Length of the game; default: stationary.
    pause : int
        Periods after which a broken truce comes back for sure, whatever `renegotiate`; 0: it is renegotiated.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(ceasefire(), rationality=20)
    >>> round(s.strategy("conduct", "ceasefire", player="A")["only"]["comply"], 6)
    0.999907
    """

    def together(state: Any, chosen: dict[str, Any]) -> Move:
        if state != "ceasefire":
            return Move("fight", state)
        bad = [i for i in ("A", "B") if chosen[i] == "violate"]
        pay = dict.fromkeys(("A", "B"), 1.0 if not bad else -loss)
        pay |= {i: 1 + gain if len(bad) == 1 else 0.0 for i in bad}
        p = incident[len(bad)]
        return Move(tuple(chosen.values()), {"broken now": p, "ceasefire": 1 - p}, pay)

    renewal = partial(_renewal, renegotiate=renegotiate, pause=pause)
    stages = (Simultaneous("conduct", {"A": _acts, "B": _acts}, together), Chance("renewal", renewal))
    full = trust / (1 - discount) if discount < 1 else 0.0

    def last(state: Any) -> dict[str, float]:
        away = state[1] if isinstance(state, tuple) else 0
        return {} if state == "broken" else dict.fromkeys(("A", "B"), full * discount**away)

    return Game(players=("A", "B"), start="ceasefire", stages=stages, periods=periods, discount=discount, value=last)


def _acts(state: Any) -> list[Move]:
    """Return what a side may do: comply or violate while the truce is in force."""
    return [Move("comply"), Move("violate")] if state == "ceasefire" else [Move("fight")]


def _renewal(state: Any, renegotiate: float, pause: int) -> list[Move]:
    """Return what becomes of a truce after the period's incident: it lasts, pauses, is broken or renewed."""
    if isinstance(state, tuple):
        return [Move("wait", ("broken", state[1] - 1) if state[1] > 1 else "ceasefire")]
    if state == "broken":
        return [
            Move("renewed", "ceasefire", weight=renegotiate),
            Move("not renewed", "broken", weight=1 - renegotiate),
        ]
    broken = ("broken", pause) if pause else "broken"
    return [Move("pass", broken if state == "broken now" else state)]


@defaults_of(ceasefire)
def full_compliance(
    gain: float, incident: tuple[float, float, float], renegotiate: float, discount: float, pause: int
) -> tuple[float, float]:
    """Return (1 if complying all the time is an equilibrium, else 0; what the truce is then worth at the start).

    >>> [round(x, 4) for x in full_compliance()]
    [1.0, 6.7857]
    >>> full_compliance(renegotiate=0.9)
    (0.0, 0.0)
    """
    quiet, loud = incident[0], incident[1]
    again = discount**pause if pause else discount * renegotiate / (1 - discount * (1 - renegotiate))
    per_period = (1 - discount) / (1 - discount * (1 - quiet) - discount * quiet * again)
    holds = discount * (loud - quiet) * per_period * (1 - again) >= (1 - discount) * gain
    return (1.0, per_period / (1 - discount)) if holds else (0.0, 0.0)


CEASEFIRE = Entry(
    ceasefire,
    "Two sides keep a truce or break it; incidents happen anyway, so that neither knows who is to blame.",
    "Green and Porter (1984)",
    (
        Measure(
            "comply",
            "chance that a side complies",
            plays("conduct", "ceasefire", "comply", player="A"),
            nth(full_compliance, 0),
        ),
        Measure("truce", "truce in force after 60 periods", chance("ceasefire")),
        Measure("value", "worth of the truce to a side", value("A"), nth(full_compliance, 1), percent=False),
    ),
    (
        Parameter("gain", "gain of a lone violator", 0.1, 1.5),
        Parameter("loss", "loss of its victim", 0.1, 1.5),
        Parameter("incident.1", "chance of an incident when nobody violates", 0.0, 0.3),
        Parameter("incident.2", "chance of an incident when one side violates", 0.3, 1.0),
        Parameter("renegotiate", "chance that a broken truce is renewed", 0.0, 0.9),
        Parameter("discount", "discount factor per period", 0.5, 0.97),
        Parameter("pause", "periods of fighting after an incident (0: renegotiated)", 0, 10, whole=True),
    ),
    periods=60,
    sliders=("gain", "incident.2", "renegotiate"),
)
