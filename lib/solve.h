/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SOLVE_H
#define A4NN_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The numerical methods taken from the GNU Scientific Library, behind plain arrays: no other file
 * of the library includes GSL.  GSL's error handler, which would end the program, is off from the
 * first call on.
 */

/*
 * A root of f(t, arg) between lo and hi, where f has opposite signs (Brent's method), to the last
 * few bits.  Returns lo if the signs are not opposite.
 */
double a4nn_solve_root(double (*f)(double t, void *arg), void *arg, double lo, double hi);

/* A sum of n squared residuals that depend on p parameters, p <= A4NN_SOLVE_MAX, p <= n. */
enum { A4NN_SOLVE_MAX = 4 };
struct a4nn_solve_problem {
    size_t n, p;
    void *arg;
    /* The n residuals at t, all finite. */
    void (*residuals)(const double *t, void *arg, double *r);
    /* jac[i * p + j] = d r[i] / d t[j] at t, all finite. */
    void (*jacobian)(const double *t, void *arg, double *jac);
};

/*
 * Moves t from where it is to a local minimum by the Levenberg-Marquardt trust region method with
 * geodesic acceleration off and scales as More's.  Returns whether the steps or the gradient
 * became small enough to call it a minimum; t is the best point reached in any case.
 */
bool a4nn_solve_least_squares(const struct a4nn_solve_problem *problem, double *t);

/*
 * The inverse of J'J for the n x p matrix `jac` (row by row; destroyed), p <= A4NN_SOLVE_MAX:
 * only its diagonal, into variance[0 .. p-1].  NAN for a column that the others, or its own
 * smallness, make indeterminate at double precision.
 */
void a4nn_solve_variances(double *jac, size_t n, size_t p, double *variance);

/*
 * Solves A x = b for a symmetric positive definite n x n matrix `a` (row by row; destroyed); b
 * becomes x.  False, with b as it was, when the matrix is not positive definite.
 */
bool a4nn_solve_positive(double *a, size_t n, double *b);

/*
 * The same in steps: puts the factor L of A = L L' into the lower triangle of `a`, false when A is
 * not positive definite; solves A x = b with it; makes the inverse of A of it.
 */
bool a4nn_solve_factor(double *a, size_t n);
void a4nn_solve_factored(const double *factor, size_t n, double *b);
void a4nn_solve_inverse(double *factor, size_t n);

/*
 * Moves the n numbers at t to where f, whose gradient it tells, is smallest nearby, in at most so
 * many steps (Broyden, Fletcher, Goldfarb, Shanno).  f may be infinite where there is no answer.
 */
void a4nn_solve_minimum(double (*f)(const double *t, void *arg, double *gradient), void *arg,
                        size_t n, double *t, int steps);

/* Replaces b by L^-1 b, L being the factor of a4nn_solve_factor. */
void a4nn_solve_half(const double *factor, size_t n, double *b);

/* The value that a standard normal variable is below with probability p, 0 < p < 1. */
double a4nn_solve_normal_quantile(double p);

/*
 * The first n points of Sobol's sequence in d dimensions, 0 < d <= A4NN_SOLVE_SOBOL, row by row;
 * the point 0 is left out.
 */
enum { A4NN_SOLVE_SOBOL = 40 };
void a4nn_solve_sobol(size_t d, size_t n, double *out);

#endif
