"""The numerical core in C, and what calls it: the arithmetic of one node, of one sweep and of one forward pass."""


def __dir__() -> list[str]:
    return []
