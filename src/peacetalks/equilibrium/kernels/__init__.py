"""The arithmetic of one node, of one sweep and of one forward pass, compiled by Numba."""


def __dir__() -> list[str]:
    return []
