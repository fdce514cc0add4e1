"""Event records and inference: what is read, what is listed, and what the numbers agree with."""

import datetime as dt
from itertools import product

import numpy as np
import pytest
from support.records import ASK, D1, D2, D3, events
from support.tiny import KPA, UN, J, account, tiny

import peacetalks as pt
from peacetalks.equilibrium.belief_filter import Filter, Seen
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.game.compile import compile_game
from peacetalks.questions import marginal_likelihood
from peacetalks.questions.account_evidence import Integration, LogLikelihood, Method, Solver, evidence_over_ranges
from peacetalks.questions.account_filter import forecast_from
from peacetalks.questions.events import Acts, acts, place, record
from peacetalks.questions.filter_record import RecordFilter
from peacetalks.questions.infer import infer
from peacetalks.scenario.accounts import apply

NAME = "russia-ukraine-2025"


@pytest.fixture(scope="module")
def base():
    return tiny()


@pytest.fixture(scope="module")
def solved(base):
    return solve_scenario(base, 3)


# -- records ---------------------------------------------------------------------------------------


def test_bundled_record_fits_and_lists_what_is_not_modelled():
    s = pt.load(NAME)
    r = record(NAME).check(s)
    assert r.months(s) == 3
    assert max(e.date for e in r.event) <= s.as_of
    placed = place(r, acts(NAME), pt.build(s), s)
    assert len(placed) == len(r.event)
    unread = {p.event.act for p in placed if p.seen is None}
    assert unread == {"mediate", "sign a minerals agreement", "exchange prisoners"}
    assert all("no line for the act" in p.reason for p in placed if p.seen is None)
    disputed = [e for e in r.event if e.alternative is not None]
    assert len(disputed) >= 5
    other = place(r, acts(NAME), pt.build(s), s, frozenset(range(len(r.event))))
    changed = {p.event.date for p, q in zip(placed, other, strict=True) if p.seen != q.seen}
    assert changed == {e.date for e in disputed}


def test_acts_by_word_cameo_and_plover():
    table = acts()
    assert table.find("cameo:1211").name == "decline"  # falls back on root 12
    assert table.find("cameo:0871").name == "keep a truce"
    assert table.find("plover:sanction").name == "impose sanctions"
    assert table.find("cameo:010") is None
    stages = {"table", "answer", "posture", "outside power", "probe", "answer to a probe", "incident"}
    stages |= {"pact", "call on the pact", "deal", "ratification", "government", "guarantor"}
    stages |= {"third party", "second table", "second answer"}
    assert {line.stage for line in table.act} | set(table.quiet) <= stages


def test_every_shipped_move_exists_in_the_bundled_games():
    """A move that no game has would silently be impossible.  No bundled scenario has a third armed party."""
    from fnmatch import fnmatchcase

    known = {}
    change = {"battlefield.positions": 3, "talks.offers": 2}
    armed = {"label": "third", "against": 1, "types": {"one": {"share": 1.0, "war_cost": 0.02}}, "stake": 0.1}
    armed |= {"terms": [0.3], "harm": 0.01, "excluded": 0.02, "spoil": 0.3, "offer": 0.3, "accept": 0.2}
    for s in (
        pt.patch(pt.load("colombia-2012"), change),
        pt.patch(pt.load(NAME), {**change, "third_party": armed}),
        pt.patch(pt.load(NAME), {**change, "sanctions.level": 1}),
        pt.patch(pt.load(NAME), {**change, "talks.open": False}),
    ):
        c = compile_game(pt.build(s))
        for (k, _), labels in zip(c.nodes, c.labels, strict=True):
            known.setdefault(c.game.stages[k].name, set()).update(str(x) for part in labels for x in part)
    for line in acts().act:
        for move in line.moves:
            assert any(fnmatchcase(x, move) for x in known[line.stage]), (line.name, move)


def test_a_csv_record_reads_as_the_toml_one(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(
        '# scenario = "korea-1951"\n# start = 1951-05-10\n# summary = "none"\n# hindsight = "none"\n'
        f"date,actor,act,source,alternative,dispute\n1951-05-20,{UN},{ASK},a test,,\n"
        f'1951-06-20,{KPA},decline,a test,none,"who, says"\n'
    )
    as_toml = events((D1, UN, ASK), (D2, KPA, "decline", "none", "who, says"))
    assert record("korea-1951", path).model_dump() == as_toml.model_dump()  # but for the lines, which only a file has


def test_records_that_are_refused(base, tmp_path):
    def text(r):
        with pytest.raises(pt.SpecError) as e:
            r.check(base)
        return str(e.value)

    late = dt.date(1951, 7, 11)
    assert "dated after the scenario's date 1951-07-10: nothing later may enter" in text(events((late, UN, ASK)))
    assert "dated before the record's start" in text(events((dt.date(1951, 5, 1), UN, ASK)))
    assert "the record covers months 1 to 2" in text(events(complete=[3]))
    state = {"date": D1, "known": {"regime": ["talks"]}, "source": "a test"}
    assert "give it for the end of a month: 1951-06-10, 1951-07-10" in text(events(state=[state]))
    assert "the record is of 'other'" in text(events(scenario="other"))
    with pytest.raises(ValueError, match="needs both `alternative`"):
        events((D1, UN, ASK, "none"))
    with pytest.raises(pt.SpecError, match="--events FILE"):
        record("korea-1951")
    (tmp_path / "e.csv").write_text("# scenario = \n")
    with pytest.raises(pt.SpecError, match=r"head .lines that begin with #.: not valid TOML"):
        record("korea-1951", tmp_path / "e.csv")


# -- the filter on a scenario ----------------------------------------------------------------------


def follow(base, *rows, **more):
    return RecordFilter(events(*rows, **more).check(base), acts(), base)


def test_asking_for_a_truce_is_a_filter_step(base, solved):
    """The posterior after one event is Bayes' rule on the chance of the record under each type."""
    found = follow(base, (D1, KPA, ASK)).run(Filter(solved, most=None))
    prior = dict(zip(("resolute", "irresolute"), solved.game.prior(KPA), strict=True))
    chance = {}
    for kind in prior:
        f = Filter(solved, most=None)
        particles = f.period(f.open(), [Seen("table", (ASK,), KPA)])
        joint = sum((m * b[:, 0, list(prior).index(kind)]).sum() for b, m, _ in particles.at.values())
        chance[kind] = joint / prior[kind]
    total = sum(prior[k] * chance[k] for k in prior)
    event = found.events[0]
    assert event.used
    assert event.log_likelihood == pytest.approx(np.log(total), abs=1e-12)
    for kind in prior:
        assert event.posterior[KPA][kind] == pytest.approx(prior[kind] * chance[kind] / total, abs=1e-12)
    assert abs(event.posterior[KPA]["resolute"] - prior["resolute"]) > 1e-4


def test_what_cannot_be_placed_is_listed_with_the_reason(base, solved):
    rows = [
        (D1, UN, ASK),
        (D1, KPA, ASK),
        (D1, "Third state", "mediate"),
        (D2, "Third state", ASK),
        (D3, UN, "impose sanctions"),
    ]
    found = follow(base, *rows).run(Filter(solved))
    assert [r.used for r in found.events] == [True, False, False, False, False]
    assert "no branch of the game has this move here" in found.events[1].reason  # one proposer a month
    assert "no line for the act 'mediate'" in found.events[2].reason
    assert "'Third state' is not a player" in found.events[3].reason
    assert "the game has no stage 'outside power'" in found.events[4].reason


def test_a_month_has_no_weight_unless_called_complete(base, solved):
    f = Filter(solved)
    assert follow(base).run(f).log_likelihood == pytest.approx(0, abs=1e-9)  # nothing on record: no weight
    quiet = follow(base, complete=[1]).run(f)
    assert quiet.log_likelihood < -0.05
    assert quiet.log_likelihood == pytest.approx(
        follow(base, complete=[1]).log_likelihood(solved, frozenset()), abs=1e-12
    )


def test_known_states_condition_and_the_likelihood_computed_apart_agrees(base, solved):
    state = {"date": dt.date(1951, 6, 10), "known": {"regime": ["talks", "war"]}, "source": "a test"}
    one = follow(base, (D1, UN, ASK), (D2, KPA, "talk"), state=[state])
    found = one.run(Filter(solved))
    assert found.used == {0, 1}
    assert [e.date for e in found.month_ends] == [dt.date(1951, 6, 10), dt.date(1951, 7, 10)]
    assert (found.month_ends[-1].posterior, found.month_ends[-1].log_likelihood) == (
        found.posterior,
        found.log_likelihood,
    )
    assert one.log_likelihood(solved, found.used) == pytest.approx(found.log_likelihood, abs=1e-12)
    shared = Filter(solved)
    one.run(shared)
    assert one.log_likelihood(shared, frozenset([0])) == one.log_likelihood(solved, frozenset([0]))
    assert found.log_likelihood < follow(base, (D1, UN, ASK), (D2, KPA, "talk")).run(Filter(solved)).log_likelihood
    with pytest.raises(pt.SpecError, match=r"no part 'regmie'.*did you mean 'regime'"):
        follow(base, state=[{**state, "known": {"regmie": ["talks"]}}]).run(Filter(solved))
    with pytest.raises(pt.SpecError, match="month 1 of the record cannot happen"):
        follow(base, (D1, UN, "walk out"), state=[{**state, "known": {"regime": ["settled"]}}], complete=[1]).run(
            Filter(solved)
        )
    with pytest.raises(pt.SpecError, match="which the game never reaches"):
        follow(base, opening={"level": 2}).run(Filter(solved))
    with pytest.raises(pt.SpecError, match="does not fit the public state"):
        follow(base, opening={"colour": 2}).run(Filter(solved))


# -- evidence --------------------------------------------------------------------------------------


def bluff(u):
    """Log-likelihood of 'A fights, B yields' in a small game with two uncertain numbers."""
    cost, stake = 0.05 + 0.4 * u[0], 0.2 + 0.6 * u[1]

    def first(state):
        return [pt.Move("fight", "asked", {("A", "t"): -cost / 4, ("A", "w"): -cost}), pt.Move("hold", "end")]

    def second(state):
        if state != "asked":
            return [pt.Move("-", state)]
        return [pt.Move("yield", "end", {"A": stake, "B": -stake}), pt.Move("fight", "end", {"A": -cost, "B": -0.5})]

    stages = (pt.Decision("one", "A", first), pt.Decision("two", "B", second))
    game = pt.Game(players=("A", "B"), types={"A": {"t": 0.5, "w": 0.5}}, start="open", stages=stages)
    f = Filter(pt.solve(game, rationality=8.0, belief_points=3, certify=False), most=None)
    return float(np.log(f.period(f.open(), [Seen("one", ("fight",)), Seen("two", ("yield",))]).mass))


def gauss(loglik, dimensions, nodes):
    """log of the integral over the unit cube by Gauss-Legendre quadrature."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    points, weights = (x + 1) / 2, w / 2
    total = 0.0
    for combo in product(range(nodes), repeat=dimensions):
        total += np.prod(weights[list(combo)]) * np.exp(loglik(points[list(combo)]))
    return float(np.log(total))


def test_bayes_factor_of_a_two_parameter_account_within_its_error_of_quadrature():
    narrow = lambda u: bluff(np.array([0.2 * u[0], 0.8 + 0.2 * u[1]]))
    exact = gauss(narrow, 2, 4) - gauss(bluff, 2, 7)
    assert abs(gauss(bluff, 2, 7) - gauss(bluff, 2, 5)) < 2e-3  # the quadrature itself has converged
    n, s = marginal_likelihood.nested, marginal_likelihood.sobol
    by_nesting = marginal_likelihood.bayes_factor(n(narrow, 2, 500, 40, seed=5), n(bluff, 2, 500, 40, seed=6))
    by_sobol = marginal_likelihood.bayes_factor(s(narrow, 2, 32, seed=7), s(bluff, 2, 64, seed=8))
    for value, error in (by_nesting, by_sobol):
        assert 0 < error < 0.3
        assert abs(value - exact) < 2.5 * error
    assert exact < -0.1  # the record tells them apart


def test_evidence_of_an_account_of_a_scenario_against_quadrature(base):
    one = follow(base, (D1, KPA, "walk out"))
    a = account(base, {"talks.walk": {"low": 0.05, "mode": 0.1, "high": 0.4, **J}})
    read = apply(a, base)
    ticks, of = [], LogLikelihood(one, frozenset([0]), 2)
    number = read.numbers()["talks.walk"]

    def loglik(u):
        return of(read.at({"talks.walk": number.quantile(float(u[0]))}))

    how = Integration(Method.SOBOL, points=8, seed=1)
    solver = Solver(1, None, lambda *_: ticks.append(1))
    found, over = evidence_over_ranges(of, {"x": read}, {"x": 0.0}, ["talks.walk"], how, solver)
    e = found["x"]
    assert (over["x"], len(ticks), e.evaluations) == (["talks.walk"], 8, 8)
    assert abs(e.log_z - gauss(loglik, 1, 5)) < 3 * e.error + 1e-3


def test_evidence_is_seeded_capped_and_says_so():
    flat = lambda u: float(-u.sum())
    assert marginal_likelihood.sobol(flat, 2, 16, seed=1) == marginal_likelihood.sobol(flat, 2, 16, seed=1)
    assert (
        marginal_likelihood.nested(flat, 2, 900, 20, seed=1).log_z
        == marginal_likelihood.nested(flat, 2, 900, 20, seed=1).log_z
    )
    assert not marginal_likelihood.nested(flat, 2, 60, 40, seed=1).complete
    assert marginal_likelihood.sobol(flat, 0, 16).error == 0.0
    with pytest.raises(pt.SpecError, match="points must be at least 8"):
        marginal_likelihood.sobol(flat, 1, 4)
    with pytest.raises(pt.SpecError, match=r"more calls .10. than live points"):
        marginal_likelihood.nested(flat, 1, 10, 50)


def test_points_without_a_solution_are_left_out_and_counted():
    seen = []

    def holed(u):
        seen.append(u[0] > 0.7)
        if u[0] > 0.7:
            raise pt.NotSolved("no equilibrium here")
        return 1.5

    e = marginal_likelihood.sobol(holed, 1, 32, seed=2)
    assert (e.evaluations, e.unsolved) == (32, sum(seen))
    assert 5 <= e.unsolved <= 14
    assert e.log_z == pytest.approx(1.5, abs=1e-12)  # the mean is over the points that have one
    with pytest.raises(pt.NotSolved, match=r"\d+ points .* no equilibrium here"):
        marginal_likelihood.sobol(lambda u: holed(u + 0.5), 1, 32, seed=2)


def test_infer_compares_accounts_on_common_events_and_updates_the_forecast(base):
    off = account(base, {"ceasefire": None}, name="no-truce")
    r = events((D1, UN, ASK), (D1, KPA, "decline", "none", "both"), (D2, KPA, "walk out"))
    i = infer(base, r, acts(), [off], belief_points=3, method="none", dates=(1, 2))
    assert (i.base.used, i.common) == ({0, 1, 2}, {1, 2})  # without a truce nobody can ask for one
    d = i.to_dict()
    assert [x["in_comparison"] for x in d["filter"]] == [k in i.common for k in range(3)]
    assert len(d["not_used"]) == 3 - len(i.base.used)
    assert set(d["accounts"]) == {"base", "no-truce"}
    for a in d["accounts"].values():
        for view in a["forecast"].values():
            assert sum(v[-1] for v in view.values()) == pytest.approx(1, abs=1e-12)
    peace = [d["accounts"]["base"]["forecast"][v]["peace"][-1] for v in ("without", "with")]
    assert abs(peace[0] - peace[1]) > 1e-7
    assert set(d["codings"]) == {"1951-05-20 KPA and Chinese Volunteers: none"}
    with pytest.raises(pt.SpecError, match="method must be sobol, nested or none"):
        infer(base, r, acts(), method="guess")


def test_the_updated_forecast_without_a_record_is_the_forecast(base, solved):
    from peacetalks.mechanisms.state import label
    from peacetalks.outcomes import ENDS

    f = Filter(solved)
    mine = forecast_from(f, base, f.open(), 2)
    forecast = pt.forecast(solved, outcome=label, periods=2)
    for end, names in ENDS.items():
        own = forecast.sel(outcome=[n for n in names if n in forecast.outcome.values]).sum("outcome")
        assert np.abs(mine.sel(end=end).values - own.values).max() < 1e-12


def test_acts_table_of_ones_own(tmp_path):
    path = tmp_path / "acts.toml"
    path.write_text('[[act]]\nname = "sit down"\nstage = "table"\nmoves = ["stall"]\n')
    assert acts(path=path).find("sit down").moves == ["stall"]
    path.write_text('[[act]]\nname = "sit down"\nstge = "table"\nmoves = ["stall"]\n')
    with pytest.raises(pt.SpecError, match=r"unknown key \(did you mean 'stage'\?\)"):
        acts(path=path)
    assert isinstance(acts(NAME), Acts)
