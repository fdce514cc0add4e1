r"""A ceasefire under imperfect monitoring (Green & Porter 1984; Abreu, Pearce & Stacchetti 1990).

In a ceasefire both sides comply or violate at once: both comply 1 each, both violate 0, a lone violator
:math:`1+g`, the victim :math:`-l`.  An incident comes with probability :math:`\epsilon`, :math:`\eta` or
:math:`\eta_2` as nobody, one or both violate, and breaks the truce; broken, it pays 0 and is renegotiated with
probability :math:`\rho` a period.  Complying all the time is worth (per period)
:math:`V_c=(1-\delta)/(1-\delta(1-\epsilon)-\delta\epsilon\kappa)`, :math:`V_b=\kappa V_c`,
:math:`\kappa=\delta\rho/(1-\delta(1-\rho))`, and is an equilibrium iff
:math:`\delta(\eta-\epsilon)(V_c-V_b)\ge(1-\delta)g`: an easier renegotiation destroys the truce.
With a pause of :math:`T` periods instead, :math:`V_c=(1-\delta)/(1-\delta(1-\epsilon)-\epsilon\delta^{T+1})`.  The best
truce breaks for good after an incident, but only with probability :math:`\beta=(1-\delta)g/(\delta(\eta-\epsilon)V)`, and is
worth :math:`V=1-\epsilon g/(\eta-\epsilon)`; it exists iff :math:`\beta\le1`.
Stationary; the equilibrium is the limit of ever longer games whose last value is `trust` of full compliance.

Green, E. J. & Porter, R. H. (1984). Noncooperative collusion under imperfect price information. Econometrica 52.
Abreu, D., Pearce, D. & Stacchetti, E. (1990). Toward a theory of discounted repeated games with imperfect
monitoring. Econometrica 58(5), 1041-1063.
"""

from __future__ import annotations

from typing import Any

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
    """Return the ceasefire between "A" and "B"; states "ceasefire" and "broken" (with a pause, ("broken", periods left)).

    With `pause` > 0 a broken truce comes back for sure after that many periods, whatever `renegotiate`.

    >>> from peacetalks.equilibrium.solve import solve
    >>> s = solve(ceasefire(), rationality=20)
    >>> round(s.strategy("conduct", "ceasefire", player="A")["only"]["comply"], 6)
    0.999907
    """

    def own(state: Any) -> list[Move]:
        return [Move("comply"), Move("violate")] if state == "ceasefire" else [Move("fight")]

    def together(state: Any, chosen: dict[str, Any]) -> Move:
        if state != "ceasefire":
            return Move("fight", state)
        bad = [i for i in ("A", "B") if chosen[i] == "violate"]
        pay = dict.fromkeys(("A", "B"), 1.0 if not bad else -loss)
        pay |= {i: 1 + gain if len(bad) == 1 else 0.0 for i in bad}
        p = incident[len(bad)]
        return Move(tuple(chosen.values()), {"broken now": p, "ceasefire": 1 - p}, pay)

    def talks(state: Any) -> list[Move]:
        if isinstance(state, tuple):
            return [Move("wait", ("broken", state[1] - 1) if state[1] > 1 else "ceasefire")]
        if state == "broken":
            return [
                Move("renewed", "ceasefire", weight=renegotiate),
                Move("not renewed", "broken", weight=1 - renegotiate),
            ]
        broken = ("broken", pause) if pause else "broken"
        return [Move("pass", broken if state == "broken now" else state)]

    stages = (Simultaneous("conduct", {"A": own, "B": own}, together), Chance("renewal", talks))
    full = trust / (1 - discount) if discount < 1 else 0.0

    def last(state: Any) -> dict[str, float]:
        away = state[1] if isinstance(state, tuple) else 0
        return {} if state == "broken" else dict.fromkeys(("A", "B"), full * discount**away)

    return Game(players=("A", "B"), start="ceasefire", stages=stages, periods=periods, discount=discount, value=last)
