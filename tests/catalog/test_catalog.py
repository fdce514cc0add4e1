"""The catalog: every classic game builds, explains its parameters and refuses those that it has not.

That every game also solves and obeys the laws of an equilibrium is tested in `tests/laws/test_laws.py`; that it gives
the answers of its paper, in `tests/known/`.
"""

import inspect
import re
from importlib import import_module

import pytest

import peacetalks as pt
from peacetalks import catalog

MODULES = {
    "fearon-uniform": "fearon",
    "walk-out": "fearon",
    "dresher": "inspection",
    "holdout": "attrition",
    "linked-talks": "linkage",
    "wider-bargain": "linkage",
    "loopback": "bimatrix",
    "ochs": "bimatrix",
    "shadow-of-power": "rubinstein",
    "threat": "crisis_signal",
    "ultimatum": "centipede",
}  # of games that share a module with another, or whose module has another name


def function_of(name):
    """Return a game's module and its function."""
    own = name.replace("-", "_")
    module = import_module(f"peacetalks.catalog.{MODULES.get(name, own)}")
    return module, getattr(module, own)


def test_the_catalog_knows_its_names():
    with pytest.raises(pt.GameError, match=r"no game is called 'chainstore' .did you mean 'chain-store'"):
        catalog.make("chainstore")
    with pytest.raises(pt.GameError, match=r"game 'fearon' has no parameter 'ofers' .did you mean 'offers'"):
        catalog.make("fearon", ofers=3)
    with pytest.raises(pt.GameError, match="the list of offers is empty"):
        catalog.make("fearon", offers=[])


@pytest.mark.parametrize("name", catalog.names())
def test_a_game_builds_and_is_the_same_with_its_defaults_written_out(name):
    _, function = function_of(name)
    defaults = {key: p.default for key, p in inspect.signature(function).parameters.items()}
    one, two = catalog.make(name), catalog.make(name, **defaults)
    assert (one.players, one.types, one.starts(), one.periods) == (two.players, two.types, two.starts(), two.periods)
    assert [stage.name for stage in one.stages] == [stage.name for stage in two.stages]


@pytest.mark.parametrize("name", catalog.names())
def test_a_misspelt_parameter_is_refused_with_a_hint(name):
    _, function = function_of(name)
    known = list(inspect.signature(function).parameters)
    wrong = f"{known[0]}x" if known else "offers"
    hint = f"did you mean {known[0]!r}" if known else "parameters: none"
    with pytest.raises(pt.GameError, match=f"game {name!r} has no parameter {wrong!r}.*{hint}"):
        catalog.make(name, **{wrong: 1})


@pytest.mark.parametrize("name", catalog.names())
def test_a_game_names_its_paper_and_explains_every_parameter(name):
    module, function = function_of(name)
    _, _, references = (module.__doc__ or "").partition("References\n----------\n")
    assert re.search(r"\(\d{4}\)\. |gambit-project", references), f"{module.__name__} cites nothing"
    _, _, parameters = (function.__doc__ or "").partition("Parameters\n")
    for key in inspect.signature(function).parameters:
        assert re.search(rf"^\s*(?:\w+, )*{key}\b[^.]*$", parameters, re.MULTILINE), f"{name}: {key} is not explained"


@pytest.mark.parametrize("name", catalog.names())
def test_every_reference_begins_with_its_authors_and_none_is_cut_in_two(name):
    for reference in catalog.entry(name).references:
        assert re.match(r"[^\d]+, [A-Z]\.", reference), reference
        assert re.search(r"\((\d{4})\)\. |gambit-project", reference), reference
