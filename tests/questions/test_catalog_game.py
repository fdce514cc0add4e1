"""Classic games solved: every one of the catalogue, beside closed forms, known types, and on the grid of a page."""

import numpy as np
import pytest
from oracle.tree import solve_tree

import peacetalks as pt
from peacetalks import catalog
from peacetalks.catalog.known_types import known_types
from peacetalks.errors import GameError
from peacetalks.questions.catalog_game import classic_game
from peacetalks.questions.catalog_grid import grid, sliders_of

SMALL = {  # sizes at which a game is solved in a moment, where its own take longer
    "audience": {"dt": 0.4, "length": 0.8},
    "fearon-uniform": {"offers": 11, "draws": 10},
    "fearon": {"offers": 21},
    "holdout": {"stages": 2},
    "linked-talks": {"bundles": 5},
    "loyalty": {"dt": 0.5},
    "obstinate": {"dt": 2.25},
    "rent": {"draws": 20},
    "rubinstein": {"offers": 21},
    "shadow-of-power": {"offers": 21},
    "uncertain-power": {"offers": 5},
    "ultimatum": {"offers": 21},
    "wider-bargain": {"offers": 21},
    "walk-out": {"offers": 21},
    "commitment": {"offers": 11},
    "chain-store": {"challengers": 2},
}


@pytest.mark.parametrize("name", catalog.names())
def test_every_game_is_solved_and_measured(name):
    g = classic_game(name, SMALL.get(name), levels=())
    assert sum(g.ends.values()) == pytest.approx(1, abs=1e-6)
    assert np.isfinite([m.computed for m in g.measured]).all()
    assert [m.known is not None for m in g.measured] == [m.measure.known and g.informed for m in g.measured]
    assert all(0 < step.chance <= 1 + 1e-12 for step in g.path)
    for player, own in g.values.items():
        prior = dict(zip(own, g.solution.game.prior(player), strict=True))
        mean = sum(prior[k] * x for k, x in own.items())
        assert mean == pytest.approx(g.solution.value(player), abs=1e-9)
    assert g.entry.references
    assert all(work.endswith(".") or "https" in work for work in g.entry.references)


LIMITS = {  # closed forms of players who make no mistakes: rationality from which on they are near, and how near
    "fearon": (1000, 0.03, {}),
    "fearon-uniform": (1000, 0.05, {}),
    "centipede": (100, 0.02, {}),
    "ceasefire": (500, 0.01, {}),
    "chain-store": (200, 0.05, {"challengers": 2}),
    "commitment": (300, 0.02, {"p2": 0.66}),
    "deterrence": (500, 0.01, {"reliable": 0.65}),
    "dresher": (1000, 0.01, {}),
    "inspection": (2000, 0.01, {"cost": 0.4}),
    "linked-talks": (2000, 0.05, {}),
    "loyalty": (2e5, 0.01, {}),
    "ochs": (500, 0.02, {}),
    "rearming": (2000, 0.01, {"rearmer": 0.45}),
    "rent": (2000, 0.02, {"draws": 200}),
    "rubinstein": (1000, 0.03, {"discounts.2": 0.8}),
    "shadow-of-power": (2000, 0.02, {"q": 0.55}),
    "ultimatum": (1000, 0.02, {}),
    "wider-bargain": (2000, 0.05, {"gains.1": 0.3}),
    "battlefield": (20, 1e-6, {"p": 0.4, "held": 3}),
    "signorino": (3, 1e-9, {"u14": 0.2}),
    "walk-out": (15, 1e-3, {"worth": 0.6}),
}


@pytest.mark.parametrize("name", LIMITS)
def test_closed_forms_are_the_limit_of_what_is_computed(name):
    rationality, near, changes = LIMITS[name]
    g = classic_game(name, changes, rationality, levels=())
    both = [(m.computed, m.closed) for m in g.measured if m.closed is not None]
    assert both
    for computed, closed in both:
        assert computed == pytest.approx(closed, abs=near * max(1, abs(closed)))


def test_a_bound_is_a_bound_and_a_threshold_is_where_it_is_said():
    g = classic_game("uncertain-power", {"offers": 11}, 300, levels=())
    assert g.measured[0].closed <= g.measured[0].computed + 1e-6
    c = catalog.entry("commitment")
    below, above = (c.measures[0].closed(p2=p) for p in (0.688, 0.69))
    assert (below, above) == (0.0, 1.0)  # known answer o02: 0.68889
    assert classic_game("threat", levels=()).remark.startswith("With normal shocks there are 3 equilibria")


@pytest.mark.parametrize("name", ["fearon", "signals", "uncertain-power", "integration"])
def test_a_game_with_known_types_pays_as_the_game_with_those_types(name):
    """The average over combinations keeps the prior; each known game is solved as its own tree says."""
    game = catalog.make(name, **({"offers": 3} if name in ("fearon", "uncertain-power") else {}))
    found = list(known_types(game))
    assert sum(p for p, _ in found) == pytest.approx(1)
    _, known = found[-1]
    assert all(len(known.type_names(p)) == 1 for p in known.players)
    s, tree = pt.solve(known, 5, certify=False), solve_tree(known, 5)
    assert [s.value(p) for p in known.players] == pytest.approx([tree.value(p) for p in known.players], abs=1e-6)


def test_war_under_known_costs_is_noise():
    """With B's cost known to be .2 war is 27.2% at rationality 20, and vanishes: known answer o26."""
    g = classic_game("fearon", {"costs.weak": 0.2, "costs.tough": 0.2, "offers": 201}, levels=(20, 100, 500))
    known = [level.measured[0].known for level in g.levels]
    assert known == pytest.approx([0.272426, 0.038251, 0.006923], abs=2e-3)
    assert [level.measured[0].computed for level in g.levels] == pytest.approx(known, abs=1e-9)  # nothing is hidden


def test_a_grid_holds_what_each_game_says():
    sliders = sliders_of("deterrence", keys=["reliable", "cost_a"], points=2)
    found = grid("deterrence", sliders=sliders)
    places = (1, 0, 2)
    at = {s.key: s.positions[i] for s, i in zip(sliders, places, strict=True)}
    g = classic_game("deterrence", {"reliable": at["reliable"], "cost_a": at["cost_a"]}, at["rationality"], levels=())
    for i, m in enumerate(g.measured):
        assert found.computed[(i, *places)] == pytest.approx(m.computed, abs=1e-12)
        assert found.known[(i, *places)] == pytest.approx(m.known, abs=1e-12)
    assert not found.reasons
    assert [s.positions[s.start] for s in sliders] == [0.45, 0.5, 20.0]


def test_a_game_that_does_not_exist_has_a_reason_on_the_grid(monkeypatch):
    monkeypatch.setattr(type(catalog.entry("battlefield")), "arguments", _refusing(0.9))
    found = grid("battlefield", sliders=sliders_of("battlefield", keys=["p"], points=2))
    assert set(found.reasons.values()) == {"not at 0.9"}
    assert np.isnan(found.computed).any()


def _refusing(at):
    plain = type(catalog.entry("battlefield")).arguments

    def arguments(self, changes=None):
        if (changes or {}).get("p") == at:
            raise GameError(f"not at {at}")
        return plain(self, changes)

    return arguments


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"p": 2}, r"p .chance that A wins a war. must be a number from 0.1 to 0.9; got 2"),
        ({"costs.tuogh": 0.1}, "no parameter 'costs.tuogh' .did you mean 'costs.tough'"),
        ({"costs": 3}, "costs holds several numbers: set its parts by their keys"),
        ({"offers": 2.5}, "offers must be a number of the kind of 101"),
        ({"p": True}, "must be a number"),
    ],
)
def test_bad_parameters_are_refused(changes, says):
    with pytest.raises(GameError, match=says):
        classic_game("fearon", changes)


def test_bad_settings_are_refused():
    with pytest.raises(GameError, match="rationality must be above 0"):
        classic_game("fearon", rationality=0)
    with pytest.raises(GameError, match=r"kind .how the signal costs. is one of sunk, tied; got 'both'"):
        classic_game("signals", {"kind": "both"})
    with pytest.raises(GameError, match="at least 2 points"):
        sliders_of("fearon", points=1)
    with pytest.raises(GameError, match="games would be solved; use fewer sliders or points"):
        sliders_of("fearon", points=20)
    with pytest.raises(GameError, match="whole number from 2 to 8"):
        classic_game("dresher", {"periods": 3.5})


@pytest.mark.parametrize("name", catalog.names())
def test_every_parameter_has_a_default_within_its_range(name):
    entry = catalog.entry(name)
    for p in entry.parameters:
        assert p.checked(entry.default(p.key)) == entry.default(p.key), p.key
        assert p.words
    for key in entry.sliders:
        assert entry.parameter(key)
    assert catalog.entry(name).make(**entry.arguments()).players
