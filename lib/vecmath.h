/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_VECMATH_H
#define A4NN_VECMATH_H

#include <stdint.h>
#include <string.h>

/*
 * Elementary functions made of additions, multiplications, divisions and bit operations only, so
 * that a compiler can run them on whole vectors and every instruction set gives the same digits.
 * They are as exact as a forecast needs, and no more; the errors are named with each.  Internal to
 * the library.
 */

static inline double
a4nn_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint64_t
a4nn_to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* e^x for x in [-700, 700], relative error below 8e-8: a power of 2, and e^r for the rest by the
 * polynomial of degree 5 with the smallest relative error (Remez). */
static inline double
a4nn_vexp(double x)
{
    const double shifter =
        6755399441055744.0; /* adding it rounds to a whole number in the low bits */
    double k = x * 1.4426950408889634 + shifter, r, p;
    uint64_t whole = a4nn_to_bits(k);

    r = x - (k - shifter) * 0.6931471805599453;
    p = 0.008297647966564762;
    p = p * r + 0.041915431434751994;
    p = p * r + 0.16667575091027279;
    p = p * r + 0.4999889441345771;
    p = p * r + 0.9999996918074191;
    p = p * r + 1.0000000716969837;
    return p * a4nn_from_bits((whole + 1023) << 52);
}

/* ln x for normal x > 0, error below 3e-8: that of a power of 2, and 2 artanh s of the rest, where
 * artanh s / s is the polynomial of degree 2 in s^2 with the smallest error in the logarithm. */
static inline double
a4nn_vlog(double x)
{
    const uint64_t middle = UINT64_C(0x3fe6a09e00000000); /* of 0.707, so that m is in [.7, 1.42) */
    uint64_t bits = a4nn_to_bits(x);
    uint64_t biased = (bits - middle + (UINT64_C(2048) << 52)) >> 52; /* exponent + 2048 */
    double k = a4nn_from_bits(biased | UINT64_C(0x4330000000000000)) - (4503599627370496.0 + 2048);
    double m = a4nn_from_bits(bits - ((biased - 2048) << 52));
    double s = (m - 1) / (m + 1), q = s * s, p;

    p = 0.20759635479862643;
    p = p * q + 0.333220159419088;
    p = p * q + 1.000000419796707;
    return k * 0.6931471805599453 + 2 * s * p;
}

/*
 * Upper tail of the standard normal distribution at a >= 0, error below 8e-8, by Hastings's
 * approximation (Abramowitz and Stegun, 1964, 26.2.17), and the density there.  Beyond 7.07 the
 * tail is 1e-12 and is taken as at 7.07.
 */
static inline double
a4nn_vtail(double a, double *density)
{
    double t, p;

    a = a > 7.07 ? 7.07 : a;
    t = 1 / (1 + 0.2316419 * a);
    p = 1.330274429;
    p = p * t - 1.821255978;
    p = p * t + 1.781477937;
    p = p * t - 0.356563782;
    p = p * t + 0.319381530;
    *density = 0.398942280401432678 * a4nn_vexp(-0.5 * a * a);
    return *density * p * t;
}

#endif
