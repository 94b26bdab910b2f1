/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The published family, fitted exactly.
 *
 * With k = ln b, u(x) = e^(-k (x - x0)) for the first point x0, and B = b^(c - x0), the curve
 * a - b^(c - x) is a - B u(x): linear in a and B.  For a given k the best a and B within their
 * bounds have a closed form (variable projection, Golub and Pereyra 1973), which leaves a search
 * along k alone.  That can be exhaustive: the sum of squares is smooth in ln k, on a scale of
 * about 1, so a grid on which its slope is known as well finds every valley.
 *
 * Three ways in which the best fit is a limit:
 *   k -> 0     a straight line if a may grow without bound, else a constant;
 *   k -> inf   a step after the first point;
 *   k = 0      b = 1 exactly: the constant a - 1, whatever c.
 *
 * a + b^(c - x) is the same for -y and -a.  Bounds that allow b < 1, a curve that gets steeper,
 * are the same for -x, -c and 1/b.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "boxls.h"
#include "fit_parts.h"
#include "solve.h"
#include "xalloc.h"

/* Below this k times the range of x a curve cannot be told from its limit. */
#define K_STRAIGHT 1e-7
/* Where the valleys are: grid steps in ln k from this k times the range on, wide before. */
#define K_CURVED 1e-3
#define K_STEP   0.25
#define K_STRIDE 1.5
/* e^-40 is nothing beside 1 in a double. */
#define K_SHARP 40.0
/* b must stay a double, with some room. */
#define K_LARGEST 700.0
#define B_LEAST   1e-300

struct decay {
    size_t n;
    const double *x, *y; /* x ascending; y less its mean */
    double *u, *w;       /* e^(-k (x - x0)), and 1 less that */
    double mean, square; /* of y */
    double a_lo, a_hi, c_lo, c_hi, k_lo, k_hi;
    double c_start, k_start;
    bool downhill;
};

struct place {
    double k, rss, slope; /* slope: d rss / d ln k */
    double a, b;          /* b: the B above */
    bool held;            /* b is where c's bound is */
    double c_held;
};

static double
clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static void
fill_powers(const struct decay *d, double k)
{
    double gap = 0, q = 1, drop = 0, u = 1, w = 0;

    d->u[0] = 1;
    d->w[0] = 0;
    for (size_t i = 1; i < d->n; i++) {
        if (d->x[i] - d->x[i - 1] != gap) { /* most curves are evenly spaced */
            gap = d->x[i] - d->x[i - 1];
            q = exp(-k * gap);
            drop = -expm1(-k * gap);
        }
        w += u * drop; /* a sum of positives: exact for small k too */
        u *= q;
        d->u[i] = u;
        d->w[i] = w;
    }
}

/* The problem in a and B for the powers at hand. */
static struct a4nn_boxls
linear_part(const struct decay *d, double k)
{
    struct a4nn_boxls ls = {.weight = (double)d->n, .mean = d->mean, .rest = d->square};
    double sum_u = 0, sum_w = 0, mean_w;

    for (size_t i = 0; i < d->n; i++) {
        sum_u += d->u[i];
        sum_w += d->w[i];
    }
    ls.slope = sum_u / ls.weight;
    mean_w = sum_w / ls.weight;
    for (size_t i = 0; i < d->n; i++) {
        double w = d->w[i] - mean_w;
        ls.square += w * w;
        ls.cross += w * d->y[i];
    }
    ls.lo[0] = d->a_lo;
    ls.hi[0] = d->a_hi;
    ls.lo[1] = k == 0 ? 1 : fmax(exp(k * (d->c_lo - d->x[0])), B_LEAST);
    ls.hi[1] = k == 0 ? 1 : fmax(exp(k * (d->c_hi - d->x[0])), ls.lo[1]);
    return ls;
}

static void
look(const struct decay *d, double k, struct place *p)
{
    struct a4nn_boxls ls;
    struct a4nn_boxls_solution s;
    double level, by_k = 0, by_b = 0;

    fill_powers(d, k);
    ls = linear_part(d, k);
    *p = (struct place){.k = k, .rss = INFINITY, .slope = NAN};
    if (!isfinite(ls.lo[1]))
        return;
    s = a4nn_boxls_solve(&ls);
    p->a = s.coef[0];
    p->b = s.coef[1];
    p->held = s.held[1];
    p->c_held = p->b <= ls.lo[1] ? d->c_lo : d->c_hi;
    p->rss = 0;
    level = p->a - d->mean;
    for (size_t i = 0; i < d->n; i++) {
        double r = d->y[i] - level + p->b * d->u[i];
        p->rss += r * r;
        by_b += r * d->u[i];
        by_k -= r * d->u[i] * (d->x[i] - d->x[0]);
    }
    /* a and B are at their best, so only what k moves by itself counts: u, and B at c's bound */
    p->slope = 2 * k * p->b * by_k;
    if (p->held && isfinite(p->c_held))
        p->slope += 2 * k * p->b * by_b * (p->c_held - d->x[0]);
}

static double
slope_at(double log_k, void *arg)
{
    struct place p;
    look(arg, exp(log_k), &p);
    return p.slope;
}

/* Better, and not by rounding only: of equals the first one found stays. */
static void
keep_best(struct place *best, const struct place *p)
{
    if (p->rss < best->rss * (1 - 1e-13))
        *best = *p;
}

static void
find_range(const struct decay *d, double *first, double *last)
{
    double range = d->x[d->n - 1] - d->x[0], gap = 0;

    for (size_t i = 1; i < d->n && gap <= 0; i++)
        gap = d->x[i] - d->x[0];
    if (gap <= 0)
        range = gap = 1;
    *first = clamp(K_STRAIGHT / range, fmax(d->k_lo, DBL_EPSILON), fmin(d->k_hi, K_LARGEST));
    *last = fmax(*first, fmin(fmin(d->k_hi, K_LARGEST), K_SHARP / gap));
}

/* What a scan has found: the deepest valley, and those next to the start on either side. */
struct found {
    struct place deepest, below, above;
    bool has_below, has_above;
};

static void
note_valley(struct found *found, const struct place *p, double k_start)
{
    keep_best(&found->deepest, p);
    if (p->k <= k_start) {
        found->below = *p;
        found->has_below = true;
    } else if (!found->has_above) {
        found->above = *p;
        found->has_above = true;
    }
}

/* Notes every valley between first and last; the ends are valleys if it goes up from there. */
static void
scan(struct decay *d, double first, double last, struct found *found)
{
    double log_k = log(first), log_last = log(last);
    double curved = log(K_CURVED / fmax(d->x[d->n - 1] - d->x[0], DBL_MIN));
    struct place here, before, bottom;

    look(d, first, &before);
    if (!(before.slope < 0) || first >= last)
        note_valley(found, &before, d->k_start);
    while (log_k < log_last) {
        double next = fmin(log_k + (log_k < curved ? K_STRIDE : K_STEP), log_last);
        look(d, next < log_last ? exp(next) : last, &here);
        if (before.slope < 0 && !(here.slope < 0)) {
            bottom = isnan(here.slope) ? before : here;
            if (here.slope > 0)
                look(d, exp(a4nn_solve_root(slope_at, d, log_k, next)), &bottom);
            note_valley(found, &bottom, d->k_start);
        }
        keep_best(&found->deepest, &here);
        before = here;
        log_k = next;
    }
    if (before.slope < 0)
        note_valley(found, &before, d->k_start);
}

/* The valley one gets to from the start by going down, as a local search would. */
static void
choose_valley(struct decay *d, const struct found *found, struct place *best)
{
    struct place start;

    look(d, d->k_start, &start);
    if (found->has_above && (start.slope < 0 || !found->has_below))
        *best = found->above;
    else if (found->has_below)
        *best = found->below;
}

static double
c_of(const struct decay *d, const struct place *p)
{
    if (p->k == 0)
        return clamp(d->c_start, d->c_lo, d->c_hi);
    if (p->held && isfinite(p->c_held))
        return p->c_held;
    return clamp(d->x[0] + log(p->b) / p->k, d->c_lo, d->c_hi);
}

/* Along the curves through two points: how much further c is than wanted. */
struct ridge {
    double height; /* second y less first */
    double gap;    /* second x less first */
    double excess; /* start of c less first x */
};

static double
ridge_c(double k, void *arg)
{
    const struct ridge *r = arg;
    return log(r->height) - log(-expm1(-k * r->gap)) - k * r->excess;
}

/*
 * With two places on the x axis every k fits a rise equally well.  The published fit starts at
 * c = 100, which its first steps hardly move; so take the curve whose c is nearest to the start,
 * or the first whose a is allowed.
 */
static void
choose_on_ridge(struct decay *d, double first, double last, struct place *best)
{
    size_t m = 1;
    double low = 0, high = 0, from = first, to = last;
    struct ridge r;
    struct place p;

    while (m < d->n && d->x[m] <= d->x[0])
        m++;
    if (m == d->n || d->x[m] < d->x[d->n - 1] || isnan(d->c_start))
        return;
    for (size_t i = 0; i < d->n; i++)
        *(i < m ? &low : &high) += d->y[i];
    low /= (double)m;
    high /= (double)(d->n - m);
    r = (struct ridge){high - low, d->x[m] - d->x[0],
                       clamp(d->c_start, d->c_lo, d->c_hi) - d->x[0]};
    if (!(r.height > 0) || !(r.height < d->a_hi - d->mean - low))
        return;
    from = fmax(from, -log1p(-r.height / (d->a_hi - d->mean - low)) / r.gap);
    if (!(from < to))
        return;
    if (ridge_c(from, &r) > 0 && ridge_c(to, &r) < 0)
        from = a4nn_solve_root(ridge_c, &r, from, to);
    else if (ridge_c(from, &r) > 0)
        return;
    look(d, from, &p);
    /* equally good as far as rounding of levels as high as a and B lets one see */
    if (p.rss <= best->rss + 1e-24 * (double)d->n * (p.a * p.a + p.b * p.b))
        *best = p;
}

/* The best with b >= 1 (k >= 0), within d's bounds; *best has the best so far. */
static void
search(struct decay *d, struct place *best)
{
    double first, last;
    struct found found;
    struct place flat;

    if (d->k_lo <= 0) {
        look(d, 0, &flat);
        keep_best(best, &flat);
    }
    if (d->k_hi <= 0)
        return;
    find_range(d, &first, &last);
    found = (struct found){.deepest = *best};
    scan(d, first, last, &found);
    if (d->downhill)
        choose_valley(d, &found, best);
    else
        *best = found.deepest;
    choose_on_ridge(d, first, last, best);
    /* b is what is reported, so a and c must fit the k of the b that a double can hold. */
    if (best->k > 0) {
        double b = clamp(exp(best->k), exp(d->k_lo), exp(d->k_hi));
        look(d, log(b), best);
    }
}

/* The mirror image: -x in ascending order, b and c to match. */
static void
turn_around(struct decay *d, double *x, double *y)
{
    double k_lo = d->k_lo, c_lo = d->c_lo;

    for (size_t i = 0, j = d->n - 1; i <= j; i++, j--) {
        double x_i = x[i], y_i = y[i];
        x[i] = -x[j];
        y[i] = y[j];
        x[j] = -x_i;
        y[j] = y_i;
        if (j == 0)
            break;
    }
    d->k_lo = -d->k_hi;
    d->k_hi = -k_lo;
    d->c_lo = -d->c_hi;
    d->c_hi = -c_lo;
    d->c_start = -d->c_start;
    d->k_start = -d->k_start;
}

static struct decay
set_up(int sign, const struct a4nn_point_set *points, const struct a4nn_box *box, double *space)
{
    size_t n = points->n;
    double *x = space, *y = space + n;
    struct decay d = {.n = n,
                      .x = x,
                      .y = y,
                      .u = space + 2 * n,
                      .w = space + 3 * n,
                      .c_lo = box->lo[2],
                      .c_hi = box->hi[2],
                      .c_start = box->start[2]};

    d.a_lo = sign < 0 ? box->lo[0] : -box->hi[0];
    d.a_hi = sign < 0 ? box->hi[0] : -box->lo[0];
    d.k_lo = log(fmax(box->lo[1], DBL_MIN));
    d.k_hi = log(fmax(box->hi[1], DBL_MIN));
    d.k_start = log(box->start[1]);
    d.downhill = box->downhill && box->start[1] > 0;
    for (size_t i = 0; i < n; i++)
        d.mean += points->y[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        x[i] = points->x[i];
        y[i] = points->y[i] - d.mean;
        d.square += y[i] * y[i];
        y[i] = sign < 0 ? y[i] : -y[i];
    }
    d.mean = sign < 0 ? d.mean : -d.mean;
    return d;
}

static void
report(const struct decay *d, const struct place *p, bool mirrored, double *abc)
{
    abc[0] = p->a;
    abc[1] = exp(mirrored ? -p->k : p->k);
    abc[2] = mirrored ? -c_of(d, p) : c_of(d, p);
}

bool
a4nn_fit_decay(int sign, const struct a4nn_point_set *points, const struct a4nn_box *box,
               double *par)
{
    double *space = a4nn_xcalloc(4 * points->n, sizeof *space);
    struct decay d = set_up(sign, points, box, space);
    struct place best = {.rss = INFINITY, .a = clamp(d.mean, d.a_lo, d.a_hi), .b = 1};

    if (d.k_hi >= 0)
        search(&d, &best);
    report(&d, &best, false, par);
    if (d.k_lo < 0 && !(d.downhill && d.k_start >= 0 && d.k_hi > 0)) {
        double rss = best.rss;
        turn_around(&d, space, space + points->n);
        search(&d, &best);
        if (best.rss < rss || d.k_lo > 0)
            report(&d, &best, true, par);
    }
    free(space);
    par[0] = sign < 0 ? par[0] : -par[0];
    for (size_t j = 0; j < 3; j++)
        par[j] = clamp(par[j], box->lo[j], box->hi[j]);
    return isfinite(best.rss);
}
