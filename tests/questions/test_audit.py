"""Claims audited: margins, intervals and verdicts, draws without a solution, refusals, exports, the command line."""

import json

import numpy as np
import pytest
from support.records import ASK, D1, events
from support.tiny import KPA, UN, J, account, tiny
from support.toml import toml

import peacetalks as pt
from peacetalks.cli import main
from peacetalks.evidence import base_rate
from peacetalks.forecasting.draws import draw
from peacetalks.forecasting.settings import SEED
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.pages.audit_page import audit_page
from peacetalks.pages.claim_review import claim_review
from peacetalks.questions.claims import PROBABILITY_ERROR, Claim, audit, claims, verdict
from peacetalks.questions.evaluate import Evaluator
from peacetalks.questions.events import acts
from peacetalks.questions.query import parse
from peacetalks.questions.query_tree import atoms
from peacetalks.scenario.accounts import accounts, interpretations
from peacetalks.scenario.files import play_key

NAME = "russia-ukraine-2025"


@pytest.fixture(scope="module")
def base():
    return tiny(periods=3)


def claim(query, name="c"):
    return Claim(id=name, rows=[1], sentence="A sentence.", attributed_to="a test", query=query)


def test_audit_shares_solves_and_gives_margins_intervals_and_verdicts():
    base = tiny()
    found = [
        claim("P(peace by 2) < P(nowhere by 2)", "a"),
        claim("effect(talks.walk: 0.01 -> 0.4 on P(peace by 2)) < 0", "b"),
        claim("base_rate(ceasefire, fails within 30d) > 0.5", "c"),
        claim("loglik() >= loglik(base)", "d"),
        claim("P(peace by 2)", "e"),
        claim("P(terms > 0.5 | settlement by 2) > param(battlefield.front) / 2", "f"),
    ]
    x = account(base, {"talks.ask": {"low": 0.3, "mode": 0.4, "high": 0.5, **J}})
    a = audit(base, found, [x], events((D1, UN, ASK)), acts(), draws=2, belief_points=2)
    assert a.settings["solves"] == 2 * 3 * 3  # two accounts, three draws (one central), as written and two settings
    got = {(f.claim.id, f.account): f for f in a.findings}
    assert len(got) == 12
    low, high = got["a", "base"].interval
    assert low <= high
    assert got["a", "base"].verdict == "holds"
    assert got["b", "x"].verdict == "holds"
    assert got["b", "x"].value < 0 < got["b", "x"].margin
    none = got["c", "base"].to_dict()  # no case is known as of July 1951: no number, not 0
    assert (none["value"], none["margin"], none["verdict"]) == (None, None, "undecided")
    assert got["d", "base"].margin == 0
    assert got["d", "x"].margin > 0.3  # asking is likelier where asking is commoner
    assert (got["e", "base"].verdict, got["e", "base"].margin) == ("nothing compared", None)
    out = json.loads(json.dumps(a.to_dict()))["claims"]
    assert {"id", "rows", "account", "value", "margin", "interval", "verdict"} <= set(out[0])
    review = claim_review(a)
    assert review["@context"] == "https://schema.org"
    assert len(review["@graph"]) == 10
    first = review["@graph"][0]
    assert (first["@type"], first["itemReviewed"]["@type"], first["reviewRating"]["@type"]) == (
        "ClaimReview",
        "Claim",
        "Rating",
    )
    assert (first["reviewRating"]["ratingValue"], first["reviewRating"]["alternateName"]) == (3, "holds")


def test_draws_without_a_solution_are_left_out_and_counted(monkeypatch):
    base, found = (
        tiny(),
        [claim("P(peace by 2)", "e"), claim("effect(talks.walk: 0.01 -> 0.4 on P(peace by 2)) < 0", "b")],
    )
    before = {f.claim.id: f for f in audit(base, found, draws=3, belief_points=2).findings}
    lost = play_key(draw(base, 3, SEED)[1])
    real = solve_scenario

    def holed(refused):
        def solve(s, points, refine=False, near=None):
            if refused(play_key(s)):
                raise pt.NotSolved("no equilibrium here")
            return real(s, points, refine=refine)

        monkeypatch.setattr("peacetalks.questions.batch.solve_scenario", solve)

    holed(lambda key: key == lost)
    a = audit(base, found, draws=3, belief_points=2)
    after = {f.claim.id: f for f in a.findings}
    assert (a.settings["unsolved"], a.settings["solves"]) == (1, 11)
    assert after["b"] == before["b"]  # asks for other games
    assert after["e"].value == before["e"].value
    solved = [
        Evaluator(s, real(s, 2)).answer(parse("P(peace by 2)").left, "")
        for i, s in enumerate(draw(base, 3, SEED))
        if i != 1
    ]
    assert after["e"].interval == pytest.approx(tuple(np.quantile(solved, [0.05, 0.95])))
    holed(lambda key: key == play_key(base))
    a = audit(base, found, draws=3, belief_points=2)
    after = {f.claim.id: f for f in a.findings}
    assert after["b"] == before["b"]
    without = after["e"].to_dict()  # central values: no number, not 0, and nothing else is lost
    assert [without[k] for k in ("value", "margin", "interval", "verdict")] == [None, None, None, "not solved"]
    shown = next(s for s in audit_page(a).sections if s.title == "Each claim under every account")
    assert [row[-1] for row in shown.rows] == ["not solved", "holds"]
    holed(lambda key: True)
    with pytest.raises(pt.NotSolved, match="12 of 12 games"):
        audit(base, found, draws=3, belief_points=2)


def test_base_rates_are_drawn_from_their_interval_and_need_no_solve():
    s = pt.load(NAME)
    found = [
        claim("base_rate(ceasefire, fails within 30d) > 0.5", "a"),
        claim("base_rate(ceasefire, fails within 30d) > 0.2", "b"),
    ]
    a = audit(s, found, draws=2)
    assert a.settings["solves"] == 0
    assert [f.verdict for f in a.findings] == ["fails", "undecided"]
    rate = base_rate("ceasefire fails within 30 days", None, s.as_of)
    assert a.findings[0].value == rate.probability
    low, high = (x + 0.5 for x in a.findings[0].interval)
    assert rate.interval[0] < low < rate.probability < high < rate.interval[1]  # 90% inside 95%


def test_an_effect_on_a_base_rate_is_nil_however_often_rates_are_drawn():
    s = pt.load(NAME)
    query = "effect(talks.walk: 0.01 -> 0.2 on base_rate(ceasefire, fails within 30d)) > 0"
    (finding,) = audit(s, [claim(query)]).findings
    assert (finding.value, finding.interval, finding.verdict) == (0.0, (0.0, 0.0), "undecided")


def test_verdicts():
    q, weak = parse("P(peace by 1) > 0"), parse("param(rent.weight) >= 0")
    assert verdict(q, np.array([0.1, 0.05, 0.2])) == "holds"
    assert verdict(q, np.array([-0.1, -0.05, -0.2])) == "fails"
    assert verdict(q, np.array([0.1, -0.05, 0.2])) == "undecided"
    assert verdict(q, np.array([0.1])) == "holds"
    assert (verdict(q, np.array([0.0])), verdict(weak, np.array([0.0]))) == ("undecided", "holds")
    assert verdict(q, np.array([np.nan])) == "undecided"


def test_a_margin_within_the_solvers_error_is_undecided():
    q, weak, back = (parse(f"effect(rent.weight: 0 -> now on P(peace by 1)) {sign} 0") for sign in (">", ">=", "<"))
    for tiny_margin in (9e-5, -9e-5, 0.0):
        assert {verdict(x, np.array([tiny_margin])) for x in (q, weak, back)} == {"undecided"}
    assert (verdict(q, np.array([1.1e-4])), verdict(q, np.array([-1.1e-4]))) == ("holds", "fails")
    assert verdict(q, np.array([0.2, 0.1, 9e-5, 9e-5])) == "undecided"  # draws reach into the error
    assert verdict(q, np.array([9e-5, 0.1, 0.2])) == "undecided"  # so does the central value
    record, rate = parse("loglik() > loglik(base)"), parse("base_rate(ceasefire, fails within 30d) > 0.5")
    assert [verdict(record, np.array([x])) for x in (9e-3, 0.011)] == ["undecided", "holds"]
    assert verdict(rate, np.array([1e-6])) == "holds"  # a record is counted, not solved for


def test_the_belief_grid_may_make_a_margin_nil():
    q = parse("P(peace by 1) > 0.4")
    assert [verdict(q, np.array([0.01, 0.02]), off) for off in (0.0, 0.0095, 0.0105)] == ["holds", "holds", "undecided"]
    base = tiny(**{"sides.1.types": {"a": {"share": 0.5, "war_cost": 0.01}, "b": {"share": 0.5, "war_cost": 0.06}}})
    asked = [
        claim("P(peace by 2) > 0.1"),
        claim("effect(talks.walk: 0.01 -> 0.4 on P(peace by 2))", "d"),
        claim("loglik()", "l"),
    ]
    record = events((D1, UN, ASK))
    five, three = (
        {f.claim.id: f for f in audit(base, asked, [], record, acts(), draws=0, belief_points=n).findings}
        for n in (5, 3)
    )
    for name, f in five.items():
        assert f.grid_error == pytest.approx(abs(f.value - three[name].value) / 4, abs=1e-12)
        assert f.grid_error > 1e-9
        assert f.to_dict()["grid_error"] == f.grid_error
        assert three[name].grid_error is None  # no coarser grid to estimate it from


def test_the_solvers_error_is_what_it_is_said_to_be(base):
    """Two solves, at the tolerance of every command and a thousand times finer, agree within the error of a verdict."""
    fine = pt.solve(pt.build(base), rationality=float(base.rationality), belief_points=3, tolerance=1e-6)
    for text in ("P(peace by 2)", "P(ceasefire within 2)", "E(front at 2)", f"play(posture, full, {KPA} within 1)"):
        one, two = (
            Evaluator(base, s).answer(next(iter(atoms(parse(text)))), text) for s in (solve_scenario(base, 3), fine)
        )
        assert abs(one - two) < PROBABILITY_ERROR / 2


def test_audits_that_are_refused(base):
    def text(query, **more):
        with pytest.raises(pt.SpecError) as e:
            audit(base, [claim(query)], draws=more.pop("draws", 0), belief_points=2, **more)
        return str(e.value)

    assert "claim 'c': column 3" in text("P(peac by 3)")
    assert "draws must be 0 (no interval) or at least 2" in text("P(peace by 3)", draws=1)
    assert "the scenario writes no number 'talks.wlak' (did you mean 'talks.walk'?)" in text("param(talks.wlak)")
    assert "no account is called 'essay'" in text("loglik(essay)")
    assert "loglik() has nothing to weigh" in text("loglik()")
    assert "no base rate for 'ceasefire flies'" in text("base_rate(ceasefire flies)")
    assert "unknown key (did you mean 'walk'?)" in text("effect(talks.wlak: 0 -> 1 on P(peace by 1))")


def test_bundled_claims_parse_and_cover_the_rows_that_can_be_asked():
    found = claims(NAME)
    rows = {r for c in found for r in c.rows}
    assert rows >= {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 16, 17, 18}
    base = pt.load(NAME)
    read = interpretations(base, accounts(NAME))
    game = pt.build(base)
    for c in found:
        for atom in atoms(parse(c.query)):
            if type(atom).__name__ == "Play":
                assert atom.stage in [s.name for s in game.stages]
                assert atom.player is None or atom.player in game.players
            if type(atom).__name__ == "Loglik":
                assert atom.account is None or atom.account in read
    with pytest.raises(pt.SpecError, match="--claims FILE"):
        claims("korea-1951")


# -- the command line ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def room(tmp_path_factory, base):
    """A scenario file with its sidecar files."""
    here = tmp_path_factory.mktemp("room")
    raw = tiny().written()
    (here / "small.toml").write_text(toml(raw))
    digest = pt.load(here / "small.toml").digest
    (here / "small" / "accounts").mkdir(parents=True)
    (here / "small" / "accounts" / "x.toml").write_text(
        f'name = "x"\ntitle = "More walking out"\nattributed_to = "a test"\nsummary = "none"\nbase = "korea-1951"\n'
        f'base_digest = "{digest}"\n[[change]]\npath = "talks.walk"\nreason = "a test"\n'
        'value = { low = 0.1, mode = 0.2, high = 0.4, source = "judgement" }\n'
    )
    (here / "small" / "events.toml").write_text(
        'scenario = "korea-1951"\nstart = 1951-05-10\nsummary = "none"\nhindsight = "none"\n'
        f'[[event]]\ndate = 1951-06-20\nactor = "{UN}"\nact = "{ASK}"\nsource = "a test"\n'
    )
    (here / "small" / "claims.toml").write_text(
        '[[claim]]\nid = "a"\nrows = [1]\nsentence = "No peace."\nattributed_to = "a test"\n'
        'query = "P(peace by 2) < 0.5"\n'
    )
    return here


def run(capsys, *args):
    with pytest.raises(SystemExit) as e:
        main(list(map(str, args)))
    return e.value.code, capsys.readouterr()


def test_commands_print_json_and_write_pages(room, capsys):
    scenario, quick = room / "small.toml", ("--belief-points", 2)
    code, out = run(capsys, "compare", scenario, "--dates", "1,2", "--json", *quick)
    assert code == 0, out.err
    assert set(json.loads(out.out)["accounts"]) == {"base", "x"}
    code, out = run(capsys, "infer", scenario, "--dates", "2", "--method", "none", "-o", room / "i.html", *quick)
    assert code == 0, out.err
    page = (room / "i.html").read_text()
    assert "<svg" in page
    assert "ask for a ceasefire" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    code, out = run(
        capsys, "audit", scenario, "--draws", 2, "--claimreview", room / "r.json", "-o", room / "a.csv", *quick
    )
    assert code == 0, out.err
    assert (room / "a.csv").read_text().startswith("claim,rows,account,value,against,margin")
    assert len(json.loads((room / "r.json").read_text())["@graph"]) == 2
    code, out = run(capsys, "audit", scenario, "--draws", 0, *quick)
    assert "No peace." in out.out
    assert "holds" in out.out


def test_commands_refuse_with_exit_code_2(room, capsys):
    code, out = run(capsys, "compare", "korea-1951")
    assert (code, "--account FILE" in out.err) == (2, True)
    code, out = run(capsys, "compare", room / "small.toml", "--dates", "24,12")
    assert (code, "ascending order" in out.err) == (2, True)
    code, out = run(capsys, "infer", "korea-1951")
    assert (code, "--events FILE" in out.err) == (2, True)


def test_an_audit_cut_short_goes_on_where_it_was(monkeypatch, tmp_path):
    base, file = tiny(), tmp_path / "answers"
    effect = "effect(talks.walk: 0.01 -> 0.4 on P(peace by 2)) < 0"
    found = [claim("P(peace by 2)", "e"), claim(effect, "b"), claim("loglik()", "l")]
    record, real, solved = events((D1, UN, ASK)), solve_scenario, []
    lost = play_key(draw(base, 3, SEED)[1])

    def solve(s, points, refine=False, near=None):
        solved.append(play_key(s))
        if len(solved) == 5:
            raise KeyboardInterrupt
        if solved[-1] == lost:
            raise pt.NotSolved("no equilibrium here")
        return real(s, points, refine=refine)

    monkeypatch.setattr("peacetalks.questions.batch.solve_scenario", solve)
    with pytest.raises(KeyboardInterrupt):
        audit(base, found, [], record, acts(), draws=3, belief_points=2, keep=file)
    with file.open("a") as f:
        f.write('{"cut sh')  # as if while writing
    a = audit(base, found, [], record, acts(), draws=3, belief_points=2, keep=file)
    assert len(solved) == 12 + 1  # the one that was cut short was solved again
    assert (a.settings["reused"], a.settings["solves"], a.settings["unsolved"]) == (4, 11, 1)
    again = audit(base, found, [], record, acts(), draws=3, belief_points=2, keep=file)
    assert len(solved) == 12 + 1
    assert again.findings == a.findings
    assert audit(base, found, [], record, acts(), draws=3, belief_points=2).findings == a.findings
    more = audit(base, found[:1], [], record, acts(), draws=3, belief_points=2, keep=file)
    assert more.settings["reused"] == 0  # another question, another name
    file.write_text("[[claim]]\n")
    with pytest.raises(pt.SpecError, match=r"answers cannot be kept in .*--keep"):
        audit(base, found, draws=0, belief_points=2, keep=file)
    assert file.read_text() == "[[claim]]\n"
