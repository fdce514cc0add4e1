"""The outside forecast: mass, unknowns, what was known, methods, scenario classes, messages; the trial of methods."""

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest

import peacetalks as pt
from peacetalks import outcomes
from peacetalks.evidence import (
    LABEL_DEFINITIONS,
    NAMED,
    NOT_CODED,
    EvidenceError,
    crosswalk,
    outside_forecast,
    outside_methods,
    regression,
    trial,
)
from peacetalks.evidence.tables import read_cases


def as_if(monkeypatch, day):
    """Let the episodes be read with every fact after a day changed."""
    from peacetalks.evidence import classes

    def planted(kind):
        frame, late = read_cases(kind), pl.col("end") > day
        if kind != "episodes":
            return frame
        return frame.filter(pl.col("start") <= day).with_columns(
            *(
                pl.when(pl.coalesce(c, 9999) >= day.year).then(day.year + 1).otherwise(c).alias(c)
                for c in ("war_year", "resumed")
            ),
            end=pl.when(late).then(pl.col("end").dt.offset_by("400d")).otherwise("end"),
            ending=pl.when(late).then(pl.lit("victory_a")).otherwise("ending"),
        )

    monkeypatch.setattr(classes, "read_cases", planted)


def test_ends_sum_to_one_and_group_the_labels():
    f = outside_forecast("war_type=interstate", [6, 12, 60], draws=20)
    p = dict(zip(f.labels, f.probability.T, strict=True))
    ends = dict(zip(f.ends, f.end_probability.T, strict=True))
    assert f.end_probability.sum(axis=1) == pytest.approx(1)
    assert ends["peace"] == pytest.approx(p["settlement"] + p["ceasefire"])
    assert ends["more_conflict"] == pytest.approx(p["victory_1"] + p["victory_2"] + p["broken"])
    assert (f.end_low <= f.end_probability + 1e-9).all()
    assert (f.end_high >= f.end_probability - 1e-9).all()


def test_what_is_not_coded_is_unknown_and_never_zero():
    f = outside_forecast(None, [12], draws=5)
    absent = [f.labels.index(x) for x in ("talks", "fighting", "wider_war")]
    assert np.isnan(f.probability[:, absent]).all()
    assert f.to_dict()["probability"][0][absent[0]] is None


def test_all_episodes_end_as_the_curve_says():
    """Agreement or ceasefire, in force or broken, is the cumulative incidence of both, but for the ignorance."""
    from peacetalks.evidence import base_rate

    f = outside_forecast(None, [24], draws=2)
    settled = sum(f.probability[0, f.labels.index(x)] for x in ("settlement", "ceasefire", "broken"))
    rates = [base_rate(f"conflict ends in {x} within 24 months").probability for x in ("an agreement", "a ceasefire")]
    c = f.clusters
    assert c > 100
    assert settled == pytest.approx((c * sum(rates) + 1 / 3 + 1 / 9) / (c + 1), abs=1e-9)


@pytest.mark.parametrize("method", ["class", "regression"])
def test_few_cases_never_give_certainty(method):
    """In July 1951 no interstate war of a year's age had ended in peace within 6 months: not a chance of 0."""
    f = outside_forecast(["interstate", "war", "reached=1y"], [6], "1951-07-10", draws=200, method=method)
    assert f.n_scope < 30
    assert f.end_probability.sum() == pytest.approx(1)
    assert 0.005 < f.end_probability[0, 0] < 0.05
    assert f.end_low[0, 0] < f.end_probability[0, 0] < f.end_high[0, 0]
    assert 0.05 < f.end_high[0, 0] < 0.4


def test_a_class_that_saw_nothing_has_the_interval_of_its_beta_posterior():
    """Side B won none of the 66 wars over government within 6 months of their third year: resampling them gives 0."""
    from peacetalks.evidence.shrink import posterior

    where, day, days = "incompatibility=government, reached=3y", "2025-05-20", crosswalk.grid((6,))
    f = outside_forecast(where, [6], day, draws=2)
    given = outside_methods.sample(where, [6], day)
    own, whole = (crosswalk.Times.of(x).curve(days)[6, 3] for x in (given.own, given.whole))
    assert own == 0 < whole < 0.01
    n, at = given.own["cluster"].n_unique(), f.labels.index("victory_2")
    least, most = posterior(0.0, n, whole, n * (1 - f.weight) / f.weight)[1:]
    assert f.low[0, at] <= least
    assert f.high[0, at] == pytest.approx(most)
    assert most > 2 * f.probability[0, at]
    nobody = outside_forecast("reached=1y", [6], "1951-07-10", draws=2)  # its own scope, and none ended: Jeffreys'
    assert nobody.weight == 1
    assert nobody.end_high[0, 0] >= posterior(0.0, nobody.clusters)[2] - 1e-12
    assert nobody.end_low[0, 1] <= posterior(1.0, nobody.clusters)[1] + 1e-12


def test_as_of_changes_what_is_known_and_a_later_one_knows_more():
    days = ("1980-01-01", "2019-01-01")
    early, late = (outside_forecast("war_type=interstate", [12], as_of=d, draws=2) for d in days)
    assert early.n < late.n


def test_a_time_counts_by_its_day():
    asked = ("ceasefire fails within 30 days", None)
    day, time = (
        pt.base_rate(*asked, as_of) for as_of in (dt.date(1995, 1, 1), dt.datetime(1995, 1, 1, 12, tzinfo=dt.UTC))
    )
    assert (day.as_of, day.probability) == (time.as_of, time.probability)


def test_same_seed_same_interval():
    a, b = (outside_forecast(None, [12], draws=10) for _ in range(2))
    assert (a.end_low == b.end_low).all()


@pytest.mark.parametrize(
    ("cls", "months", "message"),
    [
        (None, [], "give months of 1 or more"),
        (None, [0], "give months of 1 or more"),
        (["interstat"], [12], "no reference class is called 'interstat'. Did you mean 'interstate'"),
        (
            ["mediated"],
            [12],
            "class 'mediated' is not defined for episodes, only for ceasefires, agreements",
        ),
        ("war_type=interstate, since=2030", [12], "no episode is in the class"),
        ("war=1", [12], "episodes have no covariate 'war'"),
    ],
)
def test_bad_requests_say_how_to_mend_them(cls, months, message):
    with pytest.raises(EvidenceError, match=message):
        outside_forecast(cls, months, draws=1)


def test_unknown_method():
    with pytest.raises(EvidenceError, match=r"no method is called 'regress'\. Did you mean 'regression'"):
        outside_forecast(None, [12], draws=1, method="regress")


def test_labels_and_ends_are_those_of_the_inside_view_and_each_is_defined_or_not_coded():
    f = outside_forecast(None, [12], draws=1)
    assert f.labels == tuple(outcomes.LABELS)
    assert f.ends == tuple(outcomes.ENDS)
    assert set(LABEL_DEFINITIONS) | set(NOT_CODED) == set(outcomes.LABELS)
    assert not set(LABEL_DEFINITIONS) & set(NOT_CODED)
    known = ~np.isnan(f.probability).any(axis=0)
    assert [label for label, k in zip(f.labels, known, strict=True) if k] == [x for x in f.labels if x in f.spoken]


def test_ends_group_the_labels_as_the_inside_view_does():
    """Peace is the sum of its labels; more_conflict that of those that are coded, a lower bound."""
    f = outside_forecast(None, [12, 24], draws=1)
    p = dict(zip(f.labels, np.nan_to_num(f.probability.T), strict=True))
    for end in ("peace", "more_conflict"):
        assert f.end_probability[:, f.ends.index(end)] == pytest.approx(sum(p[x] for x in outcomes.ENDS[end]))


@pytest.mark.parametrize("name", ["korea-1951", "russia-ukraine-2025"])
@pytest.mark.parametrize("method", ["class", "regression"])
def test_a_scenario_has_an_outside_view(name, method):
    s = pt.load(name)
    f = outside_forecast(s.reference_classes, [1, 6, 12], s.as_of, draws=4, method=method)  # narrowed by all of them
    for where in s.reference_classes:
        assert outside_forecast(where, [1], s.as_of, draws=1).n >= f.n
    table = f.to_dataset()
    assert table["ends"].dims == ("period", "end")
    assert table["ends"].sum("end").values == pytest.approx(1)
    assert (table["ends_low"] <= table["ends_high"]).all()
    assert table.sel(period=12, end="peace")["ends"].item() == f.end_probability[2, 0]
    assert table.attrs["as_of"] == s.as_of.isoformat()
    assert f.n_scope >= f.n
    assert f.to_dict()["silent"] == NOT_CODED
    assert bool(f.hazard_ratios) == (method == "regression")


WAR_2Y = "incompatibility=territory, intensity=war, reached=2y"


@pytest.mark.parametrize(
    ("method", "where"), [("class", "war_type=interstate"), ("class", WAR_2Y), ("regression", WAR_2Y)]
)
def test_a_planted_future_leaves_the_forecast_alone(method, where, monkeypatch):
    day = dt.date(2005, 3, 1)
    before = outside_forecast(where, [12, 60], day, draws=3, method=method).to_dict()
    as_if(monkeypatch, day)
    assert outside_forecast(where, [12, 60], day, draws=3, method=method).to_dict() == before


@pytest.fixture(scope="module")
def whole():
    given = outside_methods.sample(None, [12, 24])
    return given, regression.fit(given.whole)


def test_averaged_over_every_case_the_regression_is_about_the_curve_of_all(whole):
    """With each case's own era; the forecast itself puts all in the present one."""
    given, model = whole
    days = np.array([365.0, 730.0])
    assert regression.curves(model, model.x, days) == pytest.approx(
        crosswalk.Times.of(given.whole).curve(days), abs=0.012
    )


def test_the_regression_is_of_the_forecasts_era(whole):
    """Victory was rarer after 1989 than before: the same cases put in 2015 have less of it than in 1985."""
    given, model = whole
    early, late = (
        regression.curves(
            model,
            model.standardised(outside_methods.regressed(dataclasses.replace(given, as_of=dt.date(y, 1, 1)))[1]),
            np.array([730.0]),
        )[0]
        for y in (1985, 2015)
    )
    assert late[2] < 0.8 * early[2]


def test_a_class_without_cases_is_its_scope_or_its_traits():
    where = "war_type=interstate, incompatibility=government, major_power=1, reached=10y"
    a, b = (outside_forecast(where, [12], draws=2, method=m) for m in ("class", "regression"))
    assert (a.n, a.weight) == (0, 0.0)
    assert a.end_probability == pytest.approx(outside_forecast("reached=10y", [12], draws=2).end_probability)
    assert not np.allclose(a.end_probability, b.end_probability, atol=1e-3)


def test_regression_reports_its_hazard_ratios(whole):
    """Interstate conflicts end in a ceasefire more often: 22 % of 69 against 13 % of all 525."""
    assert whole[1].ratios()["ceasefire"]["interstate"] > 1.5


@pytest.mark.parametrize("name", NAMED)
def test_every_named_class_has_cases(name):
    from peacetalks.evidence import cases

    for kind in NAMED[name]:
        assert 0 < cases(kind, name).height < read_cases(kind).height, kind


def test_states_of_the_trial_by_hand():
    day = dt.date
    frame = pl.DataFrame(
        {
            "start": [day(2000, 1, 1)] * 7,
            "end": [day(2000, 6, 1)] * 5 + [None, day(2003, 1, 1)],
            "seen": [None] * 5 + [day(2019, 12, 31), None],
            "ending": ["agreement", "agreement", "victory_a", "low_activity", None, None, "ceasefire"],
            "resumed": [None, 2001, None, 2000, None, None, 2010],
        },
        schema_overrides={"seen": pl.Date},
    )
    got = trial.states(frame)
    peace, nowhere, more = np.eye(3)
    assert got[0].tolist() == [peace.tolist()] * 3
    assert got[1].tolist() == [peace.tolist(), more.tolist(), more.tolist()]  # back on 1 July 2001
    assert got[2].tolist() == [more.tolist()] * 3
    assert got[3].tolist() == [nowhere.tolist()] * 3
    assert np.isnan(got[4]).all()  # how it ended is not known
    assert got[5].tolist() == [nowhere.tolist()] * 3
    assert got[6].tolist() == [nowhere.tolist(), nowhere.tolist(), peace.tolist()]


def test_the_trial_scores_climatology_at_no_skill_and_says_n():
    from io import BytesIO

    from peacetalks.evidence.tables import table_text

    rows = pl.read_csv(BytesIO(table_text("trial.csv").encode()))
    assert set(rows["method"]) == {"climatology", "class", "regression"}
    assert (rows.filter(pl.col("method") == "climatology")["skill"] == 0).all()
    assert (rows["n"] > 300).all()
    skill = {(r["method"], r["months"]): (r["skill"], r["low"], r["high"]) for r in rows.iter_rows(named=True)}
    for months in (12, 24, 60):  # what the documentation says of both
        assert 0.065 < skill["regression", months][0] < 0.095  # "7 to 9 %"
        assert skill["regression", months][1] > 0
        assert skill["class", months][1] < 0 < skill["class", months][2]
    assert (rows["low"] <= rows["skill"]).all()
    assert (rows["skill"] <= rows["high"]).all()
