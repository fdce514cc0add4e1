"""Compiled games compared: the bundled scenarios, and two games array by array."""

import numpy as np

BUNDLED = ("iran-nuclear-2025", "korea-1951", "russia-ukraine-2025", "sri-lanka-2002")


def same(found, wanted):
    """Assert that two compiled games are equal: every array bit for bit, every name."""
    for name in wanted.layout._fields:
        np.testing.assert_array_equal(getattr(found.layout, name), getattr(wanted.layout, name), err_msg=name)
    for name in ("nodes", "labels", "boundaries", "has_incentive"):
        assert getattr(found, name) == getattr(wanted, name)
    for state in wanted.boundaries:
        for one, other in zip(found.resolve(0, state), wanted.resolve(0, state), strict=True):
            np.testing.assert_array_equal(one, other)
