/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_TESTS_LOGDRIVE_H
#define A4NN_TESTS_LOGDRIVE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "log/format.h"
#include "log/lines.h"
#include "metric.h"
#include "xalloc.h"

/*
 * Drives a log format as the reader does, but keeps everything it says.  Zero-initialise it ({0}),
 * release it in the end.
 */
struct drive_scalar {
    struct a4nn_log_at at; /* at.run is a copy */
    char *name;
    double value;
};

struct drive {
    const char *force; /* format to use, NULL: the one that recognises it */
    size_t chunk;      /* bytes to feed at a time, 0: all at once */
    const struct a4nn_log_format *format;
    int sure;
    struct drive_scalar *scalar;
    size_t n, cap;
    struct a4nn_buf said; /* all messages, each with a newline */
    struct a4nn_diag diag;
    void *state;
};

static void
drive_scalar(void *arg, const struct a4nn_log_at *at, const char *name, double value)
{
    struct drive *d = arg;

    d->scalar = a4nn_xgrow(d->scalar, d->n, &d->cap, sizeof *d->scalar);
    d->scalar[d->n] = (struct drive_scalar){*at, a4nn_xstrdup(name), value};
    d->scalar[d->n++].at.run = a4nn_xstrdup(at->run);
}

static void
drive_emit(void *arg, enum a4nn_severity severity, const char *text)
{
    struct drive *d = arg;

    (void)severity;
    a4nn_buf_addf(&d->said, "%s\n", text);
}

static void
drive_line(void *arg, const char *line, size_t len, unsigned long number)
{
    struct drive *d = arg;

    d->format->line(d->state, line, len, number);
}

static void
drive_feed(struct drive *d, const char *bytes, size_t len)
{
    struct a4nn_lines *lines = NULL;
    size_t at, n;

    if (d->format->line != NULL)
        lines = a4nn_lines_new(drive_line, d, &d->diag, "log");
    for (at = 0; at < len; at += n) {
        n = d->chunk == 0 || d->chunk > len - at ? len - at : d->chunk;
        if (lines != NULL)
            a4nn_lines_feed(lines, bytes + at, n);
        else
            d->format->feed(d->state, bytes + at, n);
    }
    if (lines != NULL)
        a4nn_lines_finish(lines);
    a4nn_lines_free(lines);
}

static void
drive_release(struct drive *d)
{
    size_t i;

    for (i = 0; i < d->n; i++) {
        free(d->scalar[i].name);
        free((char *)(size_t)d->scalar[i].at.run);
    }
    free(d->scalar);
    a4nn_buf_release(&d->said);
    *d = (struct drive){.force = d->force, .chunk = d->chunk};
}

/* Reads `len` bytes as the log `path`. False when no format takes it. */
static int
drive_bytes(struct drive *d, const char *path, const char *bytes, size_t len)
{
    size_t n = len < 65536 ? len : 65536;
    char *begin = a4nn_xstrndup(bytes, n);
    struct a4nn_log_head head = {path, begin, n, n == len, NULL};
    struct a4nn_log_sink sink = {
        .scalar = drive_scalar, .arg = d, .diag = &d->diag, .file = "log", .name = path};

    drive_release(d);
    d->diag = (struct a4nn_diag){.emit = drive_emit, .arg = d};
    d->format = a4nn_log_sniff(&head, &d->sure);
    if (d->force != NULL)
        d->format = a4nn_log_format_find(d->force);
    free(begin);
    if (d->format == NULL)
        return 0;
    if (d->format->unread != NULL)
        return 1;
    d->state = d->format->open(&sink);
    drive_feed(d, bytes, len);
    if (d->format->finish != NULL)
        d->format->finish(d->state);
    d->format->close(d->state);
    return 1;
}

/* The whole file into *out. False when it cannot be read. */
static int
drive_slurp(const char *path, struct a4nn_buf *out)
{
    char block[4096];
    FILE *in = fopen(path, "rb");
    size_t n;

    if (in == NULL)
        return 0;
    a4nn_buf_reset(out);
    a4nn_buf_adds(out, "");
    while ((n = fread(block, 1, sizeof block, in)) > 0)
        a4nn_buf_add(out, block, n);
    fclose(in);
    return 1;
}

/* The last value of `name` at `epoch` (of `run`, NULL for any), NAN if there is none. */
static double
drive_value(const struct drive *d, const char *run, const char *name, double epoch)
{
    double value = NAN;
    size_t i;

    for (i = 0; i < d->n; i++)
        if (strcmp(d->scalar[i].name, name) == 0 && d->scalar[i].at.epoch == epoch &&
            (run == NULL || (d->scalar[i].at.run != NULL && !strcmp(run, d->scalar[i].at.run))))
            value = d->scalar[i].value;
    return value;
}

/* How many numbers `name` has. */
static size_t
drive_count(const struct drive *d, const char *name)
{
    size_t i, n = 0;

    for (i = 0; i < d->n; i++)
        n += strcmp(d->scalar[i].name, name) == 0;
    return n;
}

/* The metric that would be chosen, NULL if none. */
static const char *
drive_metric(const struct drive *d)
{
    const char **names = a4nn_xcalloc(d->n + 1, sizeof *names);
    const char *chosen;
    struct a4nn_err err;
    size_t i, j, n = 0;
    long best;

    for (i = 0; i < d->n; i++) {
        for (j = 0; j < n && strcmp(names[j], d->scalar[i].name) != 0; j++)
            ;
        if (j == n)
            names[n++] = d->scalar[i].name;
    }
    best = a4nn_metric_choose(names, n, &err);
    chosen = best < 0 ? NULL : names[best];
    free(names);
    return chosen;
}

#endif
