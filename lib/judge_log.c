/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "judge_log.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "growing.h"
#include "seen.h"
#include "strmap.h"
#include "xalloc.h"

/* An observation from before the training, of a run that it has not added to yet. */
struct past {
    struct a4nn_record record;
    const struct a4nn_follow_file *file;
};

struct a4nn_judge_log {
    const struct a4nn_judge_opts *opts;
    struct a4nn_growing *logs;
    struct a4nn_policy *policy;
    struct a4nn_seen seen;
    struct a4nn_strmap own; /* runs that the training has added to */
    struct past *past;
    size_t pasts, cap;
    unsigned long observations;
    bool told;
};

/* ---- the past ---- */

static void
keep(struct a4nn_judge_log *j, const struct a4nn_record *r)
{
    struct past *p;

    j->past = a4nn_xgrow(j->past, j->pasts, &j->cap, sizeof *j->past);
    p = &j->past[j->pasts++];
    *p = (struct past){.file = a4nn_growing_file(j->logs)};
    a4nn_record_copy(&p->record, r);
}

static void
on_forget(void *arg, const struct a4nn_follow_file *file)
{
    struct a4nn_judge_log *j = arg;
    size_t i, kept = 0;

    for (i = 0; i < j->pasts; i++)
        if (j->past[i].file == file)
            a4nn_record_release(&j->past[i].record);
        else
            j->past[kept++] = j->past[i];
    j->pasts = kept;
}

static bool
judge(struct a4nn_judge_log *j, struct a4nn_record *r, struct a4nn_judgement *out)
{
    if (!a4nn_judgement_make(j->policy, j->opts->keeper, r, out))
        return false;
    out->observations = ++j->observations;
    return true;
}

static void
write_down(struct a4nn_judge_log *j, const struct a4nn_record *r)
{
    if (j->opts->keeper != NULL)
        a4nn_keeper_keep(j->opts->keeper, r);
}

/*
 * The run goes on, at the epoch of `next`: lives its past, and gives a verdict to stop that is in
 * it.  One that lies behind the epoch it is taken up at again was never the end.
 */
static void
live_past(struct a4nn_judge_log *j, const struct a4nn_record *next)
{
    const char *run = a4nn_record_text(next, A4NN_RUN, "");
    struct a4nn_judgement now, stop = {.stop = false};
    size_t i, kept = 0;

    for (i = 0; i < j->pasts; i++) {
        struct a4nn_record *r = &j->past[i].record;
        if (strcmp(a4nn_record_text(r, A4NN_RUN, ""), run) != 0) {
            j->past[kept++] = j->past[i];
            continue;
        }
        a4nn_seen_add(&j->seen, a4nn_seen_hash(r, false));
        if (judge(j, r, &now)) {
            if (stop.stop && now.epoch <= stop.epoch)
                stop.stop = false;
            if (now.stop && !stop.stop)
                stop = now;
        }
        write_down(j, r);
        a4nn_record_release(r);
    }
    j->pasts = kept;
    if (stop.stop && a4nn_record_num(next, A4NN_EPOCH) > stop.epoch)
        j->opts->judged(j->opts->arg, &stop);
}

/* ---- observations ---- */

static int
on_record(void *arg, struct a4nn_record *r)
{
    struct a4nn_judge_log *j = arg;
    struct a4nn_judgement out;
    bool first;

    if (a4nn_growing_is_old(j->logs)) {
        const struct a4nn_follow_file *file = a4nn_growing_file(j->logs);
        if (file == NULL || !file->whole) /* a document is all given again when it is written */
            keep(j, r);
        return 0;
    }
    a4nn_strmap_put(&j->own, a4nn_record_text(r, A4NN_RUN, ""), &first);
    if (first)
        live_past(j, r);
    if (!a4nn_seen_add(&j->seen, a4nn_seen_hash(r, false)) && a4nn_growing_is_again(j->logs))
        return 0; /* a run that goes back to an epoch, and comes to the same, does give it again */
    if (judge(j, r, &out))
        j->opts->judged(j->opts->arg, &out);
    write_down(j, r);
    return 0;
}

/* ---- its life ---- */

struct a4nn_judge_log *
a4nn_judge_log_new(const struct a4nn_judge_opts *opts)
{
    struct a4nn_judge_log *j = a4nn_xcalloc(1, sizeof *j);

    j->opts = opts;
    opts->reader->record = on_record;
    opts->reader->pause = NULL;
    opts->reader->arg = j;
    j->logs = a4nn_growing_new(opts->reader, 0, NULL, on_forget, j);
    a4nn_follow_add(a4nn_growing_follow(j->logs), opts->log);
    return j;
}

static void
tell_missing(struct a4nn_judge_log *j, bool over)
{
    unsigned long lines = a4nn_growing_lines(j->logs);

    if (j->told || j->observations > 0 || (lines < j->opts->lines && !over))
        return;
    j->told = true;
    if (a4nn_growing_bytes(j->logs) == 0)
        a4nn_diag(j->opts->reader->diag, A4NN_WARNING, NULL, 0,
                  "nothing was written to '%.200s': no verdict", j->opts->log);
    else
        j->opts->missing(j->opts->arg, lines);
}

int
a4nn_judge_log_run(struct a4nn_judge_log *j, int until, struct a4nn_err *err)
{
    struct a4nn_follow *follow = a4nn_growing_follow(j->logs);
    struct pollfd p[2] = {{.fd = until, .events = POLLIN},
                          {.fd = a4nn_follow_fd(follow), .events = POLLIN}};

    if ((j->policy = a4nn_policy_new(j->opts->policy, err)) == NULL)
        return -1;
    while (p[0].revents == 0) {
        a4nn_follow_step(follow);
        tell_missing(j, false);
        if (j->opts->keeper != NULL)
            a4nn_keeper_pause(j->opts->keeper);
        poll(p, 2, a4nn_follow_wait(follow));
    }
    a4nn_growing_finish(j->logs, false);
    tell_missing(j, true);
    return 0;
}

void
a4nn_judge_log_free(struct a4nn_judge_log *j)
{
    if (j == NULL)
        return;
    while (j->pasts > 0)
        a4nn_record_release(&j->past[--j->pasts].record);
    free(j->past);
    a4nn_growing_free(j->logs);
    a4nn_policy_free(j->policy);
    a4nn_seen_release(&j->seen);
    a4nn_strmap_release(&j->own);
    free(j);
}
