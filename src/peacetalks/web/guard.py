"""What every request passes: the host name, where it comes from, how much it sends; and the headers of every answer.

A page of another site must neither read what is served here (a host name that points at this machine: DNS rebinding)
nor have anything computed or written by it (cross-site requests).  Answers load nothing from elsewhere and run no
script but those of this package (content security policy).
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from peacetalks.web.settings import BODY, QUERY, Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_HEADER = "x-peacetalks-token"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
METHODS = ("GET", "HEAD", "POST")
OTHER_SITES = ("cross-site", "same-site")  # of the header Sec-Fetch-Site


class TooLarge(Exception):
    """A body with more bytes than may be sent."""


class Guard:
    """The outermost part of the application: refuses what may not come in, and marks what goes out."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it in words."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        marked = _marking(send)
        if scope["method"] == "HEAD":
            marked = _without_body(marked)
        if refused := refusal(scope["method"], Headers(scope=scope), scope.get("query_string", b""), self.settings):
            await PlainTextResponse(refused[1] + "\n", refused[0])(scope, receive, marked)
            return
        try:
            asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
            await self.app(asked, _bounded(receive), marked)
        except TooLarge:
            await PlainTextResponse(TOO_LARGE + "\n", 413)(scope, receive, marked)


TOO_LARGE = f"too much was sent: at most {BODY // 1024} kB are taken"


def refusal(method: str, headers: Headers, query: bytes, settings: Settings) -> tuple[int, str] | None:
    """Return the status and the words by which a request is refused; None where it may come in."""
    if host_name(headers.get("host", "")) not in settings.allowed_names:
        return 421, (
            "this host name is not served here; use the address that was printed at the start, or start the server "
            "with --name NAME"
        )
    if method not in METHODS:
        return 405, f"the method {method[:20]} is not served"
    if len(query) > QUERY:
        return 414, f"the address is too long: at most {QUERY} characters after the question mark"
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > BODY:
        return 413, TOO_LARGE
    from_elsewhere, as_page = headers.get("sec-fetch-site") in OTHER_SITES, headers.get("sec-fetch-dest") == "document"
    if from_elsewhere and not (method == "GET" and as_page):  # a link that is followed, and no frame or picture
        return 403, "requests from pages of other sites are refused"
    if method == "POST" and not same_origin(headers):
        return 403, "what is sent must come from a page of this server (the header Origin says otherwise)"
    return None


def host_name(host: str) -> str:
    """Return the host name of a header Host, in lower case and without its port.

    >>> host_name("LocalHost:8000"), host_name("[::1]:8000"), host_name("a.example")
    ('localhost', '::1', 'a.example')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def same_origin(headers: Headers) -> bool:
    """Return whether a request names no origin, as programs do, or that of the host which it was sent to.

    >>> same_origin(Headers({"host": "localhost:1", "origin": "http://localhost:1"}))
    True
    >>> same_origin(Headers({"host": "localhost:1", "origin": "null"}))
    False
    """
    origin = headers.get("origin")
    return origin is None or (bool(urlsplit(origin).netloc) and urlsplit(origin).netloc == headers.get("host"))


def write_refusal(settings: Settings, token: str) -> tuple[int, str] | None:
    """Return the status and the words by which a write is refused; None where it may be made.

    >>> write_refusal(Settings(read_only=True), "")[0]
    403
    """
    if settings.read_only:
        return 403, "this server is read-only: nothing can be saved. Copy the text, or start one of your own"
    if settings.folder is None:
        return 403, "no folder is served: start with `peacetalks serve FOLDER` to save scenarios in it"
    if not hmac.compare_digest(token.encode("utf-8", "replace"), settings.token.encode()):
        said = "the token is wrong" if token else "a token is needed"
        return 403, f"{said}: nothing was saved. It was printed in the terminal when the server started"
    return None


def _bounded(receive: Receive) -> Receive:
    """Return `receive`, which raises `TooLarge` once more came than may be sent."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY:
            raise TooLarge
        return message

    return bounded


def _without_body(send: Send) -> Send:
    """Return `send`, which leaves the bodies of answers out: the request asked for their headers."""

    async def without(message: Message) -> None:
        await send({**message, "body": b""} if "body" in message else message)

    return without


def _marking(send: Send) -> Send:
    """Return `send`, which adds the headers of every answer."""

    async def marking(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return marking
