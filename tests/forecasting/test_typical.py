"""The typical case: in words, in draws of the ranges, solved once and read from the cache."""

import pytest
from support.tiny import J, account, tiny

import peacetalks as pt
from peacetalks.conflicts.fill import load
from peacetalks.conflicts.twin import Departure, departures, twin
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.forecasting.draws import draw, uncertain_paths
from peacetalks.forecasting.typical import ACCOUNT, drawn_twins, in_words, solve_typical, typical_case, typical_cases
from peacetalks.scenario.accounts import interpretations

WAR = {"kind": "interstate", "start": "1950-06-25", "intensity": "war"}


@pytest.fixture(scope="module")
def base():
    return tiny(conflict=WAR)


def test_departures_in_words_join_the_types_of_a_side():
    found = in_words([
        Departure("talks.open", True, False, "talks"),
        Departure("sides.1.types.a.war_cost", 0.006, 0.0017, "cost of fighting of X (resolute)"),
        Departure("talks.offer", 0.3, 0.29, "readiness to make an offer"),
        Departure("sides.1.types.b.war_cost", 0.018, 0.0051, "cost of fighting of X (irresolute)"),
    ])  # fmt: skip
    assert [d.what for d in found] == ["talks open", "cost of fighting of X", "readiness to make an offer"]
    assert [d.detail for d in found] == [
        "talks open (typically closed)",
        "cost of fighting of X 0.006 and 0.018 (typically 0.0017 and 0.0051)",
        "readiness to make an offer 0.3 (typically 0.29)",
    ]
    assert [d.far for d in found] == [True, True, False]


def test_in_a_draw_what_scenario_and_twin_share_is_drawn_once(base):
    """A range that is no departure takes the draw's value in both; what departs stays at its typical value."""
    ranged = pt.patch(base, {"rent": {"weight": {"low": 0.0, "mode": 0.001, "high": 0.003, **J}}})
    case = typical_case(ranged)
    departing = {d.path for d in departures(ranged)}
    drawn = draw(ranged, 4, 1)
    for d, t in zip(drawn, drawn_twins(ranged, case, drawn), strict=True):
        here, there, typical = d.numbers(), t.numbers(), case.twin.numbers()
        assert float(there["rent.weight"]) == float(here["rent.weight"])
        judged = {p for p in departing & set(there) if "estimated on" not in (ranged.numbers()[p].source or "")}
        for path in set(uncertain_paths(ranged)) & judged:
            assert float(there[path]) == float(typical[path]), path
    assert len({float(d.numbers()["rent.weight"]) for d in drawn}) == 4


def test_in_a_draw_what_the_record_estimates_in_both_has_the_same_quantile():
    """One calibrated factor is uncertain in both: its draw is high in both or low in both."""
    s = load("sri-lanka-2002")
    case = typical_case(s)
    path = "sides.1.types.resolute.war_cost"
    here, there = s.numbers()[path], case.twin.numbers()[path]
    assert float(here) != float(there)
    drawn = draw(s, 8, 3)
    for d, t in zip(drawn, drawn_twins(s, case, drawn), strict=True):
        below = here.frozen.cdf(float(d.numbers()[path]))
        assert there.frozen.cdf(float(t.numbers()[path])) == pytest.approx(below, abs=1e-6)
        judged = "talks.ask"  # a judgement here, estimated there: no common factor
        assert float(t.numbers()[judged]) == float(case.twin.numbers()[judged])


def test_without_a_class_there_is_no_typical_case_and_the_reason_says_what_to_add(base):
    bare = pt.patch(base, {"conflict": None, "reference_classes": ["incompatibility=territory"]})
    case = typical_case(bare)
    assert (case.twin, case.departures) == (None, ())
    assert 'add to the table [conflict]: kind = "civil" or "interstate"' in case.reason
    assert drawn_twins(bare, case, [bare]) == []


def test_accounts_depart_from_the_twin_of_the_base_unless_their_class_is_another(base):
    more = {"talks.walk": {"value": 0.3, **J}}
    accounts = [
        account(base, more, name="same"),
        account(base, {"conflict": {**WAR, "intensity": "minor"}}, name="minor"),
    ]
    variants = interpretations(base, accounts)
    cases = typical_cases(variants)
    assert cases["base"].twin == cases["same"].twin == twin(base)
    assert cases["same"].departures[-1] == ACCOUNT
    assert cases["minor"].twin == twin(variants["minor"])
    assert cases["base"].name.startswith("interstate conflict, the middle of ")
    assert ACCOUNT not in cases["minor"].departures


def test_a_typical_case_is_solved_once_and_kept(base, tmp_path):
    variants = interpretations(base, [account(base, {"talks.walk": {"value": 0.3, **J}}, name="other")])
    solves = []
    answers = AnswerCache(tmp_path)
    cases = typical_cases(variants)
    first = solve_typical(cases, (1, 2), 2, answers, progress=lambda *_: solves.append(1))
    assert (len(solves), answers.added, answers.found) == (1, 1, 0)
    again = solve_typical(cases, (1, 2), 2, answers)
    assert (answers.added, answers.found) == (1, 1)
    assert all(again[n].ends.equals(first[n].ends) for n in variants)
    alone = pt.outlook(twin(base), periods=2, belief_points=2, certify=False)
    assert first["base"].ends.values == pytest.approx(alone.ends.values, abs=1e-12)
