r"""Reputation for resolve: the chain store (Kreps & Wilson 1982; Milgrom & Roberts 1982).

Small challengers come one by one and stay out or probe.  The defender ignores a probe or retaliates; its resolute
type always retaliates.  A challenger gets 0 if it stays out, :math:`b` if its probe is ignored and :math:`b-1` if the
defender retaliates; the defender gets :math:`a` for every challenger that stays out, 0 for ignoring a probe and -1 for
retaliating.  With :math:`n` challengers to come and belief :math:`p` in the resolute type a
challenger stays out iff :math:`p>b^n`; the weak defender retaliates for sure if :math:`p\ge b^{n-1}`, never against
the last, and otherwise with probability :math:`(1-b^{n-1})p/((1-p)b^{n-1})`, which lifts the belief to
:math:`b^{n-1}`.

References
----------
Kreps, D. M. & Wilson, R. (1982). Reputation and imperfect information. Journal of Economic Theory 27(2), 253-279.
Milgrom, P. & Roberts, J. (1982). Predation, reputation, and entry deterrence. Journal of Economic Theory 27(2),
280-312.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, defaults_of, nth, plays, value
from peacetalks.catalog.parts import FORCED, passing
from peacetalks.game.language import Decision, Game, Move


def chain_store(challengers: int = 3, resolute: float = 0.3, peace: float = 2.0, gain: float = 0.5) -> Game:
    """Return the game with `challengers` players "1", "2", ... against the defender "D".

    States: the number of the challenger (from 0); after a probe ("probe", number).

    Parameters
    ----------
    challengers : int
        Number of challengers.
    resolute : float
        Prior probability of the resolute type.
    peace, gain : float
        a, what the defender gets when left alone, and b, what a challenger gets when ignored.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(chain_store(challengers=1), rationality=2, belief_points=5)
    >>> round(s.strategy("probe", 0)["only"]["probe"], 6)
    0.558016
    """
    names = [str(i + 1) for i in range(challengers)]

    def challenger(state: Any) -> str:
        return names[state if isinstance(state, int) else state[1]]

    def probe(state: Any) -> list[Move]:
        return [Move("probe", ("probe", state)), Move("stay out", state + 1, {"D": peace})]

    def answer(state: Any) -> list[Move]:
        if isinstance(state, int):
            return passing(state)
        i = state[1]
        return [
            Move("retaliate", i + 1, {"D": -1.0, names[i]: gain - 1}),
            Move("ignore", i + 1, {names[i]: gain}, drive={("D", "resolute"): FORCED}),
        ]

    return Game(
        players=("D", *names),
        types={"D": {"resolute": resolute, "weak": 1 - resolute}},
        start=0,
        stages=(Decision("probe", challenger, probe), Decision("answer", "D", answer)),
        periods=challengers,
    )


@defaults_of(chain_store)
def first_encounter(challengers: int, resolute: float, gain: float) -> tuple[float | None, float]:
    """Return (chance that the first challenger stays out, chance that a weak defender retaliates if it does not).

    The first is None at the belief at which the challenger is indifferent.

    >>> first_encounter(), [round(x, 6) for x in first_encounter(challengers=2)]
    ((1.0, 1.0), [1.0, 0.428571])
    """
    limit, after = gain**challengers, gain ** (challengers - 1)
    out = None if resolute == limit else float(resolute > limit)
    if challengers == 1:
        return out, 0.0
    if resolute >= after:
        return out, 1.0
    return out, (1 - after) * resolute / ((1 - resolute) * after)


CHAIN_STORE = Entry(
    chain_store,
    "Small challengers probe or stay out, one by one; a weak defender may retaliate to seem resolute.",
    "Kreps and Wilson (1982)",
    (
        Measure(
            "stay out",
            "chance that the first challenger stays out",
            plays("probe", 0, "stay out"),
            nth(first_encounter, 0),
            known=True,
        ),
        Measure(
            "retaliate",
            "chance that a weak defender retaliates against the first probe",
            plays("answer", ("probe", 0), "retaliate", "weak"),
            nth(first_encounter, 1),
        ),
        Measure("value D", "what the defender expects", value("D"), known=True, percent=False),
    ),
    (
        Parameter("challengers", "number of challengers", 1, 5, whole=True),
        Parameter("resolute", "chance that the defender is resolute", 0.02, 0.9),
        Parameter("peace", "what the defender gets when left alone", 0.5, 4.0),
        Parameter("gain", "what a challenger gets when ignored", 0.1, 0.9),
    ),
    levels=(2.0, 5.0, 20.0, 100.0),
    sliders=("challengers", "resolute", "gain"),
    belief_points=21,
)
