"""The search for further equilibria: its budget, its order, what it says of itself; what the order of names shows."""

import math
from pathlib import Path

import pytest

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.equilibrium.multiplicity import BUDGET, Search, search, search_warnings
from peacetalks.questions.game_file import read_game, solve_file

CASES = Path(__file__).parents[1] / "cases" / "games"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["two_informed_at_once_slow", "hang_game_4268"])
def test_the_search_ends_with_its_budget_and_says_so(name):
    game, lam, points = read_game(CASES / f"{name}.json")
    seen = []
    s = pt.solve(game, lam, points, progress=lambda done, total: seen.append((done, total)))
    found = s.settings["search"]
    assert 0 < found["searched"] < found["of"]
    assert found["complete"] is False
    assert BUDGET <= found["evaluations"] < 1.1 * BUDGET  # about a second, on any machine so many
    assert any(f"after {found['searched']} of {found['of']} (node, belief) pairs" in line for line in s.warnings)
    assert seen == [(done, found["of"]) for done in range(50, found["searched"] + 1, 50)]


def test_a_budget_counts_evaluations_and_begins_at_the_prior():
    s = pt.solve(make("signals"), 8.0, belief_points=5, certify=False)
    whole = search(s, math.inf)
    assert whole.complete
    assert whole.of == s.compiled.n_nodes * s.grid.total
    first = search(s, 1)
    assert (first.searched, first.of, first.complete) == (1, whole.of, False)
    assert search(s, 500) == search(s, 500)
    assert pt.solve(make("signals"), 8.0, belief_points=5, search_budget=1).settings["search"]["searched"] == 1


def test_without_the_search_nothing_is_claimed():
    s = pt.solve(make("loopback"), 5.0, certify=False)
    assert "search" not in s.settings
    assert s.warnings == ()
    found = solve_file(CASES / "battle_of_the_sexes.json", certify=False)
    assert found["multiple"] is None
    assert found["warnings"] == []


def test_an_even_count_proves_a_miss():
    assert search_warnings(Search((), 0, 3, 3, 10)) == ()
    line = search_warnings(Search(((0, 0, 0),), 1, 3, 3, 10))[0]
    assert line.startswith("At 1 (node, belief) pairs an even number of fixed points was found")
    assert "at least one more exists there that the search missed" in line


@pytest.mark.slow
def test_the_order_of_names_that_picks_an_equilibrium_is_told():
    """Three equilibria (A 1.4040, 1.4410): each order takes one; until all take the same, each says so."""
    for name in ("relabel_base", "relabel_by_reversed", "relabel_players_reversed"):
        game, lam, _ = read_game(CASES / f"{name}.json")
        s = pt.solve(game, lam, 3)
        assert any(
            "With the players who move at once in reversed order the value of" in line
            and "the order of names picks one" in line
            for line in s.warnings
        ), name


def test_alike_players_who_play_differently_are_told():
    game, _, _ = read_game(CASES / "battle_of_the_sexes.json")
    alone = pt.solve(game, 0.5)
    assert alone.warnings == ()
    for lam in (1.0, 2.0, 4.0, 10.0):
        s = pt.solve(game, lam)
        own = s.strategy("play", "s")
        mine, other = own["A"]["only"], own["B"]["only"]
        alike = list(mine.values()) == pytest.approx(list(other.values())[::-1], abs=1e-6)
        told = any(
            "are in the same position up to the names of their moves, and play differently" in x for x in s.warnings
        )
        assert told is not alike
        line = next(x for x in s.warnings if "same position" in x) if told else ""
        assert line.startswith("stage 'play', state 's', period 0: A and B") or alike


def test_players_who_are_not_alike_are_not_told():
    assert pt.solve(make("ochs"), 5.0).warnings == ()


@pytest.mark.parametrize("name", ["missed_2x2x2", "missed_3x3x3"])
def test_a_count_is_called_a_lower_bound(name):
    """Three and five equilibria, of which the search finds one: the number is nowhere said to be exact."""
    found = solve_file(CASES / f"{name}.json")
    assert found["settings"]["search"]["complete"]
    assert "lower bound" in (pt.solve.__doc__ or "")
    page = (Path(__file__).parents[2] / "docs" / "game-files.md").read_text(encoding="utf-8")
    assert "`multiple`, a lower\nbound" in page
