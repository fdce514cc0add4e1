"""An interrupt (Ctrl-C) while numerical kernels are compiled ends the process at once.

Compilers do not look for signals, so that Python's own handler may run many seconds late, or raise its exception inside
one that does not expect it.  Kernels that are compiled are stored one by one, so nothing is lost.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from types import FrameType

INTERRUPTED = 130
WORDS = "Interrupted while compiling: the kernels compiled so far are stored, the same command goes on from there.\n"
SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"  # a progress bar hides it


def watch() -> None:
    """Watch for interrupts in this process; where something else handles them already, change nothing."""
    first = threading.current_thread() is threading.main_thread()
    if not first or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    signal.set_wakeup_fd(writing.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, _interrupt)
    threading.Thread(target=_watch, args=(reading,), daemon=True).start()


def _watch(reading: socket.socket) -> None:
    """End the process when the number of an interrupt is read while kernels are compiled."""
    while numbers := reading.recv(64):
        if signal.SIGINT in numbers:
            _leave_if_compiling()


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End the process where it compiles kernels, else raise `KeyboardInterrupt`."""
    _leave_if_compiling()
    signal.default_int_handler(number, frame)


def _leave_if_compiling() -> None:
    kernel_files = sys.modules.get("peacetalks.equilibrium.kernels.kernel_files")
    if kernel_files is None or not kernel_files.compiling():
        return
    kernel_files.delete_temporary()
    words = (SHOW_CURSOR if os.isatty(2) else "") + WORDS
    try:
        os.write(2, words.encode())
    finally:
        os._exit(INTERRUPTED)
