"""Claims: the language and its errors, answers against the forward pass."""

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pytest
from support.records import ASK
from support.tiny import KPA, UN, tiny

import peacetalks as pt
from peacetalks.errors import QueryError
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS
from peacetalks.questions.claims import Claim, audit
from peacetalks.questions.evaluate import Evaluator
from peacetalks.questions.query import parse
from peacetalks.questions.query_tree import atoms
from peacetalks.scenario.dates import months_later
from peacetalks.scenario.what_if import setting

NAME = "russia-ukraine-2025"
DOCS = Path(__file__).parents[2] / "docs" / "claims.md"


def examples():
    block = DOCS.read_text().split("## Examples")[1].split("```")[1]
    return [line for line in block.splitlines() if line.strip()]


def forms():
    table = DOCS.read_text().split("## What can be asked")[1].split("Ends:")[0]
    found = re.findall(r"`([^`]+)`", table.replace("\\|", "|"))
    return [q for q in found if re.match(r"\w+\(.*\)$", q)]


@pytest.mark.parametrize("text", [*examples(), *forms()])
def test_every_documented_query_parses(text):
    assert list(atoms(parse(text)))


def test_the_documents_list_every_form_and_example_is_found():
    assert len(examples()) == 15
    heads = {q.split("(")[0] for q in forms()}
    assert heads == {"P", "E", "play", "effect", "base_rate", "param", "welfare", "loglik"}


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("P(peace by 24", 14, "the query ends here; expected ')'"),
        ("P(peac by 24) > 0", 3, "no outcome is called 'peac' (did you mean 'peace'?)"),
        ("Prob(peace by 3)", 1, "'Prob(peace' is not expected here"),
        ("P(peace by soon)", 12, "expected a number of months"),
        ("P(peace by 0)", 12, "months run from 1 to 600, got 0"),
        ("P(peace by 3) > P(terms >= 1)", 17, "terms need a settlement to look at"),
        ("E(terms)", 1, "needs a date"),
        ("P(peace by 24) >", 17, "the query ends here"),
        ("P(peace by 3) > 1 > 0", 19, "is not expected here"),
        ("0 < effect(rent.weight: 1 -> 1 on P(peace by 1))", 5, "changes nothing"),
        ("P(peace by 3 | belief(A, weak) > 0.5)", 1, "a belief is a condition of play(...) only"),
    ],
)
def test_errors_point_at_the_column(text, column, words):
    with pytest.raises(QueryError) as e:
        parse(text)
    message = str(e.value)
    assert message.startswith(f"column {column}: ")
    assert words in message
    assert message.splitlines()[1:] == [f"  {text}", "  " + " " * (column - 1) + "^"]


# -- answers ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base():
    return tiny(periods=3)


@pytest.fixture(scope="module")
def evaluator(base):
    return Evaluator(base, solve_scenario(base, 3))


def ask(evaluator, text):
    (atom,) = atoms(parse(text))
    return evaluator.answer(atom, text)


def test_chances_at_a_date_are_the_forecast(evaluator):
    f = pt.forecast(evaluator.s, outcome=label, periods=3)
    for end, names in ENDS.items():
        for month in (1, 3):
            expected = float(f.sel(period=month, outcome=[n for n in names if n in f.outcome.values]).sum())
            assert ask(evaluator, f"P({end} by {month})") == pytest.approx(expected, abs=1e-13)
    given = pt.forecast(evaluator.s, outcome=label, periods=3, given={KPA: "resolute"})
    assert ask(evaluator, f"P(talks by 2 | {KPA} is resolute)") == pytest.approx(
        float(given.sel(period=2, outcome="talks")), abs=1e-13
    )


def test_conditions_are_ratios_and_first_passage_is_at_least_being_there(evaluator):
    both = ask(evaluator, "P(talks by 3 | ceasefire by 2)") * ask(evaluator, "P(ceasefire by 2)")
    again = ask(evaluator, "P(ceasefire by 2 | talks by 3)") * ask(evaluator, "P(talks by 3)")
    assert both == pytest.approx(again, abs=1e-13)
    split = sum(ask(evaluator, f"P({x} by 1)") * ask(evaluator, f"P(peace by 3 | {x} by 1)") for x in ENDS)
    assert split == pytest.approx(ask(evaluator, "P(peace by 3)"), abs=1e-13)
    reached, there = ask(evaluator, "P(ceasefire within 3)"), ask(evaluator, "P(ceasefire by 3)")
    assert reached > there
    by_hand = 1 - (1 - ask(evaluator, "P(ceasefire by 1)")) * (1 - _hit(evaluator, 2))
    assert ask(evaluator, "P(ceasefire within 2)") == pytest.approx(by_hand, abs=1e-13)


def _hit(evaluator, month):
    """P(ceasefire at `month` | no ceasefire at the month before)."""
    others = " or ".join(x for x in ("settlement", "talks", "fighting", "victory_1", "victory_2", "broken"))
    return ask(evaluator, f"P(ceasefire by {month} | {others} by {month - 1})")


def test_broken_truces_leave_peace(evaluator):
    one = ask(evaluator, "P(ceasefire broken within 1 | ceasefire by 1)")
    assert one == pytest.approx(1 - ask(evaluator, "P(peace by 2 | ceasefire by 1)"), abs=1e-13)
    two = ask(evaluator, "P(ceasefire broken within 2 | ceasefire by 1)")
    assert one < two < 1
    pooled = ask(evaluator, "P(ceasefire broken within 1 | ceasefire)")
    later = ask(evaluator, "P(ceasefire broken within 1 | ceasefire by 2)")
    weights = [ask(evaluator, "P(ceasefire by 1)"), ask(evaluator, "P(ceasefire by 2)")]
    assert pooled == pytest.approx(np.average([one, later], weights=weights), abs=1e-13)


def test_a_stationary_truce_breaks_at_the_rate_of_its_incidents():
    """With no way to violate (nor settle within the month) a truce breaks with the chance of an incident."""
    off = {"ceasefire.violate": 1e-9, "ceasefire.gain": 0.0, "ceasefire.incident": 0.1, "talks.accept": 1e-9}
    s = tiny(**off, periods=4)
    v = Evaluator(s, solve_scenario(s, 2))
    assert ask(v, "P(ceasefire broken within 1 | ceasefire)") == pytest.approx(0.1, abs=1e-8)
    still = ask(v, "P(ceasefire by 2 | ceasefire by 1)")
    assert (
        0 < 0.9 - still < 1e-9 * np.exp(20 * 0.6)
    )  # those who settle: reference 1e-9, tilted by a gain of up to 0.6 pies
    assert ask(v, "P(ceasefire broken within 2 | ceasefire by 1)") == pytest.approx(0.1 + 0.1 * still, abs=1e-8)


def test_means_of_terms_and_front(evaluator, base):
    at = ask(evaluator, "P(terms >= 0.5 | settlement by 3)")
    assert ask(evaluator, "E(terms | settlement by 3)") == pytest.approx(at, abs=1e-13)  # offers are 0 and 1
    assert 0 < ask(evaluator, "E(front at 3)") < 1
    assert ask(evaluator, "E(front at 1 | fighting or talks by 1)") == pytest.approx(
        float(base.battlefield.front), abs=0.05
    )
    assert ask(evaluator, f"welfare({UN})") == pytest.approx(evaluator.s.value(UN), abs=1e-14)


def test_play_is_the_average_strategy_where_the_node_is_met(evaluator):
    state = next(iter(evaluator.s.game.starts()))
    own = evaluator.s.strategy("posture", state, period=0, player=KPA)
    prior = dict(zip(("resolute", "irresolute"), evaluator.s.game.prior(KPA), strict=True))
    for kind in prior:
        text = f"play(posture, full, {KPA} within 1 | {KPA} is {kind})"
        assert ask(evaluator, text) == pytest.approx(own[kind]["full"], abs=1e-12)
    mean = sum(prior[k] * own[k]["full"] for k in prior)
    assert ask(evaluator, f"play(posture, full, {KPA} within 1)") == pytest.approx(mean, abs=1e-12)
    other = evaluator.s.strategy("posture", state, period=0, player=UN)["one"]["full"]
    assert ask(evaluator, "play(posture, full within 1)") == pytest.approx(
        (mean + other) / 2, abs=1e-12
    )  # both may fight fully
    moves = [ask(evaluator, f'play(table, "{m}" within 3 | talks)') for m in ("offer *", "stall", ASK, "walk out")]
    assert sum(moves) == pytest.approx(1, abs=1e-12)
    believed = [
        ask(evaluator, f"play(table, stall | belief({KPA}, resolute) {s} 0.6)".replace("stall", "stall within 3"))
        for s in "<>"
    ]
    assert abs(believed[0] - believed[1]) > 1e-6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P(peace by 24)", "the scenario ends after 3 periods; month 24 was asked for"),
        ("P(peace by 2 | Rusia is weak)", "no player is called 'Rusia'"),
        (f"P(peace by 2 | {KPA} is resolut)", "(did you mean 'resolute'?)"),
        ("P(peace by 2 | ceasefire)", "the condition needs a date here: | ceasefire by 12"),
        ("P(settlement broken within 1 | ceasefire)", "what may break must be in force"),
        ("E(frnt at 2)", "no quantity is called 'frnt' (did you mean 'front'?)"),
        ("play(table, stal within 2)", "no move 'stal' at stage 'table' (did you mean 'stall'?)"),
        ("play(tabel, stall within 2)", "no stage is called 'tabel' (did you mean 'table'?)"),
    ],
)
def test_what_a_scenario_cannot_answer(evaluator, text, words):
    with pytest.raises(QueryError, match=re.escape(words)):
        ask(evaluator, text)


def test_a_condition_of_probability_zero_has_no_number(evaluator):
    assert np.isnan(ask(evaluator, "P(peace by 2 | wider_war by 1)"))


# -- variants and audits ---------------------------------------------------------------------------


def test_a_setting_keeps_the_other_drawn_numbers(base):
    drawn = base.at({"talks.walk": 0.09, "talks.ask": 0.15})
    one = setting(base, drawn, "talks.walk", 0.01)
    assert (float(one.talks.walk), float(one.talks.ask)) == (0.01, 0.15)
    assert setting(base, drawn, "talks.walk", "now") is drawn
    assert setting(base, drawn, "ceasefire", "off").ceasefire is None
    shares = setting(base, base, "sides.2.types.resolute.share", 0.9).sides[1].types
    assert (float(shares["resolute"].share), float(shares["irresolute"].share)) == pytest.approx((0.9, 0.1))
    with pytest.raises(pt.SpecError, match=r"unknown key .did you mean 'walk'.."):
        setting(base, base, "talks.wlak", 0.1)
    with pytest.raises(pt.SpecError, match="no such type"):
        setting(base, base, "sides.2.types.resolut.share", 0.9)


# -- dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("P(peace by 24 months)", "P(peace by 24)"),
        ("P(peace by 2 years)", "P(peace by 24)"),
        ("P(peace on 24 mo)", "P(peace by 24)"),
        ("P(ceasefire begun by 12)", "P(ceasefire within 12)"),
        ("P(ceasefire within 1 year)", "P(ceasefire within 12)"),
        ("P(terms >= 0.5 | settlement on 24)", "P(terms >= 0.5 | settlement by 24)"),
        ("E(front at 12 months)", "E(front at 12)"),
    ],
)
def test_months_may_have_their_unit(text, same):
    (one,), (other,) = (tuple(atoms(parse(t))) for t in (text, same))
    assert one == other


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("P(peace by 2026-02-30)", 12, "no day of the calendar"),
        ("P(peace by 999999 days)", 12, "months run from 1 to 600, got 999999 days"),
        ("P(peace by 12 dogs)", 15, "expected"),
        ("E(terms | settlement by 2026-01-01, ceasefire by 6)", 1, "several dates: say at which the mean is taken"),
    ],
)
def test_dates_that_are_none_are_refused_at_their_column(text, column, words):
    with pytest.raises(QueryError) as e:
        parse(text)
    assert str(e.value).startswith(f"column {column}: ")
    assert words in str(e.value)


def number(base, text):
    head = {"id": "x", "rows": [1], "sentence": "It may be so.", "attributed_to": "a test"}
    (found,) = audit(base, [Claim(query=text, **head)], draws=0, belief_points=3).findings
    return found.value


def test_a_day_between_the_ends_of_months_is_linear_in_between(base):
    first, second = (number(base, f"P(ceasefire within {k})") for k in (1, 2))
    day = base.as_of + dt.timedelta(45)
    ends = [months_later(base.as_of, k) for k in (1, 2)]
    share = (day - ends[0]) / (ends[1] - ends[0])
    expected = (1 - share) * first + share * second
    assert number(base, f"P(ceasefire begun by {day})") == pytest.approx(expected, abs=1e-12)
    assert number(base, "P(ceasefire within 45 days)") == pytest.approx(expected, abs=1e-12)
    assert number(base, f"P(ceasefire within 2) - P(ceasefire begun by {ends[1]})") == 0
    early = number(base, "P(ceasefire within 1 days)")
    assert early == pytest.approx(first / (ends[0] - base.as_of).days)
    mean = number(base, f"E(front at {day})")
    assert mean == pytest.approx((1 - share) * number(base, "E(front at 1)") + share * number(base, "E(front at 2)"))


def test_a_date_before_the_scenario_is_refused(base):
    with pytest.raises(QueryError, match="column 1: 1950-01-01 is not after the scenario's date, 1951-07-10"):
        number(base, "P(peace by 1950-01-01)")
