/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_RECORD_H
#define A4NN_RECORD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * One record of the stream: an observation, and what later stages have added to it.
 * Which fields there are, their names and their order is one table (record.c) that reading,
 * writing and documentation share.
 */
enum a4nn_field {
    /* observation */
    A4NN_RUN,      /* text: which training */
    A4NN_TASK,     /* text: data set and metric the run belongs to, as its user names it */
    A4NN_EPOCH,    /* 1 = after the first epoch; may be fractional */
    A4NN_VALUE,    /* the metric, in its own unit; NaN = diverged */
    A4NN_METRIC,   /* text: the metric's name */
    A4NN_MODE,     /* text: "max" or "min", where the name does not tell */
    A4NN_EPOCHS,   /* planned total */
    A4NN_TIME,     /* seconds since 1970 */
    A4NN_VAL_LOSS, /* validation loss at this epoch, where the metric is another */
    A4NN_LR,       /* learning rate at this epoch */
    /* fit */
    A4NN_FAMILY, /* text: family fitted */
    A4NN_A,      /* parameters ... */
    A4NN_B,
    A4NN_C,
    A4NN_D,
    A4NN_A_SE, /* ... and their standard errors */
    A4NN_B_SE,
    A4NN_C_SE,
    A4NN_D_SE,
    A4NN_RSS,  /* residual sum of squares, squared units of y */
    A4NN_AICC, /* corrected Akaike criterion */
    A4NN_N,    /* points fitted */
    A4NN_FIT,  /* text: "ok", "not-converged", "too-few" */
    /* forecast and verdict */
    A4NN_FORECAST, /* value expected at the last planned epoch */
    A4NN_LOW,      /* 90 % credible interval of it */
    A4NN_HIGH,
    A4NN_EXPECTED_ERROR, /* expected absolute error of the forecast */
    A4NN_P_BEAT,         /* probability that the final value beats the target */
    A4NN_VERDICT,        /* text: "continue" or "stop" */
    A4NN_REASON,         /* text: which rule stops, empty when none does */
    /* what was done about it */
    A4NN_ACTION, /* text: "touch", "exec", "scancel" or "signal" */
    A4NN_RESULT, /* text: how that ended */
    A4NN_FIELDS
};

/* The bit of a field in a set of fields. */
#define A4NN_BIT(field) (UINT64_C(1) << (field))

/* All fields of an observation / a fit / a forecast / an action. */
#define A4NN_OBSERVATION_FIELDS (A4NN_BIT(A4NN_FAMILY) - 1)
#define A4NN_FIT_FIELDS         ((A4NN_BIT(A4NN_FORECAST) - 1) & ~A4NN_OBSERVATION_FIELDS)
#define A4NN_FORECAST_FIELDS    ((A4NN_BIT(A4NN_ACTION) - 1) & ~(A4NN_BIT(A4NN_FORECAST) - 1))
#define A4NN_ACTION_FIELDS      (A4NN_BIT(A4NN_ACTION) | A4NN_BIT(A4NN_RESULT))

struct a4nn_json;
struct a4nn_buf;

/*
 * Zero-initialise it ({0}), release it in the end.  A field that is not in `set` is absent; a
 * number that is present but was blank or null is NaN.
 */
struct a4nn_record {
    uint64_t set;
    double num[A4NN_FIELDS]; /* numbers */
    char *text[A4NN_FIELDS]; /* texts, owned */
    struct a4nn_json *extra; /* fields a4nn does not know, of JSON Lines; owned; or NULL */
    unsigned long line;      /* where it was read */
};

/* Name as in the stream; whether it is a text. */
const char *a4nn_field_name(enum a4nn_field field);
bool a4nn_field_is_text(enum a4nn_field field);

/* The field of that name, or -1. */
int a4nn_field_find(const char *name);

/* Setting, unsetting and reading fields. `text` is copied. */
void a4nn_record_set_num(struct a4nn_record *r, enum a4nn_field field, double value);
void a4nn_record_set_text(struct a4nn_record *r, enum a4nn_field field, const char *text);
void a4nn_record_unset(struct a4nn_record *r, uint64_t which);

static inline bool
a4nn_record_has(const struct a4nn_record *r, enum a4nn_field field)
{
    return (r->set & A4NN_BIT(field)) != 0;
}

/* The number, or NAN when absent; the text, or `otherwise` when absent. */
double a4nn_record_num(const struct a4nn_record *r, enum a4nn_field field);
const char *a4nn_record_text(const struct a4nn_record *r, enum a4nn_field field,
                             const char *otherwise);

/*
 * A number as a stream shows it.  What a4nn computes has ten digits: the C library's exponential
 * and logarithm differ between processors in the last of seventeen, and a stream hardly should.  A
 * probability is the difference from 1, and has nine decimals.
 */
double a4nn_record_written(const struct a4nn_record *r, enum a4nn_field field);
double a4nn_field_written(enum a4nn_field field, double value);

/*
 * Appends a text that two records share only when they agree in all of these text fields (bits),
 * whatever is in them: a key for what belongs together.  Absent is the same as empty.
 */
void a4nn_record_key(const struct a4nn_record *r, uint64_t which, struct a4nn_buf *out);

/* Copies everything; `to` must be released or zero. */
void a4nn_record_copy(struct a4nn_record *to, const struct a4nn_record *from);

void a4nn_record_release(struct a4nn_record *r);

#endif
