"""Accounts: what is refused and how it says so; the split of a difference; accounts side by side."""

import numpy as np
import pytest
from support.tiny import J, account, tiny

import peacetalks as pt
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.outcomes import ENDS
from peacetalks.questions.compare import compare
from peacetalks.questions.evaluate import Evaluator
from peacetalks.questions.query import parse
from peacetalks.questions.query_tree import atoms
from peacetalks.questions.shapley import shapley
from peacetalks.scenario.accounts import Account, accounts, apply
from peacetalks.scenario.files import folder, play_key

NAME = "russia-ukraine-2025"


@pytest.fixture(scope="module")
def base():
    return tiny()


def refuse(base, changes, **more):
    with pytest.raises(pt.SpecError) as e:
        apply(account(base, changes, **more), base)
    return str(e.value)


def test_bundled_accounts_apply_and_carry_ranges_sources_and_reasons():
    base = pt.load(NAME)
    found = accounts(NAME)
    assert {a.name for a in found} == {"essay", "leadership", "capacity-limits", "both-irresolute"}
    for a in found:
        numbers = apply(a, base).numbers()
        for c in a.change:
            assert len(c.reason) > 10
            assert numbers[c.path].uncertain
            assert numbers[c.path].source.startswith("judgement")
        assert len(a.groups) <= 6  # an exact split stays bounded
    assert "shares of side 1" in found[-1].groups


def test_a_changed_base_is_refused_with_what_to_do(base):
    text = refuse(base, {"talks.walk": {"value": 0.2, **J}}, base_digest="0123456789abcdef")
    assert "digest 0123456789abcdef" in text
    assert f'set base_digest = "{base.digest}"' in text


def test_what_an_account_may_not_do(base):
    assert "unknown key (did you mean 'walk'?)" in refuse(base, {"talks.wlak": {"value": 0.2, **J}})
    assert "nothing lies below" in refuse(base, {"talks.open.x": {"value": 0.2, **J}})
    same = base.written()["talks"]["walk"]
    assert "talks.walk changes nothing" in refuse(base, {"talks.walk": same, "talks.ask": {"value": 0.3, **J}})
    assert "changes nothing" in refuse(base, {"talks.walk": same})
    assert "talks.walk needs a source" in refuse(base, {"talks.walk": 0.2})
    inside = {"talks.walk": {"value": 0.2, **J}, "talks": same}
    assert "changes talks.walk and talks, which holds it; keep one entry" in refuse(base, inside)
    assert "rent.weight needs a source" in refuse(base, {"rent": {"weight": 0.2}})
    with pytest.raises(pt.SpecError, match="is an interpretation of 'korea-1951', not of 'russia-ukraine-2025'"):
        apply(account(base, {"talks.walk": {"value": 0.2, **J}}), pt.load(NAME))
    with pytest.raises(ValueError, match="give a value, or off = true"):
        Account.model_validate({"change": [{"path": "rent", "value": 1, "off": True, "reason": "both"}]})


def test_an_account_may_switch_a_mechanism_off_or_on(base):
    assert apply(account(base, {"ceasefire": None}), base).ceasefire is None
    on = apply(account(base, {"rent": {"weight": {"value": 0.01, **J}}}), base)
    assert on.rent is not None
    assert float(on.rent.weight) == 0.01


def test_a_file_with_a_wrong_key_or_a_second_account_of_a_name(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('name = "x"\ntitel = "t"\n')
    with pytest.raises(pt.SpecError, match=r"a.toml: .*titel: unknown key \(did you mean 'title'\?\)"):
        accounts("korea-1951", (path,))
    path.write_text((folder(NAME) / "accounts" / "essay.toml").read_text())
    with pytest.raises(pt.SpecError, match="two accounts are called essay"):
        accounts(NAME, (path,))
    with pytest.raises(pt.SpecError, match="no file"):
        accounts("korea-1951", (tmp_path / "none.toml",))


def test_play_key_tells_draws_apart_and_ignores_words(base):
    assert play_key(base) == play_key(pt.patch(base, {"title": "another"}))
    assert play_key(base) != play_key(base.at({"talks.walk": 0.2}))


def game(names):
    """A made-up result with every interaction, and two components."""
    weights = {n: i + 1.0 for i, n in enumerate("abcdefgh")}
    return np.array([sum(weights[n] for n in names) ** 2 / 10, float({"a", "b", "c"} <= set(names))])


def test_exact_split_by_hand_and_in_sum():
    s = shapley(game, ["a", "b", "c"])
    assert np.allclose(s.credit[:, 1], 1 / 3)
    assert np.allclose(s.credit[:, 0], [0.1 + (2 + 3) / 10, 0.4 + (2 + 6) / 10, 0.9 + (3 + 6) / 10])
    s = shapley(game, list("abcde"))
    assert np.abs(s.credit.sum(axis=0) - s.whole).max() < 1e-12
    assert (s.error, s.evaluations) == (None, 32)


def test_sampled_split_sums_and_covers_the_exact_one():
    names = list("abcdefgh")
    exact, s = shapley(game, names, exact_up_to=8), shapley(game, names, orders=20, seed=3)
    assert np.abs(s.credit.sum(axis=0) - s.whole).max() < 1e-12
    assert s.error is not None
    assert (np.abs(s.credit - exact.credit) <= 4 * s.error + 1e-12).all()
    assert s.error[:, 0].max() < 1e-9  # effects of pairs are met exactly by an order and its reverse
    assert s.error[0, 1] > 0
    assert s.evaluations < 2**8


def test_compare_splits_the_whole_difference(base):
    a = account(base, {"talks.walk": {"value": 0.3, **J}, "ceasefire.accept": {"value": 0.5, **J}})
    told = []
    c = compare(base, [a], dates=(1, 2), belief_points=2, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (5, 5)  # base, account, its two entries, the typical case
    d = c.drivers["x"].split
    difference = c.expected["x"].ends[-1] - c.expected["base"].ends[-1]
    assert np.abs(d.credit.sum(axis=0) - difference).max() < 1e-12
    assert np.abs(difference).max() > 1e-3
    peace = list(ENDS).index("peace")
    walk, truce = (d.credit[d.names.index(n), peace] for n in ("talks.walk", "ceasefire.accept"))
    assert walk < 0 < truce  # walking out costs peace, agreeing to truces makes it
    out = c.to_dict()["accounts"]["x"]
    assert [r["path"] for r in out["changes"]] == ["talks.walk", "ceasefire.accept"]
    assert sum(out["ends"][e][1] for e in ENDS) == pytest.approx(1, abs=1e-12)
    assert (out["grid_error"], out["interpolation"]) == (None, "linear")  # no coarser grid to tell it
    solved = Evaluator(base, solve_scenario(base, 2))
    (atom,) = atoms(parse("E(terms | settlement by 2)"))
    assert c.expected["base"].terms == pytest.approx(solved.answer(atom, ""), abs=1e-12)  # a mean, not a mass


def test_compare_refuses_nothing_to_compare_and_dates_past_the_end(base):
    with pytest.raises(pt.SpecError, match=r"no account is bundled with 'korea-1951'.*--account FILE"):
        compare(base, [])
    with pytest.raises(pt.SpecError, match=r"ends after 2 periods; 24 were asked for: give shorter --dates"):
        compare(base, [account(base, {"talks.walk": {"value": 0.3, **J}})])
