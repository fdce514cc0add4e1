"""Conflict-years: rows, reference, best estimate and targets, by hand on small tables and blind to the future."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from peacetalks.backtests import targets
from peacetalks.backtests.case_outcomes import ORDER
from peacetalks.backtests.conflict_year_arrays import FAR, NOT_KNOWN, ConflictYears, inputs
from peacetalks.backtests.conflict_year_views import (
    AT_PRIOR,
    EARLY,
    NO_MODEL,
    NO_RECORD,
    VIEWS,
    Given,
    climatology,
    forecast,
)
from peacetalks.backtests.occasions import day_number
from peacetalks.backtests.results import NOWHERE, Question
from peacetalks.backtests.scores import Bootstrap, Scored, result
from peacetalks.conflicts.conflict_years import conflict_years


def toy(*rows):
    """Rows are (episode, year, out12, year in which it is known)."""
    frame = pl.DataFrame(
        [(e, y, o, None if k is None else date(k, 12, 31)) for e, y, o, k in rows],
        {"episode": pl.Int64, "year": pl.Int64, "out12": pl.String, "known12": pl.Date},
        orient="row",
    )
    return frame.with_columns(
        day=pl.date(pl.col("year"), 12, 31), cluster=pl.lit("X"), out24=pl.col("out12"), known24=pl.col("known12")
    )


SMALL = toy(
    (1, 2000, "nowhere", 2002),
    (1, 2001, "peace", 2003),
    (2, 2001, "nowhere", 2003),
    (2, 2002, "nowhere", 2004),
    (2, 2003, "more_conflict", 2005),
    (3, 2004, None, None),
)


def test_what_was_known_by_hand():
    r = ConflictYears.of(SMALL)
    assert r.outcome(12).tolist() == [1, 0, 1, 1, 2, -1]
    assert r.known(12)[-1] == FAR
    assert r.past(12, day_number(date(2003, 12, 30))).tolist() == [True, False, False, False, False, False]
    assert r.past(12, day_number(date(2003, 12, 31))).sum() == 3  # by the end of the day itself
    assert r.episode_weight(12).tolist() == [0.5, 0.5, 1 / 3, 1 / 3, 1 / 3, 0.0]


def test_climatology_by_hand():
    p = climatology(ConflictYears.of(SMALL), 12)
    assert np.isnan(p[:3]).all()  # nothing was known in 2000 and 2001
    assert p[3].tolist() == pytest.approx([0.5 / 2.5, 1.5 / 2.5, 0.5 / 2.5])  # 2002: one row, nowhere
    assert p[4].tolist() == pytest.approx([1.5 / 4.5, 2.5 / 4.5, 0.5 / 4.5])  # 2003: three rows


def test_inputs_leave_unknown_figures_unknown():
    rows = ConflictYears.of(conflict_years())
    x, names = inputs(rows)
    assert x.shape == (rows.n, len(names))
    deaths = rows.frame["deaths"].is_null() | rows.frame["population"].is_null()
    column = names.index("deaths by population, logarithm")
    assert np.array_equal(np.isnan(x[:, column]), deaths.to_numpy())
    assert "quiet" not in names  # that fighting had faded is known a year later
    assert not np.isnan(x[:, [names.index(n) for n in ("interstate", "talks", "year", "first years")]]).any()


def tables(n, seed):
    """Made forecasts of record and model, and typical cases."""
    rng = np.random.default_rng(seed)
    return Given(*(rng.dirichlet([2, 8, 2], n) for _ in range(4)))


def test_rows_are_left_out_with_their_reason():
    rows = ConflictYears.of(conflict_years().filter(pl.col("year").is_between(1950, 1955)))
    given, ridge = tables(rows.n, 1), np.full((rows.n, 3), 1 / 3)
    ridge[0], given.record[1], given.typical[2] = np.nan, np.nan, np.nan
    given.model[3] = given.uncalibrated[3]
    v = forecast(rows, 12, given, ridge)
    assert tuple(v.views) == VIEWS
    assert v.reason[:4].tolist() == [EARLY, NO_RECORD, NO_MODEL, AT_PRIOR]
    assert (v.reason[4:] == np.where(rows.outcome(12)[4:] < 0, NOT_KNOWN, "")).all()
    assert (v.scored_or_at_prior == v.scored | (v.reason == AT_PRIOR)).all()
    assert not (v.scored & (rows.outcome(12) < 0)).any()


def test_scores_by_hand():
    """Two rows, three views: Brier, RPS, log score, AUC and skill with pencil and paper."""
    y = np.array([0, 1])
    views = {
        "climatology": np.array([[0.2, 0.6, 0.2], [0.2, 0.6, 0.2]]),
        "model": np.array([[0.5, 0.4, 0.1], [0.1, 0.8, 0.1]]),
    }
    question = Question("k", "t", ORDER, NOWHERE, "conflict-years", "12 months")
    days = (date(2000, 12, 31), date(2001, 12, 31))
    q = result(Scored(question, views, y, np.array(["a", "b"]), days, {}, None, ("model",)), Bootstrap(50, 1))
    base, model = q.of("climatology"), q.of("model")
    assert base.brier == pytest.approx(((0.64 + 0.36 + 0.04) + (0.04 + 0.16 + 0.04)) / 2)
    assert base.rps == pytest.approx(((0.64 + 0.04) + (0.04 + 0.04)) / 2)
    assert model.brier == pytest.approx(((0.25 + 0.16 + 0.01) + (0.01 + 0.04 + 0.01)) / 2)
    assert model.rps == pytest.approx(((0.25 + 0.01) + (0.01 + 0.01)) / 2)
    assert model.log == pytest.approx(-(np.log(0.5) + np.log(0.8)) / 2)
    assert model.brier_skill.value == pytest.approx(1 - 0.24 / 0.64)
    assert q.auc["model"]["peace"] == 1
    assert q.auc["climatology"]["peace"] == 0.5
    assert np.isnan(q.auc["model"]["more_conflict"])  # it never came true
    assert q.mean["model"] == pytest.approx({"peace": 0.3, "nowhere": 0.6, "more_conflict": 0.1})


def one_horizon(model):
    """Forecasts at 12 months in which the record says what climatology says."""
    rows = ConflictYears.of(conflict_years().filter(pl.col("year").is_between(1950, 1990)))
    base = np.nan_to_num(climatology(rows, 12), nan=1 / 3)
    given = Given(base, base[:, ::-1], model(rows, base), base)
    return forecast(rows, 12, given, base)


def test_the_best_estimate_is_blind_to_the_future():
    from peacetalks.backtests.best_estimate import of_years
    from peacetalks.evidence.anchor import walk

    frame = conflict_years().filter(pl.col("year").is_between(1950, 1990))
    cut = 1975
    other = frame.with_columns(
        out12=pl.when(pl.col("known12").dt.year() > cut).then(pl.lit("peace")).otherwise("out12")
    )
    found = []
    for f in (frame, other):
        rows = ConflictYears.of(f)
        past = of_years(forecast(rows, 12, tables(rows.n, 3), np.full((rows.n, 3), 1 / 3)))
        best, weights = walk(past.record, past.model, past.typical, past.outcome, past.made, past.known)
        found.append((best, np.array([w.mean for w in weights]), rows.frame["year"].to_numpy()))
    (a, wa, year), (b, wb, _) = found
    assert np.array_equal(a[year <= cut], b[year <= cut])
    assert np.array_equal(wa[year <= cut], wb[year <= cut])
    assert not np.array_equal(wa[year > cut], wb[year > cut])


def test_the_weight_rests_on_rows_known_by_the_day_and_no_others():
    from peacetalks.backtests.best_estimate import of_years
    from peacetalks.evidence.anchor import walk

    rows = ConflictYears.of(conflict_years().filter(pl.col("year").is_between(1950, 1960)))
    past = of_years(forecast(rows, 12, tables(rows.n, 3), np.full((rows.n, 3), 1 / 3)))
    _, weights = walk(past.record, past.model, past.typical, past.outcome, past.made, past.known)
    for day, w in zip(rows.made, weights, strict=True):
        assert w.n == rows.past(12, int(day)).sum()


def test_targets_by_hand():
    """A record that says what climatology says, and a model that knows what came true."""

    def knows(rows, base):
        return 0.5 * base + 0.5 * np.eye(3)[np.maximum(rows.outcome(12), 0)]

    v = one_horizon(knows)
    found = targets.compared(v, "model", Bootstrap(200, 7))
    ok = v.scored
    y = v.rows.outcome(12)[ok]
    hand = (((v.views["model"] - np.eye(3)[np.maximum(v.rows.outcome(12), 0)]) ** 2).sum(axis=1))[ok].mean()
    base = (((v.views["record"][ok] - np.eye(3)[y]) ** 2).sum(axis=1)).mean()
    assert found[0].by_row.value == pytest.approx(hand - base, abs=1e-6)
    assert found[0].by_row.high < 0
    assert not targets.sharpens(found)  # it is the best estimate that must
    better = [replace(c, view="best") for c in found]
    assert targets.sharpens(better)
    same = targets.compared(one_horizon(lambda rows, base: base), "model", Bootstrap(200, 7))
    assert [c.by_row.value for c in same] == [0, 0]
    worse = [replace(c, view="best") for c in same]
    assert not targets.sharpens(worse)
