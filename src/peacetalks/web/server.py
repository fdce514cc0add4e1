"""Start a server on this machine, and end it with Ctrl-C."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

from peacetalks.errors import ServeError
from peacetalks.web.settings import is_loopback

if TYPE_CHECKING:
    from peacetalks.web.settings import Settings

NEEDED = "serving pages needs the extra `web`: pip install 'peacetalks[web]' (FastAPI, uvicorn)"
AT_ONCE = 400  # requests that are answered at once; more are asked to wait


def serve(settings: Settings) -> None:
    """Serve pages until the process is interrupted.

    Raises `ServeError` where the extra `web` is not installed, or the port is taken.
    """
    try:
        import uvicorn

        from peacetalks.web.app import application
    except ImportError as e:
        if (e.name or "").split(".")[0] not in ("fastapi", "starlette", "uvicorn"):
            raise
        raise ServeError(NEEDED) from None
    found = _socket(settings)
    port = found.getsockname()[1]
    print(opening(settings, port), file=sys.stderr, flush=True)
    config = uvicorn.Config(
        application(settings),
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=2,
        proxy_headers=settings.read_only,
        forwarded_allow_ips="127.0.0.1",
    )
    with found:
        uvicorn.Server(config).run([found])


def _socket(settings: Settings) -> socket.socket:
    """Return the socket that requests come in by; raise `ServeError` where it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.host, settings.port))
        found.listen(AT_ONCE)  # who comes while the server starts waits
    except OSError as e:
        found.close()
        raise ServeError(
            f"cannot serve on {settings.host} port {settings.port}: {e.strerror or e}; give another --port (0: any)"
        ) from None
    return found


def opening(settings: Settings, port: int) -> str:
    """Return what is said when the server starts: the address, the token that saving needs, and how to end it.

    >>> from peacetalks.web.settings import Settings
    >>> opening(Settings(read_only=True), 8000).splitlines()[1]
    'Read-only: nothing can be saved.'
    """
    from dataclasses import replace

    lines = [f"Serving {replace(settings, port=port).address}"]
    if settings.may_write:
        lines.append(f"Token for saving in {settings.folder}: {settings.token}")
    elif settings.read_only:
        lines.append("Read-only: nothing can be saved.")
    else:
        lines.append("No folder is served: nothing can be saved (peacetalks serve FOLDER).")
    if not is_loopback(settings.host):
        lines.append(f"Reached from other machines under: {', '.join(sorted(settings.allowed_names))}")
    return "\n".join([*lines, "End it with Ctrl-C."])
