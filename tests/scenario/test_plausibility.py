"""Values that a scenario may hold but that are seldom meant."""

import datetime as dt

import pytest

import peacetalks as pt
from peacetalks.scenario.plausibility import implausible
from peacetalks.scenario.scenario import bundled

TODAY = dt.date(2026, 1, 1)


def warnings(change):
    return [str(w) for w in implausible(pt.patch(pt.load("korea-1951"), change), TODAY)]


@pytest.mark.parametrize(
    "name", ["korea-1951", "russia-ukraine-2025", "iran-nuclear-2025", "sri-lanka-2002", "colombia-2012"]
)
def test_the_bundled_scenarios_are_plausible(name):
    assert name in bundled()
    assert implausible(pt.load(name), TODAY) == []


SANCTIONS = {"label": "a power", "on": 1, "bite": 0.1, "upkeep": 0.1, "peace_value": 0.1}
HAZARD = "per month is more than one occasion a month; a yearly rate is divided by 12"
YEAR = "times the whole stake; a cost per month is expected, in units of the stake (0.006)"
AHEAD = "of its worth; a factor per month is expected (0.99)"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"talks.walk": 1.5}, [f"talks.walk = 1.5: a hazard of 1.5 {HAZARD}"]),
        ({"ceasefire.accept": 12}, [f"ceasefire.accept = 12: a hazard of 12 {HAZARD}"]),
        (
            {"talks.accept": {"low": 0.0, "mode": 0.5, "high": 2.0}},
            [f"talks.accept = 0.5 (0.224 to 1.61): a hazard of 1.61 {HAZARD}"],
        ),
        ({"talks.walk": 1.0, "talks.offer": 5.0}, []),  # one at most; a mass is no hazard
        (
            {"sides.2.types.resolute.war_cost": 0.1},
            [f"sides.2.types.resolute.war_cost = 0.1: a year of full war costs 1.2 {YEAR}"],
        ),
        ({"sides.2.types.resolute.war_cost": 1 / 12}, []),
        ({"sides.1.discount": 0.89}, [f"sides.1.discount = 0.89: what lies a year ahead counts for 24.70% {AHEAD}"]),
        ({"sides.1.discount": 0.9}, []),
        (
            {"sanctions": SANCTIONS | {"discount": 0.5, "change": 2}},
            [
                f"sanctions.discount = 0.5: what lies a year ahead counts for 0.02% {AHEAD}",
                f"sanctions.change = 2: a hazard of 2 {HAZARD}",
            ],
        ),
        (
            {"as_of": dt.date(2026, 1, 2)},
            ["as_of = 2026-01-02: lies in the future; what is known at a date is known only once it has come"],
        ),
        ({"as_of": TODAY}, []),
    ],
)
def test_what_is_asked_about(change, expected):
    assert warnings(change) == expected


def test_today_is_the_day_of_the_call():
    after = pt.patch(pt.load("korea-1951"), {"as_of": dt.date.today() + dt.timedelta(days=2)})
    assert [w.path for w in implausible(after)] == ["as_of"]
