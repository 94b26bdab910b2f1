/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "growing.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "xalloc.h"

struct a4nn_growing {
    struct a4nn_reader_opts opts;
    struct a4nn_follow *follow;
    struct a4nn_reader_set *set;
    void (*settled)(void *arg, const struct a4nn_reader_run *run);
    void (*forget)(void *arg, const struct a4nn_follow_file *file);
    void *arg;
    const struct a4nn_follow_file *file; /* at hand */
    bool later, ending;
    void (*emit)(void *arg, enum a4nn_severity severity, const char *text); /* while muted */
    double last;                /* when something was read */
    unsigned long lines, bytes; /* that were not old */
};

static void
on_settled(void *arg, const struct a4nn_reader_run *run)
{
    struct a4nn_growing *g = arg;
    struct a4nn_diag *diag = g->opts.diag;

    if (g->settled != NULL)
        g->settled(g->arg, run);
    if (run->metric == NULL || g->emit == NULL)
        return;
    diag->emit = g->emit;
    a4nn_diag(diag, A4NN_NOTE, run->file, 0, "metric '%.100s'", run->metric);
    diag->emit = NULL;
}

/* ---- files ---- */

static struct a4nn_reader *
reader_of(struct a4nn_growing *g, struct a4nn_follow_file *file)
{
    const struct a4nn_source_member m = {file->path, file->name, file->argument, 1};

    if (file->user == NULL)
        file->user = a4nn_reader_new_of(g->set, &g->opts, &m);
    return file->user;
}

static void
drop_reader(struct a4nn_follow_file *file)
{
    a4nn_reader_free(file->user);
    file->user = NULL;
}

static void
on_begin(void *arg, struct a4nn_follow_file *file)
{
    (void)arg;
    (void)file;
}

static unsigned long
count_lines(const char *bytes, size_t len)
{
    const char *end = bytes + len;
    unsigned long n = 0;

    if (memchr(bytes, '\0', len) != NULL)
        return 0;
    for (; (bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL; bytes++)
        n++;
    return n;
}

static void
on_bytes(void *arg, struct a4nn_follow_file *file, const char *bytes, size_t len)
{
    struct a4nn_growing *g = arg;
    struct a4nn_reader *reader = reader_of(g, file);

    g->last = a4nn_now();
    g->file = file;
    if (!file->old) {
        a4nn_reader_goes_on(reader);
        g->lines += count_lines(bytes, len);
        g->bytes += len;
    }
    (void)a4nn_reader_feed(reader, bytes, len);
    if (!file->whole && a4nn_reader_is_whole(reader)) {
        file->whole = true;
        drop_reader(file);
    }
}

static void
on_anew(void *arg, struct a4nn_follow_file *file, enum a4nn_follow_how how)
{
    struct a4nn_growing *g = arg;

    if (how == A4NN_FOLLOW_WHOLE) {
        drop_reader(file);
    } else if (file->old) {
        if (file->user != NULL)
            a4nn_reader_forget(file->user);
        drop_reader(file);
        if (g->forget != NULL)
            g->forget(g->arg, file);
    } else {
        a4nn_reader_anew(reader_of(g, file), how == A4NN_FOLLOW_REWRITTEN);
    }
}

/*
 * A document was read from its beginning to its end.  While its writer is at it, it may be broken;
 * that is said, and something made of its first part, only if it still is at the end: what is
 * there first need not have the metric that the whole is judged by.
 */
static void
on_complete(void *arg, struct a4nn_follow_file *file)
{
    struct a4nn_growing *g = arg;
    struct a4nn_diag *diag = g->opts.diag, before = *diag;
    struct a4nn_reader *reader = reader_of(g, file);

    g->file = file;
    if (!a4nn_reader_is_whole(reader)) {
        file->whole = false;
        return;
    }
    if (!g->ending) {
        g->emit = diag->emit;
        diag->emit = NULL;
    }
    a4nn_reader_end(reader);
    file->again = diag->errors > before.errors;
    if (!g->ending)
        *diag = before;
    g->emit = NULL;
    drop_reader(file);
}

static void
on_end(void *arg, struct a4nn_follow_file *file)
{
    struct a4nn_growing *g = arg;

    g->file = file;
    if (!g->later && !file->whole)
        a4nn_reader_end(reader_of(g, file));
    drop_reader(file);
}

/* ---- all of them ---- */

struct a4nn_growing *
a4nn_growing_new(const struct a4nn_reader_opts *opts, double poll,
                 void (*settled)(void *arg, const struct a4nn_reader_run *run),
                 void (*forget)(void *arg, const struct a4nn_follow_file *file), void *arg)
{
    struct a4nn_growing *g = a4nn_xcalloc(1, sizeof *g);
    const struct a4nn_follow_sink sink = {on_begin, on_bytes, on_anew,   on_complete,
                                          on_end,   g,        opts->diag};

    g->opts = *opts;
    g->opts.unfinished = true;
    g->settled = settled;
    g->forget = forget;
    g->arg = arg;
    g->last = a4nn_now();
    g->set = a4nn_reader_set_new(&g->opts, on_settled, g);
    g->follow = a4nn_follow_new(&sink, poll);
    return g;
}

struct a4nn_follow *
a4nn_growing_follow(struct a4nn_growing *g)
{
    return g->follow;
}

const struct a4nn_follow_file *
a4nn_growing_file(const struct a4nn_growing *g)
{
    return g->file;
}

bool
a4nn_growing_is_old(const struct a4nn_growing *g)
{
    const struct a4nn_reader_run *run = a4nn_reader_set_giving(g->set);

    return run != NULL ? !run->fresh : g->file != NULL && g->file->old;
}

bool
a4nn_growing_is_again(const struct a4nn_growing *g)
{
    return g->file != NULL && (g->file->whole || g->file->anew);
}

void
a4nn_growing_recall(struct a4nn_growing *g, const char *key, const char *name, const char *metric)
{
    a4nn_reader_set_recall(g->set, key, name, metric);
}

double
a4nn_growing_idle(const struct a4nn_growing *g)
{
    return a4nn_now() - g->last;
}

unsigned long
a4nn_growing_lines(const struct a4nn_growing *g)
{
    return g->lines;
}

unsigned long
a4nn_growing_bytes(const struct a4nn_growing *g)
{
    return g->bytes;
}

void
a4nn_growing_finish(struct a4nn_growing *g, bool later)
{
    g->later = later;
    g->ending = true;
    g->opts.unfinished = false;
    a4nn_follow_finish(g->follow);
    g->file = NULL;
    if (!later)
        a4nn_reader_set_finish(g->set);
}

void
a4nn_growing_free(struct a4nn_growing *g)
{
    if (g == NULL)
        return;
    a4nn_follow_free(g->follow);
    a4nn_reader_set_free(g->set);
    free(g);
}
