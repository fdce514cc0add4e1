"""The pages that belong to no scenario: the library, the record, saved forecasts, the backtest, assets."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peacetalks.pages.files import json_text
from peacetalks.scenario.dates import read_day
from peacetalks.web import answers, places
from peacetalks.web.made import Body, Failure, Task
from peacetalks.web.render import STATIC, STYLE, Frame, asset, fill, scenario_path
from peacetalks.web.scenario_routes import made_page, plain_task, split_json
from peacetalks.web.site import Site, site_of
from peacetalks.web.store import page_key

if TYPE_CHECKING:
    from pathlib import Path

    from peacetalks.scenario.listing import Listed

router = APIRouter()
FIRST_EVENT = "conflict ends"
FOREVER = "public, max-age=31536000, immutable"
EVIDENCE_KEYS = ("event", "class", "as_of")
ROBOTS = "User-agent: *\nDisallow: /\n"


@router.get("/")
def home() -> Response:
    """Lead on to the library."""
    return RedirectResponse("/library", 307)


@router.get("/robots.txt")
def robots() -> Response:
    """Ask programs not to follow links, each of which may solve a game."""
    return Response(ROBOTS, media_type="text/plain")


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """Return an asset of the package."""
    if name != STYLE and name not in STATIC:
        raise places.NotFound(f"no asset is called {name!r}")
    found = answers.ready(request, Body.of(asset(name), STATIC.get(name, "text/css")))
    found.headers["cache-control"] = FOREVER
    return found


@router.get("/{last:path}", name="record")
async def record(request: Request, last: str) -> Response:
    """Return a page that belongs to no scenario."""
    path, as_json = split_json(last)
    if path in PAGES:
        return await PAGES[path](request, as_json)
    if path.startswith("archive/") and path.count("/") == 1:
        return await history(request, path.removeprefix("archive/"), as_json)
    raise places.NotFound("no page has this address")


async def library(request: Request, as_json: bool) -> Response:
    """Return the scenarios that are at hand, with the answer of those that were forecast before."""
    site = site_of(request)
    body = await site.briefly(("library", str(as_json)), lambda: _library(site, as_json))
    return answers.ready(request, body)


def _library(site: Site, as_json: bool) -> Body:
    """Return the library as bytes."""
    settings = site.settings
    rows = [_row(site, s) for s in site.listed()]
    if as_json:
        return Body.of(json_text({"scenarios": rows}), "application/json")
    frame = Frame("library", may_write=settings.may_write)
    own, bundled = ([r for r in rows if r["bundled"] is b] for b in (False, True))
    folder = None if settings.folder is None else settings.folder.name
    return Body.of(fill("library", frame, own=own, bundled=bundled, folder=folder), "text/html; charset=utf-8")


def _row(site: Site, s: Listed) -> dict[str, Any]:
    """Return what the library says of a scenario."""
    name = places.name_of(s)
    path = scenario_path(name)
    beside = [f"{s.accounts} account{'s' * (s.accounts != 1)}"] if s.accounts else []
    beside += ["a record of events"] if s.events else []
    beside += ["claims"] if s.claims else []
    error = s.error
    if error and site.settings.folder is not None:
        error = error.replace(f"{site.settings.folder}/", "")
    return {
        "name": name,
        "bundled": s.bundled,
        "path": path,
        "anchor": re.sub(r"[^a-z0-9]+", "-", name.lower()),
        "title": s.title,
        "sides": None if s.sides is None else " and ".join(s.sides),
        "as_of": None if s.as_of is None else s.as_of.isoformat(),
        "beside": f"; beside it: {', '.join(beside)}" if beside else "",
        "accounts": s.accounts,
        "events": s.events,
        "claims": s.claims,
        "error": error,
        "bar": None if error else _known_bar(site, name),
    }


def _known_bar(site: Site, name: str) -> dict[str, Any] | None:
    """Return the answer of a scenario where it was forecast before."""
    try:
        place = places.find(site.settings, name)
        digest = places.digest_of(site.settings, place)
    except (places.NotFound, ValueError, OSError):
        return None
    found = site.store.find(page_key(plain_task(site.settings, place, "forecast"), digest))
    return None if found is None else found.more.get("bar")


async def evidence(request: Request, as_json: bool) -> Response:
    """Return the browser of the historical record."""
    site, given = site_of(request), dict(request.query_params)
    event, where, as_of = (given.get(key, "").strip() for key in EVIDENCE_KEYS)
    event = event or FIRST_EVENT
    pairs = [(k, v) for k, v in zip(EVIDENCE_KEYS, (event, where, as_of), strict=True) if v]
    frame = Frame("evidence", query=urlencode(pairs))
    if unknown := [k for k in given if k not in EVIDENCE_KEYS]:
        words = f"the record is asked with {', '.join(EVIDENCE_KEYS)}; got {unknown[0][:60]!r}"
        return answers.failed(Failure(422, words), frame, as_json)
    task = Task("evidence", (frame, event, where, as_of))
    return await made_page(request, site.drawing, task, (), frame, "The historical record", as_json)


async def backtest(request: Request, as_json: bool) -> Response:
    """Return how good such forecasts were on history."""
    site, frame = site_of(request), Frame("backtest")
    return await made_page(request, site.drawing, Task("backtest", (frame,)), (), frame, "Backtest", as_json)


async def archive(request: Request, as_json: bool) -> Response:
    """Return the list of saved forecasts."""
    site, frame = site_of(request), Frame("archive")
    folder = places.archive_folder(site.settings)
    if folder is None:
        why = "No folder is served. Start with `peacetalks serve FOLDER` to look at the forecasts saved in it."
        if as_json:
            return answers.plain({"forecasts": [], "left_out": [], "reason": why})
        return answers.html(fill("archive", frame, rows=[], why=why, refused=[]))
    state = await asyncio.to_thread(_state_of, folder)
    task = Task("archive", (frame, str(folder)))
    return await made_page(request, site.drawing, task, (state,), frame, "Saved forecasts", as_json)


async def history(request: Request, scenario: str, as_json: bool) -> Response:
    """Return how a forecast moved, each time it was saved."""
    site, by = site_of(request), request.query_params.get("by", "").strip()
    frame = Frame("archive", query=urlencode({"by": by}) if by else "", below=scenario)
    folder = places.archive_folder(site.settings)
    if folder is None:
        raise places.NotFound("no folder is served, and so no saved forecasts")
    if by:
        try:
            by = read_day(by).isoformat()
        except ValueError as e:
            return answers.failed(Failure(422, f"by: {e}"), frame, as_json)
    state = await asyncio.to_thread(_state_of, folder)
    task = Task("history", (frame, str(folder), scenario, by))
    return await made_page(request, site.drawing, task, (state,), frame, f"History: {scenario}", as_json)


def _state_of(folder: Path) -> tuple[Any, ...]:
    """Return what changes when a forecast is saved in a folder: names, sizes and times of its files."""
    files = (f for f in folder.iterdir() if f.suffix == ".json" and f.is_file())
    return tuple(sorted((f.name, s.st_size, s.st_mtime_ns) for f in files for s in [f.stat()]))


PAGES = {"library": library, "evidence": evidence, "backtest": backtest, "archive": archive}
