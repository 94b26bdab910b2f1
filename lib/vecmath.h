/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_VECMATH_H
#define A4NN_VECMATH_H

#include <stdint.h>
#include <string.h>

/*
 * Elementary functions made of additions, multiplications, divisions and bit operations only, so
 * that a compiler can run them on whole vectors and every instruction set gives the same digits.
 * Relative error below 1e-14 in the ranges named.  Internal to the library.
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

/* e^x for x in [-700, 700]. */
static inline double
a4nn_vexp(double x)
{
    const double shifter =
        6755399441055744.0; /* adding it rounds to a whole number in the low bits */
    double k = x * 1.4426950408889634 + shifter, r, p;
    uint64_t whole = a4nn_to_bits(k);

    k -= shifter;
    r = x - k * 0.6931471805598903; /* ln 2 in two parts */
    r -= k * 5.497923018708371e-14;
    p = 1.0 / 479001600;
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
    p = p * r + 1;
    p = p * r + 1;
    return p * a4nn_from_bits((whole + 1023) << 52);
}

/* ln x for normal x > 0. */
static inline double
a4nn_vlog(double x)
{
    const uint64_t middle = UINT64_C(0x3fe6a09e00000000); /* of 0.707, so that m is in [.7, 1.42) */
    uint64_t bits = a4nn_to_bits(x);
    uint64_t biased = (bits - middle + (UINT64_C(2048) << 52)) >> 52; /* exponent + 2048 */
    double k = a4nn_from_bits(biased | UINT64_C(0x4330000000000000)) - (4503599627370496.0 + 2048);
    double m = a4nn_from_bits(bits - ((biased - 2048) << 52));
    double s = (m - 1) / (m + 1), q = s * s, p;

    p = 1.0 / 21;
    p = p * q + 1.0 / 19;
    p = p * q + 1.0 / 17;
    p = p * q + 1.0 / 15;
    p = p * q + 1.0 / 13;
    p = p * q + 1.0 / 11;
    p = p * q + 1.0 / 9;
    p = p * q + 1.0 / 7;
    p = p * q + 1.0 / 5;
    p = p * q + 1.0 / 3;
    p = p * q + 1;
    return k * 0.6931471805599453 + 2 * s * p;
}

/*
 * Upper tail of the standard normal distribution at a >= 0, by Hart's rational approximation
 * (Computer Approximations, 1968, no. 5666, as in West, Wilmott Magazine, 2005), and the density
 * there.  Beyond 7.07 the tail is 1e-12 and is taken as at 7.07.
 */
static inline double
a4nn_vtail(double a, double *density)
{
    double t, n, d;

    a = a > 7.07 ? 7.07 : a;
    t = a4nn_vexp(-0.5 * a * a);
    n = 3.52624965998911e-02;
    n = n * a + 0.700383064443688;
    n = n * a + 6.37396220353165;
    n = n * a + 33.912866078383;
    n = n * a + 112.079291497871;
    n = n * a + 221.213596169931;
    n = n * a + 220.206867912376;
    d = 8.83883476483184e-02;
    d = d * a + 1.75566716318264;
    d = d * a + 16.064177579207;
    d = d * a + 86.7807322029461;
    d = d * a + 296.564248779674;
    d = d * a + 637.333633378831;
    d = d * a + 793.826512519948;
    d = d * a + 440.413735824752;
    *density = 0.398942280401432678 * t;
    return t * n / d;
}

#endif
