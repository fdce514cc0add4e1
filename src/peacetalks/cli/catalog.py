"""The command about classic games: `catalog` lists them, solves one, and writes its page with sliders."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from peacetalks.cli import options
from peacetalks.cli.results import check_output, deliver
from peacetalks.errors import GameError
from peacetalks.forecasting.settings import SLIDER_POINTS
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.questions.catalog_game import ClassicGame
    from peacetalks.questions.catalog_grid import Slider


PICTURES = (".svg", ".png")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(catalog)


def catalog(
    name: Annotated[str | None, typer.Argument(help="A game; all are listed where it is left out.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A parameter, such as p=0.6 or costs.tough=0.1; repeatable."),
    ] = None,
    rationality: Annotated[
        float | None, typer.Option(help="Precision of choices: how seldom players make mistakes.")
    ] = None,
    slider: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="A parameter with a slider on the page; repeatable.")
    ] = None,
    points: Annotated[int, typer.Option(help="Positions of a slider.")] = SLIDER_POINTS,
    jobs: options.Jobs = None,
    as_json: options.AsJson = False,
    picture: Annotated[
        str | None,
        typer.Option(metavar="tree|beliefs", help="What an .svg or .png file shows: the tree, or how beliefs move."),
    ] = None,
    output: Annotated[Path | None, options.output(".html, .csv, .json, .svg or .png")] = None,
) -> None:
    """Classic games of bargaining and war: what happens, what the theory says, what noise does; with sliders."""
    from peacetalks.pages import catalog_page, catalog_screen, files
    from peacetalks.pages.markup import png_of_svg
    from peacetalks.pages.progress import progress
    from peacetalks.questions.catalog_game import classic_game
    from peacetalks.questions.catalog_grid import sliders_of

    if name is None:
        _refuse_without_name(changes, rationality, output)
        makers = {".json": lambda: files.json_text(catalog_page.list_values())}
        deliver(makers, catalog_screen.show_list, as_json, None)
        return
    check_output(output, (*catalog_page.SUFFIXES, *PICTURES))
    _check_picture(picture, output)
    given = parse_settings(changes or [])
    sliders = sliders_of(name, given, slider, points, rationality)  # refused before anything is solved
    with progress(f"Solving {name}") as bar:
        g = classic_game(name, given, rationality, progress=bar)
    makers = {
        ".html": lambda: _page(g, sliders, jobs),
        ".csv": lambda: catalog_page.csv(g),
        ".json": lambda: files.json_text(catalog_page.values(g)),
        ".svg": lambda: _picture(g, picture),
        ".png": lambda: png_of_svg(_picture(g, picture)),
    }
    deliver(makers, lambda: catalog_screen.show(g), as_json, output)


def _check_picture(picture: str | None, output: Path | None) -> None:
    """Raise `GameError` for a picture that is not known, or for which there is no file."""
    if picture is None:
        return
    if picture not in ("tree", "beliefs"):
        raise GameError(f"--picture: {shorten(picture)} is none; write tree or beliefs")
    if output is None or output.suffix not in PICTURES:
        raise GameError("--picture needs a file to draw to: -o game.svg or -o game.png")


def _picture(g: ClassicGame, picture: str | None) -> str:
    """Return a picture as SVG; the tree unless another is asked for."""
    from peacetalks.pages.catalog_pictures import picture as drawn

    return drawn(g, picture or "tree")


def _page(g: ClassicGame, sliders: tuple[Slider, ...], jobs: int | None) -> str:
    """Return the page of a game, after solving it at every combination of its sliders' positions."""
    from peacetalks.forecasting.jobs import processes
    from peacetalks.pages import catalog_page
    from peacetalks.pages.progress import progress
    from peacetalks.questions.catalog_grid import grid

    with progress("Solving the game at every position of the sliders", "games") as bar:
        found = grid(g.name, g.changes, sliders, bar, processes(jobs))
    return catalog_page.html(g, found)


def _refuse_without_name(changes: list[str] | None, rationality: float | None, output: Path | None) -> None:
    if changes or rationality is not None or output is not None:
        raise GameError("name the game, such as `peacetalks catalog fearon`; `peacetalks catalog` lists them all")


def parse_settings(texts: Sequence[str]) -> dict[str, Any]:
    """Return {key: value} of settings written KEY=VALUE; values are written as in TOML, and words need no quotes.

    Raises `GameError` for a text of another form, and for a key that is given twice.

    >>> parse_settings(["p=0.6", "later_proposer=B", "offers=[0.3, 0.5]"])
    {'p': 0.6, 'later_proposer': 'B', 'offers': [0.3, 0.5]}
    """
    out: dict[str, Any] = {}
    for text in texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not key or not equals or not value:
            raise GameError(f"{shorten(text)} is no setting: write KEY=VALUE, such as p=0.6")
        if key in out:
            raise GameError(f"{key} is set twice; keep one")
        try:
            out[key] = tomllib.loads(f"x = {value}")["x"]
        except tomllib.TOMLDecodeError:
            out[key] = value
    return out
