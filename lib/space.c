/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

/* A real is written with as few digits as tell apart this many values of its range. */
static const double told_apart = 1e5;
static const double below_one = 1 - 0x1p-30;

/* ---- values ---- */

double
a4nn_parameter_values(const struct a4nn_parameter *p)
{
    if (p->type == A4NN_CATEGORICAL)
        return (double)p->values;
    if (p->step == 0)
        return p->low == p->high ? 1 : 0;
    /* what rounding takes from a decimal step must not take the last value away */
    return floor((p->high - p->low) / p->step * (1 + 1e-12) + 1e-9) + 1;
}

/* The value rounded to a power of ten that is no more than `unit`. */
static double
tidy(double v, double unit)
{
    int digits = v == 0 ? 1 : (int)(floor(log10(fabs(v))) - floor(log10(unit)));
    char text[40];

    if (!(unit > 0) || digits > 16)
        return v;
    snprintf(text, sizeof text, "%.*e", digits < 0 ? 0 : digits, v);
    return strtod(text, NULL);
}

static double
within(double v, double low, double high)
{
    return v < low ? low : (v > high ? high : v);
}

/* The k-th value of one with steps, in as few decimals as its low end and its step have. */
static double
stepped(const struct a4nn_parameter *p, double k)
{
    double v = p->low + p->step * k;

    if (p->type == A4NN_REAL)
        v = tidy(v, p->step * 1e-9);
    return within(v, p->low, p->high);
}

/* The ends of what u goes over: half a step more on both sides where values are rounded. */
static void
log_ends(const struct a4nn_parameter *p, double *low, double *high)
{
    double half = p->step / 2;

    *low = log(p->low > half ? p->low - half : p->low);
    *high = log(p->high + half);
}

static double
number_at(const struct a4nn_parameter *p, double u)
{
    double n = a4nn_parameter_values(p), low, high, v;

    if (n == 1)
        return p->low;
    if (p->log) {
        log_ends(p, &low, &high);
        v = exp(low + u * (high - low));
        if (n > 0)
            return stepped(p, within(round((v - p->low) / p->step), 0, n - 1));
        return within(tidy(v, v * (high - low) / told_apart), p->low, p->high);
    }
    if (n > 0)
        return stepped(p, within(floor(u * n), 0, n - 1));
    /* the range itself may be more than a double holds */
    v = p->low * (1 - u) + p->high * u;
    return within(tidy(v, p->high / told_apart - p->low / told_apart), p->low, p->high);
}

struct a4nn_term
a4nn_parameter_at(const struct a4nn_parameter *p, double u)
{
    if (p->type == A4NN_CATEGORICAL)
        return p->value[(size_t)within(floor(u * (double)p->values), 0, (double)p->values - 1)];
    return (struct a4nn_term){A4NN_TERM_NUMBER, number_at(p, u), NULL};
}

static double
find_value(const struct a4nn_parameter *p, const struct a4nn_json *value)
{
    struct a4nn_buf print = {0};
    double found = -1;
    size_t i;

    a4nn_json_dump(value, &print);
    for (i = 0; i < p->values && found < 0; i++)
        if (strcmp(p->print[i], print.data) == 0)
            found = ((double)i + 0.5) / (double)p->values;
    a4nn_buf_release(&print);
    return found;
}

double
a4nn_parameter_u(const struct a4nn_parameter *p, double k)
{
    double low, high;

    if (!p->log || p->type == A4NN_CATEGORICAL)
        return (k + 0.5) / a4nn_parameter_values(p);
    log_ends(p, &low, &high);
    return low == high ? 0.5 : within((log(stepped(p, k)) - low) / (high - low), 0, below_one);
}

double
a4nn_parameter_find(const struct a4nn_parameter *p, const struct a4nn_json *value)
{
    double v, k, low, high;

    if (p->type == A4NN_CATEGORICAL)
        return find_value(p, value);
    if (a4nn_json_kind(value) != A4NN_JSON_NUMBER || !a4nn_json_number(value, &v) ||
        !(v >= p->low && v <= p->high))
        return -1;
    if (p->step > 0) {
        k = round((v - p->low) / p->step);
        return fabs(v - stepped(p, k)) > p->step * 1e-6 ? -1 : a4nn_parameter_u(p, k);
    }
    if (p->low == p->high)
        return 0.5;
    if (!p->log)
        return within((v / 2 - p->low / 2) / (p->high / 2 - p->low / 2), 0, below_one);
    log_ends(p, &low, &high);
    return within((log(v) - low) / (high - low), 0, below_one);
}

/* ---- configurations ---- */

void
a4nn_space_terms(const struct a4nn_space *space, const double *u, struct a4nn_term *out)
{
    size_t i;

    for (i = 0; i < space->n; i++)
        out[i] = (struct a4nn_term){A4NN_TERM_ABSENT, 0, NULL};
    for (i = 0; i < space->n; i++) {
        size_t k = space->order[i];
        const struct a4nn_parameter *p = &space->parameter[k];

        if (p->when == NULL || a4nn_formula_ask(p->when, out) == A4NN_ANSWER_YES)
            out[k] = a4nn_parameter_at(p, u[k]);
    }
}

size_t
a4nn_space_unmet(const struct a4nn_space *space, const struct a4nn_term *terms, bool *met)
{
    size_t i, n = 0;

    for (i = 0; i < space->constraints; i++) {
        enum a4nn_answer answer = a4nn_formula_ask(space->constraint[i].formula, terms);

        if (answer != A4NN_ANSWER_YES && answer != A4NN_ANSWER_ABSENT)
            n++;
        else if (met != NULL)
            met[i] = true;
    }
    return n;
}

static struct a4nn_json *
json_at(const struct a4nn_parameter *p, double u)
{
    size_t i = (size_t)within(floor(u * (double)p->values), 0, (double)p->values - 1);

    if (p->type == A4NN_CATEGORICAL)
        return a4nn_json_copy(a4nn_json_at(p->list, i));
    return a4nn_json_from_number(number_at(p, u));
}

struct a4nn_json *
a4nn_space_config(const struct a4nn_space *space, const double *u)
{
    struct a4nn_term *terms = a4nn_xcalloc(space->n + 1, sizeof *terms);
    struct a4nn_json *config = a4nn_json_object();
    size_t i;

    a4nn_space_terms(space, u, terms);
    for (i = 0; i < space->n; i++)
        if (terms[i].kind != A4NN_TERM_ABSENT)
            a4nn_json_set(config, space->parameter[i].name, json_at(&space->parameter[i], u[i]));
    free(terms);
    return config;
}

size_t
a4nn_space_point(const struct a4nn_space *space, const struct a4nn_json *config, double *u)
{
    size_t i, found = 0;

    for (i = 0; i < space->n; i++) {
        const struct a4nn_json *v = a4nn_json_get(config, space->parameter[i].name);
        double at = v != NULL ? a4nn_parameter_find(&space->parameter[i], v) : -1;

        if (at < 0)
            continue;
        u[i] = at;
        found++;
    }
    return found;
}

static void
release_parameter(struct a4nn_parameter *p)
{
    size_t i;

    for (i = 0; i < p->values; i++)
        free(p->print[i]);
    free(p->print);
    free(p->value);
    free(p->name);
    a4nn_json_free(p->list);
    a4nn_formula_free(p->when);
}

void
a4nn_space_release(struct a4nn_space *space)
{
    size_t i;

    for (i = 0; i < space->n; i++)
        release_parameter(&space->parameter[i]);
    for (i = 0; i < space->constraints; i++) {
        a4nn_formula_free(space->constraint[i].formula);
        free(space->constraint[i].text);
        free(space->constraint[i].names);
    }
    free(space->parameter);
    free(space->order);
    free(space->constraint);
    a4nn_strmap_release(&space->names);
    *space = (struct a4nn_space){0};
}
