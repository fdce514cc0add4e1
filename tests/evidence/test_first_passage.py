"""When fighting first ended: monotone, at least what is in force, near the curve of the class, known at the date."""

from datetime import date

import numpy as np
import pytest

from peacetalks.evidence import base_rate
from peacetalks.evidence.first_passage import WAYS, first_passage, settled_shares
from peacetalks.evidence.question import Situation, answers

CIVIL = Situation("civil", "fighting", date(2015, 1, 1), date(2014, 6, 1), intensity="minor")
WAR = Situation("interstate", "fighting", date(2004, 1, 1), date(2003, 12, 1), intensity="war")
MONTHS = (1, 6, 12, 24)


@pytest.mark.parametrize("situation", [CIVIL, WAR])
def test_what_has_ended_stays_ended_and_is_at_least_what_is_in_force(situation):
    found = first_passage(situation, MONTHS, draws=20)
    standing = answers(situation, MONTHS, draws=20, beside=False)[0]
    assert WAYS == ("settled", "neither", "won by force")
    assert np.allclose(found.ends.sum(axis=1), 1)
    for way in (0, 2):
        assert (np.diff(found.ends[:, way]) > 0).all()
        assert (np.diff(found.runs[:, :, way], axis=1) >= -1e-12).all()
    assert (found.ends[:, 0] >= standing.ends[:, 0] - 1e-12).all()  # a settlement may break
    assert (found.low <= found.ends + 1e-12).all()
    assert (found.ends <= found.high + 1e-12).all()
    assert found.n == standing.n
    assert found.counted_from == standing.counted_from


def test_it_is_near_the_curve_of_the_class_without_covariates():
    """Aalen-Johansen curves of civil conflicts that had gone on for as long, agreements and ceasefires together."""
    days = (CIVIL.as_of - CIVIL.start).days
    own = "war_type=intrastate, intensity=minor"
    rates = [
        base_rate(f"conflict ends in {what} within 2 years", f"{own}, reached={days}d", CIVIL.as_of)
        for what in ("an agreement", "a ceasefire")
    ]
    settled = first_passage(CIVIL, [24], draws=20).ends[0, 0]
    assert abs(settled - sum(r.probability for r in rates)) < 0.06


def test_only_what_was_known_at_the_date_is_used():
    early = first_passage(Situation("civil", "fighting", date(1980, 1, 1), date(1979, 6, 1)), [12], draws=10)
    late = first_passage(Situation("civil", "fighting", date(2019, 1, 1), date(2018, 6, 1)), [12], draws=10)
    assert 100 < early.n < late.n
    assert settled_shares(Situation("civil", "fighting", date(1980, 1, 1)), 2)[1] < settled_shares(CIVIL, 2)[1]


@pytest.mark.parametrize(
    ("situation", "words"),
    [
        (Situation("civil", "truce", date(2015, 1, 1)), "the state of this conflict is truce"),
        (Situation("civil", "fighting", date(2015, 1, 1)), "Kind and start of the conflict are not known"),
        (Situation(None, "fighting", date(2015, 1, 1), date(2014, 1, 1)), "Kind and start of the conflict are not"),
        (Situation("civil", "fighting", date(1946, 2, 1), date(1946, 1, 1)), "armed conflicts were known at the date"),
    ],
)
def test_where_it_is_not_known_there_is_a_reason_and_no_zero(situation, words):
    found = first_passage(situation, [12], draws=5)
    assert found.ends is None
    assert words in found.note
