/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of the past: which are kept, for whom, and what a policy has to beat because of them. */
#include "unit.h"

#include "past.h"
#include "session.h"

enum { EPOCHS = 20 };

static double epoch[EPOCHS];

/* A run that ends at this value; `n` of its planned epochs were trained. */
static bool
add(struct a4nn_past *past, const char *task, const char *metric, double end, size_t n)
{
    struct a4nn_past_run run = {
        .task = task, .metric = metric, .epochs = EPOCHS, .epoch = epoch, .n = n};
    double value[EPOCHS];
    int i;

    for (i = 0; i < EPOCHS; i++) {
        epoch[i] = i + 1;
        value[i] = end * (1 - 0.5 / (i + 1)) / (1 - 0.5 / EPOCHS);
    }
    run.value = value;
    return a4nn_past_add(past, &run);
}

static void
what_teaches_nothing(void)
{
    const double nowhere[] = {1, NAN, EPOCHS}, backwards[] = {1, 2, 1}, value[] = {50, 60, 70},
                 diverged[] = {50, NAN, NAN};
    struct a4nn_past *past = a4nn_past_new();
    struct a4nn_past_run run = {
        "t", "val_acc", A4NN_MODE_UNKNOWN, A4NN_SCALE_UNKNOWN, EPOCHS, nowhere, value, 3};

    CHECK(!add(past, "", "val_acc", 90, EPOCHS) && !add(past, NULL, "val_acc", 90, EPOCHS));
    CHECK(!add(past, "t", "frobnication", 90, EPOCHS));
    CHECK(!add(past, "t", "val_acc", 90, EPOCHS - 1));
    CHECK(!add(past, "t", "val_acc", NAN, EPOCHS));
    CHECK(!a4nn_past_add(past, &run));
    run.epoch = backwards;
    run.epochs = 2;
    CHECK(!a4nn_past_add(past, &run));
    run.n = 2;
    CHECK(a4nn_past_add(past, &run)); /* what was backwards is not its any more */
    run.value = diverged;
    CHECK(!a4nn_past_add(past, &run));
    run.n = 0;
    CHECK(!a4nn_past_add(past, &run));
    run = (struct a4nn_past_run){"t", "val_acc", A4NN_MIN, A4NN_SCALE_UNKNOWN, 2, epoch, value, 2};
    CHECK(!a4nn_past_add(past, &run)); /* the other way round than the first */
    CHECK(a4nn_past_find(past, "t", "val_acc")->complete == 1);
    a4nn_past_free(past);
    a4nn_past_free(NULL);
}

static void
found_by_task_and_metric(void)
{
    struct a4nn_past *past = a4nn_past_new();

    CHECK(add(past, "t", "val_acc", 90, EPOCHS) && add(past, "t", "val_loss", 0.3, EPOCHS) &&
          add(past, "t", "val_loss", 0.2, EPOCHS) && add(past, "1:t", "val_acc", 60, EPOCHS));
    CHECK_NEAR(a4nn_past_find(past, "t", "val_acc")->best, 90, 1e-9);
    CHECK_NEAR(a4nn_past_find(past, "t", "val_loss")->best, 0.2, 1e-12);
    CHECK_NEAR(a4nn_past_find(past, "1:t", "val_acc")->best, 60, 1e-9);
    CHECK(a4nn_past_find(past, "t", "test_acc") == NULL);
    CHECK(a4nn_past_find(past, "", "val_acc") == NULL);
    CHECK(a4nn_past_find(NULL, "t", "val_acc") == NULL);
    a4nn_past_free(past);
}

/* The newest are kept, and of all others the best; a fraction turns out to be percent. */
static void
many_are_few(void)
{
    struct a4nn_past *past = a4nn_past_new();
    const struct a4nn_past_task *t;
    int i;

    CHECK(add(past, "t", "val_acc", 0.7, EPOCHS));
    t = a4nn_past_find(past, "t", "val_acc");
    CHECK_NEAR(t->best, 70, 1e-9);
    for (i = 0; i < 1000; i++)
        CHECK(add(past, "t", "val_acc", 90 - 0.01 * i, EPOCHS));
    CHECK_NEAR(t->best, 90, 1e-9);
    CHECK(t->complete == 1001 && t->n == A4NN_PAST_RUNS);
    for (i = 0; i < A4NN_PAST_RUNS; i++) {
        const struct a4nn_past_curve *c = a4nn_past_at(t, (size_t)i);
        CHECK(c->curve.n == EPOCHS);
        CHECK_NEAR(c->curve.value[EPOCHS - 1], 90 - 0.01 * (1000 - A4NN_PAST_RUNS + i), 1e-9);
    }
    a4nn_past_free(past);
}

/* The newest record of a run at `value` for all its epochs up to half of them. */
static struct a4nn_record
feed(struct a4nn_policy *policy, const char *task, const char *metric, double value)
{
    struct a4nn_record r = {0};
    int i;

    a4nn_record_set_text(&r, A4NN_RUN, "r");
    a4nn_record_set_text(&r, A4NN_TASK, task);
    a4nn_record_set_text(&r, A4NN_METRIC, metric);
    a4nn_record_set_num(&r, A4NN_EPOCHS, EPOCHS);
    for (i = 1; i <= EPOCHS / 2; i++) {
        a4nn_record_set_num(&r, A4NN_EPOCH, i);
        a4nn_record_set_num(&r, A4NN_VALUE, value);
        a4nn_policy_feed(policy, &r);
    }
    return r;
}

static void
check_beaten(const struct a4nn_past *past, const char *task, const char *metric, double value,
             const char *reason)
{
    static const char *const hopeless = "hopeless";
    struct a4nn_policy_opts opts = {
        .rules = &hopeless, .nrules = 1, .epochs = NAN, .explain_at = NAN, .past = past};
    struct a4nn_err err;
    struct a4nn_policy *policy = a4nn_policy_new(&opts, &err);
    struct a4nn_record r = feed(policy, task, metric, value);

    CHECK_STR(a4nn_record_text(&r, A4NN_REASON, ""), reason);
    CHECK(a4nn_record_has(&r, A4NN_P_BEAT) == (a4nn_past_find(past, task, metric) != NULL));
    a4nn_record_release(&r);
    a4nn_policy_free(policy);
}

static void
hopeless_beside_the_past(void)
{
    struct a4nn_past *past = a4nn_past_new();
    int i;

    for (i = 0; i < 3; i++) {
        add(past, "t", "val_acc", 90 + i, EPOCHS);
        add(past, "t", "val_loss", 0.2 + 0.1 * i, EPOCHS);
        add(past, "two", "val_acc", 90, i < 2 ? EPOCHS : EPOCHS - 1);
    }
    check_beaten(past, "t", "val_acc", 50, "hopeless");
    check_beaten(past, "t", "val_acc", 0.5, "hopeless"); /* percent then, a fraction now */
    check_beaten(past, "t", "val_acc", 91.9, "");
    check_beaten(past, "t", "val_loss", 2, "hopeless");
    check_beaten(past, "t", "val_loss", 0.19, "");
    check_beaten(past, "other", "val_acc", 50, "");
    check_beaten(past, "two", "val_acc", 50, ""); /* too few of them */
    check_beaten(NULL, "t", "val_acc", 50, "");
    a4nn_past_free(past);
}

int
main(void)
{
    what_teaches_nothing();
    found_by_task_and_metric();
    many_are_few();
    hopeless_beside_the_past();
    return unit_end();
}
