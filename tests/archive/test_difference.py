"""Two forecasts compared: what changed is found, and what each change did sums to the whole."""

import datetime as dt

import numpy as np
import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.archive import difference as differences
from peacetalks.archive.changes import DATE, FACTS, TOGETHER, changed_entries, changed_paths, partition
from peacetalks.archive.difference import BY_NAME, BY_ONE, BY_SHAPLEY, INTERACTION, PROGRAM, difference
from peacetalks.archive.folder import save
from peacetalks.archive.saved import SavedForecast, saved
from peacetalks.archive.subject import last_two, of_saved, of_scenario, subject
from peacetalks.errors import ArchiveError, NotSolved, SpecError
from peacetalks.forecasting.answers import AnswerCache

WAR = {"kind": "interstate", "start": dt.date(1950, 6, 25), "intensity": "war"}
MOMENT = dt.datetime(2026, 11, 26, 12, 30, tzinfo=dt.UTC)
J = {"source": "judgement: a test"}
LATER = dt.date(1951, 8, 10)


@pytest.fixture(scope="module")
def base():
    return tiny(conflict=WAR)


def compared(a, b, **more):
    return difference(of_scenario(a), of_scenario(b), belief_points=2, **more)


def sums(d):
    """Return whether the parts sum to the whole change, in both views."""
    best, model = sum(p.best for p in d.parts), sum(p.model for p in d.parts)
    return np.allclose(best, d.best, atol=1e-12) and np.allclose(model, d.model, atol=1e-12)


def test_entries_that_change_are_found_with_what_they_are(base):
    b = pt.patch(
        base,
        {
            "talks.walk": {"value": 0.3, **J},
            "battlefield.mobility": {"value": 0.2, **J},
            "summary": "another text",
            "rent": {"weight": {"value": 0.01, **J}},
            "as_of": LATER,
        },
    )
    found = {e.path: e for e in changed_entries(of_scenario(base), of_scenario(b))}
    assert {p: e.kind for p, e in found.items()} == {
        "talks.walk": "value",
        "battlefield.mobility": "range",
        "summary": "text",
        "rent": "added",
        "as_of": "value",
    }
    assert found["talks.walk"].group == "talks.walk"
    assert found["as_of"].group == DATE
    assert (found["summary"].group, found["battlefield.mobility"].group) == (None, None)
    assert (found["talks.walk"].a.value, found["talks.walk"].b.value) == (0.05, 0.3)
    assert found["talks.walk"].source_changed
    assert found["talks.walk"].words == "readiness to walk out"
    back = {e.path: e.kind for e in changed_entries(of_scenario(b), of_scenario(base))}
    assert back["rent"] == "removed"


def test_paths_of_lists_and_tables():
    a = {"sides": [{"label": "A", "x": 1}, {"label": "B"}], "pact": {"members": ["a"]}, "n": {"value": 1}}
    b = {"sides": [{"label": "A", "x": 2}, {"label": "C"}], "pact": {"members": ["a", "b"]}, "n": {"value": 2}}
    assert changed_paths(a, b) == ["sides.1.x", "sides.2.label", "pact.members", "n"]
    assert changed_paths(a, a) == []


@pytest.mark.slow
def test_parts_of_few_groups_sum_to_the_change_and_do_not_depend_on_the_order(base):
    b = pt.patch(base, {"talks.walk": {"value": 0.3, **J}, "as_of": LATER})
    answers = AnswerCache.open()  # the way back needs the same games
    d, back = (compared(*pair, answers=answers) for pair in ((base, b), (b, base)))
    assert d.method == BY_SHAPLEY
    assert [p.name for p in d.parts] == ["talks.walk", DATE]
    assert d.parts[-1].kind == "date"
    assert sums(d)
    assert sums(back)
    assert np.abs(d.best).max() > 0.01
    assert d.horizon.aligned == "calendar"
    assert d.horizon.days[0] == d.horizon.days[1]
    there, here = ({p.name: p.best for p in x.parts} for x in (d, back))
    for name, effect in there.items():  # Shapley values of the change back are those of the change, negative
        assert np.allclose(effect, -here[name], atol=1e-12)


def test_parts_of_many_groups_have_an_interaction(base):
    numbers = {"walk": 0.2, "accept": 0.2, "offer": 0.4, "ask": 0.3, "stall": 0.3}
    change = {f"talks.{k}": {"value": v, **J} for k, v in numbers.items()}
    d = compared(base, pt.patch(base, change))
    assert d.method == BY_ONE
    assert d.parts[-1].name == INTERACTION
    assert len(d.parts) == len(change) + 1
    assert sums(d)
    assert d.settings["solves"] >= len(change) + 2  # each by itself, none and all


def test_shares_of_a_side_count_as_one_and_facts_too(base):
    old = list(base.sides[1].types)
    shares = {f"sides.2.types.{n}.share": {"value": v, **J} for n, v in zip(old, (0.2, 0.8), strict=True)}
    b = pt.patch(base, {**shares, "conflict.intensity": "minor"})
    assert set(partition(of_scenario(base), of_scenario(b))) == {"shares of side 2", FACTS}


def test_entries_that_need_one_another_are_changed_together(base):
    truce = pt.patch(base, {"ceasefire.in_force": True, "conflict": {**WAR, "state": "truce"}})
    groups = partition(of_scenario(base), of_scenario(truce))
    assert list(groups) == [TOGETHER]
    other = pt.patch(base, {"sides.1.types": {"only": {"share": 1.0, "war_cost": 0.05}}})
    assert list(partition(of_scenario(base), of_scenario(other))) == ["sides"]


def test_unlike_conflicts_are_not_split_entry_by_entry():
    assert list(partition(subject("korea-1951"), subject("russia-ukraine-2025"))) == [TOGETHER]


def test_nothing_changed(base):
    d = compared(base, base)
    assert d.entries == ()
    assert d.parts == ()
    assert not d.best.any()


@pytest.mark.slow
def test_saved_forecasts_of_one_program_need_no_solving_where_one_thing_changed(outlook, one, monkeypatch):
    monkeypatch.setattr(differences, "Solver", lambda *_: None)
    later = one.model_dump()
    scenario = {**one.scenario, "as_of": "1951-08-10"}
    moved = pt.patch(outlook.scenario, {"as_of": LATER})
    later |= {"scenario": scenario, "moment": MOMENT + dt.timedelta(days=31)}
    later["forecast"] = {
        **one.forecast,
        "as_of": "1951-08-10",
        "digest": moved.digest,
        "dates": ["1951-09-10", "1951-10-10", "1951-11-10"],
    }
    b = SavedForecast.model_validate(later)
    d = difference(of_saved(one), of_saved(b))
    assert [(p.name, p.kind) for p in d.parts] == [(DATE, "date")]
    assert d.method == BY_NAME
    assert sums(d)
    assert d.horizon.days[1] == (dt.date(1951, 9, 10),)  # of B's months 1 and 3 A reaches the first only
    n = one.numbers
    assert d.best[0, 0] == pytest.approx(n.best["peace"][0] - n.best["peace"][1])


def test_the_program_has_what_is_left(outlook, one):
    other = one.model_dump() | {"version": "0.0.9", "sources": "0" * 16}
    other["forecast"] = {**one.forecast, "model": one.forecast["record"]}  # what another program would have given
    other["tables"] = {**one.tables, "episodes.csv": "0" * 16}
    a, b = SavedForecast.model_validate(other), one
    d = difference(of_saved(a), of_saved(b), belief_points=2)
    assert [(p.name, p.kind) for p in d.parts] == [(PROGRAM, "program")]
    assert sums(d)
    assert np.abs(d.model).max() > 0.001
    assert {(p.kind, p.name) for p in d.program} == {
        ("program", "peacetalks"),
        ("program", "sources of the program"),
        ("table", "episodes.csv"),
    }


def test_a_saved_forecast_and_the_same_scenario_now_agree(outlook, one):
    d = difference(of_saved(one), of_scenario(outlook.scenario))
    assert d.settings["belief_points"] == 2
    assert [p.name for p in d.parts] == [PROGRAM]
    assert np.abs(d.best).max() < 1e-9
    assert np.abs(d.model).max() < 1e-9


def test_without_attribution_nothing_is_solved(base, one, monkeypatch):
    b = pt.patch(base, {"talks.walk": {"value": 0.3, **J}})
    d = compared(base, b, attribute=False)
    assert (d.answers, d.parts, d.best) == (None, None, None)
    assert [e.path for e in d.entries] == ["talks.walk"]
    both = difference(of_saved(one), of_saved(one), attribute=False)
    assert not both.best.any()


def test_a_game_without_a_solution_leaves_saved_answers(outlook, one, monkeypatch):
    def fail(*_, **__):
        raise NotSolved("no equilibrium within tolerance")

    monkeypatch.setattr(differences.Solver, "answers_of", fail)
    changed = pt.patch(outlook.scenario, {"talks.walk": {"value": 0.3, **J}, "talks.accept": {"value": 0.3, **J}})
    other = one.model_dump() | {"scenario": saved_table(changed)}
    other["forecast"] = {**one.forecast, "digest": changed.digest}
    b = SavedForecast.model_validate(other)
    d = difference(of_saved(one), of_saved(b))
    assert d.reason == "no equilibrium within tolerance"
    assert d.parts is None
    assert not d.best.any()
    with pytest.raises(NotSolved):
        compared(outlook.scenario, changed)


def saved_table(scenario):
    """Return what is written of a scenario, as JSON has it."""
    return scenario.written() | {
        "as_of": scenario.as_of.isoformat(),
        "conflict": {**scenario.written()["conflict"], "start": "1950-06-25"},
    }


def test_far_apart_both_are_read_so_many_months_after_each(base):
    far = pt.patch(base, {"as_of": dt.date(1952, 7, 10), "talks.walk": {"value": 0.06, **J}})
    d = compared(base, far)
    assert d.horizon.aligned == "months"
    assert d.horizon.days[0][0] == dt.date(1951, 8, 10)
    assert d.horizon.days[1][0] == dt.date(1952, 8, 10)
    assert sums(d)


def test_names_and_paths_and_what_is_neither(outlook, tmp_path):
    path = save(outlook, tmp_path, MOMENT)
    assert subject(path).saved == saved(outlook, MOMENT)
    assert subject("korea-1951").saved is None
    assert subject(tmp_path).saved == saved(outlook, MOMENT)
    with pytest.raises(ArchiveError, match=r"holds one forecast; save another one, or give what to compare it with"):
        last_two(tmp_path)
    later = save(outlook, tmp_path, MOMENT + dt.timedelta(days=1))
    assert [s.name for s in last_two(tmp_path)] == [path.name, later.name]
    assert subject(tmp_path).name == later.name
    with pytest.raises(ArchiveError, match=r"is no folder of saved forecasts; give the other one to compare with"):
        last_two(path)
    with pytest.raises(SpecError, match="no bundled scenario is called 'korea-1915'"):
        subject("korea-1915")
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(ArchiveError, match=r"x\.json: is not a saved forecast"):
        subject(tmp_path / "x.json")


def test_numbers_that_the_record_estimated_anew_are_shown(one):
    before = one.model_dump() | {"estimated": {"talks.accept": {"value": 0.1, **J}}}
    after = one.model_dump() | {"estimated": {"talks.accept": {"value": 0.2, **J}}}
    scenario = {**one.scenario, "talks": {k: v for k, v in one.scenario["talks"].items() if k != "accept"}}
    digest = pt.patch(of_saved(one).scenario, {"talks.accept": None}).digest
    forecast = {**one.forecast, "digest": digest}
    a, b = (
        of_saved(SavedForecast.model_validate(x | {"scenario": scenario, "forecast": forecast}))
        for x in (before, after)
    )
    (entry,) = changed_entries(a, b)
    assert (entry.path, entry.kind, entry.a.value, entry.b.value) == ("talks.accept", "estimated", 0.1, 0.2)
