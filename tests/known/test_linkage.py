"""Linked issues and the wider bargain (o13): closed forms, and both as games."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.catalog.linkage import (
    frontier,
    issue_by_issue,
    nash_bargain,
    waiting,
    wider_bargain,
    widest_gain,
    with_transfers,
    worth,
)
from peacetalks.errors import GameError

EXACT = 1e-9
W1, W2 = (0.7, 0.3), (0.4, 0.6)
SETTINGS = ["sym", "asym", "al65", "al90"]


@pytest.mark.parametrize("tag", SETTINGS)
def test_nash_bargain_over_linked_issues(known, tag):
    w1, w2, d, alpha = known(f"o13.{tag}.(w1,w2,d,al)")
    linked, apart = nash_bargain(w1, w2, tuple(d), alpha), issue_by_issue(w1, w2, tuple(d), alpha)
    assert linked == pytest.approx(known(f"o13.{tag}.x"), abs=EXACT)
    assert worth(w1, w2, linked) == pytest.approx(known(f"o13.{tag}.linked (u1,u2)"), abs=EXACT)
    assert worth(w1, w2, apart) == pytest.approx(known(f"o13.{tag}.issue-by-issue (u1,u2)"), abs=EXACT)
    gain = np.subtract(worth(w1, w2, linked), worth(w1, w2, apart))
    assert gain == pytest.approx(known(f"o13.{tag}.gain from linkage"), abs=EXACT)


@pytest.mark.parametrize("tag", SETTINGS)
def test_no_bundle_has_a_larger_nash_product(known, tag):
    """Brute force over 401 x 401 bundles."""
    w1, w2, d, alpha = known(f"o13.{tag}.(w1,w2,d,al)")
    x, y = np.meshgrid(np.linspace(0, 1, 401), np.linspace(0, 1, 401))
    gain = [np.maximum(u - e, 0) for u, e in zip(worth(w1, w2, (x, y)), d, strict=True)]
    best = [u - e for u, e in zip(worth(w1, w2, nash_bargain(w1, w2, tuple(d), alpha)), d, strict=True)]
    top = best[0] ** alpha * best[1] ** (1 - alpha)
    product = gain[0] ** alpha * gain[1] ** (1 - alpha)
    assert top - 1e-4 < product.max() <= top + 1e-12


def test_transfers(known):
    assert with_transfers(1.4, (0.5, 0.3), 0.6) == pytest.approx(known("o13.TU (S,d1,d2,al)->(u1,u2)"), abs=EXACT)


@pytest.mark.parametrize(
    ("delta", "lam", "bundles", "step"),
    [
        (0.9, 2000, 21, 0.05 * 0.7),
        (0.9, 2000, frontier(W1, W2, 200), 0.7 / 200),
        (0.99, 20000, frontier(W1, W2, 400), 0.7 / 400),
    ],
    ids=["all bundles", "frontier", "patient"],
)
def test_alternating_offers_of_bundles(known, delta, lam, bundles, step):
    s = pt.solve(make("linked-talks", discount=delta, bundles=bundles), lam, certify=False)
    stored = known(f"o13.rubinstein linked asym weights d=0 delta={delta} (u1,u2)")
    assert [s.value("1"), s.value("2")] == pytest.approx(stored, abs=step)
    offer = s.strategy("offer", ("talks", "1"))["only"]
    assert worth(W1, W2, max(offer, key=offer.get)) == pytest.approx(stored, abs=step)


def test_patience_leads_to_the_nash_bargain(known):
    nash = known("o13.NBS linked asym weights d=0")
    assert worth(W1, W2, nash_bargain(W1, W2)) == pytest.approx(nash, abs=EXACT)
    far = []
    for delta, lam in ((0.8, 1000), (0.9, 2000), (0.99, 20000)):
        s = pt.solve(make("linked-talks", discount=delta, bundles=frontier(W1, W2, 400)), lam, certify=False)
        far.append(abs(s.value("1") - nash[0]) + abs(s.value("2") - nash[1]))
    assert far == sorted(far, reverse=True)
    assert far[-1] < 1e-2


def test_waiting_for_the_wider_bargain(known):
    d, h, c1, share, gain = known("o13.grand (d,h,c1,xg,G1)")
    one, two = waiting(d, h, c1, share, gain), waiting(d, h, 0.04, 1 - share, 0.0)
    assert one == pytest.approx(known("o13.grand.side1 reservation share for separate peace"), abs=EXACT)
    assert two == pytest.approx(known("o13.grand.side2 reservation"), abs=EXACT)
    assert (one + two <= 1) == bool(known("o13.grand.separate peace feasible (R1+R2<=1)"))
    most = widest_gain(d, h, (c1, 0.04), share, 0.0)
    assert most == pytest.approx(known("o13.grand.G1 threshold for no separate peace"), abs=EXACT)


FINE = {"offers": 1001}
SHARP = 20000.0


def test_the_wider_bargain_as_a_game(known):
    """Side 1 leaves side 2 no more than waiting is worth to it, while that pays."""
    two = known("o13.grand.side2 reservation")
    s = pt.solve(wider_bargain(**FINE), SHARP, certify=False)
    assert s.value("2") == pytest.approx(two, abs=4e-3)  # a step of .001 in every offer, until the window opens
    assert s.value("1") == pytest.approx(1 - two, abs=4e-3)
    waits = pt.solve(wider_bargain(gains=(0.9, 0.0), **FINE), SHARP, certify=False)
    d, h, c1, share, _ = known("o13.grand (d,h,c1,xg,G1)")
    assert waits.value("1") == pytest.approx(waiting(d, h, c1, share, 0.9), abs=1e-6)
    assert waits.value("2") == pytest.approx(two, abs=1e-6)


@pytest.mark.parametrize("away", [-0.03, 0.03])
def test_a_rich_wider_bargain_keeps_the_war_open(known, away):
    gain = known("o13.grand.G1 threshold for no separate peace") + away
    f = pt.forecast(pt.solve(wider_bargain(gains=(gain, 0.0), **FINE), SHARP, certify=False), outcome=str, periods=1)
    apart = float(f.sel(outcome="over")[0]) if "over" in f.outcome.values else 0.0
    assert apart == pytest.approx(float(away < 0), abs=1e-2)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: nash_bargain((1.0,), (1.0,), (0.7, 0.7)), "no bundle is better than disagreement"),
        (lambda: frontier((1.0, 2.0), (1.0,), 3), "each issue needs a positive weight on both sides"),
        (lambda: frontier((1.0, 0.0), (1.0, 1.0), 3), "each issue needs a positive weight on both sides"),
    ],
)
def test_doors(call, says):
    with pytest.raises(GameError, match=says):
        call()
