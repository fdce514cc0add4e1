"""The mapping from a conflict of the record to a scenario: victory counted once, sources, ranges, nothing later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import exp, log

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peacetalks.conflicts import covariates as covariates_module
from peacetalks.conflicts import mapping
from peacetalks.conflicts.conflict import Conflict
from peacetalks.conflicts.covariates import covariates, settlement_failure, victory_hazard
from peacetalks.equilibrium.forward import forecast
from peacetalks.errors import EvidenceError
from peacetalks.evidence.calibration import FACTORS, prior
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.state import label
from peacetalks.scenario.scenario import from_table, patch

CIVIL = Conflict(
    id=1,
    name="Testland: government",
    cluster="Testland",
    kind="civil",
    war_type="intrastate",
    incompatibility="government",
    side_a="Government of Testland",
    side_b="Rebels",
    as_of=date(2010, 12, 31),
    state="fighting",
    start=date(2008, 6, 30),
    since=None,
    war=True,
    intensity="war",
    previous=0,
    major_power=False,
    deaths=None,
    population=None,
    capability_a=None,
    capability_b=None,
    talks=False,
    talks_source="none is recorded",
    ceasefires=0,
)
INTERSTATE = replace(CIVIL, kind="interstate", war_type="interstate", capability_a=0.03, capability_b=0.01)


def victory(scenario) -> float:
    """Return the chance that the game is decided by force within 24 months when nobody proposes to talk."""
    alone = patch(scenario, {"talks.reopen": 1e-9})
    f = forecast(solve_scenario(alone, 3, tolerance=1e-3), outcome=label, periods=24).sel(period=24)
    return float(f.sel(outcome="victory_1") + f.sel(outcome="victory_2"))


@pytest.mark.parametrize("conflict", [CIVIL, INTERSTATE], ids=["civil", "interstate"])
def test_victories_of_the_game_have_the_hazard_of_the_record(conflict):
    recorded = 1 - exp(-24 * covariates(conflict).hazard)
    s = mapping.from_conflict(conflict, prior())
    assert victory(s) == pytest.approx(recorded, rel=0.15)


def test_without_subtraction_the_edges_of_the_front_would_be_counted_twice():
    recorded = covariates(CIVIL).hazard
    s = mapping.from_conflict(CIVIL, prior())
    twice = patch(s, {"battlefield.decisive": recorded, "battlefield.mobility": 0.1})
    assert victory(twice) > 2 * (1 - exp(-24 * recorded))


@given(st.floats(1e-5, 0.1), st.floats(0.0, 0.5), st.floats(0.1, 0.9), st.floats(0.0, 1.0), st.sampled_from([3, 7, 11]))
def test_edges_and_decisions_at_once_have_the_hazard_together(hazard, mobility, strength, front, positions):
    moves, decisive = mapping.battlefield(hazard, mobility, strength, front, positions)
    assert 0 <= moves <= mobility
    assert decisive > 0
    at = np.zeros(positions)  # simulated month by month, another way than in the mapping
    exact = front * (positions - 1)
    at[int(exact)] += 1 - exact % 1
    if exact % 1:
        at[int(exact) + 1] += exact % 1
    left = 0.72
    for _ in range(24):
        step = left * moves * at
        at = (at - step) * (1 - left * decisive)
        at[1:] += strength * step[:-1] * (1 - left * decisive)
        at[:-1] += (1 - strength) * step[1:] * (1 - left * decisive)
    assert at.sum() == pytest.approx(exp(-24 * hazard), rel=1e-6)


def test_hazard_of_victory_falls_with_age_as_in_the_record():
    day = date(2019, 12, 31)
    ages = [victory_hazard("civil", age, day) for age in (0.5, 1.5, 3, 6, 12, 25)]
    assert ages == sorted(ages, reverse=True)
    young = covariates(replace(CIVIL, start=date(2010, 6, 30)))
    old = covariates(replace(CIVIL, start=date(1985, 6, 30)))
    assert young.hazard > 10 * old.hazard


def test_hazard_of_victory_is_near_the_crude_rate_of_its_band():
    counts, months, _ = covariates_module._victories_by_age(covariates_module._episodes(date(2019, 12, 31), ""))
    first, second = counts[0] / months[0], counts[2] / months[2]  # civil: in the first year, and in years 3 and 4
    assert victory_hazard("civil", 0.43, date(2019, 12, 31)) == pytest.approx(first, rel=0.5)
    assert victory_hazard("civil", 2.9, date(2019, 12, 31)) == pytest.approx(second, rel=0.5)


def test_nothing_that_became_known_later_enters(monkeypatch):
    before = covariates(CIVIL), settlement_failure(CIVIL.as_of)
    tables = {k: covariates_module.read_cases(k) for k in ("episodes", "agreements", "spells")}
    later = pl.col("end") > CIVIL.as_of
    ending = {"episodes": "victory_b", "agreements": "ended", "spells": "resumed"}

    def planted(kind: str) -> pl.DataFrame:
        """Return a case table in which everything ended the day after the date, and not as it did."""
        day, how = pl.lit(date(2011, 1, 1)), pl.lit(ending[kind])
        open_ = later | pl.col("end").is_null()
        begun = pl.col("start") <= CIVIL.as_of
        change = open_ & begun & pl.col("seen").is_null() if kind != "episodes" else later
        return tables[kind].with_columns(
            end=pl.when(change).then(day).otherwise("end"), ending=pl.when(change).then(how).otherwise("ending")
        )

    def clear() -> None:
        for f in ("_earlier_victories", "_settlement_failure", "_episodes", "_hazard_coefficients"):
            getattr(covariates_module, f).cache_clear()

    monkeypatch.setattr(covariates_module, "read_cases", planted)
    clear()
    try:
        late = replace(CIVIL, as_of=date(2012, 12, 31), start=date(2010, 6, 30))
        assert covariates(late).strength < before[0].strength  # the plant is seen once it may be
        assert covariates(CIVIL) == before[0]
        assert settlement_failure(CIVIL.as_of) == pytest.approx(before[1], rel=1e-12)
    finally:
        clear()


def test_every_number_has_a_source_and_calibrated_ones_a_range():
    s = mapping.from_conflict(INTERSTATE, prior())
    numbers = s.numbers()
    assert all(n.source for n in numbers.values())
    for path in ("battlefield.mobility", "talks.accept", "talks.offer", "sides.1.types.resolute.war_cost"):
        assert numbers[path].uncertain
        assert "90% range" in numbers[path].source
        assert "prior of the calibration" in numbers[path].source
    low, high = numbers["talks.offer"].interval(0.9)
    assert high / low == pytest.approx(exp(2 * 1.6449 * 0.8), rel=1e-3)  # the prior's sd is 0.8
    assert numbers["battlefield.strength"] == pytest.approx(0.75)
    assert not numbers["rationality"].uncertain


def test_a_range_is_about_the_value_as_it_is_drawn_and_a_lowered_mobility_says_so():
    for conflict in (CIVIL, INTERSTATE):
        for path, n in mapping.from_conflict(conflict, prior()).numbers().items():
            if n.uncertain:
                assert n.quantile(0.5) == pytest.approx(float(n), rel=1e-9), path
                assert n.source.endswith("; 90% range {:.3g} to {:.3g}".format(*n.interval(0.9)))
    mobility = mapping.from_conflict(CIVIL, prior()).battlefield.mobility
    assert mobility < mapping.MOBILITY["civil"]
    assert mobility.quantile(1 - 1e-9) < 1
    assert "), lowered so that the front's edges decide at most 80% of victories; 90% range" in mobility.source


def test_a_calibrated_factor_moves_its_numbers_and_no_other():
    base = mapping.from_conflict(CIVIL, prior()).numbers()
    for name in FACTORS:
        known = prior()
        known.parameters[name] = replace(known.parameters[name], mean=log(0.1))
        changed = mapping.from_conflict(CIVIL, known).numbers()
        moved = {k for k in base if float(base[k]) != float(changed[k])}
        rules = {p for p, factors in mapping.IDENTIFIED.items() if name in factors}
        assert moved
        for path in moved:
            wild = "sides.*.types.*.war_cost" if path.endswith("war_cost") else path
            expected = rules | (
                {"battlefield.decisive", "battlefield.mobility"} if name in ("mobility", "decisive") else set()
            )
            assert wild in expected


def test_deaths_per_head_move_the_cost_of_fighting_by_its_slope_only():
    known = prior()
    known.parameters["cost_deaths"] = replace(known.parameters["cost_deaths"], mean=0.5)
    bloody = replace(CIVIL, deaths=500.0, population=4e6)  # 125 per million: 25 times the usual
    cost = "sides.1.types.resolute.war_cost"
    dear, plain = (mapping.from_conflict(c, known).numbers()[cost] for c in (bloody, CIVIL))
    assert float(dear) == pytest.approx(5 * float(plain))
    assert "deaths per head are not known" in plain.source
    assert "deaths per head are not known" not in dear.source


def test_talks_are_open_only_where_the_record_says_so():
    assert not mapping.from_conflict(CIVIL).talks.open
    assert mapping.from_conflict(replace(CIVIL, talks=True)).talks.open


def test_a_truce_and_a_settlement_in_force_start_at_rest():
    truce = mapping.from_conflict(replace(CIVIL, state="truce", since=date(2010, 3, 1)), prior())
    assert truce.ceasefire.in_force
    assert truce.talks.open
    assert float(truce.ceasefire.incident) == 0.05
    settled = mapping.from_conflict(replace(CIVIL, state="settlement", since=date(2010, 3, 1)), prior())
    assert float(settled.ceasefire.incident) == pytest.approx(settlement_failure(CIVIL.as_of))
    assert settled.reference_classes == []
    f = forecast(solve_scenario(settled, 3, tolerance=1e-3), outcome=label, periods=12).sel(period=12)
    at_rest = float(f.sel(outcome=["ceasefire", "settlement"]).sum())
    assert at_rest == pytest.approx((1 - settlement_failure(CIVIL.as_of)) ** 12, abs=0.06)  # some are made anew


@pytest.mark.parametrize(("state", "said"), [("over", "is over"), ("crisis", "crisis short of fighting")])
def test_what_is_not_fought_has_no_scenario(state, said):
    with pytest.raises(EvidenceError, match=said):
        mapping.scenario_table(replace(CIVIL, state=state))


def test_the_table_is_read_as_it_stands_and_settlements_can_fail():
    table = mapping.scenario_table(CIVIL, prior(), mapping.Size(5, 3))
    s = from_table(table)
    assert (s.battlefield.positions, s.talks.offers) == (5, 3)
    assert 0.001 < float(s.deal.incident) < 0.05
    f = forecast(solve_scenario(s, 2, tolerance=1e-3), outcome=label, periods=12)
    assert float(f.sel(period=12).sum()) == pytest.approx(1)


def test_sides_of_one_name_are_told_apart():
    s = mapping.from_conflict(replace(CIVIL, side_b=CIVIL.side_a))
    assert s.sides[0].label != s.sides[1].label


def test_the_source_of_talks_is_the_name_of_a_dataset():
    said = mapping.scenario_table(replace(CIVIL, talks_source="pax"), prior())["summary"]
    assert "Talks: PA-X Peace Agreements Database." in said
