"""The exponential function in plain arithmetic, so that loops over beliefs are vectorised.

Cody-Waite reduction x = k ln 2 + r with |r| <= ln 2 / 2, a Taylor polynomial of degree 13 (truncation below 4e-18),
and 2^k put into the exponent bits.  Relative error below 4e-16 on [-700, 700]; arguments are clipped to that range.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from peacetalks.equilibrium.kernels.jit import entry

LOG2E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest whole number in the low bits


@intrinsic
def bits_of(typingctx, x):
    """Return the bits of a float as a 64-bit integer."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def float_of(typingctx, n):
    """Return the float with the bits of a 64-bit integer."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@entry(fastmath={"contract", "nsz"})
def exp(x):
    """Return e to the power x, for x in [-700, 700].

    >>> abs(exp(1.0) / 2.718281828459045 - 1.0) < 4e-16
    True
    """
    x = min(max(x, -700.0), 700.0)
    shifted = x * LOG2E + ROUND
    k = shifted - ROUND
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    p = 1 / 6227020800
    p = p * r + 1 / 479001600
    p = p * r + 1 / 39916800
    p = p * r + 1 / 3628800
    p = p * r + 1 / 362880
    p = p * r + 1 / 40320
    p = p * r + 1 / 5040
    p = p * r + 1 / 720
    p = p * r + 1 / 120
    p = p * r + 1 / 24
    p = p * r + 1 / 6
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return float_of(bits_of(p) + (bits_of(shifted) << 52))  # pyright: ignore[reportCallIssue]
