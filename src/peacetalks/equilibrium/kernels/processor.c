/* Which of the compiled variants of the core this processor, and its operating system, can run. */

#if defined(__x86_64__)
#include <cpuid.h>

enum {
    FMA_MOVBE_XSAVE_F16C = 1 << 12 | 1 << 22 | 1 << 27 | 1 << 29,   /* leaf 1, ecx */
    AVX2_BMI = 1 << 3 | 1 << 5 | 1 << 8,                            /* leaf 7, ebx: BMI1, AVX2, BMI2 */
    AVX512 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30,                 /* leaf 7, ebx: F, DQ, CD, BW */
    LZCNT = 1 << 5,                                                 /* leaf 0x80000001, ecx */
    YMM = 0x06, ZMM = 0xe6                                          /* registers that the system saves: xcr0 */
};
static const unsigned AVX512VL = 1u << 31;                          /* leaf 7, ebx */

/* Return the register in which the operating system says which vector registers it saves. */
static unsigned saved_registers(void) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* Return the index of the best variant: 0 baseline (SSE4.2), 1 AVX2 with FMA, 2 AVX-512. */
int best_variant(void) {
    unsigned a, b, c, d, extended = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & FMA_MOVBE_XSAVE_F16C) != FMA_MOVBE_XSAVE_F16C) return 0;
    unsigned saved = saved_registers();
    if (!__get_cpuid(0x80000001u, &a, &b, &extended, &d) || !(extended & LZCNT)) return 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & AVX2_BMI) != AVX2_BMI || (saved & YMM) != YMM) return 0;
    unsigned wide = (unsigned)AVX512 | AVX512VL;
    return (b & wide) == wide && (saved & ZMM) == ZMM ? 2 : 1;
}
#else
/* Return 0: there is one variant. */
int best_variant(void) { return 0; }
#endif
