"""The editor: a scenario's text, live checks, the difference to the file, and saving it.

Nothing but saving writes, and saving needs the token, a page of this server as origin, a plain file name, and a file
that is what it was when the editor opened it.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import Response  # noqa: TC002 (FastAPI reads annotations)

from peacetalks.errors import ServeError
from peacetalks.scenario.starter import starter
from peacetalks.web import answers, places
from peacetalks.web.editor import CheckedText, check, diff
from peacetalks.web.guard import TOKEN_HEADER, write_refusal
from peacetalks.web.made import Failure
from peacetalks.web.render import Frame, fill, scenario_path
from peacetalks.web.site import Site, site_of

router = APIRouter()
NEW = "new"
SUGGESTED = "my-scenario.toml"


async def edit_page(request: Request, name: str, as_json: bool) -> Response:
    """Return the editor with a scenario's text."""
    site = site_of(request)
    async with site.checks:
        opened = await asyncio.to_thread(_opened, site, name)
    if as_json:
        return answers.plain({k: opened[k] for k in ("name", "file", "digest", "text")} | opened["checked"].to_dict())
    frame = Frame("edit", name if name != NEW else "", may_write=site.settings.may_write)
    return answers.html(fill("edit", frame, **opened))


def _opened(site: Site, name: str) -> dict[str, Any]:
    """Return what the editor opens: a scenario's text, or a starter."""
    if name == NEW:
        text, digest, file = starter(), "", SUGGESTED
    else:
        place = places.find(site.settings, name)
        text = places.text_of(place)
        digest = "" if place.bundled else places.text_digest(text)
        file = f"my-{name}.toml" if place.bundled else name
    return {"name": name, "file": file, "digest": digest, "text": text, "checked": check(text)}


@router.get("/new/edit")
async def new_scenario(request: Request) -> Response:
    """Open a starter."""
    return await edit_page(request, NEW, False)


@router.get("/new/edit.json")
async def new_scenario_json(request: Request) -> Response:
    """Return a starter as JSON."""
    return await edit_page(request, NEW, True)


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form that was sent, url-encoded; the guard bounds how much is read.

    Raises `ServeError` for another kind of body, and for text that is not UTF-8.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise ServeError("send a form (application/x-www-form-urlencoded)")
    try:
        body = (await request.body()).decode("ascii")
        return dict(parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError:
        raise ServeError("the form cannot be read; it must be url-encoded UTF-8, with at most 20 fields") from None


@router.post("/check")
async def check_fragment(request: Request) -> Response:
    """Return what is wrong with a text, as a part of the page."""
    form = await form_of(request)
    return answers.html(
        fill("edit_checked", Frame("edit"), checked=await _checked(site_of(request), form.get("text", "")))
    )


@router.post("/check.json")
async def check_json(request: Request) -> Response:
    """Return what is wrong with a text, as JSON."""
    form = await form_of(request)
    return answers.plain((await _checked(site_of(request), form.get("text", ""))).to_dict())


async def _checked(site: Site, text: str) -> CheckedText:
    """Return a text, checked; few are checked at once."""
    async with site.checks:
        return await asyncio.to_thread(check, _plain(text))


def _plain(text: str) -> str:
    """Return a text with the line ends of files; forms send others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@router.post("/diff")
async def diff_fragment(request: Request) -> Response:
    """Return what saving a text would change in the file, as a part of the page."""
    form, site = await form_of(request), site_of(request)
    name, text = form.get("file", ""), _plain(form.get("text", ""))
    before = await asyncio.to_thread(_text_before, site, name, form.get("from", ""))
    values = {"lines": await asyncio.to_thread(diff, before[0], text), "file": name, "exists": before[1]}
    return answers.html(fill("edit_diff", Frame("edit", may_write=site.settings.may_write), **values))


def _text_before(site: Site, name: str, opened: str) -> tuple[str, bool]:
    """Return the text of the file that would be written, and whether there is one; else that which was opened."""
    try:
        return places.text_of(places.find(site.settings, name)), True
    except places.NotFound:
        pass
    try:
        return (starter() if opened in (NEW, "") else places.text_of(places.find(site.settings, opened))), False
    except places.NotFound:
        return "", False


@router.post("/save")
async def save(request: Request) -> Response:
    """Save a text as a scenario of the folder; answer in words, as a part of the page or as JSON."""
    form, site = await form_of(request), site_of(request)
    token = request.headers.get(TOKEN_HEADER) or form.get("token", "")
    if refused := write_refusal(site.settings, token):
        return _said(request, Failure(*refused))
    name, text = form.get("file", "").strip(), _plain(form.get("text", ""))
    checked = await _checked(site, text)
    if not checked.valid and form.get("anyway") != "on":
        wrong = checked.messages[0].words
        return _said(request, Failure(422, f"not saved, since the text is not a valid scenario: {wrong}"))
    try:
        await asyncio.to_thread(places.write, site.settings, name, text, form.get("digest", ""))
    except places.Changed as e:
        return _said(request, Failure(409, str(e)))
    except ServeError as e:
        return _said(request, Failure(422, str(e)))
    site.forget()
    return _said(request, None, name, places.text_digest(text))


def _said(request: Request, failure: Failure | None, name: str = "", digest: str = "") -> Response:
    """Return what became of a save."""
    status = failure.status if failure else 200
    if "application/json" in request.headers.get("accept", ""):
        values = {"error": failure.words} if failure else {"saved": name, "digest": digest}
        return answers.plain(values, status)
    url = scenario_path(name)
    values = {"failure": failure, "file": name, "digest": digest, "url": url}
    return answers.html(fill("edit_saved", Frame("edit"), **values), status)
