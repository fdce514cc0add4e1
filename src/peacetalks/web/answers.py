"""Answers to requests: bytes that are ready, work that goes on, and refusals in words, each as HTML or as JSON."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse

from peacetalks.pages.files import json_text
from peacetalks.web.made import Body, Failure, Made
from peacetalks.web.render import Frame, fill, scenario_path

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from starlette.requests import Request

    from peacetalks.web.lanes import Job, Lane
    from peacetalks.web.made import Served

PULSE = 1.0  # seconds after which a stream says that it is there, so that a closed one is noticed
HEADINGS = {
    404: "There is nothing here",
    403: "This is not allowed",
    409: "The file was changed meanwhile",
    413: "That is too much",
    422: "This cannot be computed as it stands",
    429: "One after another, please",
    503: "Not now",
}
BROKEN = "Something went wrong"
LIVE = {"cache-control": "no-store", "x-accel-buffering": "no"}


def ready(request: Request, body: Body, status: int = 200) -> Response:
    """Return bytes that are ready, or that the reader has them already (304)."""
    headers = {"etag": body.etag, "cache-control": "private, no-cache", "vary": "accept-encoding"}
    if body.etag in [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    packed = body.packed if "gzip" in request.headers.get("accept-encoding", "") else None
    if packed is not None:
        headers["content-encoding"] = "gzip"
    return Response(packed or body.data, status, headers, media_type=body.media)


def page(request: Request, served: Served, as_json: bool) -> Response:
    """Return a page, or its JSON."""
    return ready(request, served.json if as_json else served.html)


def html(text: str, status: int = 200) -> Response:
    """Return HTML that is not kept."""
    return Response(text, status, {"cache-control": "no-store"}, media_type="text/html; charset=utf-8")


def plain(values: Any, status: int = 200) -> Response:
    """Return plain values as JSON that is not kept."""
    return Response(json_text(values), status, {"cache-control": "no-store"}, media_type="application/json")


def failed(failure: Failure, frame: Frame, as_json: bool, title: str = "") -> Response:
    """Return why there is no page."""
    if as_json:
        return plain({"error": failure.words}, failure.status)
    heading, edit = HEADINGS.get(failure.status, BROKEN), f"{scenario_path(frame.scenario)}/edit"
    links = (*([(edit, "Edit the scenario")] if frame.scenario else []), ("/library", "All scenarios"))
    text = fill(
        "failed",
        frame,
        title=title or heading,
        heading=heading,
        words=failure.words,
        links=links,
    )
    return html(text, failure.status)


def pending(frame: Frame, title: str, words: str, stream: str, status: str) -> Response:
    """Return the page that waits for work."""
    text = fill("pending", frame, title=title, words=words, stream=stream, status=status)
    return html(text, 202)


def status_of(job: Job, lane: Lane) -> str:
    """Return how far work has come, in words."""
    if not job.running:
        before = lane.position(job)
        waits = f"{before} before it" if before else "about to begin"
        return f"Waiting: {waits}."
    if not job.total:
        return "Computing."
    return f"Computing: {job.done} of {job.total} steps done."


def stream(job: Job, lane: Lane, final: Callable[[Made], dict[str, Any]] | None = None) -> StreamingResponse:
    """Return the news of work as server-sent events: `progress`, then `done` or `failed`.

    `final` is what `done` carries, as plain values.  Work whose `linger` is 0 ends with the last one who listens.
    """

    async def events() -> AsyncIterator[str]:
        try:
            async with aclosing(_news(job)) as news:
                async for changed in news:
                    yield event("progress", _progress(job, lane)) if changed else ": still here\n\n"
            yield last_event(job, final)
        finally:
            if not job.listeners and not job.linger:
                lane.cancel(job)

    return StreamingResponse(events(), media_type="text/event-stream", headers=LIVE)


async def wait(request: Request, job: Job) -> None:
    """Wait until work is finished, or until the reader has gone."""
    while not await job.wait(PULSE) and not await request.is_disconnected():
        pass


async def _news(job: Job) -> AsyncGenerator[bool]:
    """Yield True whenever something changed, and False every second in between."""
    async with aclosing(job.news()) as news:
        coming = asyncio.ensure_future(anext(news, None))
        try:
            while not job.finished:
                done, _ = await asyncio.wait([coming], timeout=PULSE)
                yield bool(done)
                if done:
                    coming = asyncio.ensure_future(anext(news, None))
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def last_event(job: Job, final: Callable[[Made], dict[str, Any]] | None) -> str:
    """Return the event that ends a stream."""
    if job.result is None:
        return event("failed", {"words": "It was ended, since nobody waited for it."})
    if job.failure is not None:
        return event("failed", {"words": job.failure.words})
    return event("done", final(job.result) if final is not None and isinstance(job.result, Made) else {})


def event(name: str, values: dict[str, Any]) -> str:
    r"""Return a server-sent event.

    >>> event("done", {"a": 1})
    'event: done\ndata: {"a": 1}\n\n'
    """
    return f"event: {name}\ndata: {json.dumps(values)}\n\n"


def at_once(name: str, values: dict[str, Any]) -> Response:
    """Return a stream of one event."""
    return Response(event(name, values), media_type="text/event-stream", headers=LIVE)


def _progress(job: Job, lane: Lane) -> dict[str, Any]:
    return {"done": job.done, "total": job.total, "running": job.running, "words": status_of(job, lane)}
