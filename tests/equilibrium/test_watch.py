"""A solve reports how far it has come, to whoever watches, and is the same when nobody does."""

import numpy as np
import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.equilibrium.watch import Nobody, part, report_share, watched, watcher
from peacetalks.forecasting.jobs import relative_work, solve_all


class Seen(Nobody):
    """A watcher that keeps what it was given."""

    def __init__(self):
        self.shares, self.weights, self.done = [], [], []

    def share(self, done):
        self.shares.append(done)

    def pieces(self, weights):
        self.weights = list(weights)

    def finished(self, place):
        self.done.append(place)


@pytest.mark.parametrize("periods", [3, None])
def test_the_share_goes_from_none_to_all_and_changes_nothing(periods):
    game, how = pt.build(tiny(periods=periods)), {"belief_points": 5, "tolerance": 1e-2, "search_budget": 1e4}
    seen = Seen()
    with watched(seen):
        s = pt.solve(game, 20, refine=True, **how)
    alone = pt.solve(game, 20, certify=False, refine=True, **how)
    assert seen.shares[0] < 0.2
    assert seen.shares[-1] == 1.0
    assert len(set(seen.shares)) > 3
    assert seen.shares[len(seen.shares) // 2] > 0.1
    assert all(np.array_equal(a, b) for a, b in zip(s.values, alone.values, strict=True))


def test_parts_within_parts_and_nobody():
    report_share(0.5)  # to nobody
    assert isinstance(watcher(), Nobody)
    seen = Seen()
    with watched(seen), part(0.0, 0.5), part(0.5, 1.0):
        report_share(0.0)
        report_share(7.0)
    assert seen.shares == [0.25, 0.5]


def test_a_batch_says_its_pieces_and_which_are_done():
    seen, s = Seen(), pt.load("korea-1951")
    known = s.model_copy(
        update={"sides": [x.model_copy(update={"types": dict([*x.types.items()][:1])}) for x in s.sides]}
    )
    with watched(seen):
        assert solve_all(str, [1, 2, 3]) == ["1", "2", "3"]
    assert seen.weights == [1.0, 1.0, 1.0]
    assert seen.done == [0, 1, 2]
    assert relative_work(s) == relative_work(("base", s)) > 2 * relative_work(known)
