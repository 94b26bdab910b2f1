/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * steer_run [-b BATCH] [-c] [-g PERCENT] [-k KIN.jsonl] [-R RULE] FILE.jsonl SEEDS: searches over
 * candidates whose curves are known.  A line of the file is {"config":{...},"metric":"val_acc",
 * "mode":"max","curve":[...],"cost":1}, null where the value is no number; the cost is that of an
 * epoch, 1 where there is none, and -c lets the search know it.  A search trains what a4nn-steer
 * would propose, BATCH at a time (1), until one of the best PERCENT (1) of the candidates has been
 * trained to its end.  With -R each training is fed to that rule, in one stream, as a4nn-predict
 * would see it, and ends where that says stop; its forecast is then all that is learned of it.
 * KIN.jsonl has candidates of a similar task, a random half of which has been trained there: of
 * these the search knows.
 *
 * Prints, for each seed, how many trainings there were, their epochs, how many of the best were
 * stopped, and what the epochs cost.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dice.h"
#include "features.h"
#include "propose.h"
#include "session.h"
#include "xalloc.h"
#include "yardstick.h"

enum { MOST = 256 }; /* proposals at once */

struct curve {
    char *metric, *mode;
    double *value;
    size_t n;
    double cost;
};

struct collection {
    struct a4nn_features *features;
    struct curve *curve;
    size_t n, cap;
    struct a4nn_result *kin;
    size_t kins;
    enum a4nn_mode mode;
    double good; /* the best have this or more, times the mode's sign */
    size_t batch;
    bool thrifty;
    const char *rule;
};

static const double of_interval = 3.289707253902945; /* standard deviations in 90 % */

static int
downwards(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x < *y) - (*x > *y);
}

/* The final value, larger for better, -INFINITY for none. */
static double
worth(const struct collection *c, size_t i)
{
    double v = c->curve[i].value[c->curve[i].n - 1];

    return !isfinite(v) ? -INFINITY : c->mode == A4NN_MIN ? -v : v;
}

static void
add_curve(struct collection *c, const struct a4nn_json *line)
{
    const struct a4nn_json *values = a4nn_json_get(line, "curve");
    struct curve r = {.n = a4nn_json_size(values), .cost = 1};
    size_t i;

    r.metric = a4nn_xstrdup(a4nn_json_string(a4nn_json_get(line, "metric")));
    r.mode = a4nn_xstrdup(a4nn_json_string(a4nn_json_get(line, "mode")));
    c->mode = a4nn_mode_find(r.mode);
    r.value = a4nn_xcalloc(r.n + 1, sizeof *r.value);
    for (i = 0; i < r.n; i++) {
        r.value[i] = NAN;
        a4nn_json_number(a4nn_json_at(values, i), &r.value[i]);
    }
    a4nn_json_number(a4nn_json_get(line, "cost"), &r.cost);
    c->curve = a4nn_xgrow(c->curve, c->n, &c->cap, sizeof *c->curve);
    c->curve[c->n++] = r;
}

/* Candidates are the first rows of the features. */
static void
load(struct collection *c, const char *file)
{
    FILE *in = fopen(file, "re");
    char *line = NULL;
    size_t size = 0;

    if (in == NULL)
        exit(2);
    while (getline(&line, &size, in) > 0) {
        struct a4nn_json *v = a4nn_json_parse(line, strlen(line), NULL, NULL);

        a4nn_features_add(c->features, a4nn_json_get(v, "config"));
        add_curve(c, v);
        a4nn_json_free(v);
    }
    free(line);
    fclose(in);
}

/* What a similar task came to, as the model database would have it. */
static void
load_kin(struct collection *c, const char *file)
{
    struct collection k = {.features = c->features};
    struct a4nn_yardstick *yardstick;
    double *value;
    size_t i;

    load(&k, file);
    value = a4nn_xcalloc(k.n + 1, sizeof *value);
    for (i = 0; i < k.n; i++)
        value[i] = k.curve[i].value[k.curve[i].n - 1];
    yardstick = a4nn_yardstick_new(value, k.n, k.mode);
    c->kins = k.n;
    c->kin = a4nn_xcalloc(k.n + 1, sizeof *c->kin);
    for (i = 0; i < k.n; i++)
        c->kin[i] = (struct a4nn_result){.row = c->n + i,
                                         .task = 1,
                                         .state = A4NN_RESULT_VALUE,
                                         .value = a4nn_yardstick_z(yardstick, value[i])};
    a4nn_yardstick_free(yardstick);
    free(value);
}

static void
find_good(struct collection *c, double percent)
{
    double *sorted = a4nn_xcalloc(c->n + 1, sizeof *sorted);
    size_t i;

    for (i = 0; i < c->n; i++)
        sorted[i] = worth(c, i);
    qsort(sorted, c->n, sizeof *sorted, downwards);
    c->good = sorted[(size_t)ceil((double)c->n * percent / 100) - 1];
    free(sorted);
}

/* ---- one training ---- */

static struct a4nn_policy *
policy_of(const struct collection *c)
{
    struct a4nn_policy_opts opts = {
        .rules = &c->rule, .nrules = 1, .epochs = NAN, .explain_at = NAN};
    struct a4nn_policy *policy;
    struct a4nn_err err;

    if (c->rule == NULL)
        return NULL;
    policy = a4nn_policy_new(&opts, &err);
    if (policy == NULL) {
        fprintf(stderr, "steer_run: %s\n", err.msg);
        exit(2);
    }
    return policy;
}

/* Feeds its next value; true when it is stopped, with what is then known of it. */
static bool
feed(const struct collection *c, struct a4nn_policy *policy, size_t i, size_t epoch,
     struct a4nn_result *told)
{
    struct a4nn_record r = {0};
    double low, high;
    char name[32];
    bool stop;

    snprintf(name, sizeof name, "%zu", i);
    a4nn_record_set_text(&r, A4NN_RUN, name);
    a4nn_record_set_text(&r, A4NN_METRIC, c->curve[i].metric);
    a4nn_record_set_text(&r, A4NN_MODE, c->curve[i].mode);
    a4nn_record_set_num(&r, A4NN_EPOCH, (double)epoch);
    a4nn_record_set_num(&r, A4NN_EPOCHS, (double)c->curve[i].n);
    a4nn_record_set_num(&r, A4NN_VALUE, c->curve[i].value[epoch - 1]);
    stop = a4nn_policy_feed(policy, &r) && epoch < c->curve[i].n;
    if (stop) {
        told->value = a4nn_record_num(&r, A4NN_FORECAST);
        low = a4nn_record_num(&r, A4NN_LOW);
        high = a4nn_record_num(&r, A4NN_HIGH);
        told->sd = isfinite(high - low) ? fabs(high - low) / of_interval : 0;
        if (strstr(a4nn_record_text(&r, A4NN_REASON, ""), "diverged") != NULL)
            told->value = NAN;
    }
    a4nn_record_release(&r);
    return stop;
}

/* Trains it, to its end or its stop; the epochs. */
static size_t
train(const struct collection *c, struct a4nn_policy *policy, size_t i, struct a4nn_result *told)
{
    size_t n = c->curve[i].n, epoch = n;

    *told = (struct a4nn_result){
        .row = i, .state = A4NN_RESULT_VALUE, .value = c->curve[i].value[n - 1]};
    if (policy != NULL)
        for (epoch = 1; epoch < n && !feed(c, policy, i, epoch, told); epoch++)
            continue;
    if (policy != NULL && epoch == n)
        feed(c, policy, i, epoch, told);
    if (!isfinite(told->value))
        told->state = A4NN_RESULT_FAILED;
    return epoch;
}

/* ---- searches ---- */

static size_t
take_out(size_t *row, size_t left, const size_t *picked, size_t taken)
{
    size_t i, k, n = 0;

    for (i = 0; i < left; i++) {
        for (k = 0; k < taken && picked[k] != row[i]; k++)
            continue;
        if (k == taken)
            row[n++] = row[i];
    }
    return n;
}

/* What has been trained of the similar task: another half for each seed. */
static struct a4nn_result *
half_of_kin(const struct collection *c, unsigned long seed)
{
    struct a4nn_result *kin = a4nn_xcalloc(c->kins + 1, sizeof *kin);
    size_t *order = a4nn_xcalloc(c->kins + 1, sizeof *order), i;
    struct a4nn_dice dice = {seed};

    for (i = 0; i < c->kins; i++)
        order[i] = i;
    a4nn_dice_shuffle(&dice, order, c->kins);
    for (i = 0; i < c->kins / 2; i++)
        kin[i] = c->kin[order[i]];
    free(order);
    return kin;
}

/* As the model wants it, of those left; NULL where it is not to know. */
static double *
costs_of(const struct collection *c, const size_t *row, size_t left)
{
    double *cost = c->thrifty ? a4nn_xcalloc(left + 1, sizeof *cost) : NULL;
    size_t i;

    for (i = 0; cost != NULL && i < left; i++)
        cost[i] = c->curve[row[i]].cost;
    return cost;
}

static void
search(const struct collection *c, unsigned long seed)
{
    struct a4nn_result *result = a4nn_xcalloc(c->n, sizeof *result);
    size_t *row = a4nn_xcalloc(c->n, sizeof *row), left = c->n, done = 0, epochs = 0, lost = 0, i;
    struct a4nn_proposal *p = a4nn_xcalloc(c->batch, sizeof *p);
    struct a4nn_policy *policy = policy_of(c);
    struct a4nn_result *kin = half_of_kin(c, seed);
    bool found = false;
    double total = 0;

    for (i = 0; i < c->n; i++)
        row[i] = i;
    while (left > 0 && !found) {
        double *cost = costs_of(c, row, left);
        struct a4nn_propose_opts o = {.features = c->features,
                                      .result = result,
                                      .results = done,
                                      .kin = kin,
                                      .kins = c->kins / 2,
                                      .row = row,
                                      .candidates = left,
                                      .cost = cost,
                                      .count = c->batch,
                                      .mode = c->mode,
                                      .seed = seed * 100003 + done};
        size_t picked[MOST] = {0}, taken = a4nn_propose(&o, p);

        for (i = 0; i < taken; i++) {
            size_t spent;

            picked[i] = row[p[i].candidate];
            spent = train(c, policy, picked[i], &result[done++]);
            epochs += spent;
            total += (double)spent * c->curve[picked[i]].cost;
            if (worth(c, picked[i]) >= c->good) {
                found = found || spent == c->curve[picked[i]].n;
                lost += spent < c->curve[picked[i]].n ? 1 : 0;
            }
        }
        a4nn_proposals_release(p, taken);
        free(cost);
        left = take_out(row, left, picked, taken);
    }
    printf("%zu %zu %zu %.6g\n", done, epochs, lost, total);
    fflush(stdout);
    a4nn_policy_free(policy);
    free(result);
    free(kin);
    free(row);
    free(p);
}

int
main(int argc, char **argv)
{
    struct collection c = {.features = a4nn_features_new(), .batch = 1};
    const char *kin = NULL;
    double percent = 1;
    unsigned long seed, seeds;
    int option;

    while ((option = getopt(argc, argv, "b:cg:k:R:")) != -1)
        switch (option) {
        case 'b': c.batch = strtoul(optarg, NULL, 10); break;
        case 'c': c.thrifty = true; break;
        case 'g': percent = strtod(optarg, NULL); break;
        case 'k': kin = optarg; break;
        case 'R': c.rule = optarg; break;
        default: return 2;
        }
    if (argc - optind != 2 || c.batch < 1 || c.batch > MOST)
        return 2;
    load(&c, argv[optind]);
    if (kin != NULL)
        load_kin(&c, kin);
    a4nn_features_finish(c.features);
    find_good(&c, percent);
    seeds = strtoul(argv[optind + 1], NULL, 10);
    for (seed = 0; seed < seeds; seed++)
        search(&c, seed);
    return 0;
}
