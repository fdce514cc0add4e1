"""Estimates that the R package games publishes for its own data (Kenkel and Signorino 2014).

Coefficients agree within 1e-3, standard errors within 1e-2 of themselves, and the log-likelihood within 1e-4.  Where R
stopped before the maximum ours is higher.  Where R had no analytic scores its standard errors come from differences of
differences and are off by up to three per cent: `test_curvature.py` holds ours against the likelihood itself.
"""

import numpy as np
import pytest
from support.published_games import CASES, compare
from support.raw_data import require

FAST = [case for case in CASES if case.data != "games_leblang2003"]
LARGE = [case for case in CASES if case.data == "games_leblang2003"]


def check(case):
    folder = require()
    if not (folder.parent / "replication").is_dir():
        pytest.skip("the stored outputs of R are not on this machine")
    found = compare(case, folder)
    assert found.gain > -1e-4
    stopped_early = found.gain > 1e-7
    difference = np.abs(found.ours - found.published)
    assert stopped_early or difference.max() < 1e-3
    assert (difference < 0.1 * found.our_errors).all()
    precision = 1e-2 if case.has_scores(folder) and found.gain < 1e-4 else 4e-2
    np.testing.assert_allclose(found.published_errors, found.our_errors, rtol=precision)


@pytest.mark.parametrize("case", FAST, ids=lambda c: f"{c.name}-{c.block}")
def test_an_estimate_is_the_published_one(case):
    check(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", LARGE, ids=lambda c: f"{c.name}-{c.block}")
def test_an_estimate_from_thousands_of_rows_is_the_published_one(case):
    check(case)


def test_the_targets_to_ten_digits():
    folder = require()
    reached = {case.name: case.estimate(folder, starts=1).log_likelihood for case in CASES[:4]}
    assert reached["tight_war1800_m1"] == pytest.approx(-286.1237547185, abs=1e-9)
    assert reached["tight_war1800_m2_logit"] == pytest.approx(-286.1827938942, abs=1e-9)
    assert reached["tight_data_122"] == pytest.approx(-1239.2339913505, abs=1e-9)
    assert reached["tight_data_ult_m1"] == pytest.approx(-3717.6792256993, abs=1e-9)
