"""The views: by hand, against the evidence room, and blind to the future."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from peacetalks import evidence
from peacetalks.backtests.occasions import FAR, Occasions, ceasefires, day_number, episodes, processes
from peacetalks.backtests.views import BURN_IN, EARLY, VIEWS, forecast, quarter, shrunk
from peacetalks.evidence import score
from peacetalks.evidence.tables import read_cases

CUT = date(2005, 6, 30)


def test_quarter():
    days = [day_number(date(*d)) for d in ((2000, 1, 1), (2000, 3, 31), (1969, 12, 31))]
    assert quarter(np.array(days)).tolist() == [
        day_number(date(*d)) for d in ((2000, 1, 1), (2000, 1, 1), (1969, 10, 1))
    ]


def test_a_group_is_shrunk_as_in_the_evidence_room():
    """Crises that end in a formal agreement, by mediation: the very figures of the evidence room's base rates."""
    frame = evidence.cases("crises").filter(pl.col("ending").is_not_null())
    hit = (frame["ending"] == "formal").cast(pl.Int64).to_numpy()
    groups, g = np.unique(frame["mediation"].fill_null("~").to_numpy().astype(str), return_inverse=True)
    rates = [evidence.base_rate("crisis ends in a formal agreement", f"mediation={m}") for m in groups if m != "~"]
    parent = float(rates[0].parent or 0)
    got = shrunk(
        g, frame["cluster"].to_numpy().astype(str), hit, np.arange(groups.size), np.array([1 - parent, parent]), 1
    )
    assert parent == pytest.approx(hit.mean())
    assert got[: len(rates), 1].tolist() == pytest.approx([r.probability for r in rates], abs=1e-9)
    assert max(got[:, 1]) - min(got[:, 1]) > 0.1


def test_shrinkage_laws():
    rng = np.random.default_rng(3)
    y, g = rng.integers(0, 3, 400), rng.integers(0, 5, 400)
    base = np.bincount(y, minlength=3) / y.size
    p = shrunk(g, None, y, np.array([0, 1, 9]), base, 1)
    assert np.allclose(p.sum(axis=1), 1)
    assert p[2].tolist() == base.tolist()  # a class never seen is its parent
    raw = np.bincount(y[g == 0], minlength=3) / (g == 0).sum()
    assert (np.minimum(raw, base) - 1e-12 <= p[0]).all()
    assert (p[0] <= np.maximum(raw, base) + 1e-12).all()


def small(outcome):
    """One occasion a quarter in two clusters, the outcome known ten days later."""
    n = len(outcome)
    made = np.array([day_number(date(1980 + i // 4, 1 + 3 * (i % 4), 5)) for i in range(n)])
    q = ceasefires(read_cases("ceasefires").head(1))[0].question
    return Occasions(
        q,
        np.full(n, "X"),
        np.array(["a", "b"])[np.arange(n) % 2],
        made,
        made + 10,
        np.array(outcome),
        np.where(np.array(outcome) < 0, "unknown", ""),
        np.full(n, "all"),
    )


def test_views_by_hand():
    y = [0, 1] * 20 + [1, 1]
    f = forecast(small(y))
    assert (f.reason[:BURN_IN] == EARLY).all()
    assert f.scored.sum() == len(y) - BURN_IN
    assert f.views["climatology"][-1].tolist() == pytest.approx([20.5 / 42, 21.5 / 42])
    assert f.views["no change"][-1].tolist() == [1, 0]
    assert f.views["last value"][-1].tolist() == [0, 1]  # cluster b had always been broken
    assert f.views["last value"][-2].tolist() == [1, 0]  # cluster a had always held
    assert f.views["own record"][-1, 1] > 0.8
    assert f.views["own record"][-2, 1] < 0.2
    assert f.views["outside"][-1].tolist() == pytest.approx(f.views["climatology"][-1].tolist(), abs=0.02)
    for v in VIEWS:
        assert np.allclose(f.views[v][f.scored].sum(axis=1), 1)


def test_an_unknown_outcome_teaches_nothing_and_is_not_scored():
    y = [0, 1] * 20
    y[5] = -1
    f = forecast(small(y))
    assert f.reason[5] == "unknown"
    assert f.views["climatology"][-1, 1] == pytest.approx((sum(v == 1 for v in y[:-1]) + 0.5) / (len(y) - 2 + 1))


def test_a_signal_that_is_there_is_found_and_one_that_is_not_is_not():
    rng = np.random.default_rng(11)
    n = 240
    o = small(np.zeros(n, int).tolist())
    classes = np.array(["calm", "wild"])[rng.integers(0, 2, n)]
    clusters = np.array([f"c{i}" for i in rng.integers(0, 60, n)])
    risk = np.where(classes == "wild", 0.7, 0.1)
    real = Occasions(
        o.question, o.name, clusters, o.made, o.known, (rng.random(n) < risk).astype(int), o.reason, classes
    )
    noise = Occasions(
        o.question, o.name, clusters, o.made, o.known, (rng.random(n) < 0.3).astype(int), o.reason, classes
    )
    for case, low, high in ((real, 0.2, 0.6), (noise, -0.05, 0.05)):
        f = forecast(case)
        y = case.outcome[f.scored]
        base = score.brier(f.views["climatology"][f.scored, 1], y)
        s = score.skill(score.brier(f.views["outside"][f.scored, 1], y), base)
        assert low < s.value < high


def another_future(frame, cut, endings):
    """Plant another future: whatever happened after `cut` happens otherwise, at another date, in another way."""
    late = pl.col("end") > cut
    if "ending" in frame.columns and endings:
        other = pl.col("ending").replace_strict(
            dict(zip(endings, [*endings[1:], endings[0]], strict=True)), default=pl.col("ending")
        )
        frame = frame.with_columns(ending=pl.when(late).then(other).otherwise("ending"))
    moved = pl.max_horizontal(pl.lit(cut).dt.offset_by("1d"), pl.col("end").dt.offset_by("-400d"))
    frame = frame.with_columns(end=pl.when(late).then(moved).otherwise("end"))
    if "war_year" in frame.columns:
        frame = frame.with_columns(
            war_year=pl.when(pl.col("war_year") > cut.year).then(None).otherwise("war_year"),
            resumed=pl.when(pl.col("resumed") > cut.year).then(None).otherwise("resumed"),
        )
    return frame


@pytest.mark.parametrize(
    ("kind", "make", "place", "endings", "cut"),
    [
        ("ceasefires", ceasefires, 1, ["terminated", "expired", "superseded"], CUT),
        (
            "episodes",
            episodes,
            4,
            ["agreement", "victory_a", "ceasefire", "victory_b", "actor_ceases"],
            date(1990, 12, 31),
        ),
        ("processes", processes, 1, [], CUT),
    ],
)
def test_no_leakage(kind, make, place, endings, cut):
    """Another future, and nothing said up to the cut changes; what is said later does, or the test shows nothing."""
    true = read_cases(kind)
    false = another_future(true, cut, endings)
    assert not true.equals(false)
    one, two = (forecast(make(frame)[place]) for frame in (true, false))
    before = [f.occasions.made <= day_number(cut) + 1 for f in (one, two)]
    assert before[0].sum() == before[1].sum() > BURN_IN
    for view in VIEWS:
        assert np.array_equal(one.views[view][before[0]], two.views[view][before[1]], equal_nan=True), view
    after = [f.views["pooled"][~b & f.scored].mean(axis=0) for f, b in zip((one, two), before, strict=True)]
    assert not np.allclose(*after)


def test_far_is_after_everything():
    assert day_number(date(2100, 1, 1)) < FAR
