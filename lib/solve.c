/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_roots.h>

#include "solve.h"
#include "xalloc.h"

enum { MAX_STEPS = 200, MAX_ROOT_STEPS = 100 };
#define STEP_TOLERANCE     1e-9
#define GRADIENT_TOLERANCE 1e-10
/* Singular values below this share of the largest cannot be told from rounding of the columns. */
#define RANK_TOLERANCE 1e-10

static void
turn_off(void)
{
    gsl_set_error_handler_off();
}

/* The handler is one variable of GSL's for the whole process, and fits may run in many threads. */
static void
quiet(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, turn_off);
}

static void *
checked(void *p)
{
    return p != NULL ? p : a4nn_xcalloc(SIZE_MAX, 2); /* reports that memory ran out */
}

double
a4nn_solve_root(double (*f)(double t, void *arg), void *arg, double lo, double hi)
{
    gsl_function fn = {.function = f, .params = arg};
    gsl_root_fsolver *solver;
    double root = lo;

    quiet();
    solver = checked(gsl_root_fsolver_alloc(gsl_root_fsolver_brent));
    if (gsl_root_fsolver_set(solver, &fn, lo, hi) == GSL_SUCCESS) {
        for (int i = 0; i < MAX_ROOT_STEPS; i++) {
            if (gsl_root_fsolver_iterate(solver) != GSL_SUCCESS)
                break;
            if (gsl_root_test_interval(gsl_root_fsolver_x_lower(solver),
                                       gsl_root_fsolver_x_upper(solver), DBL_MIN,
                                       4 * DBL_EPSILON) != GSL_CONTINUE)
                break;
        }
        root = gsl_root_fsolver_root(solver);
    }
    gsl_root_fsolver_free(solver);
    return root;
}

static int
call_residuals(const gsl_vector *t, void *arg, gsl_vector *r)
{
    const struct a4nn_solve_problem *problem = arg;
    problem->residuals(t->data, problem->arg, r->data);
    return GSL_SUCCESS;
}

static int
call_jacobian(const gsl_vector *t, void *arg, gsl_matrix *jac)
{
    const struct a4nn_solve_problem *problem = arg;
    problem->jacobian(t->data, problem->arg, jac->data);
    return GSL_SUCCESS;
}

bool
a4nn_solve_least_squares(const struct a4nn_solve_problem *problem, double *t)
{
    struct a4nn_solve_problem copy = *problem;
    gsl_multifit_nlinear_parameters params = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf fdf = {.f = call_residuals,
                                    .df = call_jacobian,
                                    .n = problem->n,
                                    .p = problem->p,
                                    .params = &copy};
    gsl_vector_view start = gsl_vector_view_array(t, problem->p);
    gsl_multifit_nlinear_workspace *work;
    int status, why;

    quiet();
    work = checked(
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &params, problem->n, problem->p));
    status = gsl_multifit_nlinear_init(&start.vector, &fdf, work);
    if (status == GSL_SUCCESS) {
        status = gsl_multifit_nlinear_driver(MAX_STEPS, STEP_TOLERANCE, GRADIENT_TOLERANCE, 0, NULL,
                                             NULL, &why, work);
        for (size_t j = 0; j < problem->p; j++)
            t[j] = gsl_vector_get(gsl_multifit_nlinear_position(work), j);
    }
    gsl_multifit_nlinear_free(work);
    /* "no progress" means that no step improves on a point that rounding allows no better for */
    return status == GSL_SUCCESS || status == GSL_ENOPROG;
}

/* Divides each column by its length, which goes into norm[]; false if one is 0 or not finite. */
static void
normalise(gsl_matrix *m, double *norm)
{
    for (size_t j = 0; j < m->size2; j++) {
        gsl_vector_view column = gsl_matrix_column(m, j);
        double largest = 0, sum = 0;
        for (size_t i = 0; i < m->size1; i++)
            largest = fmax(largest, fabs(gsl_matrix_get(m, i, j)));
        for (size_t i = 0; largest > 0 && i < m->size1; i++) {
            double part = gsl_matrix_get(m, i, j) / largest;
            sum += part * part;
        }
        norm[j] = largest * sqrt(sum);
        if (norm[j] > 0 && isfinite(norm[j]))
            for (size_t i = 0; i < m->size1; i++)
                *gsl_vector_ptr(&column.vector, i) /= norm[j];
        else
            gsl_vector_set_zero(&column.vector);
    }
}

void
a4nn_solve_variances(double *jac, size_t n, size_t p, double *variance)
{
    double norm[A4NN_SOLVE_MAX] = {0}, r_data[A4NN_SOLVE_MAX * A4NN_SOLVE_MAX];
    double v_data[A4NN_SOLVE_MAX * A4NN_SOLVE_MAX], s_data[A4NN_SOLVE_MAX];
    double tau_data[A4NN_SOLVE_MAX];
    gsl_matrix_view m = gsl_matrix_view_array(jac, n, p);
    gsl_matrix_view r = gsl_matrix_view_array(r_data, p, p);
    gsl_matrix_view v = gsl_matrix_view_array(v_data, p, p);
    gsl_vector_view s = gsl_vector_view_array(s_data, p), tau = gsl_vector_view_array(tau_data, p);

    quiet();
    normalise(&m.matrix, norm);
    gsl_linalg_QR_decomp(&m.matrix, &tau.vector);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            r_data[i * p + j] = j >= i ? jac[i * p + j] : 0;
    gsl_linalg_SV_decomp_jacobi(&r.matrix, &v.matrix, &s.vector);
    for (size_t j = 0; j < p; j++) {
        variance[j] = 0;
        for (size_t k = 0; k < p; k++) {
            double part = v_data[j * p + k];
            if (s_data[k] > RANK_TOLERANCE * s_data[0])
                variance[j] += part * part / (s_data[k] * s_data[k]);
            else if (part * part > DBL_EPSILON)
                variance[j] = NAN;
        }
        variance[j] /= norm[j] * norm[j];
        if (!isfinite(variance[j]))
            variance[j] = NAN;
    }
}

bool
a4nn_solve_positive(double *a, size_t n, double *b)
{
    gsl_matrix_view m = gsl_matrix_view_array(a, n, n);
    gsl_vector_view x = gsl_vector_view_array(b, n);

    quiet();
    return gsl_linalg_cholesky_decomp1(&m.matrix) == GSL_SUCCESS &&
           gsl_linalg_cholesky_svx(&m.matrix, &x.vector) == GSL_SUCCESS;
}

bool
a4nn_solve_factor(double *a, size_t n)
{
    gsl_matrix_view m = gsl_matrix_view_array(a, n, n);

    quiet();
    return gsl_linalg_cholesky_decomp1(&m.matrix) == GSL_SUCCESS;
}

void
a4nn_solve_factored(const double *factor, size_t n, double *b)
{
    gsl_matrix_const_view m = gsl_matrix_const_view_array(factor, n, n);
    gsl_vector_view x = gsl_vector_view_array(b, n);

    gsl_linalg_cholesky_svx(&m.matrix, &x.vector);
}

void
a4nn_solve_inverse(double *factor, size_t n)
{
    gsl_matrix_view m = gsl_matrix_view_array(factor, n, n);

    gsl_linalg_cholesky_invert(&m.matrix);
}

void
a4nn_solve_half(const double *factor, size_t n, double *b)
{
    gsl_matrix_const_view m = gsl_matrix_const_view_array(factor, n, n);
    gsl_vector_view x = gsl_vector_view_array(b, n);

    gsl_blas_dtrsv(CblasLower, CblasNoTrans, CblasNonUnit, &m.matrix, &x.vector);
}

/* ---- minima ---- */

struct minimum {
    double (*f)(const double *t, void *arg, double *gradient);
    void *arg;
    size_t n;
    double *scratch;
};

static void
minimum_fdf(const gsl_vector *t, void *arg, double *value, gsl_vector *gradient)
{
    struct minimum *m = arg;

    *value = m->f(t->data, m->arg, gradient->data);
    if (!isfinite(*value))
        *value = DBL_MAX / 4;
}

static double
minimum_f(const gsl_vector *t, void *arg)
{
    struct minimum *m = arg;
    gsl_vector_view gradient = gsl_vector_view_array(m->scratch, m->n);
    double value;

    minimum_fdf(t, arg, &value, &gradient.vector);
    return value;
}

static void
minimum_df(const gsl_vector *t, void *arg, gsl_vector *gradient)
{
    double value;

    minimum_fdf(t, arg, &value, gradient);
}

void
a4nn_solve_minimum(double (*f)(const double *t, void *arg, double *gradient), void *arg, size_t n,
                   double *t, int steps)
{
    struct minimum m = {f, arg, n, a4nn_xcalloc(n + 1, sizeof(double))};
    gsl_multimin_function_fdf function = {minimum_f, minimum_df, minimum_fdf, n, &m};
    gsl_multimin_fdfminimizer *s;
    gsl_vector_view start = gsl_vector_view_array(t, n);

    quiet();
    s = gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, n);
    if (s != NULL) {
        gsl_multimin_fdfminimizer_set(s, &function, &start.vector, 0.3, 0.1);
        while (steps-- > 0 && gsl_multimin_fdfminimizer_iterate(s) == GSL_SUCCESS &&
               gsl_multimin_test_gradient(s->gradient, 1e-2) == GSL_CONTINUE)
            continue;
        for (size_t i = 0; i < n; i++)
            t[i] = gsl_vector_get(s->x, i);
        gsl_multimin_fdfminimizer_free(s);
    }
    free(m.scratch);
}

double
a4nn_solve_normal_quantile(double p)
{
    return gsl_cdf_ugaussian_Pinv(p);
}

void
a4nn_solve_sobol(size_t d, size_t n, double *out)
{
    gsl_qrng *q;
    size_t i;

    quiet();
    q = checked(gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)d));
    for (i = 0; i < d && n > 0; i++)
        out[i] = 0; /* which GSL leaves out */
    for (i = 1; i < n; i++)
        gsl_qrng_get(q, out + i * d);
    gsl_qrng_free(q);
}
