"""The numbers of a scenario over their ranges."""

import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.errors import SpecError
from peacetalks.forecasting.axes import Axis, at_values, axes_of, each_alone


@pytest.mark.parametrize("name", ["korea-1951", "russia-ukraine-2025"])
def test_axes_go_over_the_ranges_and_back(name):
    for a in axes_of(pt.load(name)):
        assert (a.value(0.0), a.value(1.0)) == (a.low, a.high)
        values = [a.value(u) for u in (0.0, 0.1, 0.5, 0.9, 1.0)]
        assert values == sorted(values)
        assert [a.share(x) for x in values] == pytest.approx([0, 0.1, 0.5, 0.9, 1], abs=1e-9)
        assert a.low <= a.centre <= a.high or a.distribution is not None


def test_a_negative_number_without_a_range():
    a = Axis("loyalty.strained", -0.5, -1.0, -0.25, "declared", None)
    assert a.value(0.5) == pytest.approx(-0.5)
    assert [a.share(a.value(u)) for u in (0.25, 0.75)] == pytest.approx([0.25, 0.75])


def test_shares_that_are_all_given_are_scaled():
    base = tiny()
    path = "sides.2.types.{}.share"
    moved = at_values(base, {path.format("resolute"): 0.6, path.format("irresolute"): 0.6})
    assert [float(t.share) for t in moved.sides[1].types.values()] == [0.5, 0.5]
    assert at_values(base, {"talks.walk": float(base.talks.walk)}) is base
    assert at_values(base, {"talks.walk": -1.0}) is None


@pytest.fixture(scope="module")
def three():
    """A scenario whose second side has three types, with shares 0.4, 0.3 and 0.3, and the axes of these shares."""
    types = {n: {"share": s, "war_cost": c} for n, s, c in (("a", 0.4, 0.02), ("b", 0.3, 0.03), ("c", 0.3, 0.04))}
    base = tiny(**{"sides.2.types": types})
    return base, axes_of(base, [f"sides.2.types.{n}.share" for n in "abc"])


def shares_of(s):
    return [float(t.share) for t in s.sides[1].types.values()]


def test_one_of_three_shares_means_the_same_alone_and_beside_others_as_they_are(three):
    base, axes = three
    first = axes[0]
    alone = at_values(base, {first.path: first.high})
    beside = at_values(base, {first.path: first.high} | {a.path: a.centre for a in axes[1:]})
    assert shares_of(alone) == pytest.approx([first.high, *[(1 - first.high) / 2] * 2])
    assert shares_of(beside) == pytest.approx(shares_of(alone))


def test_several_of_three_shares_can_move_at_once(three):
    base, axes = three
    moved = at_values(base, {a.path: a.high for a in axes[:2]})
    assert sum(shares_of(moved)) == pytest.approx(1)
    asked = {axes[0].path: 0.5, axes[1].path: 0.2}
    assert shares_of(at_values(base, each_alone(axes, asked))) == pytest.approx([0.5, 0.2, 0.3])
    every = asked | {axes[2].path: 0.3}
    assert shares_of(at_values(base, each_alone(axes, every))) == pytest.approx([0.5, 0.2, 0.3])
    with pytest.raises(SpecError, match=r"sum to 1\.2, and others have shares too"):
        each_alone(axes, {axes[0].path: 0.6, axes[1].path: 0.6})
