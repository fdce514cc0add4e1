"""The application: routes put together, errors in words, and the processes that start and end with it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response  # noqa: TC002 (FastAPI reads annotations)

from peacetalks.web import (
    answers,
    catalog_routes,
    edit_routes,
    play_routes,
    record_routes,
    scenario_routes,
    whatif_routes,
)
from peacetalks.web.guard import TOO_LARGE, Guard, TooLarge
from peacetalks.web.lanes import Refused
from peacetalks.web.made import Failure, Task
from peacetalks.web.places import NotFound
from peacetalks.web.render import Frame
from peacetalks.web.scenario_routes import WORKED, split_json
from peacetalks.web.site import Site
from peacetalks.web.worker import failure_of, without_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from peacetalks.web.settings import Settings

pages = APIRouter()


@pages.get("/scenario/{name}/{last}")
async def page_of_scenario(request: Request, name: str, last: str) -> Response:
    """Return a page of a scenario."""
    section, as_json = split_json(last)
    if section == "whatif":
        return await whatif_routes.whatif_page(request, name, as_json)
    if section == "edit":
        return await edit_routes.edit_page(request, name, as_json)
    if section in WORKED:
        return await scenario_routes.scenario_page(request, name, section, as_json)
    raise NotFound(f"a scenario has no page {section[:60]!r}")


def application(settings: Settings) -> Guard:
    """Return what `settings` ask to be served: an ASGI application."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        site: Site = app.state.site
        site.start()
        try:
            yield
        finally:
            await site.stop()

    app = FastAPI(lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = Site(settings)
    routers = (edit_routes.router, whatif_routes.router, scenario_routes.router, pages, record_routes.router)
    for router in (catalog_routes.router, play_routes.router, *routers):  # records come last: they take any address
        app.include_router(router)
    for kind in (TooLarge, NotFound, Refused, HTTPException, ValueError, RuntimeError, OSError, Exception):
        app.add_exception_handler(kind, _in_words)
    return Guard(app, settings)


def _in_words(request: Request, error: Exception) -> Response:
    """Return an error in words, as a page or as JSON."""
    if isinstance(error, Refused):
        failure = error.failure
    elif isinstance(error, NotFound):
        failure = Failure(404, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    elif isinstance(error, TooLarge):
        failure = Failure(413, TOO_LARGE)
    elif isinstance(error, HTTPException):
        failure = Failure(error.status_code, str(error.detail))
    else:
        site: Site = request.app.state.site
        failure = without_folder(failure_of(error), Task("", (str((site.settings.folder or Path()) / "any"),)))
    as_json = request.url.path.endswith(".json") or "application/json" in request.headers.get("accept", "")
    return answers.failed(failure, Frame("library"), as_json)
