"""Preconditioned mixing: fewer sweeps to the same values, and none of it where it does not help."""

from dataclasses import replace

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.equilibrium import preconditioner, stationary
from peacetalks.equilibrium.preconditioner import Mixing, Preconditioner, staying_transitions
from peacetalks.equilibrium.solve import solve
from peacetalks.equilibrium.transitions import advance
from peacetalks.mechanisms.standard_game import build

LOOSE = 1e-3  # the commands' tolerance


def truces():
    """The armistice of Korea on five positions: two sides with hidden types, stationary."""
    return build(pt.patch(pt.load("korea-1951"), {"battlefield.positions": 5, "talks.offers": 5}))


def without(monkeypatch):
    """Let every stationary iteration be mixed without a preconditioner."""
    plain = Mixing.__init__
    monkeypatch.setattr(Mixing, "__init__", lambda self, map_, *_, **__: plain(self, map_, None, False))


def test_fewer_sweeps_to_the_same_values(monkeypatch):
    game = truces()
    fast = solve(game, 20.0, 5, LOOSE, certify=False)
    near = solve(game, 20.0, 5, 1e-7, certify=False)
    without(monkeypatch)
    slow = solve(game, 20.0, 5, LOOSE, certify=False)
    assert fast.settings["sweeps"] < 0.8 * slow.settings["sweeps"]
    for s in (fast, slow):
        assert np.abs(s.boundary_values[0] - near.boundary_values[0]).max() < LOOSE


@pytest.mark.parametrize("factor", [-1.0, 1e3])
def test_a_step_in_a_wrong_direction_ends_at_the_same_values(factor, monkeypatch):
    right = solve(truces(), 20.0, 3, LOOSE, certify=False)
    step = Preconditioner.__call__
    monkeypatch.setattr(Preconditioner, "__call__", lambda self, residual: factor * step(self, residual))
    wrong = solve(truces(), 20.0, 3, LOOSE, certify=False)
    assert wrong.residual <= LOOSE
    assert np.abs(wrong.boundary_values[0] - right.boundary_values[0]).max() < LOOSE


def test_a_preconditioner_of_other_play_is_made_anew_where_it_is_slow(monkeypatch):
    s = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 5, "talks.offers": 5})
    base, game = solve(build(s), 20.0, 5, 1e-7, certify=False), build(pt.patch(s, {"battlefield.mobility": 0.5}))
    assert base.start is not None
    assert base.start.staying is not None
    useless = replace(base, start=replace(base.start, staying=0.0 * base.start.staying))
    anew = solve(game, 20.0, 5, 1e-6, certify=False, near=useless)
    monkeypatch.setattr(preconditioner, "AGAIN", 10_000)
    kept = solve(game, 20.0, 5, 1e-6, certify=False, near=useless)
    assert anew.settings["sweeps"] < kept.settings["sweeps"]
    assert np.abs(anew.boundary_values[0] - kept.boundary_values[0]).max() < 2e-6


def test_the_sweep_that_is_expected_to_be_the_last_is_exact(monkeypatch):
    soon = solve(truces(), 20.0, 5, LOOSE, certify=False)
    monkeypatch.setattr(stationary, "NEARLY", 1.0)
    later = solve(truces(), 20.0, 5, LOOSE, certify=False)
    assert soon.settings["sweeps"] == later.settings["sweeps"] - 1
    assert soon.residual <= LOOSE
    assert np.abs(soon.boundary_values[0] - later.boundary_values[0]).max() < LOOSE


def test_without_hidden_types_the_transitions_are_those_of_the_forward_distribution():
    s = pt.solve(make("rubinstein", offers=5), 10.0, certify=False)
    stay = staying_transitions(s.compiled, s.grid, s.logs[0], s.log_ptr).toarray()
    ends = len(s.compiled.boundaries)
    for i in np.flatnonzero(s.compiled.layout.boundary_slot >= 0).tolist():
        assert stay[i] == pytest.approx(advance(s, np.eye(ends)[:, i : i + 1], 0)[:, 0], abs=1e-12)


def test_beliefs_that_may_leave_their_place_leave_less_than_all_of_the_mass():
    s = solve(truces(), 20.0, 5, LOOSE, certify=False)
    rows = np.asarray(staying_transitions(s.compiled, s.grid, s.logs[0], s.log_ptr).sum(axis=1))
    assert rows.max() < 1 + 1e-9
    assert 0.5 < rows.min() < 0.99


def test_without_discount_no_preconditioner_is_made(monkeypatch):
    monkeypatch.setattr(Preconditioner, "__init__", lambda *_: pytest.fail("a preconditioner was made"))

    def moves(state):
        if state == "end":
            return [pt.Move("stay", "end")]
        return [pt.Move("end", "end", {"A": 1.0}, 0.5), pt.Move("wait", state, None, 0.5)]

    game = pt.Game(("A",), "open", (pt.Chance("wait", moves),), periods=None, discount=1.0)
    assert solve(game, certify=False).value("A") == pytest.approx(1.0, abs=1e-6)
