/* Vectors of double-precision numbers: a processor's register holds LANES of them, and each lane is a problem of its own.

   The types are those that GCC and Clang share (attribute `vector_size`); every arithmetic operator works lane by lane,
   and a comparison gives a mask of whole numbers: all bits set where it holds, none where it does not. */
#ifndef PEACETALKS_VECTOR_H
#define PEACETALKS_VECTOR_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#define LANES 8
#elif defined(__AVX__)
#include <immintrin.h>
#define LANES 4
#else
#define LANES 2
#endif

#define INLINE static inline __attribute__((always_inline))

typedef double Reals __attribute__((vector_size(8 * LANES)));
typedef int64_t Wholes __attribute__((vector_size(8 * LANES)));

/* x in every lane. */
INLINE Reals all(double x) { return (Reals){0} + x; }
INLINE Wholes all_whole(int64_t x) { return (Wholes){0} + x; }

INLINE Reals load(const double *from)
{
    Reals out;
    memcpy(&out, from, sizeof out);
    return out;
}

INLINE void store(double *to, Reals x) { memcpy(to, &x, sizeof x); }

/* a where the mask holds, else b. */
INLINE Reals pick(Wholes mask, Reals a, Reals b) { return (Reals)((mask & (Wholes)a) | (~mask & (Wholes)b)); }
INLINE Wholes pick_whole(Wholes mask, Wholes a, Wholes b) { return (mask & a) | (~mask & b); }

INLINE Reals larger(Reals a, Reals b) { return pick(a > b, a, b); }
INLINE Reals smaller(Reals a, Reals b) { return pick(a < b, a, b); }
INLINE Reals size_of(Reals x) { return (Reals)((Wholes)x & INT64_MAX); }

/* Whether the mask holds in any lane. */
INLINE int any(Wholes mask)
{
#if defined(__AVX512F__) && defined(__AVX512DQ__)
    return _mm512_movepi64_mask((__m512i)mask) != 0;
#elif defined(__AVX__)
    return _mm256_movemask_pd((__m256d)mask) != 0;
#else
    return (mask[0] | mask[1]) != 0;
#endif
}

/* from[at[lane]] in every lane. */
INLINE Reals gather(const double *from, Wholes at)
{
#if defined(__AVX512F__)
    return (Reals)_mm512_i64gather_pd((__m512i)at, from, 8);
#elif defined(__AVX2__)
    return (Reals)_mm256_i64gather_pd(from, (__m256i)at, 8);
#else
    Reals out;
    for (int l = 0; l < LANES; l++) out[l] = from[at[l]];
    return out;
#endif
}

/* from[at[lane]] in every lane, where `from` holds `count` numbers and is padded to LANES of them. */
INLINE Reals look_up(const double *from, Wholes at, int64_t count)
{
#if defined(__AVX512F__)
    if (count <= LANES) return (Reals)_mm512_permutexvar_pd((__m512i)at, _mm512_loadu_pd(from));
#endif
    (void)count;
    return gather(from, at);
}

INLINE Wholes truncated(Reals x) { return __builtin_convertvector(x, Wholes); }
INLINE Reals as_reals(Wholes x) { return __builtin_convertvector(x, Reals); }

/* e to the power x; x is clipped to [-700, 700].

   Cody-Waite reduction x = k ln 2 + r with |r| <= ln 2 / 2, a Taylor polynomial of degree 13 (truncation below 4e-18),
   and 2^k put into the exponent bits; relative error below 4e-16. */
INLINE Reals exp_of(Reals x)
{
    const double round = 6755399441055744.0; /* 1.5 * 2^52: adding it leaves the nearest whole number in the low bits */
    x = smaller(larger(x, all(-700.0)), all(700.0));
    Reals shifted = x * 1.4426950408889634 + round, k = shifted - round;
    Reals r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    Reals p = all(1.0 / 6227020800);
    p = p * r + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    return (Reals)((Wholes)p + ((Wholes)shifted << 52));
}

/* The natural logarithm of a normal number x > 0.

   x = 2^k m with m in [sqrt(1/2), sqrt(2)), and log m = 2 artanh(s), s = (m - 1) / (m + 1), by the minimax polynomial in
   s^2 of the FreeBSD mathematical library (e_log.c); error below one unit in the last place. */
INLINE Reals log_of(Reals x)
{
    Wholes k = ((Wholes)x >> 52) - 1023;
    Reals m = (Reals)(((Wholes)x & 0x000fffffffffffff) | 0x3ff0000000000000);
    Wholes big = m > 1.4142135623730951;
    m = pick(big, 0.5 * m, m);
    Reals f = m - 1.0, s = f / (2.0 + f), z = s * s, w = z * z, e = as_reals(k - big); /* a mask that holds is -1 */
    Reals even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    Reals odd = z * (6.666666666666735130e-01 +
                     w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    Reals half = 0.5 * f * f;
    return e * 6.93147180369123816490e-01 - ((half - (s * (half + even + odd) + e * 1.90821492927058770002e-10)) - f);
}

/* `count` numbers, rounded up to whole registers. */
INLINE int64_t padded(int64_t count) { return (count + LANES - 1) / LANES * LANES; }

/* Room for `count` objects of a size, aligned to a register, all zero: lanes that pad a row count in the steps of their
   group, so that what is left there would decide the last digits of the others. NULL where there is no memory. */
INLINE void *room(int64_t count, size_t size)
{
    size_t bytes = ((size_t)(count > 0 ? count : 1) * size + 63) / 64 * 64;
#if defined(_WIN32)
    return calloc(bytes, 1); /* where `free` takes no memory that was aligned */
#else
    void *made = aligned_alloc(64, bytes);
    return made ? memset(made, 0, bytes) : NULL;
#endif
}

#endif
