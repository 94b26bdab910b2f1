/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/reader_set.h"

#include <stdlib.h>

#include "buf.h"
#include "log/names.h"
#include "xalloc.h"

struct a4nn_reader_set {
    const struct a4nn_reader_opts *opts;
    void (*settled)(void *arg, const struct a4nn_reader_run *run);
    void *arg;
    struct a4nn_strmap taken, keys;
    struct a4nn_reader_run **run;
    const struct a4nn_reader_run *giving;
    size_t cap;
};

struct a4nn_reader_set *
a4nn_reader_set_new(const struct a4nn_reader_opts *opts,
                    void (*settled)(void *arg, const struct a4nn_reader_run *run), void *arg)
{
    struct a4nn_reader_set *set = a4nn_xcalloc(1, sizeof *set);

    set->opts = opts;
    set->settled = settled;
    set->arg = arg;
    return set;
}

static struct a4nn_reader_run *
run_of(struct a4nn_reader_set *set, const char *key)
{
    bool added;
    size_t i = a4nn_strmap_put(&set->keys, key, &added);

    if (added) {
        set->run = a4nn_xgrow(set->run, i, &set->cap, sizeof(struct a4nn_reader_run *));
        set->run[i] = a4nn_xcalloc(1, sizeof **set->run);
        set->run[i]->key = set->keys.key[i];
        set->run[i]->set = set;
    }
    return set->run[i];
}

void
a4nn_reader_set_recall(struct a4nn_reader_set *set, const char *key, const char *name,
                       const char *metric)
{
    struct a4nn_reader_run *run = run_of(set, key);

    a4nn_strmap_put(&set->taken, name, NULL);
    a4nn_xreplace(&run->name, name);
    if (metric != NULL)
        a4nn_xreplace(&run->metric, metric);
}

struct a4nn_reader_run *
a4nn_reader_set_run(struct a4nn_reader_set *set, const char *argument, const char *path, bool whole,
                    const char *above)
{
    struct a4nn_buf key = {0};
    struct a4nn_reader_run *run;

    a4nn_buf_addf(&key, "%s\t%s", argument, path);
    run = run_of(set, key.data);
    a4nn_buf_release(&key);
    if (run->name == NULL) {
        run->name = set->opts->run != NULL ? a4nn_run_name_given(set->opts->run, &set->taken)
                                           : a4nn_run_name(path, whole, above, &set->taken);
        set->settled(set->arg, run);
    }
    return run;
}

/* The metric chosen is that of the first record. */
static void
on_record(void *arg, struct a4nn_record *record)
{
    struct a4nn_reader_run *run = arg;
    struct a4nn_reader_set *set = run->set;

    if (run->metric == NULL) {
        run->metric = a4nn_xstrdup(a4nn_record_text(record, A4NN_METRIC, ""));
        set->settled(set->arg, run);
    }
    set->giving = run;
    set->opts->record(set->opts->arg, record);
    set->giving = NULL;
}

void
a4nn_reader_run_open(struct a4nn_reader_run *run, const struct a4nn_log_format *format,
                     const char *file, bool live)
{
    const struct a4nn_reader_opts *opts = run->set->opts;

    if (run->select != NULL) {
        a4nn_select_file(run->select, file);
        return;
    }
    a4nn_xreplace(&run->file, file);
    run->select = a4nn_select_new(&opts->select, format, run->file, run->name, false, live,
                                  on_record, run, opts->diag);
    if (run->metric != NULL)
        a4nn_select_prefer(run->select, run->metric);
}

void
a4nn_reader_run_close(struct a4nn_reader_run *run, bool finish)
{
    if (run->select != NULL && finish)
        a4nn_select_finish(run->select);
    a4nn_select_free(run->select);
    run->select = NULL;
}

void
a4nn_reader_run_forget(struct a4nn_reader_run *run)
{
    a4nn_reader_run_close(run, false);
    free(run->metric);
    run->metric = NULL;
}

const struct a4nn_reader_run *
a4nn_reader_set_giving(const struct a4nn_reader_set *set)
{
    return set->giving;
}

void
a4nn_reader_set_finish(struct a4nn_reader_set *set)
{
    size_t i;

    for (i = 0; i < set->keys.n; i++)
        a4nn_reader_run_close(set->run[i], true);
}

void
a4nn_reader_set_free(struct a4nn_reader_set *set)
{
    size_t i;

    if (set == NULL)
        return;
    for (i = 0; i < set->keys.n; i++) {
        a4nn_reader_run_close(set->run[i], false);
        free(set->run[i]->name);
        free(set->run[i]->metric);
        free(set->run[i]->file);
        free(set->run[i]);
    }
    free(set->run);
    a4nn_strmap_release(&set->taken);
    a4nn_strmap_release(&set->keys);
    free(set);
}
