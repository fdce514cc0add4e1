"""The design: a Latin hypercube that is always the same, solved once, and gone on with after an interruption."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from peacetalks.calibration import design as module
from peacetalks.calibration.design import (
    INPUTS,
    RANGES,
    Point,
    design,
    design_csv,
    group,
    read_solved,
    solve_design,
    solve_point,
)
from peacetalks.errors import EvidenceError

FEW = {("civil", False): 3, ("interstate", True): 2}


def test_every_input_has_one_point_in_each_part_of_its_range():
    points = design({("interstate", False): 25})
    for i, name in enumerate(INPUTS):
        if name == "log_hazard":
            continue
        low, high = RANGES[name]
        cells = np.floor([(p.inputs[i] - low) / (high - low) * 25 for p in points]).clip(0, 24)
        assert sorted(cells) == list(range(25))
    assert design({("interstate", False): 25}) == points


def test_hazards_of_the_design_fall_with_age():
    points = design({("civil", True): 200})
    age, hazard = (np.array([p.inputs[INPUTS.index(n)] for p in points]) for n in ("log_age", "log_hazard"))
    assert np.corrcoef(age, hazard)[0, 1] < -0.5


def test_a_run_that_was_interrupted_goes_on_and_gives_the_same_file(tmp_path, monkeypatch):
    calls = []

    def cheap(point: Point) -> np.ndarray:
        calls.append(point.number)
        p = 0.1 + 0.02 * point.number
        return np.array([[p, 0.5, 0.5 - p], [2 * p, 0.3, 0.7 - 2 * p]])

    monkeypatch.setattr(module, "solve_point", cheap)
    points, path = design(FEW), tmp_path / "design.csv"
    whole = solve_design(points, path)
    text = path.read_text()
    assert calls == [0, 1, 2, 3, 4]
    cut = text.index("\n3,") + 12  # in the middle of a line, as an interruption leaves it
    path.write_text(text[:cut])
    again = solve_design(points, path)
    assert calls[5:] == [3, 4]
    assert path.read_text() == text
    assert all(np.array_equal(again[k], whole[k]) for k in whole)
    assert group(points, again, "civil", False).ends.shape == (3, 2, 3)


def test_a_file_of_another_design_is_refused(tmp_path):
    points = design(FEW)
    done = {p.number: np.full((2, 3), 1 / 3) for p in points}
    text = design_csv(points, done)
    with pytest.raises(EvidenceError, match="holds another design"):
        read_solved(text, design(FEW, seed=1))


def test_points_without_an_equilibrium_have_empty_cells_and_are_left_out():
    points = design(FEW)
    done = {p.number: np.full((2, 3), 1 / 3) for p in points} | {1: np.full((2, 3), np.nan)}
    back = read_solved(design_csv(points, done), points)
    assert np.isnan(back[1]).all()
    assert len(group(points, back, "civil", False).inputs) == 2


@pytest.mark.slow
def test_a_point_is_the_game_of_the_mapping():
    given = {
        "log_age": log(3.0),
        "strength": 0.7,
        "log_hazard": log(0.003),
        "log_failure": log(0.014),
        "cost": 0.0,
        "reach": 0.0,
        "offer": 0.0,
        "reopen": 0.0,
        "mobility": -1.0,
        "incident": -1.0,
    }
    assert tuple(given) == INPUTS
    ends = solve_point(Point(0, "civil", True, tuple(given.values())))
    assert ends.sum(axis=1) == pytest.approx([1, 1], abs=1e-6)
    closed = solve_point(Point(0, "civil", False, tuple(given.values())))
    assert closed[0, 0] < ends[0, 0]  # peace is nearer where talks are open
    never = solve_point(Point(0, "civil", True, tuple((given | {"reach": log(0.01)}).values())))
    assert never[1, 0] < 0.5 * ends[1, 0]
    assert 1 - exp(-24 * 0.003) > never[1, 2] * 0.7
