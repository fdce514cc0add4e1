"""Play step by step: the likeliest path, where moves lead, and what is believed after them."""

import pytest

import peacetalks as pt
from peacetalks import catalog
from peacetalks.equilibrium.position import Position, after, choice_at, main_path, opening
from peacetalks.errors import GameError


def test_the_main_path_follows_the_likeliest_moves_and_bayes_rule():
    s = pt.solve(catalog.make("deterrence"), 10, belief_points=5, certify=False)
    first = choice_at(s, opening(s, "start"))
    assert first.chances("A") == pytest.approx(s.strategy("attack", "start")["only"])
    path = main_path(s)
    assert [step.moves[0] for step in path] == ["attack", "resist", "abandon"]
    own = s.strategy("help", "resisted")
    end = after(s, path[-1].choice, ("intervene",), {"D": "reliable"})
    right = (
        0.45
        * own["reliable"]["intervene"]
        / sum(q * own[k]["intervene"] for k, q in (("reliable", 0.45), ("unreliable", 0.55)))
    )
    ((then, chance),) = end.positions
    assert (then.state, then.period, chance) == ("joint war", 1, 1.0)
    assert then.beliefs["D"]["reliable"] == pytest.approx(right)
    assert end.payoff["D"] == pytest.approx(0.65 - 0.3)
    with pytest.raises(GameError, match="D has no move 'wait' here; moves: intervene, abandon"):
        after(s, path[-1].choice, ("wait",), {})
    with pytest.raises(GameError, match="the game is over"):
        choice_at(s, Position(1, 0, "joint war", then.beliefs))
