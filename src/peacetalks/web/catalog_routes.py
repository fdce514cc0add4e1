"""Classic games in a browser: the list of them, and a page with sliders for each."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response  # noqa: TC002 (FastAPI reads annotations)

from peacetalks import catalog
from peacetalks.pages.catalog_page import list_values
from peacetalks.web import answers
from peacetalks.web.made import Task
from peacetalks.web.places import NotFound
from peacetalks.web.render import Frame, fill
from peacetalks.web.scenario_routes import made_page, split_json
from peacetalks.web.site import site_of

router = APIRouter()


@router.get("/catalog")
async def games() -> Response:
    """Return the list of the games."""
    return answers.html(fill("catalog_list", Frame("catalog"), games=list_values()["games"]))


@router.get("/catalog.json")
async def games_json() -> Response:
    """Return the list of the games as JSON."""
    return answers.plain(list_values())


@router.get("/catalog/{last}")
async def game(request: Request, last: str) -> Response:
    """Return the page of a game, once it is solved at every position of its sliders."""
    name, as_json = split_json(last)
    if name not in catalog.names():
        raise NotFound(f"no classic game is called {name[:60]!r}; /catalog lists them")
    frame = Frame("catalog", below=name)
    return await made_page(
        request, site_of(request).solving, Task("catalog", (name, frame)), (), frame, f"Classic game: {name}", as_json
    )
