"""Play a side in a browser: a form that opens a room, a link to sit down, and a page for each seat."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peacetalks.errors import SpecError
from peacetalks.pages.play_screen import debrief_lines, month_lines
from peacetalks.questions.play_file import session_values
from peacetalks.questions.play_words import asked, event_words, move_words, situation
from peacetalks.web import answers
from peacetalks.web.edit_routes import form_of
from peacetalks.web.places import NotFound, name_of
from peacetalks.web.play_rooms import Room, advance, look_back, side_of
from peacetalks.web.render import Frame, fill
from peacetalks.web.site import Site, site_of

if TYPE_CHECKING:
    from peacetalks.questions.play import Session

router = APIRouter()
MODEL, DRAWN = "model", "drawn"  # what plays a side: the model; a person whose type is drawn; else a person's type
MOST_SEED = 10**6


def _room(request: Request, name: str) -> Room:
    if (room := site_of(request).play_rooms.find(name)) is None:
        raise NotFound("there is no such room, or it was given up after some hours; open a new one")
    return room


@router.get("/play")
async def choose(request: Request) -> Response:
    """Return the form: which scenario, and with it who plays which side."""
    site, name = site_of(request), request.query_params.get("scenario", "")
    found = await asyncio.to_thread(site.listed)
    names = [name_of(s) for s in found if not s.error]
    sides = await _sides(site, name) if name else []
    frame = Frame("play", query=f"scenario={quote(name)}" if name else "")
    return answers.html(fill("play", frame, names=names, name=name, sides=sides))


async def _sides(site: Site, name: str) -> list[dict[str, Any]]:
    """Return the sides of a scenario with the types that they may have."""
    place, digest = await site.place(name)
    scenario = await site.scenario(place, digest)
    return [{"label": side.label, "types": list(side.types)} for side in scenario.sides]


@router.post("/play")
async def open_room(request: Request) -> Response:
    """Open a room, and lead to it."""
    form, site = await form_of(request), site_of(request)
    name = form.get("scenario", "")
    place, digest = await site.place(name)
    scenario = await site.scenario(place, digest)
    plays = {side.label: form.get(f"side{i}", MODEL) for i, side in enumerate(scenario.sides, 1)}
    types = {label: None if who == DRAWN else who for label, who in plays.items() if who != MODEL}
    for side in scenario.sides:
        if (kind := types.get(side.label)) is not None and kind not in side.types:
            raise SpecError(f"{side.label} has no type {kind[:60]!r}; types: {', '.join(side.types)}")
    seed = _number(form.get("seed", ""), "the seed")
    months = _number(form.get("months", ""), "months")
    drawn = secrets.randbelow(MOST_SEED) if seed is None else seed
    room = await site.play_rooms.open(scenario, name, types, drawn, months)
    return RedirectResponse(f"/play/{room.name}", 303)


def _number(text: str, what: str) -> int | None:
    """Return a whole number of a form; None where the field is empty."""
    text = text.strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 12:
        raise SpecError(f"{what} must be a whole number, got {text[:40]!r}")
    return int(text)


@router.get("/play/{name}")
async def lobby(request: Request, name: str) -> Response:
    """Return the page on which people sit down: the link that is passed round."""
    room = _room(request, name)
    return answers.html(fill("play_lobby", Frame("play", below=name), room=room))


@router.post("/play/{name}/sit")
async def sit(request: Request, name: str) -> Response:
    """Give a seat, and lead to its own link."""
    room, form = _room(request, name), await form_of(request)
    return RedirectResponse(f"/play/{room.name}/{room.sit(form.get('side', ''))}", 303)


@router.get("/play/{name}/{key}.json")
async def seat_json(request: Request, name: str, key: str) -> Response:
    """Return the session as `peacetalks play --resume` reads it; while it lasts, with this seat's type only."""
    room = _room(request, name)
    side = side_of(room, key)
    if room.session is None:
        return answers.plain({"error": room.wrong or "the game is being solved"}, 503)
    looked_back = await look_back(room)
    values = session_values(room.session, room.place, looked_back)
    if looked_back is None:  # seed and moves would give away what the others hide
        mine = [seat for seat in values["seats"] if seat["side"] == side]
        values |= {"seats": mine, "seed": None, "moves": [m for m in values["moves"] if m["side"] == side]}
    return answers.plain(values)


@router.get("/play/{name}/{key}")
async def seat_page(request: Request, name: str, key: str) -> Response:
    """Return what a seat sees: what happened, what is believed, what it may do; in the end the debrief."""
    room = _room(request, name)
    side = side_of(room, key)
    looked_back = await look_back(room)
    frame = Frame("play", below=name)
    values = {"room": room, "side": side, "key": key, "session": room.session}
    if room.session is not None:
        values |= _seen(room.session, side)
    if room.session is not None and looked_back is not None:
        values["debrief"] = list(debrief_lines(room.session, looked_back))
    return answers.html(fill("play_seat", frame, **values))


@router.post("/play/{name}/{key}")
async def make_move(request: Request, name: str, key: str) -> Response:
    """Make a move, and lead back to the page."""
    room, form = _room(request, name), await form_of(request)
    step = _number(form.get("step", ""), "the step")
    await advance(room, side_of(room, key), -1 if step is None else step, form.get("move", ""))
    return RedirectResponse(f"/play/{room.name}/{key}", 303)


def _seen(session: Session, side: str) -> dict[str, Any]:
    """Return what a seat sees of a session: its type, the months, the question and its moves."""
    months: list[dict[str, Any]] = []
    for k in range(1, min(session.at.period + 1, session.months) + 1):
        words = [event_words(session, e) for e in session.events if e.month == k]
        months.append({"lines": [x for x in month_lines(session, k) if x.strip()], "events": [w for w in words if w]})
    open_moves = session.options(side)
    return {
        "kind": next(seat.type for seat in session.seats if seat.label == side),
        "situation": situation(session),
        "months": months[::-1],
        "asked": asked(session, side) if open_moves else "",
        "moves": [(move, move_words(session, move)) for move in open_moves],
        "waiting": [who for who in session.waiting if who != side],
    }
