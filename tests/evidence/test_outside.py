"""The outside forecast: mass, unknowns, what was known, messages."""

import numpy as np
import pytest

from peacetalks.evidence import EvidenceError, outside_forecast


def test_ends_sum_to_one_and_group_the_labels():
    f = outside_forecast("war_type=interstate", [6, 12, 60], draws=20)
    p = dict(zip(f.labels, f.probability.T, strict=True))
    ends = dict(zip(f.ends, f.end_probability.T, strict=True))
    assert f.end_probability.sum(axis=1) == pytest.approx(1)
    assert ends["peace"] == pytest.approx(p["settlement"] + p["ceasefire"])
    assert ends["more_conflict"] == pytest.approx(p["victory_1"] + p["victory_2"] + p["broken"])
    assert (f.end_low <= f.end_probability + 1e-9).all()
    assert (f.end_high >= f.end_probability - 1e-9).all()


def test_where_the_data_cannot_speak_it_is_unknown_and_never_zero():
    f = outside_forecast(None, [12], draws=5)
    silent = [f.labels.index(x) for x in ("talks", "fighting", "wider_war")]
    assert np.isnan(f.probability[:, silent]).all()
    assert f.to_dict()["probability"][0][silent[0]] is None


def test_all_episodes_end_as_the_curve_says():
    """Agreement or ceasefire, in force or broken, is the cumulative incidence of both."""
    from peacetalks.evidence import base_rate

    f = outside_forecast(None, [24], draws=2)
    settled = sum(f.probability[0, f.labels.index(x)] for x in ("settlement", "ceasefire", "broken"))
    rates = [base_rate(f"conflict ends in {x} within 24 months").probability for x in ("an agreement", "a ceasefire")]
    assert settled == pytest.approx(sum(rates), abs=1e-9)


def test_as_of_changes_what_is_known_and_a_later_one_knows_more():
    days = ("1980-01-01", "2019-01-01")
    early, late = (outside_forecast("war_type=interstate", [12], as_of=d, draws=2) for d in days)
    assert early.n < late.n


def test_same_seed_same_interval():
    a, b = (outside_forecast(None, [12], draws=10) for _ in range(2))
    assert (a.end_low == b.end_low).all()


@pytest.mark.parametrize(("cls", "months", "message"), [
    (None, [], "give months of 1 or more"),
    (None, [0], "give months of 1 or more"),
    ("war_type=interstate, since=2030", [12], "no episode is in the class"),
    ("war=1", [12], "episodes have no covariate 'war'"),
])
def test_bad_requests_say_how_to_mend_them(cls, months, message):
    with pytest.raises(EvidenceError, match=message):
        outside_forecast(cls, months, draws=1)
