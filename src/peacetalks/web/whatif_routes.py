"""The what-if page: sliders, an answer of the emulator at once, and the exact one as soon as it is solved."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from peacetalks.forecasting.readout import plain_columns
from peacetalks.forecasting.settings import headline_month
from peacetalks.pages.card import bar_of
from peacetalks.pages.cells import distinct_percents
from peacetalks.pages.shown import PEACE, at, day_after
from peacetalks.scenario.changes import with_changes
from peacetalks.scenario.dates import day_name
from peacetalks.web import answers
from peacetalks.web.lanes import LINGER, Refused
from peacetalks.web.made import Built, Task
from peacetalks.web.render import Frame, fill
from peacetalks.web.scenario_routes import made_page, plain_task
from peacetalks.web.site import Site, site_of, user_of
from peacetalks.web.sliders import (
    State,
    choices,
    other_changes,
    provisional,
    read_state,
    sliders,
    switches,
)
from peacetalks.web.store import page_key

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario
    from peacetalks.web.lanes import Job
    from peacetalks.web.places import Place

router = APIRouter()
STRONGEST = "The strongest numbers"
FIRST = "Numbers with a range"
NOT_KNOWN = "These are the first that the scenario gives a range, until the strongest are known."
NO_QUICK = "Answers come from exact solves only"
MOVE = "Move a number: what follows stands here."
STEPS = {  # work in the background -> what it is for
    "strongest": "The ten strongest numbers are being found: each is moved over its range.",
    "quick": "Answers at once are being prepared: an emulator learns from exact solves.",
}


class Asked:
    """A request about a what-if: the scenario, and what its address changes."""

    def __init__(self, site: Site, place: Place, digest: str, base: Scenario, state: State) -> None:
        self.site, self.place, self.digest, self.base, self.state = site, place, digest, base, state
        self.frame = Frame("whatif", place.name, state.query, site.settings.may_write)

    @property
    def task(self) -> Task:
        """The work that solves it exactly."""
        return Task("whatif", (self.place.source, self.site.settings.memory, dict(sorted(self.state.changes.items()))))

    @property
    def key(self) -> str:
        """The key of the exact answer."""
        return page_key(self.task, self.digest)

    @property
    def drivers_task(self) -> Task:
        """The work that finds the strongest numbers: that of the page `drivers`."""
        return plain_task(self.site.settings, self.place, "drivers")

    @property
    def drivers_key(self) -> str:
        """The key of the page `drivers`."""
        return page_key(self.drivers_task, self.digest)

    @property
    def emulator_task(self) -> Task:
        """The work that builds the emulator of the strongest numbers."""
        return Task("emulator", (self.place.source, self.site.settings.memory))

    @property
    def emulator_key(self) -> str:
        """The key of the emulator."""
        return page_key(self.emulator_task, self.digest)

    @property
    def built(self) -> Built | None:
        """The emulator; None before it is built."""
        return self.site.emulators.get(self.emulator_key)

    @property
    def base_bar(self) -> Any:
        """What is expected of the scenario as it stands, as a bar; None where it was not solved yet."""
        if self.built is not None:
            return self.built.bar
        known = self.site.store.find(page_key(plain_task(self.site.settings, self.place, "forecast"), self.digest))
        return None if known is None else known.more["bar"]

    def valid(self) -> bool:
        """Return whether the files of the scenario are still those that were asked about."""
        return self.site.unchanged(self.place, self.digest)

    def check(self) -> None:
        """Raise `SpecError` for changes that cannot be made."""
        if self.state.changes:
            with_changes(self.base, self.state.changes)


async def asked_by(request: Request, name: str) -> Asked:
    """Return what a request asks; raise `SpecError` where its address holds no changes that can be made."""
    site = site_of(request)
    place, digest = await site.place(name)
    base = await site.scenario(place, digest)
    return Asked(site, place, digest, base, read_state(request.query_params.multi_items(), base))


async def whatif_page(request: Request, name: str, as_json: bool) -> Response:
    """Return the page with its sliders where the address puts them, and the exact answer where it was solved before."""
    asked = await asked_by(request, name)
    asked.check()
    if as_json and asked.state.changes:
        lane, title = asked.site.solving, f"{asked.base.title}: what if"
        return await made_page(request, lane, asked.task, (asked.digest,), asked.frame, title, True, asked.valid)
    with suppress(Refused):  # later, then
        if asked.state.changes and asked.site.store.find(asked.key) is None:
            await _submit(request, asked)
    await _prepare(request, asked)
    values = _values(asked)
    if as_json:
        return answers.plain({"scenario": name, "changes": [], "sliders": [s.to_dict() for s in values["sliders"]]})
    return answers.html(fill("whatif", asked.frame, **values))


async def _submit(request: Request, asked: Asked, linger: float = LINGER) -> Job:
    """Return the work that solves it exactly."""
    return await asked.site.solving.submit(asked.key, asked.task, user_of(request), linger, valid=asked.valid)


async def _prepare(request: Request, asked: Asked) -> None:
    """Begin what makes the page quick, in the background: the strongest numbers, then the emulator."""
    lane, user, valid = asked.site.solving, user_of(request), asked.valid
    with suppress(Refused):  # later, then
        if asked.site.store.find(asked.drivers_key) is None:
            await lane.submit(asked.drivers_key, asked.drivers_task, user, background=True, valid=valid)
        if asked.emulator_key not in asked.site.emulators:
            await lane.submit(asked.emulator_key, asked.emulator_task, user, background=True, valid=valid)


def _steps(asked: Asked) -> list[dict[str, str]]:
    """Return what is prepared in the background: the stream of each piece of work, what it is, how far it is."""
    lane, steps = asked.site.solving, []
    for name, key in (("strongest", asked.drivers_key), ("quick", asked.emulator_key)):
        job = lane.find(key)
        if job is not None and not job.finished:
            steps.append(
                {
                    "name": name,
                    "stream": f"/progress/{key}",
                    "words": STEPS[name],
                    "status": answers.status_of(job, lane),
                }
            )
    return steps


def _values(asked: Asked) -> dict[str, Any]:
    """Return what the template `whatif` shows."""
    base, state, site = asked.base, asked.state, asked.site
    known = site.store.find(asked.drivers_key)
    paths = (known.more["paths"] if known else None) or provisional(base)
    shown = sliders(base, paths, state)
    exact = site.store.find(asked.key) if state.changes else None
    return {
        "title": base.title,
        "as_of": day_name(base.as_of),
        "heading": STRONGEST if known else FIRST,
        "notes": tuple(filter(None, ("" if known else NOT_KNOWN, _about_the_emulator(asked)))),
        "steps": _steps(asked),
        "sliders": shown,
        "others": other_changes(state, {s.path: s for s in shown}, asked.frame.path),
        "more": choices(base, [s.path for s in shown]),
        "switches": switches(base, state, asked.frame.path),
        "emulator": asked.built is not None and not asked.built.refusal,
        "bars": exact.more["bars"] if exact else _base_bars(asked),
        "detail": exact.more["detail"] if exact else "",
        "stream": bool(state.changes) and exact is None,
    }


def _about_the_emulator(asked: Asked) -> str:
    """Return what is said of quick answers: that there are none, or how closely they are right."""
    built, job = asked.built, asked.site.solving.find(asked.emulator_key)
    if built is not None and built.refusal:
        return f"{NO_QUICK}: {built.refusal}"
    if built is not None:
        return f"An answer marked “about” comes at once, from an emulator; {_error_line(asked, built)}"
    failure = None if job is None else job.failure
    return "" if failure is None else f"{NO_QUICK}: {failure.words}"


def _error_line(asked: Asked, built: Built) -> str:
    """Return how closely an emulator is right at the month of the headline."""
    e = built.emulator
    error = e.error if e.best_error is None else e.best_error
    month = headline_month(e.months)
    worst = 100 * float(error.sel(period=month).max())
    return (
        f"it is usually within {max(worst, 0.1):.1f} points of the exact one by {day_after(asked.base.as_of, month)} "
        f"(the root mean square of its errors at draws that were held out, a quarter of them at a time; "
        f"{e.settings['solved']} games were solved)."
    )


def _base_bars(asked: Asked) -> str:
    """Return what is expected of the scenario as it stands, where that is known."""
    bar = asked.base_bar
    if bar is None:
        return fill("whatif_bars", asked.frame, kind="", words="", cases={}, notes=(MOVE,))
    return fill("whatif_bars", asked.frame, kind="exact", words="", cases={"As it stands": bar}, notes=(MOVE,))


@router.get("/scenario/{name}/whatif/about")
async def about(request: Request, name: str) -> Response:
    """Return the emulator's answer as a part of the page; no content where it cannot answer."""
    return await _about(request, name, False)


@router.get("/scenario/{name}/whatif/about.json")
async def about_json(request: Request, name: str) -> Response:
    """Return the emulator's answer as JSON."""
    return await _about(request, name, True)


async def _about(request: Request, name: str, as_json: bool) -> Response:
    """Return the emulator's answer to the changes of an address."""
    asked = await asked_by(request, name)
    built = asked.built
    if built is None or built.refusal or not asked.state.changes:
        return _no_answer(as_json, "there is no emulator of this scenario yet")
    e = built.emulator
    try:
        best = e.predict_best(asked.state.changes)
        ends = e.predict(asked.state.changes) if best is None else best
    except (ValueError, TypeError) as wrong:  # a number that it does not know, or beyond its range
        return _no_answer(as_json, str(wrong))
    if as_json:
        view = "model" if best is None else "best"
        return answers.plain({"about": True, "view": view, "months": list(e.months), "ends": plain_columns(ends)})
    bar = bar_of(ends, asked.base.as_of, headline_month(e.months))
    before, after = distinct_percents(built.peace, at(ends, PEACE, headline_month(e.months)))
    words = f"Peace by {bar.day} goes from {before} to about {after}."
    cases, notes = {"Before": built.bar, "After": bar}, (f"From the emulator: {_error_line(asked, built)}",)
    return answers.html(fill("whatif_bars", asked.frame, kind="about", words=words, cases=cases, notes=notes))


def _no_answer(as_json: bool, why: str) -> Response:
    """Return that the emulator does not answer, and why."""
    return answers.plain({"about": False, "reason": why}) if as_json else Response(status_code=204)


@router.get("/scenario/{name}/whatif/exact")
async def exact(request: Request, name: str) -> Response:
    """Return the exact answer as a stream; the work ends when nobody listens any more."""
    asked = await asked_by(request, name)
    if not asked.state.changes:
        return answers.at_once("done", {"bars": _base_bars(asked), "detail": ""})
    try:
        asked.check()
    except ValueError as e:
        return answers.at_once("failed", {"words": str(e)})
    if (known := asked.site.store.find(asked.key)) is not None:
        return answers.at_once("done", known.more)
    job = await _submit(request, asked, linger=0.0)
    return answers.stream(job, asked.site.solving, final=lambda made: made.more)
