/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

struct a4nn_judge {
    const struct a4nn_judge_opts *opts;
    struct a4nn_policy *policy;
    struct a4nn_reader *reader;
    unsigned long lines, observations;
    bool told;
};

bool
a4nn_judgement_make(struct a4nn_policy *policy, struct a4nn_keeper *keeper, struct a4nn_record *r,
                    struct a4nn_judgement *out)
{
    if (keeper != NULL && !a4nn_keeper_meet(keeper, r))
        return false;
    *out = (struct a4nn_judgement){.stop = a4nn_policy_feed(policy, r)};
    out->epoch = a4nn_record_num(r, A4NN_EPOCH);
    out->value = a4nn_record_num(r, A4NN_VALUE);
    out->epochs = a4nn_policy_epochs(policy);
    out->forecast = a4nn_record_num(r, A4NN_FORECAST);
    out->low = a4nn_record_num(r, A4NN_LOW);
    out->high = a4nn_record_num(r, A4NN_HIGH);
    out->expected_error = a4nn_record_num(r, A4NN_EXPECTED_ERROR);
    snprintf(out->run, sizeof out->run, "%s", a4nn_record_text(r, A4NN_RUN, ""));
    snprintf(out->metric, sizeof out->metric, "%s", a4nn_record_text(r, A4NN_METRIC, ""));
    snprintf(out->reason, sizeof out->reason, "%s", a4nn_record_text(r, A4NN_REASON, ""));
    return true;
}

static int
on_record(void *arg, struct a4nn_record *r)
{
    struct a4nn_judge *j = arg;
    struct a4nn_judgement out;

    if (a4nn_judgement_make(j->policy, j->opts->keeper, r, &out)) {
        out.observations = ++j->observations;
        j->opts->judged(j->opts->arg, &out);
    }
    if (j->opts->keeper != NULL)
        a4nn_keeper_keep(j->opts->keeper, r);
    return 0;
}

struct a4nn_judge *
a4nn_judge_new(const struct a4nn_judge_opts *opts, struct a4nn_err *err)
{
    struct a4nn_policy *policy = a4nn_policy_new(opts->policy, err);
    struct a4nn_judge *j;

    if (policy == NULL)
        return NULL;
    j = a4nn_xcalloc(1, sizeof *j);
    j->opts = opts;
    j->policy = policy;
    opts->reader->record = on_record;
    opts->reader->pause = NULL;
    opts->reader->arg = j;
    j->reader = a4nn_reader_new(opts->reader);
    a4nn_reader_begin(j->reader, opts->name);
    return j;
}

static void
tell_missing(struct a4nn_judge *j)
{
    if (j->told || j->observations > 0)
        return;
    j->told = true;
    j->opts->missing(j->opts->arg, j->lines);
}

/* How many of the bytes come before the end of the line that is one too many without a metric. */
static size_t
up_to_limit(struct a4nn_judge *j, const char *bytes, size_t len)
{
    const char *at = bytes, *end = bytes + len;

    while (j->lines < j->opts->lines && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        j->lines++;
    }
    return at != NULL ? (size_t)(at - bytes) : len;
}

bool
a4nn_judge_feed(struct a4nn_judge *j, const char *bytes, size_t len)
{
    size_t n;

    if (j->told || j->observations > 0)
        return a4nn_reader_feed(j->reader, bytes, len);
    n = up_to_limit(j, bytes, len);
    if (!a4nn_reader_feed(j->reader, bytes, n))
        return false;
    if (j->lines >= j->opts->lines)
        tell_missing(j);
    return a4nn_reader_feed(j->reader, bytes + n, len - n);
}

void
a4nn_judge_pause(struct a4nn_judge *j)
{
    if (j->opts->keeper != NULL)
        a4nn_keeper_pause(j->opts->keeper);
}

void
a4nn_judge_finish(struct a4nn_judge *j)
{
    a4nn_reader_end(j->reader);
    tell_missing(j);
}

void
a4nn_judge_free(struct a4nn_judge *j)
{
    if (j == NULL)
        return;
    a4nn_reader_free(j->reader);
    a4nn_policy_free(j->policy);
    free(j);
}
