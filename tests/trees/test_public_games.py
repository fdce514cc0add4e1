"""Public game files: the stored table of what becomes of each, and Gambit's own reader beside ours."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from support.gambit_reader import plays, plays_of
from support.public_games import COLUMNS, files_in, row

from peacetalks.trees import Tree, read, write

STORED = Path(__file__).with_name("public_games.csv")
REASONS = {
    "tree": r"a move is hidden: .* joins what follows|who moves .* depends on what chance has dealt",
    "not solved": r"no perfect recall: .*, information set \d+ ",
    "belief grid": r"$",
}


def stored():
    """Return the rows of the stored table by game."""
    with STORED.open(encoding="utf-8", newline="") as lines:
        return {r["game"]: r for r in csv.DictReader(lines)}


def test_every_game_is_read_and_has_a_form_or_a_reason():
    rows = stored()
    assert len(rows) >= 60
    for r in rows.values():
        assert tuple(r) == COLUMNS
        assert 0 < int(r["ends"]) < int(r["nodes"])
        assert re.match(REASONS[r["form"]], r["reason"]), r


def test_the_page_gives_the_counts_of_the_table():
    page = (Path(__file__).parents[2] / "docs" / "game-files.md").read_text(encoding="utf-8")
    forms = Counter(r["form"] for r in stored().values())
    words = f"Of {forms.total()} public games {forms['belief grid']} are of this form, {forms['tree']} stay trees"
    assert words in " ".join(page.split())


def test_games_of_the_catalogue_are_read_as_gambit_reads_them(tmp_path):
    """Nodes, information sets, probabilities and payments, of the file and of what we write of it."""
    gambit = pytest.importorskip("pygambit")
    files = files_in(Path(gambit.__file__).parent)
    assert len(files) >= 38
    for name, path in files.items():
        game, copy = read(path), tmp_path / path.name
        write(game, copy)
        assert row(name, path) == stored().get(name, row(name, path))
        assert read(copy) == game
        for file in (path, copy):
            if isinstance(game, Tree):
                assert plays(gambit.read_efg(str(file))) == plays_of(game), name
            else:
                arrays = gambit.read_nfg(str(file)).to_arrays(dtype=float)
                assert [a.tolist() for a in arrays] == [game.payoffs[..., i].tolist() for i in range(len(arrays))], name
