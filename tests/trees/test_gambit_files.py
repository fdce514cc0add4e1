"""Gambit's files: what is read, what is refused and where, and that what is written reads back equal."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.gambit_reader import plays, plays_of
from support.made_trees import normal_forms, trees

from peacetalks.errors import GameError
from peacetalks.trees import NormalForm, Tree, read, write
from peacetalks.trees.efg import efg_text, parse_efg
from peacetalks.trees.exact import exactly, fraction_of, number_text
from peacetalks.trees.nfg import nfg_text, parse_nfg

COIN = """EFG 2 R "A \\"fair\\" coin" { "A" "B" } "two
lines"
c "deal" 1 "the coin" { "heads" 1/2 "tails" .5 } 3 "ante" { -1, +1 }
p "" 1 1 "call" { "h" "t" } 0
t "" 1 "right" { 1e0 -1. }
t "" 2 "wrong" { 0, 0 }
p "" 1 1 0
t "" 2
t "" 1 "right" { 1 -1 }
"""
PENNIES = 'NFG 1 D "Pennies" { "A" "B" } { { "H" "T" } { "h" "t" } } "a comment"\n'


def test_every_part_of_an_extensive_form_is_read():
    game = parse_efg(COIN)
    assert (game.title, game.comment, game.players) == ('A "fair" coin', "two\nlines", ("A", "B"))
    deal, call = game.information_sets
    assert (deal.player, deal.name, deal.probabilities) == (None, "the coin", (Fraction(1, 2), Fraction(1, 2)))
    assert (call.player, call.actions, game.members[1]) == (0, ("h", "t"), (1, 4))
    assert [o.number for o in game.outcomes] == [3, 1, 2]
    assert game.payoffs.tolist() == [[0, 0], [-1, 1], [-1, 1], [0, 0]]
    assert game.nodes[0].name == "deal"


def test_outcomes_and_information_sets_may_be_described_after_they_are_used():
    later = COIN.replace('1 "right" { 1e0 -1. }', "1").replace('1 1 "call" { "h" "t" }', "1 1")
    later = later.replace('p "" 1 1 0\nt "" 2', 'p "" 1 1 "call" { "h" "t" } 0\nt "" 2')
    assert parse_efg(later).payoffs.tolist() == parse_efg(COIN).payoffs.tolist()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("EFG 2", "EFG 1", "line 1, column 5: version 1 of EFG files"),
        ("EFG 2", "NFG 2", "line 1, column 1: got 'NFG'; expected EFG"),
        ('{ "A" "B" }', '{ "A" "A" }', "players are named twice"),
        ('p "" 1 1 "call"', 'p "" 3 1 "call"', "line 4, column 6: there is no player 3; the players are"),
        ('p "" 1 1 "call"', 'q "" 1 1 "call"', "line 4, column 1: got 'q'; expected c (a chance node) or p"),
        ('"tails" .5', '"tails"', "line 3, column 45: got '}'; expected a number"),
        ('"tails" .5', '"tails" .6', "chance, information set 1 ('the coin'): the probabilities sum to 1.1, not 1"),
        ('"tails" .5', '"tails" -.5', "line 3, column 45: the probability -.5 is below 0"),
        ("{ 1e0 -1. }", "{ 1e0 }", "line 5, column 6: outcome 1 has 1 payoffs; there are 2 players"),
        ("{ 1e0 -1. }", "{ 1/0 -1 }", "line 5, column 18: 1/0 divides by 0"),
        ("{ 1e0 -1. }", "{ 1e999 -1 }", "line 5, column 18: 1e999 has too many digits, or is beyond"),
        ("{ 1e0 -1. }", "{ 2 -1 }", "line 9, column 6: outcome 1 is not what line 5 says of it; make the two equal"),
        ('t "" 2\n', 't "" 7\n', "line 8, column 6: outcome 7 is described nowhere"),
        ('p "" 1 1 0', 'p "" 1 2 0', "line 7, column 8: information set 2 is described nowhere"),
        ('p "" 1 1 0', 'p "" 1 1 "call" { "h" } 0', "line 7, column 8: information set 1 is not what line 4 says"),
        ('t "" 1 "right" { 1 -1 }\n', "", "line 8, column 7: the file ends here; expected the node after action 2 of"),
        ('t "" 1 "right" { 1 -1 }\n', 't "" 1\nt "" 1\n', "line 10, column 1: a node too many"),
        ('"call" { "h" "t" } 0', '"call" { "h" "t" } 0 "x" { 0 0 }', "outcome 0 pays nothing and has no name"),
        ('"call" { "h"', '"call" { "h', "line 4, column 23: got 't\"'; expected a comma or a name in quotes or }"),
        ('t "" 1 "right" { 1 -1 }\n', 't "', "line 9, column 3: this quote, or one before it, is not closed"),
        ('t "" 2 "wrong"', 't "" 2.5 "wrong"', "line 6, column 6: the number of an outcome is a whole number"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_extensive_form_is_said_with_its_place(old, new, words):
    assert old in COIN
    with pytest.raises(GameError) as raised:
        parse_efg(COIN.replace(old, new), "coin.efg")
    assert str(raised.value).startswith("coin.efg: ")
    assert words in str(raised.value)


def test_both_forms_of_a_normal_form_are_read():
    by_payoffs = parse_nfg(PENNIES + "1 -1  0, 0.5  -1 1  1/2 -1/2")
    by_outcome = parse_nfg(PENNIES + '{ { "win" 1, -1 } { "x" 0 1/2 } { "lose" -1 1 } } 1 2 3 0')
    assert by_payoffs.payoffs[1, 0].tolist() == [0, 0.5]
    assert by_payoffs.payoffs[0, 1].tolist() == by_outcome.payoffs[0, 1].tolist() == [-1, 1]
    assert by_outcome.payoffs[1, 1].tolist() == [0, 0]
    assert by_outcome.strategies == (("H", "T"), ("h", "t"))
    assert parse_nfg('NFG 1 R "" { "A" "B" } { 2, 1 } 1 2 3 4').strategies == (("1", "2"), ("1",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PENNIES + "1 2 3", "3 payoffs follow; 4 profiles of 2 players need 8"),
        (PENNIES, "line 1, column 70: 0 payoffs follow"),
        (PENNIES + '{ { "x" 1 2 } } 1 1 1 2', "line 2, column 23: there is no outcome 2; 1 are listed"),
        (PENNIES + '{ { "x" 1 2 } } 1 1 1', "3 numbers of outcomes follow; there are 4 profiles"),
        (PENNIES + '{ { "x" 1 } } 1 1 1 1', "line 2, column 5: outcome 1 has 1 payoffs; there are 2 players"),
        ('NFG 1 R "" { "A" "B" } { 2 } 1', "line 1, column 24: strategies of 1 players are given; there are 2"),
        ('NFG 1 R "" { "A" "B" } { { } { "x" } } 1', "line 1, column 40: 1 payoffs follow; 0 profiles"),
        ('NFG 1 R "" { "A" "B" } { 2000 2000 } 1', "4,000,000 profiles; at most 1,000,000 are supported"),
        ('NFG 2 R "" { "A" } { 1 } 1', "version 2 of NFG files"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_normal_form_is_said_with_its_place(text, words):
    with pytest.raises(GameError) as raised:
        parse_nfg(text, "x.nfg")
    assert words in str(raised.value)


@settings(max_examples=40, deadline=None)
@given(trees())
def test_a_tree_that_is_written_reads_back_equal(tree):
    assert parse_efg(efg_text(tree)) == tree


@settings(max_examples=25, deadline=None)
@given(normal_forms())
def test_a_normal_form_that_is_written_reads_back_equal(game):
    assert parse_nfg(nfg_text(game)) == game
    assert sorted(game.tree().payoffs.tolist()) == sorted(game.payoffs.reshape(-1, len(game.players)).tolist())


@settings(max_examples=200, deadline=None)
@given(st.fractions() | st.floats(allow_nan=False, allow_infinity=False).map(exactly))
def test_numbers_read_back_equal(x):
    assert fraction_of(number_text(x)) == x


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_read_back_bit_for_bit(x):
    assert float(fraction_of(number_text(exactly(x)))) == x


def test_the_suffix_says_what_a_file_holds(tmp_path):
    (tmp_path / "coin.EFG").write_text(COIN)
    tree = read(tmp_path / "coin.EFG")
    assert isinstance(tree, Tree)
    pennies = parse_nfg(PENNIES + "1 2 3 4 5 6 7 8")
    write(pennies, tmp_path / "p.nfg")
    assert read(tmp_path / "p.nfg") == pennies
    assert isinstance(pennies, NormalForm)
    for game, name in ((tree, "x.nfg"), (pennies, "x.efg")):
        with pytest.raises(GameError, match="form is written as"):
            write(game, tmp_path / name)
    with pytest.raises(GameError, match=r"only \.efg and \.nfg files are read"):
        read(tmp_path / "x.gbt")
    with pytest.raises(GameError, match="no file"):
        read(tmp_path / "missing.efg")


def test_a_name_that_could_not_be_read_back_is_not_written():
    tree = parse_efg(COIN.replace('"A" "B"', '"A\\x" "B"'))
    assert parse_efg(efg_text(tree)).players == ("A\\x", "B")
    with pytest.raises(GameError, match="cannot be written"):
        efg_text(Tree("ends in \\", tree.players, tree.nodes, tree.information_sets, tree.outcomes))


def test_another_reader_reads_the_same(tmp_path):
    """Nodes, information sets, probabilities and payments are what pygambit finds in the written file."""
    gambit = pytest.importorskip("pygambit")
    for tree in (parse_efg(COIN), parse_efg(COIN.replace("{ -1, +1 }", "{ -1e-3 1/3 }"))):
        write(tree, tmp_path / "coin.efg")
        other = gambit.read_efg(str(tmp_path / "coin.efg"))
        assert (other.title, other.description) == (tree.title, tree.comment)
        assert [p.label for p in other.players] == list(tree.players)
        assert plays(other) == plays_of(tree)
    pennies = parse_nfg(PENNIES + '{ { "win" 1 -1 } { "x" 0 1/2 } { "lose" -1 1 } } 1 2 3 2')
    write(pennies, tmp_path / "pennies.nfg")
    arrays = gambit.read_nfg(str(tmp_path / "pennies.nfg")).to_arrays(dtype=float)
    assert [a.tolist() for a in arrays] == [pennies.payoffs[..., i].tolist() for i in range(2)]
