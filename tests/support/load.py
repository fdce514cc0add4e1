"""Readers who ask a server of this machine for pages at once, for a bounded time: how long answers took."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np


@dataclass
class Load:
    """What readers met: seconds by page, and what was wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def answers(self):
        """How many answers there were."""
        return sum(map(len, self.seconds.values()))

    def quantile(self, q, path):
        """Seconds within which a share of the answers of a page came."""
        return float(np.quantile(self.seconds[path], q))


def load(address, paths, readers=50, seconds=5.0, pause=0.0):
    """Have readers ask for pages in turn, each on its own connection, with a pause between two; return a `Load`."""
    assert urlsplit(address).hostname == "127.0.0.1", "only this machine is put under load"
    found = Load({path: [] for path in paths})
    asyncio.run(_all(address, paths, readers, time.monotonic() + seconds, pause, found))
    return found


async def _all(address, paths, readers, until, pause, found):
    await asyncio.gather(*(_reader(address, paths, i, until, pause, found) for i in range(readers)))


async def _reader(address, paths, number, until, pause, found):
    url = urlsplit(address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    turn = number
    try:
        while time.monotonic() < until:
            path = paths[turn % len(paths)]
            turn += 1
            began = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nhost: {url.netloc}\r\naccept-encoding: gzip\r\n\r\n".encode())
            status, size = await _answer(reader)
            found.seconds[path].append(time.perf_counter() - began)
            if status != 200 or not size:
                found.wrong.append(f"{path}: {status}, {size} bytes")
            if pause:
                await asyncio.sleep(pause)
    finally:
        writer.close()


async def _answer(reader):
    """Read one answer; return its status and how many bytes its body had."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    await reader.readexactly(length)
    return int(head.split()[1]), length


def memory(pid):
    """Bytes of memory that a process holds (Linux); None elsewhere."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))
    except OSError:
        return None
