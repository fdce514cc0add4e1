"""The numbers of a scenario over their ranges."""

import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.forecasting.axes import Axis, at_values, axes_of


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
