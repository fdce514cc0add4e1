"""The size of a forecast: exact counts before the game is compiled, memory against measured peaks, bounds, refusals."""

import json
import subprocess
import sys
import time

import pytest
from support.records import ASK, D1, events
from support.tiny import UN, J, account, tiny

import peacetalks as pt
from peacetalks.equilibrium.memory import bytes_to_build, bytes_to_forecast, bytes_to_solve, counts
from peacetalks.forecasting import size
from peacetalks.forecasting.draws import draw
from peacetalks.forecasting.settings import MAX_DRAWS, MAX_PERIODS, MAX_POINTS
from peacetalks.game.compile import compile_game
from peacetalks.questions import game_file
from peacetalks.questions.claims import audit
from peacetalks.questions.compare import compare
from peacetalks.questions.events import acts
from peacetalks.questions.infer import infer

BUNDLED = ("korea-1951", "russia-ukraine-2025", "iran-nuclear-2025", "sri-lanka-2002", "colombia-2012")


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize(("positions", "offers"), [(8, 6), (3, 7), (9, 2)])
def test_all_counts_are_exact_before_the_game_is_compiled(name, positions, offers, monkeypatch):
    s = pt.patch(pt.load(name), {"battlefield.positions": positions, "talks.offers": offers})
    found = []
    monkeypatch.setattr(size, "bytes_to_build", lambda k: found.append(k) or 0)
    size.game_size(s, 5, 36)
    assert found == [counts(compile_game(pt.build(s)))]


MEASURE = """
import json, sys
import peacetalks as pt
from peacetalks.forecasting.outlook import outlook
name, patch, points, periods = json.loads(sys.argv[1])
outlook(pt.patch(pt.load(name), patch), periods=periods, belief_points=points)
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0])
"""
CASES = {
    "usual": ["korea-1951", {"battlefield.positions": 25}, 5, 36],
    "many beliefs": ["korea-1951", {"battlefield.positions": 9, "talks.offers": 5}, 21, 24],
    "many months": ["korea-1951", {"battlefield.positions": 7, "talks.offers": 5}, 9, 1200],
    "an end": ["korea-1951", {"battlefield.positions": 7, "talks.offers": 5, "periods": 36}, 9, 36],
    "every mechanism": ["russia-ukraine-2025", {"battlefield.positions": 9, "talks.offers": 5}, 4, 24],
}


def peak(program, argument):
    """Return the largest memory, in bytes, of a process that runs `program`."""
    done = subprocess.run([sys.executable, "-c", program, argument], capture_output=True, text=True, check=True)
    return 1024 * int(done.stdout.split()[-1])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("case", CASES)
def test_the_estimate_covers_the_measured_memory_and_is_no_more_than_three_times_as_much(case):
    name, patch, points, periods = CASES[case]
    estimate = size.game_size(pt.patch(pt.load(name), patch), points, periods).bytes
    measured = peak(MEASURE, json.dumps(CASES[case]))
    print(f"{case}: estimate {estimate / 2**20:,.0f} MiB, measured {measured / 2**20:,.0f} MiB")
    assert measured <= estimate <= 3 * measured


GENERAL = """
import sys
import peacetalks as pt
from peacetalks.equilibrium.memory import *
from peacetalks.equilibrium.memory import _beliefs
from peacetalks.game.compile import compile_game
types, points, states = map(int, sys.argv[1].split())
names = [f"t{i}" for i in range(types)]
def own(s):
    return [pt.Move("low"), pt.Move("high")] if s != "end" else [pt.Move("-")]
def then(s, act):
    if s == "end":
        return pt.Move("-", "end")
    later = s + 1 if s + 1 < states else "end"
    raised = sum(x == "high" for x in act.values())
    pay = {(p, t): 0.05 * (i + 1) * (act[p] == "high") - 0.1 * raised for p in "AB" for i, t in enumerate(names)}
    return pt.Move("/".join(act.values()), later, pay)
clash = pt.Simultaneous("clash", {"A": own, "B": own}, then)
prior = {t: 1 / types for t in names}
game = pt.Game(players=("A", "B"), types={"A": prior, "B": prior}, start=0, stages=(clash,), periods=states)
c = compile_game(game)
k, beliefs = counts(c), _beliefs(game, points)
estimate = PROCESS + bytes_to_build(k) + bytes_to_solve(k, beliefs, 0, states)
estimate += bytes_to_forecast(k, beliefs, 0, states, states)
s = pt.solve(game, 3.0, belief_points=points, certify=False)
pt.forecast(s, outcome=str)
s.value("A")
print(estimate)
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("types", "points", "states"), [(3, 11, 16), (4, 6, 16)])
def test_the_estimate_covers_games_of_three_and_four_types(types, points, states):
    argument = f"{types} {points} {states}"
    done = subprocess.run([sys.executable, "-c", GENERAL, argument], capture_output=True, text=True, check=True)
    estimate, measured = (int(x) for x in done.stdout.split())
    print(f"{argument}: estimate {estimate / 2**20:,.0f} MiB, measured {measured / 1024:,.0f} MiB")
    assert 1024 * measured <= estimate <= 3 * 1024 * measured


@pytest.mark.parametrize(
    ("patch", "points"),
    [
        ({"battlefield.positions": 401, "talks.offers": 1001}, 5),
        ({"battlefield.positions": 401, "talks.offers": 301}, 5),
        ({"battlefield.positions": 20}, 200),  # small, but at many beliefs
        ({"periods": 600}, 21),
    ],
)
def test_a_game_too_large_is_refused_within_a_second(patch, points):
    s = pt.patch(pt.load("korea-1951"), patch)
    began = time.process_time()
    with pytest.raises(pt.SpecError, match=r"need about [\d,.]+ GiB; the limits are 1,000,000 nodes and 6 GiB"):
        pt.outlook(s, belief_points=points)
    assert time.process_time() - began < 1.0


def test_a_large_game_of_a_file_is_refused_before_anything_is_allocated(monkeypatch):
    flip = pt.Chance("flip", lambda s: [pt.Move("a", (s + 1) % 3000, weight=0.5), pt.Move("b", s, weight=0.5)])
    game = pt.Game(players=("A",), start=0, stages=(flip,), periods=3000)
    monkeypatch.setattr("peacetalks.equilibrium.solve.PeriodMap", None)
    with pytest.raises(pt.GameError, match=r"would need about [\d.]+ GiB \(3,000 nodes x 1 beliefs x 3000 periods\)"):
        pt.solve(game, memory_limit=2**28)


@pytest.mark.slow
def test_a_game_has_bounds_too(tmp_path):
    walk = pt.Chance("walk", lambda s: [pt.Move("a", s + 1, weight=0.5), pt.Move("b", s, weight=0.5)])
    flip = pt.Chance("flip", lambda s: [pt.Move("a", "x", weight=0.5), pt.Move("b", "y", weight=0.5)])
    words = r"the game has 200,000 periods of 2 nodes and 2 states; at most 100,000 periods"
    with pytest.raises(pt.GameError, match=words):
        pt.solve(pt.Game(players=("A",), start="x", stages=(flip,), periods=200_000))
    with pytest.raises(pt.GameError, match=r"2,147,483,648 nodes and states over all of them\. Use fewer periods"):
        pt.solve(pt.Game(players=("A",), start=0, stages=(walk,), periods=40_000))
    path = tmp_path / "game.json"
    with path.open("wb") as f:
        f.truncate(game_file.MAX_BYTES + 1)  # takes no room on disk
    with pytest.raises(pt.GameError, match=r"game\.json: 67,108,865 bytes, more than the 67,108,864 that a game file"):
        game_file.solve_file(path)


def test_bounds_have_messages():
    s = tiny()
    for periods in (0, MAX_PERIODS + 1):
        with pytest.raises(pt.SpecError, match=rf"periods must lie between 1 and 1200 months, got {periods}"):
            size.check_size(s, 2, periods)
    for draws in (-1, MAX_DRAWS + 1):
        with pytest.raises(pt.SpecError, match=rf"draws must lie between 0 and 4096, got {draws}"):
            size.check_size(s, 2, 2, draws)
        with pytest.raises(pt.SpecError, match=rf"draws must lie between 0 and 4096, got {draws}"):
            draw(s, draws, 1)
    with pytest.raises(pt.GameError, match=r"1,000 belief points make 1,000 public beliefs|belief points"):
        size.check_size(pt.load("korea-1951"), 1000, 2)


def test_every_command_refuses_what_is_too_large():
    s = tiny()
    other = account(s, {"talks.walk": {"value": 0.4, **J}})
    large = account(s, {"battlefield.positions": 401, "talks.offers": 1001})
    record = events((D1, UN, ASK))
    endless = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2})
    patched = account(endless, {"talks.walk": {"value": 0.4, **J}})
    with pytest.raises(pt.SpecError, match="periods must lie between 1 and 1200"):
        compare(endless, [patched], dates=(12, 5000), belief_points=2)
    with pytest.raises(pt.SpecError, match=r"Use fewer battlefield\.positions"):
        compare(s, [large], dates=(1, 2), belief_points=2)
    with pytest.raises(pt.SpecError, match=r"Use fewer battlefield\.positions"):
        infer(s, record, acts(), [large], dates=(1, 2), belief_points=2)
    with pytest.raises(pt.SpecError, match=r"points must be at most 100,000, got 100,001"):
        infer(s, record, acts(), [other], dates=(1, 2), belief_points=2, points=MAX_POINTS + 1)
    with pytest.raises(pt.SpecError, match="draws must lie between 0 and 4096, got 5000"):
        audit(s, [], [other], draws=5000, belief_points=2)
    with pytest.raises(pt.SpecError, match=r"Use fewer battlefield\.positions"):
        audit(s, [], [large], draws=0, belief_points=2)


def test_no_more_processes_than_their_memory_allows(monkeypatch):
    monkeypatch.setattr("peacetalks.forecasting.size.free_memory", lambda: 10 * 2**30)
    assert size.jobs_in_memory(8, size.Size(1, 1, 1, 3 * 2**30)) == 3
    assert size.jobs_in_memory(2, size.Size(1, 1, 1, 3 * 2**30)) == 2
    assert size.jobs_in_memory(8, size.Size(1, 1, 1, 30 * 2**30)) == 1
    monkeypatch.setattr("peacetalks.forecasting.size.free_memory", lambda: None)
    assert size.jobs_in_memory(8, size.Size(1, 1, 1, 30 * 2**30)) == 8


def test_the_estimate_grows_with_everything():
    k = counts(compile_game(pt.build(tiny())))
    assert bytes_to_build(k) > 0
    assert bytes_to_solve(k, 4, 0, None) < bytes_to_solve(k, 9, 0, None) < bytes_to_solve(k, 9, 4, None)
    assert bytes_to_solve(k, 9, 0, 2) < bytes_to_solve(k, 9, 0, 3)
    assert bytes_to_forecast(k, 9, 0, None, 500) < bytes_to_forecast(k, 9, 0, None, 600)
