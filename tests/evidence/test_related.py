"""Rates beside a base rate: each is the base rate of its own question, and none is without cases."""

import pytest

from peacetalks.evidence import base_rate, related_rates
from peacetalks.evidence.shrink import posterior
from peacetalks.pages.base_rate_screen import base_rate_lines

ASKED = [
    ("interstate war ends within 90 days", None, None),
    pytest.param("civil war lasts 2 years", "since=1950", "2005-01-01", marks=pytest.mark.slow),
    ("crisis fades", None, "1990-06-30"),
]


@pytest.mark.parametrize(("question", "where", "as_of"), ASKED)
def test_each_is_the_base_rate_of_its_own_question(question, where, as_of):
    found = related_rates(question, where, as_of)
    assert {"class", "complement"} <= {r.relation for r in found}
    for r in found:
        one = base_rate(r.question, r.where if r.where != "all" else None, as_of)
        assert (r.probability, r.interval, r.n) == (one.probability, one.interval, one.n)
        assert (r.observed, r.weight, r.events) == (one.observed, one.weight, one.own.known(one.complement))
        assert r.n > 0


def test_other_horizons_leave_out_the_one_asked_about_and_what_was_not_followed():
    found = related_rates("interstate war ends within 3 months")
    spans = [r.question.rpartition(" within ")[2] for r in found if r.relation == "horizon"]
    assert spans == ["1 month", "6 months", "12 months", "24 months", "60 months"]
    early = [r for r in related_rates("ceasefire fails within 30 days", as_of="1990-01-01") if r.relation == "horizon"]
    assert [r.question for r in early] == ["ceasefire fails within 3 months", "ceasefire fails within 6 months"]


def test_returns_are_asked_by_whole_years_and_stand_beside_no_shorter_time():
    spans = [r.question for r in related_rates("conflict recurs within 5 years") if r.relation == "horizon"]
    assert spans == [f"conflict recurs within {m} months" for m in (12, 24, 120)]
    assert not [r for r in related_rates("peace fails within 30 days") if "recurs" in r.question]


def test_neighbouring_classes_differ_in_one_thing():
    found = related_rates("war ends within 1 year", "interstate, reached=1y")
    classes = [r.where for r in found if r.relation == "class"]
    assert classes[:2] == ["reached=365d", "war_type=intrastate|internationalised, reached=365d"]
    assert all("reached=365d" in c for c in classes)
    assert not any("intensity" in c for c in classes)  # the event itself is about wars
    assert "war_type=interstate, reached=365d" not in classes


def test_small_classes_show_that_they_are_shrunk_and_what_they_have_themselves():
    asked = "talks reach a substantive agreement within 1 year"
    found = related_rates(asked)
    small = next(r for r in found if r.where == "level=interstate")
    assert (small.n, small.events) == (10, 2)
    assert small.weight < 0.1
    whole = base_rate(asked)
    kappa = whole.effective_n  # siblings that agree borrow as much as the parent holds
    own = base_rate(asked, "interstate")
    a, b = posterior(own.observed, own.effective_n, whole.observed, kappa)[1:]
    assert small.interval == pytest.approx((a, b), abs=0.002)  # effective N is rounded to one decimal
    lines = base_rate_lines(asked, whole, found)
    row = next(line for line in lines if line.startswith("    interstate "))
    assert row.endswith("34%    25-43%  n = 10  own 21% (2 of 10), weight 9%")
    assert "shrunk towards the parent class, whose rate is taken as known" in " ".join(map(str.strip, lines))
    assert "Shrunk towards the parent class (35%): own 21% (2 of 10), weight 9%." in base_rate_lines(asked, own)


def test_the_complement_and_the_rate_sum_to_1():
    for question in ("ceasefire lasts 90 days", "sanctions threat: target yields"):
        other = next(r for r in related_rates(question) if r.relation == "complement")
        assert other.probability == pytest.approx(1 - base_rate(question).probability)


def test_nothing_stands_beside_a_rate_without_cases():
    assert not [r for r in related_rates("peace fails within 1 year", "since=2020") if r.where == "since=2020"]
