"""An interrupt (Ctrl-C) ends the process within two seconds, with one line: what is kept and how to go on.

`KeyboardInterrupt` is raised; where the main thread is in code that does not look for signals, the process is ended
without it.  Workers end with the process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

INTERRUPTED = 130
PATIENCE = 1.0  # seconds in which the main thread notices an interrupt
SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"  # a progress bar hides it


_watching: list[bool] = []  # whether this process is watched, and so ours to end
_noticed = threading.Event()  # the main thread has said its line


def nothing_written() -> str:
    """Return what is said where a command keeps nothing."""
    return "nothing was written; the same command starts again."


_going_on: list[Callable[[], str]] = [nothing_written]


def when_interrupted(going_on: Callable[[], str]) -> None:
    """From now on, `going_on()` says what is kept and how to go on."""
    _going_on[:] = [going_on]


def leave() -> NoReturn:
    """Say in one line on stderr that the command was interrupted, and end; a further interrupt changes nothing."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    _noticed.set()
    _say(f"Interrupted: {_going_on[0]()}\n")
    if _watching:
        _end()  # at once: to unload everything takes a second
    sys.exit(INTERRUPTED)


def watch() -> None:
    """Watch for interrupts in this process; where something else handles them already, change nothing."""
    first = threading.current_thread() is threading.main_thread()
    if not first or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    _watching[:] = [True]
    signal.set_wakeup_fd(sender.detach(), warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(receiver,), daemon=True).start()


def _watch(receiver: socket.socket) -> None:
    """End the process where the main thread has not noticed an interrupt whose number is read."""
    while numbers := receiver.recv(64):
        if signal.SIGINT in numbers and not _noticed.wait(PATIENCE):
            _say(f"Interrupted: {_going_on[0]()}\n")
            _end()


def _end() -> NoReturn:
    """End the process at once; the processes that it has started end with it."""
    for process in multiprocessing.active_children():
        process.terminate()
    os._exit(INTERRUPTED)


def _say(words: str) -> None:
    """Write to stderr at once, whatever state its buffer is in."""
    with suppress(OSError):
        os.write(2, ((SHOW_CURSOR if os.isatty(2) else "") + words).encode("utf-8", "backslashreplace"))
