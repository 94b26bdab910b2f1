/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "xalloc.h"

/* Endings that only say how a log is written. */
static const char *const endings[] = {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".log",
                                      ".txt", ".out", ".err",  ".md",    ".db",     ".sqlite",
                                      ".gz",  ".xz",  ".zst",  ".bz2",   ".sqlite3"};

/* File names that frameworks give to every log, so that the folder tells more. */
static const char *const nameless[] = {
    "metrics",      "results", "result",        "progress",          "history",
    "training_log", "log",     "train",         "training",          "stdout",
    "stderr",       "output",  "trainer_state", "summary",           "scalars",
    "console",      "slurm",   "measurements",  "eval_measurements", "vis_data"};

static bool
listed(const char *name, size_t len, const char *const *list, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strlen(list[i]) == len && strncasecmp(list[i], name, len) == 0)
            return true;
    return false;
}

/* Length of `path` without endings: "a/b.log.json" and "a/b.csv.gz" are both "a/b". */
static size_t
without_endings(const char *path)
{
    size_t len = strlen(path);

    for (;;) {
        size_t dot = len;
        while (dot > 0 && path[dot - 1] != '.' && path[dot - 1] != '/')
            dot--;
        if (dot < 2 || path[dot - 1] != '.' || path[dot - 2] == '/' ||
            !listed(path + dot - 1, len - dot + 1, endings, sizeof endings / sizeof endings[0]))
            return len;
        len = dot - 1;
    }
}

/* Where the last component of the first `len` bytes begins. */
static size_t
last_component(const char *path, size_t len)
{
    while (len > 0 && path[len - 1] != '/')
        len--;
    return len;
}

/* Cuts off a last component that says nothing, if a folder is left to name the run. */
static size_t
telling_length(const char *path)
{
    size_t len = without_endings(path), start = last_component(path, len);

    while (start > 1 &&
           listed(path + start, len - start, nameless, sizeof nameless / sizeof nameless[0])) {
        len = start - 1;
        start = last_component(path, len);
    }
    return len;
}

static bool
take(struct a4nn_strmap *taken, const char *name)
{
    bool added;

    a4nn_strmap_put(taken, name, &added);
    return added;
}

static void
number(struct a4nn_buf *out, const char *name, size_t n)
{
    a4nn_buf_reset(out);
    a4nn_buf_addf(out, "%s#%zu", name, n);
}

/* By bisection: the numbers that are taken follow each other, and there may be many. */
static char *
numbered(const char *name, struct a4nn_strmap *taken)
{
    struct a4nn_buf tried = {0};
    size_t used = 1, unused = 2;

    for (;; used = unused, unused *= 2) {
        number(&tried, name, unused);
        if (a4nn_strmap_find(taken, tried.data) == A4NN_STRMAP_NONE)
            break;
    }
    while (unused - used > 1) {
        size_t mid = used + (unused - used) / 2;
        number(&tried, name, mid);
        if (a4nn_strmap_find(taken, tried.data) == A4NN_STRMAP_NONE)
            unused = mid;
        else
            used = mid;
    }
    number(&tried, name, unused);
    take(taken, tried.data);
    return tried.data;
}

char *
a4nn_run_name_given(const char *name, struct a4nn_strmap *taken)
{
    return take(taken, name) ? a4nn_xstrdup(name) : numbered(name, taken);
}

/* The path with the last component of `above` before it, if it says nothing by itself; or NULL. */
static char *
with_folder(const char *path, const char *above)
{
    size_t len = telling_length(path), start = last_component(path, len), end;
    struct a4nn_buf full = {0};

    if (above == NULL || start != 0 ||
        !listed(path, len, nameless, sizeof nameless / sizeof nameless[0]))
        return NULL;
    end = strlen(above);
    while (end > 0 && above[end - 1] == '/')
        end--;
    start = last_component(above, end);
    if (above[start] == '.' || above[start] == '-' ||
        start == end) /* ".", "..", "-" are no names */
        return NULL;
    a4nn_buf_add(&full, above + start, end - start);
    a4nn_buf_addf(&full, "/%s", path);
    return full.data;
}

static char *
unique_name(const char *path, bool whole, struct a4nn_strmap *taken)
{
    size_t len, start;
    char *name;

    if (strcmp(path, "-") == 0)
        path = "stdin";
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    len = telling_length(path);
    start = whole ? 0 : last_component(path, len);
    while (whole && start < len && path[start] == '/')
        start++;
    for (;;) {
        name = a4nn_xstrndup(path + start, len - start);
        if (take(taken, name))
            return name;
        if (start < 2)
            break;
        free(name);
        start = last_component(path, start - 1);
    }
    path = name;
    name = numbered(path, taken);
    free((char *)path);
    return name;
}

char *
a4nn_run_name(const char *path, bool whole, const char *above, struct a4nn_strmap *taken)
{
    char *full = with_folder(path, above);
    char *name = unique_name(full != NULL ? full : path, whole, taken);

    free(full);
    return name;
}
