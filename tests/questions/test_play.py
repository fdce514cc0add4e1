"""Sessions: beliefs are the filter's, paths have the product of strategies, ends are the forecast's."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from support.tiny import KPA, UN, tiny

import peacetalks as pt
from peacetalks.equilibrium.belief_filter import Filter, Seen
from peacetalks.errors import GameError, SpecError
from peacetalks.forecasting.readout import ends_of, outcomes_of
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS
from peacetalks.questions.debrief import debrief, forecast_from, path_probability, worth
from peacetalks.questions.play import start
from peacetalks.questions.play_file import read_session_file, resumed, session_values
from peacetalks.questions.play_words import asked, event_words, move_words, situation

POINTS = 3


@pytest.fixture(scope="module")
def two_sided():
    """Both sides of two types, three months."""
    s = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 3})
    return s, solve_scenario(s, POINTS)


def played(scenario, solution, seats, seed, pick=lambda options: options[0], months=None):
    """A session played to its end with a rule for the moves of people."""
    session = start(scenario, seats, seed, months, POINTS, solution)
    while not session.over:
        seat = session.waiting[0]
        session = session.advance(seat, pick(session.options(seat)))
    return session


def test_beliefs_are_those_of_the_filter(two_sided):
    """Every move and every draw of chance of a month given to the filter: one particle, with the session's belief."""
    scenario, s = two_sided
    for seed in range(6):
        session = played(scenario, s, {UN: None, KPA: None}, seed, lambda options: options[-1])
        f = Filter(s)
        particles = f.open({session.months_begun[0].state: 1.0})
        for month in range(1, len(session.months_begun)):
            moves = [(e.stage, who, m) for e in session.events if e.month == month for who, m in e.moves.items()]
            seen = [Seen(stage, (m,), None if who == "nature" else who) for stage, who, m in moves]
            particles = f.period(particles, seen, month - 1)
            at = session.months_begun[month]
            particles = particles.keep(lambda state, there=at.state: state == there)
            for player, own in f.posterior(particles).items():
                assert at.beliefs[player] == pytest.approx(own, abs=1e-9)


def test_the_path_has_the_product_of_the_strategies(two_sided):
    scenario, s = two_sided
    session = played(scenario, s, {"1": "resolute"}, 11)
    product = 1.0
    for event in session.events:
        k = event.before.stage
        found = s.strategy(s.game.stages[k].name, event.before.state, event.before.period, event.before.beliefs)
        for who, move in event.moves.items():
            own = found.get(who, found)  # at a stage of one mover: by type
            own = own[session.types[who]] if who != "nature" else own
            product *= next(p for m, p in own.items() if str(m) == move)
    assert path_probability(session) == pytest.approx(product, rel=1e-9)


def test_the_same_seed_and_moves_are_the_same_game(two_sided):
    scenario, s = two_sided
    one, two, other = (played(scenario, s, {"2": "resolute"}, seed) for seed in (3, 3, 4))
    assert one.events == two.events
    assert one.types == two.types
    assert (one.events, one.types) != (other.events, other.types)


def test_what_one_seat_does_is_not_seen_before_all_have_chosen(two_sided):
    scenario, s = two_sided
    session = start(scenario, {"1": None, "2": None}, 5, None, POINTS, s)
    assert set(session.waiting) == {UN, KPA}
    half = session.advance(UN, "full")
    assert half.events == session.events
    assert half.at == session.at
    assert half.waiting == (KPA,)
    assert half.options(UN) == ()
    with pytest.raises(GameError, match="United Nations Command is not to choose now"):
        half.advance(UN, "full")
    swapped = session.advance(KPA, "restrained").advance(UN, "full")
    assert swapped.events == half.advance(KPA, "restrained").events
    assert swapped.events[0].moves == {UN: "full", KPA: "restrained"}


def test_a_forecast_at_the_start_is_the_forecast(two_sided):
    scenario, s = two_sided
    session = start(scenario, {"1": None}, 1, None, POINTS, s)
    right = ends_of(outcomes_of(pt.trajectory(s)))[-1]
    found = forecast_from(session, session.months_begun[0])
    assert found == pytest.approx({str(e): float(right.sel(end=e)) for e in right["end"].values}, abs=1e-12)


def test_the_debrief_accounts_for_what_was_got(two_sided):
    """Over all types and draws a side gets what its type can expect: here, that what is left is the value there."""
    scenario, s = two_sided
    session = played(scenario, s, {"1": "resolute"}, 2)
    d = debrief(session)
    assert d.types == session.types
    assert {m.seat for m in d.moves} == {UN}
    assert all(0 < m.own <= m.likeliest_chance and 0 < m.seen < 1 for m in d.moves)
    first = next(m for m in d.moves)
    own = s.strategy("posture", session.events[0].before.state, 0)[UN]["resolute"]
    assert first.own == pytest.approx(own[first.move])
    assert d.expected[UN] == pytest.approx(s.value(UN, "resolute"))
    begun = start(scenario, {"1": "resolute"}, 2, None, POINTS, s)
    assert debrief(begun).worth[UN] == pytest.approx(s.value(UN, "resolute", state=begun.at.state))


@pytest.mark.slow
def test_people_who_play_the_equilibrium_end_where_the_forecast_says():
    """120 sessions of a side that follows its type's strategy: ends and payoffs within sampling error (4 s.e.)."""
    scenario = tiny(**{"battlefield.decisive": 0.3})
    s = solve_scenario(scenario, 9)
    rng, count, n, got = np.random.default_rng(8), dict.fromkeys(("peace", "nowhere", "more_conflict"), 0), 120, []
    for seed in range(n):
        session = start(scenario, {"2": None}, seed, None, 9, s)
        while not session.over:
            seat = session.waiting[0]
            own = session.choice.strategies[session.choice.movers.index(seat)][session.types[seat]]
            session = session.advance(seat, str(rng.choice(list(map(str, own)), p=np.array(list(own.values())))))
        count[next(end for end, labels in ENDS.items() if label(session.at.state) in labels)] += 1
        got.append(worth(session, KPA))
    right = ends_of(outcomes_of(pt.trajectory(s)))[-1]
    for end, k in count.items():
        p = float(right.sel(end=end))
        assert abs(k / n - p) < 4 * math.sqrt(p * (1 - p) / n) + 0.005, end
    assert abs(np.mean(got) - s.value(KPA)) < 4 * np.std(got) / math.sqrt(n)


def test_a_file_goes_on_where_it_was_left(two_sided, tmp_path):
    scenario, s = two_sided
    whole = played(scenario, s, {"1": "irresolute"}, 9)
    session = start(scenario, {"1": "irresolute"}, 9, None, POINTS, s)
    seat, move = whole.moves[0]
    session = session.advance(seat, move)
    file = tmp_path / "x.json"
    file.write_text(json.dumps(session_values(session, "korea-1951")))
    again = resumed(read_session_file(file), scenario, s)
    for seat, move in whole.moves[1:]:
        again = again.advance(seat, move)
    assert again.events == whole.events
    assert again.welfare == whole.welfare


def test_a_file_that_does_not_fit_is_refused(two_sided, tmp_path):
    scenario, s = two_sided
    values = session_values(played(scenario, s, {"1": None}, 9), "korea-1951")
    file = tmp_path / "x.json"
    for change, says in (
        ({"digest": "0"}, "the scenario has changed"),
        ({"seed": 10}, "other events|cannot be played"),
        ({"moves": [{"side": UN, "move": "dance"}]}, "cannot be played any more"),
        ({"moves": 3}, "damaged"),
    ):
        file.write_text(json.dumps(values | change))
        with pytest.raises(SpecError, match=says):
            resumed(read_session_file(file), scenario, s)
    for text, says in (("{}", "no session of"), ("[", "JSON"), (json.dumps(values | {"format": 9}), "format 9")):
        file.write_text(text)
        with pytest.raises(SpecError, match=says):
            read_session_file(file)


@pytest.mark.parametrize(
    ("seats", "more", "says"),
    [
        ({"3": None}, {}, "has no side '3'; sides: 1, 2, United Nations Command"),
        ({"1": "tough"}, {}, "has no type 'tough'.*types: resolute, irresolute"),
        ({"1": None, UN: None}, {}, "a side is named twice"),
        ({"1": None}, {"months": 9}, "months must lie between 1 and 3"),
        ({"1": None}, {"seed": -1}, "the seed must be a whole number"),
    ],
)
def test_bad_settings_are_refused(two_sided, seats, more, says):
    scenario, s = two_sided
    with pytest.raises(SpecError, match=says):
        start(scenario, seats, **{"seed": 1, "belief_points": POINTS, "solution": s, **more})


def test_moves_that_are_not_open_are_refused(two_sided):
    scenario, s = two_sided
    session = start(scenario, {"1": None}, 1, None, POINTS, s)
    with pytest.raises(GameError, match=r"'ful' is not open to United Nations Command \(did you mean 'full'"):
        session.advance(UN, "ful")
    with pytest.raises(GameError, match="nobody sits for 'KPA and Chinese Volunteers'"):
        session.advance(KPA, "full")
    over = played(scenario, s, {"1": None}, 1)
    with pytest.raises(GameError, match="the game is over"):
        over.advance(UN, "full")


def test_everything_that_happens_has_words(two_sided):
    scenario, s = two_sided
    for seed in range(8):
        session = start(scenario, {"1": None}, seed, None, POINTS, s)
        while not session.over:
            assert UN in asked(session, UN)
            assert all(move_words(session, m) for m in session.options(UN))
            session = session.advance(UN, session.options(UN)[seed % len(session.options(UN))])
        for event in session.events:
            assert event.stage in ("recognition", "occasion") or event_words(session, event).endswith(".")
        assert situation(session).endswith(".")


def test_nobody_at_the_table_is_a_simulation(two_sided):
    scenario, s = two_sided
    session = start(scenario, {}, 3, None, POINTS, s)
    assert session.over
    assert session.moves == ()
    assert replace(session, seed=4).months == 3
