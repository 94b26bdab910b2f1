/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * generate_runs RUNS EPOCHS [SEED]: a stream (CSV) of made-up runs, one after the other, that look
 * like the real ones on standard input (CSV as a4nn-log writes it, percent).
 *
 * Each run is a real curve, drawn at random among those of 5 observations or more, stretched to
 * EPOCHS epochs; its distance from 100 is multiplied by a factor near 1, so that the runs end
 * differently, and noise is added.  The same arguments and input give the same bytes.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observation.h"
#include "stream.h"
#include "strmap.h"
#include "xalloc.h"

struct curves {
    struct a4nn_strmap names;
    struct a4nn_curve *curve;
    size_t cap;
};

static int
take(void *arg, struct a4nn_record *r)
{
    struct curves *c = arg;
    bool added;
    size_t i = a4nn_strmap_put(&c->names, a4nn_record_text(r, A4NN_RUN, ""), &added);
    double value = a4nn_record_num(r, A4NN_VALUE);

    if (added) {
        c->curve = a4nn_xgrow(c->curve, i, &c->cap, sizeof *c->curve);
        c->curve[i] = (struct a4nn_curve){0};
    }
    if (isfinite(value))
        a4nn_curve_add(&c->curve[i], a4nn_record_num(r, A4NN_EPOCH), value, NAN, NULL);
    return 0;
}

static void
read_curves(struct curves *c)
{
    struct a4nn_diag diag = {0};
    struct a4nn_stream_reader *in = a4nn_stream_reader_new(take, c, &diag, "-", "run");
    static char bytes[1 << 16];
    size_t n;

    while ((n = fread(bytes, 1, sizeof bytes, stdin)) > 0)
        a4nn_stream_feed(in, bytes, n);
    a4nn_stream_finish(in);
    a4nn_stream_reader_free(in);
}

/* xorshift64*, and a number that is normal enough: the sum of 4 uniform ones. */
static uint64_t state;

static uint64_t
draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static double
normal(void)
{
    uint64_t bits = draw();
    int i, sum = 0;

    for (i = 0; i < 4; i++, bits >>= 16)
        sum += (int)(bits & 0xffff);
    return (sum - 2 * 0xffff) / (0x10000 / sqrt(3));
}

/* The curve at a share u in [0, 1] of its observations. */
static double
along(const struct a4nn_curve *c, double u)
{
    double at = u * (double)(c->n - 1);
    size_t i = (size_t)at;

    if (i + 1 >= c->n)
        return c->value[c->n - 1];
    return c->value[i] + (at - (double)i) * (c->value[i + 1] - c->value[i]);
}

/* Three digits behind the point, many times faster than printf. */
static char *
put(char *at, unsigned long n, int digits)
{
    char text[24];
    int i = 0;

    do
        text[i++] = (char)('0' + n % 10);
    while ((n /= 10) > 0 || i < digits);
    while (i > 0)
        *at++ = text[--i];
    return at;
}

static void
write_run(const struct a4nn_curve *c, unsigned long run, unsigned long epochs)
{
    double factor = exp(0.15 * normal()), noise = fabs(normal());
    char line[100];
    unsigned long e;

    for (e = 1; e <= epochs; e++) {
        double u = epochs > 1 ? (double)(e - 1) / (double)(epochs - 1) : 1;
        double value = 100 - (100 - along(c, u)) * factor + noise * normal();
        unsigned long thousandths = (unsigned long)(1000 * fmin(fmax(value, 0), 100));
        char *at = line;
        memcpy(at, "run", 3);
        at = put(at + 3, run, 7);
        *at++ = ',';
        at = put(at, e, 1);
        *at++ = ',';
        at = put(at, thousandths / 1000, 1);
        *at++ = '.';
        at = put(at, thousandths % 1000, 3);
        memcpy(at, ",val_acc,", 9);
        at = put(at + 9, epochs, 1);
        *at++ = '\n';
        fwrite(line, 1, (size_t)(at - line), stdout);
    }
}

int
main(int argc, char **argv)
{
    unsigned long runs, epochs, i;
    struct curves c = {0};
    size_t n = 0, k;

    if (argc < 3) {
        fputs("usage: generate_runs RUNS EPOCHS [SEED] < stream\n", stderr);
        return 2;
    }
    runs = strtoul(argv[1], NULL, 10);
    epochs = strtoul(argv[2], NULL, 10);
    state = (argc > 3 ? strtoul(argv[3], NULL, 10) : 1) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    read_curves(&c);
    for (k = 0; k < c.names.n; k++) {
        if (c.curve[k].n >= 5)
            c.curve[n++] = c.curve[k];
        else
            a4nn_curve_release(&c.curve[k]);
    }
    if (n == 0) {
        fputs("generate_runs: no curve of 5 observations to begin with\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    puts("run,epoch,value,metric,epochs");
    for (i = 0; i < runs; i++)
        write_run(&c.curve[draw() % n], i, epochs);
    for (k = 0; k < n; k++)
        a4nn_curve_release(&c.curve[k]);
    free(c.curve);
    a4nn_strmap_release(&c.names);
    return fflush(stdout) != 0 ? 2 : 0;
}
