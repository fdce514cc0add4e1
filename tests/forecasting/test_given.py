"""What is said where a function is given the wrong thing: what it takes, and what was probably meant."""

import pytest

import peacetalks as pt
from peacetalks.errors import GameError, SpecError
from peacetalks.forecasting.explain import explain
from peacetalks.forecasting.quick import quick_outlook
from peacetalks.questions.claims import audit
from peacetalks.questions.compare import compare
from peacetalks.questions.infer import infer

KOREA = pt.load("korea-1951")


@pytest.fixture(scope="module")
def game():
    return pt.Game(("A",), "in", (pt.Decision("choice", "A", lambda s: [pt.Move("stay", "end")]),))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: pt.solve(KOREA), GameError, r"did you mean solve\(build\(scenario\)\)\?"),
        (lambda: pt.solve("korea-1951"), GameError, r"did you mean solve\(build\(load\('korea-1951'\)\)\)\?"),
        (lambda: pt.solve(3), GameError, "solve takes a Game; this is a int, 3"),
        (lambda: pt.outlook("korea-1951"), SpecError, r"did you mean outlook\(load\('korea-1951'\)\)\?"),
        (lambda: pt.drivers("korea-1951"), SpecError, r"did you mean drivers\(load\('korea-1951'\)\)\?"),
        (lambda: pt.whatif("korea-1951", {}), SpecError, r"did you mean whatif\(load\('korea-1951'\)\)\?"),
        (lambda: pt.ask("korea-1951", "peace"), SpecError, r"did you mean ask\(load\('korea-1951'\)\)\?"),
        (lambda: explain("korea-1951"), SpecError, r"did you mean explain\(load\('korea-1951'\)\)\?"),
        (lambda: quick_outlook("korea-1951"), SpecError, r"did you mean quick_outlook\(load\('korea-1951'\)\)\?"),
        (lambda: compare("korea-1951", []), SpecError, r"did you mean compare\(load\('korea-1951'\)\)\?"),
        (lambda: audit("korea-1951", []), SpecError, r"did you mean audit\(load\('korea-1951'\)\)\?"),
        (lambda: infer("korea-1951", None, None), SpecError, r"did you mean infer\(load\('korea-1951'\)\)\?"),
        (lambda: pt.build("korea-1951"), SpecError, r"did you mean build\(load\('korea-1951'\)\)\?"),
        (
            lambda: pt.patch("korea-1951", {"rationality": 2}),
            SpecError,
            r"did you mean patch\(load\('korea-1951'\)\)\?",
        ),
        (lambda: pt.forecast(KOREA), GameError, r"this is a Scenario: did you mean outlook\(scenario\)\?"),
        (lambda: pt.forecast("korea-1951"), GameError, r"did you mean outlook\(load\('korea-1951'\)\)\?"),
        (lambda: pt.outlook(None), SpecError, "outlook takes a Scenario, as load and patch return it; got None"),
        (lambda: pt.load("korea"), SpecError, "did you mean 'korea-1951'"),
        (lambda: pt.load(KOREA), SpecError, "got a Scenario, which is loaded already"),
        (lambda: pt.load(7), SpecError, "load takes a bundled scenario's name or the path of a .toml file; got 7"),
    ],
)
def test_the_message_says_what_was_probably_meant(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_game_is_no_scenario_and_no_solution(game):
    with pytest.raises(SpecError, match=r"this is a Game; did you mean solve\(game\)"):
        pt.outlook(game)
    for function in ("forecast", "trajectory", "simulate"):
        with pytest.raises(GameError, match=rf"did you mean {function}\(solve\(game\), \.\.\.\)\?"):
            getattr(pt, function)(game)


def test_a_solution_is_not_solved_again_and_a_forecast_needs_outcomes(game):
    solved = pt.solve(game)
    with pytest.raises(GameError, match="it is solved already"):
        pt.solve(solved)
    with pytest.raises(GameError, match="forecast needs `outcome`, a function state -> str"):
        pt.forecast(solved)
