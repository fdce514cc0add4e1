"""The pages of a scenario that are made by work: forecast, drivers, accounts, beliefs, claims."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peacetalks.web import answers, places
from peacetalks.web.made import Failure, Made, Task
from peacetalks.web.render import SECTIONS, Frame, scenario_path
from peacetalks.web.site import site_of, user_of
from peacetalks.web.store import page_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.web.lanes import Job, Lane
    from peacetalks.web.places import Place
    from peacetalks.web.settings import Settings

router = APIRouter()
PATIENCE = 1.5  # seconds in which a page appears at once, without one that says that it is computed
JSON = ".json"
WORDS = {
    "forecast": "The game of this scenario is solved",
    "drivers": "Each number is moved over its range, and the game solved anew each time",
    "accounts": "The game is solved under every account",
    "beliefs": "The record of public acts is followed through the game of every account",
    "claims": "Each claim is evaluated under every account",
    "catalog": "The game is solved at every position of the sliders",
    "evidence": "The record is asked",
    "archive": "The saved forecasts are read",
    "history": "The saved forecasts are read",
    "backtest": "Forecasts of past conflicts are scored",
}
WORKED = ("forecast", "drivers", "accounts", "beliefs", "claims")  # sections of a scenario
OPTIONS = {"accounts": {"drivers": ("", "on")}}  # section -> key of the address -> what it may be


def split_json(last: str) -> tuple[str, bool]:
    """Return the last part of an address without `.json`, and whether it had it.

    >>> split_json("forecast.json")
    ('forecast', True)
    """
    return last.removesuffix(JSON), last.endswith(JSON)


@router.get("/scenario/{name}")
def overview(name: str) -> Response:
    """Lead on to the forecast."""
    return RedirectResponse(f"{scenario_path(name)}/forecast", 307)


async def scenario_page(request: Request, name: str, section: str, as_json: bool) -> Response:
    """Return a page of a scenario that is made by work."""
    site = site_of(request)
    place, digest = await site.place(name)
    given, wrong = chosen_options(section, list(request.query_params.multi_items()))
    frame = Frame(section, name, urlencode([(k, v) for k, v in given.items() if v]), site.settings.may_write)
    if wrong:
        return answers.failed(Failure(422, wrong), frame, as_json)
    if absent := await asyncio.to_thread(places.missing, place, section):
        return answers.failed(Failure(404, absent), frame, as_json)
    more = (given["drivers"] == "on",) if section == "accounts" else ()
    task = task_of(site.settings, place, frame, *more)
    title = f"{SECTIONS[section]}: {name}"
    valid = partial(site.unchanged, place, digest)
    return await made_page(request, site.solving, task, (digest,), frame, title, as_json, valid)


def task_of(settings: Settings, place: Place, frame: Frame, *more: Any) -> Task:
    """Return the work that makes the page of a scenario in a frame; `more` are its options."""
    return Task(frame.section, (place.source, settings.memory, frame, *more))


def plain_task(settings: Settings, place: Place, section: str) -> Task:
    """Return the work that makes the page of a section whose address has no options."""
    return task_of(settings, place, Frame(section, place.name, "", settings.may_write))


def chosen_options(section: str, given: list[tuple[str, str]]) -> tuple[dict[str, str], str]:
    """Return the options of a page as its address gives them, and what is wrong with them in words, or "".

    >>> chosen_options("accounts", [("drivers", "on")]), chosen_options("claims", [("x", "1")])[1]
    (({'drivers': 'on'}, ''), "this page has no option 'x'; it has none")
    """
    known = OPTIONS.get(section, {})
    out = {key: values[0] for key, values in known.items()}
    for key, value in given:
        if key not in known:
            has = ", ".join(known) or "none"
            return out, f"this page has no option {key[:60]!r}; it has {has}"
        if value not in known[key]:
            return out, f"{key} must be one of {', '.join(v or 'empty' for v in known[key])}; got {value[:60]!r}"
        out[key] = value
    return out, ""


async def made_page(
    request: Request,
    lane: Lane,
    task: Task,
    of: tuple[Any, ...],
    frame: Frame,
    title: str,
    as_json: bool,
    valid: Callable[[], bool] = lambda: True,
) -> Response:
    """Return the page that a task makes: at once where it was made before, else once it is made and still `valid`.

    Who asks for JSON waits for it; a browser gets a page that says how far the work has come.
    """
    site = site_of(request)
    key = page_key(task, *of)
    if (served := site.store.find(key)) is not None:
        return answers.page(request, served, as_json)
    job = await lane.submit(key, task, user_of(request), valid=valid)
    if as_json:
        await answers.wait(request, job)
    finished = await job.wait(0.0 if as_json else PATIENCE)
    if isinstance(job.result, Made):
        made = site.store.find(key) or site.store.remember(key, job.result)
        return answers.page(request, made, as_json)
    if job.failure is not None:
        return answers.failed(job.failure, frame, as_json, title)
    if finished or as_json:  # a reader of JSON waits to the end, or has gone
        return answers.failed(Failure(503, "the work was ended; try again"), frame, as_json, title)
    status = answers.status_of(job, lane)
    return answers.pending(frame, title, WORDS[task.kind], f"/progress/{key}", status)


@router.get("/progress/{key}")
async def progress(request: Request, key: str) -> Response:
    """Return how work comes along, as a stream; `done` where it is finished or unknown, so that the page is asked."""
    site = site_of(request)
    for lane in (site.solving, site.drawing):
        job: Job | None = lane.find(key)
        if job is not None and not job.finished:
            return answers.stream(job, lane)
    return answers.at_once("done", {})
