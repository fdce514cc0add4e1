"""What the theory implies for the mechanisms of the bare game, on the bundled scenario at a small size."""

import numpy as np

import peacetalks as pt
from peacetalks.forecasting.durations import durations
from peacetalks.mechanisms.state import TALKS, World
from peacetalks.questions.evaluate import Evaluator
from peacetalks.questions.query import parse
from peacetalks.questions.query_tree import atoms

AT = World(TALKS, front=3)


def ask(scenario, solution, text):
    (atom,) = atoms(parse(text))
    return Evaluator(scenario, solution).answer(atom, text)


def test_more_rent_later_settlement(small, solved):
    """Settled by a date: less with rent, at every date."""
    none, little, much = (durations(solved(pt.patch(small, {"rent.weight": w})), 4).settled for w in (0.0, 0.01, 0.05))
    assert np.all(none > little)
    assert np.all(little > much)
    assert none[-1] > 2 * much[-1]


def test_better_monitoring_longer_truces(small, solved):
    """Where fighting is dear, a truce leads to terms and cannot be had again, being found out deters violating.

    Found out but not deterred a truce ends sooner: monitoring lengthens truces once it is good enough to deter, and
    shortens them below (at the bundled numbers it is below: claim inspectors-lengthen-truces).
    """
    alike = {f"sides.{i}.types": {"one": {"share": 1.0, "war_cost": 0.06}} for i in (1, 2)}
    even = {
        "battlefield.front": 0.5,
        "battlefield.strength": 0.5,
        "battlefield.mobility": 0.3,
        "battlefield.decisive": 0.2,
    }
    once = {
        "ceasefire.in_force": True,
        "ceasefire.accept": 1e-6,
        "talks.accept": 0.3,
        "talks.reopen": 1e-6,
        "challengers": None,
    }
    worth = {"ceasefire.gain": 0.03, "ceasefire.harm": 0.04, "ceasefire.incident": 0.005, "ceasefire.violate": 0.5}
    base = pt.patch(small, {**alike, **even, **once, **worth, "periods": None, "rationality": 100})
    found = []
    for one, both in ((0.05, 0.1), (0.3, 0.5), (0.6, 0.9)):
        s = pt.patch(base, {"ceasefire.incident_one": one, "ceasefire.incident_both": both})
        solution = solved(s)
        texts = ("play(posture, violate, Russia within 6 | ceasefire)", "P(ceasefire broken within 6 | ceasefire)")
        found.append([ask(s, solution, x) for x in texts])
    (_, lax), (_, middling), (_, strict) = found
    assert strict < lax / 2
    assert middling > lax
    assert np.all(np.diff([violated for violated, _ in found]) < -0.05)


def test_higher_belief_in_resolve_fewer_probes(small, solved):
    s, occasion = solved(small), AT._replace(pending="occasion")
    beliefs = [{"Russia": {"resolute": p, "irresolute": 1 - p}} for p in (0.1, 0.5, 0.9)]
    probes = [s.strategy("probe", occasion, beliefs=b)["only"]["probe"] for b in beliefs]
    assert np.all(np.diff(probes) < -0.02)


def test_the_stronger_side_gains_ground_and_terms(small, solved):
    weak, strong = (pt.patch(small, {"battlefield.strength": k}) for k in (0.3, 0.8))
    for what in ("E(front at 4)", "E(terms | settlement by 4)"):
        assert ask(strong, solved(strong), what) > ask(weak, solved(weak), what) + 0.02


def test_a_dearer_war_is_fought_with_more_restraint(small, solved):
    cheap, dear = (
        pt.patch(small, {f"sides.1.types.{kind}.war_cost": c for kind in ("resolute", "irresolute")})
        for c in (0.002, 0.03)
    )
    full = [ask(x, solved(x), "play(posture, full, Russia within 4)") for x in (cheap, dear)]
    assert full[1] < full[0] - 0.02
    held = [ask(x, solved(x), "play(posture, restrained, Russia within 4)") for x in (cheap, dear)]
    assert held[1] > held[0] + 0.01
