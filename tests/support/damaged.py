"""Files damaged at random places."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


def damaged(data: bytes, rng: Random, bits: Sequence[bytes], places: int, longest: int) -> bytes:
    """Return a file with up to so many places changed.

    At each place one of `bits` is put in, up to `longest` bytes are left out or written twice, or the file ends.
    """
    for _ in range(rng.randint(1, places)):
        i = rng.randrange(len(data) + 1)
        j = min(len(data), i + rng.randint(1, longest))
        data = rng.choice([data[:i] + rng.choice(bits) + data[i:], data[:i] + data[j:], data[:i], data[:j] + data[i:]])
    return data
