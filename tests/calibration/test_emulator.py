"""The emulator: its closed forms against refitting, what it recovers, and the shape of what it returns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from peacetalks.calibration import emulator
from peacetalks.calibration.design import INPUTS, RANGES, Solved, design
from peacetalks.calibration.emulator import fit, log_ratios, probabilities, within
from peacetalks.errors import EvidenceError


def made(n: int, seed: int) -> Solved:
    """Return made points whose log ratios are smooth and not quadratic."""
    x = np.random.default_rng(seed).uniform(-1, 1, (n, 3))
    a = 1.5 * x[:, 0] - x[:, 1] ** 2 + np.sin(2 * x[:, 0] + x[:, 2])
    b = -x[:, 2] + 0.5 * np.cos(3 * x[:, 1])
    return Solved(x, probabilities(np.column_stack([a, b, a + 0.5, b - 0.3])))


@given(arrays(float, (3, 4), elements=st.floats(-6, 6)))
def test_log_ratios_and_probabilities_are_inverse(ratios):
    ends = probabilities(ratios)
    assert ends.sum(axis=-1) == pytest.approx(np.ones((3, 2)))
    assert log_ratios(ends) == pytest.approx(ratios, abs=1e-9)


def test_a_smooth_function_is_learnt_and_the_error_is_that_of_fresh_points():
    learnt, fresh = fit(made(80, 1)), made(400, 2)
    off = learnt.ratios(fresh.inputs) - log_ratios(fresh.ends)
    rms = np.sqrt((off**2).mean(axis=0))
    assert (rms < 0.25 * log_ratios(fresh.ends).std(axis=0)).all()
    assert learnt.error.mean() == pytest.approx(rms.mean(), rel=0.6)


def test_leaving_a_point_out_is_refitting_without_it(monkeypatch):
    solved = made(40, 3)
    whole = fit(solved)
    size = whole.variance
    hyper = (whole.lengths, size, 0.05)
    monkeypatch.setattr(emulator, "_hyperparameters", lambda z, rest: hyper)
    # standardisation would move with the points: keep it
    whole = fit(solved)
    for i in (0, 17, 39):
        keep = np.arange(40) != i
        part = _refit(solved, keep, whole)
        assert part[0] == pytest.approx(whole.left_out[i], abs=1e-6)


def _refit(solved: Solved, keep: np.ndarray, whole) -> np.ndarray:
    """Return the log ratios at the points that are not kept, from the others, by textbook formulas of a regression."""
    z = (solved.inputs - whole.centre) / whole.width
    t = (log_ratios(solved.ends) - whole.level) / whole.scale

    def kernel(a, b):
        square = (((a[:, None] - b[None]) / whole.lengths) ** 2).sum(axis=2)
        return whole.variance * np.exp(-square / 2) + 900 * emulator.terms(a) @ emulator.terms(b).T

    k = kernel(z[keep], z[keep]) + 0.05 * np.eye(keep.sum())
    return whole.level + whole.scale * (kernel(z[~keep], z[keep]) @ np.linalg.solve(k, t[keep]))


def test_too_few_points_are_refused():
    with pytest.raises(EvidenceError, match="5 solved points: an emulator needs 12"):
        fit(made(5, 4))


@pytest.mark.parametrize("kind", ["civil", "interstate"])
def test_points_of_the_design_lie_within_its_range_and_others_are_moved_to_it(kind):
    points = np.array([p.inputs for p in design({(kind, True): 30})])
    assert within(kind, points) == pytest.approx(points, abs=1e-6)
    far = points.copy()
    far[:, INPUTS.index("reach")] = 9.0
    far[:, INPUTS.index("log_hazard")] = 5.0
    moved = within(kind, far)
    assert (moved[:, INPUTS.index("reach")] == RANGES["reach"][1]).all()
    assert (moved[:, INPUTS.index("log_hazard")] < 0).all()
    same = [i for i, n in enumerate(INPUTS) if n not in ("reach", "log_hazard")]
    assert moved[:, same] == pytest.approx(points[:, same], abs=1e-6)


def test_an_emulator_repeats_its_points_where_noise_is_small():
    solved = made(60, 5)
    learnt = fit(solved)
    assert np.abs(learnt.ends(solved.inputs) - solved.ends).mean() < 0.03


def test_the_process_learns_what_is_not_quadratic():
    x = np.random.default_rng(6).uniform(-1, 1, (90, 1))
    wave = np.sin(6 * x[:, 0])
    solved = Solved(x, probabilities(np.column_stack([wave, wave, wave, wave])))
    learnt = fit(solved)
    flat = replace(learnt, weights=0 * learnt.weights)
    off, without = (np.abs(e.ratios(x) - wave[:, None]).mean() for e in (learnt, flat))
    assert off < 0.05
    assert without > 5 * off
