/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intake.h"

#include <math.h>
#include <stdlib.h>

#include "expense.h"
#include "history.h"
#include "program.h"
#include "scale.h"
#include "space.h"
#include "xalloc.h"

static void
add_objective(struct a4nn_steer *s, const char *arg)
{
    if (s->objectives == A4NN_STEER_OBJECTIVES)
        a4nn_die(A4NN_TROUBLE, "--objective: more than %d", A4NN_STEER_OBJECTIVES);
    if (s->objective == NULL)
        s->objective = a4nn_xcalloc(A4NN_STEER_OBJECTIVES + 1, sizeof *s->objective);
    if (a4nn_objective_parse(arg, &s->objective[s->objectives], &s->err) < 0)
        a4nn_die(A4NN_TROUBLE, "--objective: %s", s->err.msg);
    s->objectives++;
}

/* Behind the objectives: what is stated of runs is found in the same way. */
static void
add_expense(struct a4nn_steer *s)
{
    if (s->expense[0] == '\0')
        a4nn_die(A4NN_TROUBLE, "--cost needs a name");
    if (s->objective == NULL)
        s->objective = a4nn_xcalloc(1, sizeof *s->objective);
    s->objective[s->objectives] = (struct a4nn_objective){a4nn_xstrdup(s->expense), A4NN_MIN};
}

static size_t
numbers_asked_for(const struct a4nn_steer *s)
{
    return s->objectives + (s->expense != NULL ? 1 : 0);
}

int
a4nn_steer_begin(struct a4nn_steer *s, const struct a4nn_cli *cli, size_t count, int argc,
                 char **argv)
{
    const char *arg;
    int code, first;

    *s = (struct a4nn_steer){.count = count, .p = 0.01};
    a4nn_input_init(&s->in);
    while ((code = a4nn_cli_next(cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        switch (code) {
        case A4NN_STEER_BEFORE: s->before = arg; break;
        case A4NN_STEER_CANDIDATES: s->candidates = arg; break;
        case A4NN_STEER_COST: s->expense = arg; break;
        case A4NN_STEER_OBJECTIVE: add_objective(s, arg); break;
        case A4NN_STEER_SPACE: s->space_file = arg; break;
        case A4NN_STEER_SEED:
            s->seed = (uint64_t)a4nn_cli_count(cli, code, arg, 0, 2147483647);
            break;
        case A4NN_STEER_P: s->p = a4nn_cli_number(cli, code, arg, 0, 1); break;
        case 'n': s->count = (size_t)a4nn_cli_count(cli, code, arg, 1, 1000); break;
        default: a4nn_input_option(&s->in, cli, code, arg);
        }
    if (s->expense != NULL)
        add_expense(s);
    return first;
}

/* ---- results ---- */

static int
on_record(void *arg, struct a4nn_record *record)
{
    struct a4nn_steer *s = arg;
    struct a4nn_metric metric = a4nn_input_metric(&s->in, record);

    if (s->in.epochs == s->in.epochs)
        a4nn_record_set_num(record, A4NN_EPOCHS, s->in.epochs);
    s->failed = a4nn_outcomes_record(&s->outcomes, record, metric.mode, &s->err) < 0;
    return s->failed;
}

static void
read_stream(struct a4nn_steer *s, char *const *operands, int count)
{
    struct a4nn_reader *reader;

    s->in.reader.record = on_record;
    s->in.reader.arg = s;
    reader = a4nn_reader_new(&s->in.reader);
    a4nn_reader_read(reader, operands, count);
    a4nn_reader_free(reader);
    if (s->failed)
        a4nn_die(A4NN_TROUBLE, "%s", s->err.msg);
}

static int
note_name(void *arg, const char *name, struct a4nn_json *value)
{
    (void)value;
    a4nn_strmap_put(arg, name, NULL);
    return 0;
}

static void
read_kindred(struct a4nn_steer *s, struct a4nn_db *db)
{
    struct a4nn_strmap members = {0};
    size_t i;

    for (i = 0; i < s->space.n; i++)
        a4nn_strmap_put(&members, s->space.parameter[i].name, NULL);
    for (i = 0; i < s->list.n; i++)
        a4nn_json_members(s->list.one[i].config, note_name, &members);
    if (a4nn_kindred_read(db, s->in.task, &members, &s->kindred, &s->err) < 0)
        a4nn_die(A4NN_TROUBLE, "%s", s->err.msg);
    a4nn_strmap_release(&members);
}

static void
read_history(struct a4nn_steer *s, enum a4nn_steer_verb verb)
{
    struct a4nn_err made;
    struct a4nn_db *db;

    if (!s->in.history)
        return;
    /* A search begins without one: then it is made, as whoever trains for it would. */
    db = a4nn_history_open(s->in.history_name, A4NN_DB_READ, A4NN_HISTORY_PATIENCE, &s->err);
    if (db == NULL && verb != A4NN_STEER_EXPLAIN) {
        db = a4nn_history_open(s->in.history_name, A4NN_DB_CREATE, A4NN_HISTORY_PATIENCE, &made);
        if (db != NULL)
            a4nn_diag(&s->in.diag, A4NN_NOTE, NULL, 0,
                      "there was no history yet: a new one is made");
    }
    if (db == NULL)
        a4nn_die(A4NN_TROUBLE, "%s", s->err.msg);
    if ((verb != A4NN_STEER_INIT || s->in.task != NULL) &&
        a4nn_outcomes_history(&s->outcomes, db, &s->err) < 0)
        a4nn_die(A4NN_TROUBLE, "%s", s->err.msg);
    if (verb == A4NN_STEER_INIT || (verb == A4NN_STEER_NEXT && s->in.task != NULL))
        read_kindred(s, db);
    a4nn_db_close(db);
}

/* ---- together ---- */

/* The configuration of a run, its own or that of the candidate of its name; NULL: not known. */
static const struct a4nn_json *
config_of(const struct a4nn_steer *s, size_t run, long *candidate)
{
    const struct a4nn_outcome *o = &s->outcomes.run[run];

    *candidate = a4nn_candidates_find(&s->list, s->outcomes.runs.key[run]);
    if (o->config != NULL)
        return o->config;
    return *candidate >= 0 ? s->list.one[*candidate].config : NULL;
}

/* As configured, or as the candidate's line has it. */
static double
stated_cost(const struct a4nn_steer *s, size_t k, const struct a4nn_json *config, long candidate)
{
    double cost = a4nn_objective_in(&s->objective[k], config);

    if (isnan(cost) && candidate >= 0)
        cost = a4nn_objective_in(&s->objective[k], s->list.one[candidate].line);
    return cost;
}

/* Seconds are those until its last epoch: what it would have taken to its end. */
static double
whole_cost(const struct a4nn_steer *s, const struct a4nn_outcome *o, double cost)
{
    int fact = a4nn_fact_find(s->expense);

    if (fact != A4NN_FACT_WALL_SECONDS && fact != A4NN_FACT_USER_SECONDS &&
        fact != A4NN_FACT_SYSTEM_SECONDS)
        return cost;
    if (!(o->epoch > 0))
        return NAN;
    return o->epochs > o->epoch ? cost * o->epochs / o->epoch : cost;
}

/* Of the next result, first as stated of the run. */
static void
find_costs(struct a4nn_steer *s, const struct a4nn_outcome *o, const struct a4nn_json *config,
           long candidate)
{
    size_t k;

    for (k = 0; k < numbers_asked_for(s); k++) {
        double cost = o->cost[k];
        if (!isnan(cost) && k == s->objectives)
            cost = whole_cost(s, o, cost);
        if (isnan(cost))
            cost = stated_cost(s, k, config, candidate);
        if (k < s->objectives)
            s->cost[s->results * s->objectives + k] = cost;
        else
            s->spent[s->results] = cost;
    }
}

static void
encode_results(struct a4nn_steer *s, bool *tried, struct a4nn_strmap *prints)
{
    size_t i;

    s->result = a4nn_xcalloc(s->outcomes.runs.n + 1, sizeof *s->result);
    s->run = a4nn_xcalloc(s->outcomes.runs.n + 1, sizeof *s->run);
    s->cost = a4nn_xcalloc(s->outcomes.runs.n * s->objectives + 1, sizeof *s->cost);
    s->spent = a4nn_xcalloc(s->outcomes.runs.n + 1, sizeof *s->spent);
    for (i = 0; i < s->outcomes.runs.n; i++) {
        const struct a4nn_outcome *o = &s->outcomes.run[i];
        long candidate;
        const struct a4nn_json *config = config_of(s, i, &candidate);
        char *print;

        if (candidate >= 0)
            tried[candidate] = true;
        if (config == NULL) {
            s->unknown++;
            continue;
        }
        print = a4nn_candidate_print(config);
        a4nn_strmap_put(prints, print, NULL);
        free(print);
        s->forecast += o->sd > 0 ? 1 : 0;
        s->run[s->results] = i;
        find_costs(s, o, config, candidate);
        s->result[s->results++] =
            (struct a4nn_result){.row = a4nn_features_add(s->features, config),
                                 .state = o->state,
                                 .value = o->value,
                                 .sd = o->sd};
    }
}

/* A run of a task that is less similar says less: at half the similarity one whole spread less. */
static void
encode_kindred(struct a4nn_steer *s)
{
    size_t i;

    s->kin = a4nn_xcalloc(s->kindred.runs + 1, sizeof *s->kin);
    for (i = 0; i < s->kindred.runs; i++) {
        const struct a4nn_kindred_run *r = &s->kindred.run[i];
        double similarity = s->kindred.task[r->task].similarity;

        s->kin[i] = (struct a4nn_result){.row = a4nn_features_add(s->features, r->config),
                                         .task = r->task + 1,
                                         .state = A4NN_RESULT_VALUE,
                                         .value = r->score,
                                         .sd = 1 / similarity - 1};
    }
}

/* A candidate has been tried when a run has its name or its configuration; of equal ones the first
 * is offered. */
static void
encode_candidates(struct a4nn_steer *s, const bool *tried, struct a4nn_strmap *prints)
{
    size_t i;

    s->row = a4nn_xcalloc(s->list.n + 1, sizeof *s->row);
    s->place = a4nn_xcalloc(s->list.n + 1, sizeof *s->place);
    for (i = 0; i < s->list.n; i++) {
        char *print = a4nn_candidate_print(s->list.one[i].config);
        bool fresh;

        a4nn_strmap_put(prints, print, &fresh);
        free(print);
        if (tried[i] || !fresh)
            continue;
        s->place[s->untried] = i;
        s->row[s->untried++] = a4nn_features_add(s->features, s->list.one[i].config);
    }
}

size_t
a4nn_steer_even(const struct a4nn_steer *s)
{
    size_t n = 0;

    while (s->pool != NULL && n < s->untried && s->place[n] < s->even)
        n++;
    return n;
}

size_t
a4nn_steer_over(const struct a4nn_steer *s)
{
    size_t over = 0, i;

    for (i = 0; i < s->results; i++)
        over += s->result[i].state != A4NN_RESULT_PENDING ? 1 : 0;
    return over;
}

/* Of a space, what fills it stands for all of it, and neighbours of the best do not. */
static void
set_standard(struct a4nn_steer *s)
{
    size_t n = a4nn_steer_even(s);

    if (n > 0)
        a4nn_features_stand(s->features, s->row[0], n);
}

static void
forget(struct a4nn_steer *s)
{
    a4nn_features_free(s->features);
    free(s->result);
    free(s->run);
    free(s->cost);
    free(s->spent);
    free(s->price);
    s->price = NULL;
    free(s->kin);
    free(s->row);
    free(s->place);
    s->results = s->forecast = s->unknown = s->untried = 0;
}

/* What the candidates cost, by what is stated of them and what results did. */
static void
find_prices(struct a4nn_steer *s)
{
    struct a4nn_expense known = {.n = s->results, .cost = s->spent}, asked = {.n = s->untried};
    size_t *row = a4nn_xcalloc(s->results + 1, sizeof *row), i;
    double *stated = a4nn_xcalloc(s->untried + 1, sizeof *stated);

    for (i = 0; i < s->results; i++)
        row[i] = s->result[i].row;
    for (i = 0; i < s->untried; i++)
        stated[i] =
            stated_cost(s, s->objectives, s->list.one[s->place[i]].config, (long)s->place[i]);
    known.row = row;
    asked.row = s->row;
    asked.cost = stated;
    s->price = a4nn_expense_tell(s->features, &known, &asked);
    free(row);
    free(stated);
}

void
a4nn_steer_encode(struct a4nn_steer *s)
{
    struct a4nn_strmap prints = {0};
    bool *tried = a4nn_xcalloc(s->list.n + 1, sizeof *tried);

    forget(s);
    s->features = a4nn_features_new();
    encode_results(s, tried, &prints);
    encode_kindred(s);
    encode_candidates(s, tried, &prints);
    set_standard(s);
    a4nn_features_finish(s->features);
    if (s->expense != NULL)
        find_prices(s);
    free(tried);
    a4nn_strmap_release(&prints);
}

/* Whether an objective, or the cost behind them, is known of any result or candidate. */
static bool
is_stated(const struct a4nn_steer *s, size_t k)
{
    size_t i;

    for (i = 0; i < s->results; i++)
        if (!isnan(k < s->objectives ? s->cost[i * s->objectives + k] : s->spent[i]))
            return true;
    for (i = 0; k == s->objectives && i < s->untried; i++)
        if (!isnan(s->price[i]))
            return true;
    return false;
}

/* A name that nothing states is likely to be mistyped; of what only begins nobody knows. */
static void
warn_of_unstated(struct a4nn_steer *s)
{
    size_t k;

    if (a4nn_steer_over(s) == 0)
        return;
    for (k = 0; k < numbers_asked_for(s); k++)
        if (!is_stated(s, k))
            a4nn_diag(&s->in.diag, A4NN_WARNING, NULL, 0, "nothing states '%s': it does not count",
                      s->objective[k].name);
}

void
a4nn_steer_read(struct a4nn_steer *s, char **operands, int count, enum a4nn_steer_verb verb)
{
    int left = a4nn_steer_space_read(s, operands, count);

    if (verb != A4NN_STEER_EXPLAIN && s->candidates == NULL && s->space_file == NULL)
        a4nn_die(A4NN_TROUBLE, "nothing to choose from: name --space or --candidates");
    if (s->candidates != NULL &&
        a4nn_candidates_read(s->candidates, &s->list, &s->in.diag, &s->err) < 0)
        a4nn_die(A4NN_TROUBLE, "%s", s->err.msg);
    s->outcomes.task = s->in.task;
    s->outcomes.objective = s->objective;
    s->outcomes.objectives = numbers_asked_for(s);
    if (left > 0 || (count == 0 && !s->in.history && verb != A4NN_STEER_INIT))
        read_stream(s, operands, left);
    read_history(s, verb);
    a4nn_outcomes_settle(&s->outcomes);
    a4nn_steer_space_fill(s, verb != A4NN_STEER_EXPLAIN);
    a4nn_steer_encode(s);
    if (s->unknown > 0)
        a4nn_diag(&s->in.diag, A4NN_WARNING, NULL, 0,
                  "%zu runs teach nothing: their configuration is not known", s->unknown);
    warn_of_unstated(s);
}

/* The best of a space's neighbours of the best is ever closer to it: without more boldness a search
 * stays where it is. */
static const double boldness_in_a_space = 1.5;

/* What the metric can be, in its own unit. */
static void
find_bounds(const struct a4nn_steer *s, double *least, double *most)
{
    const struct a4nn_metric asked = {.mode = s->outcomes.mode};
    struct a4nn_metric metric;
    struct a4nn_points points;
    double smallest = HUGE_VAL, largest = -HUGE_VAL, lo, hi;
    size_t i;

    for (i = 0; i < s->results; i++)
        if (isfinite(s->result[i].value)) {
            smallest = fmin(smallest, s->result[i].value);
            largest = fmax(largest, s->result[i].value);
        }
    *least = -HUGE_VAL;
    *most = HUGE_VAL;
    if (s->outcomes.measured == NULL || smallest > largest)
        return;
    a4nn_metric_settle(s->outcomes.measured, &asked, s->outcomes.mode, &metric);
    points = a4nn_points_make(metric.mode, metric.scale, smallest, largest);
    lo = a4nn_from_points(&points, points.lo);
    hi = a4nn_from_points(&points, points.hi);
    if (smallest < fmin(lo, hi) || largest > fmax(lo, hi)) /* it is not what its name says */
        return;
    *least = fmin(lo, hi);
    *most = fmax(lo, hi);
}

struct a4nn_propose_opts
a4nn_steer_model(const struct a4nn_steer *s)
{
    double least, most;

    find_bounds(s, &least, &most);
    return (struct a4nn_propose_opts){.features = s->features,
                                      .least = least,
                                      .most = most,
                                      .result = s->result,
                                      .results = s->results,
                                      .kin = s->kin,
                                      .kins = s->kindred.runs,
                                      .row = s->row,
                                      .cost = s->price,
                                      .candidates = s->untried,
                                      .count = s->count < s->untried ? s->count : s->untried,
                                      .boldness = s->pool != NULL ? boldness_in_a_space : 0,
                                      .mode = s->outcomes.mode,
                                      .seed = s->seed};
}

struct a4nn_tradeoff
a4nn_steer_tradeoff(const struct a4nn_steer *s)
{
    return (struct a4nn_tradeoff){s->objective, s->objectives, s->cost};
}

size_t
a4nn_steer_propose(const struct a4nn_steer *s, const struct a4nn_propose_opts *opts,
                   struct a4nn_proposal *out)
{
    struct a4nn_tradeoff t = a4nn_steer_tradeoff(s);

    return t.n > 0 ? a4nn_tradeoff_propose(&t, opts, out) : a4nn_propose(opts, out);
}

void
a4nn_steer_release(struct a4nn_steer *s)
{
    size_t k;

    forget(s);
    a4nn_candidates_release(&s->list);
    a4nn_outcomes_release(&s->outcomes);
    for (k = 0; k < numbers_asked_for(s); k++)
        a4nn_objective_release(&s->objective[k]);
    free(s->objective);
    a4nn_kindred_release(&s->kindred);
    a4nn_space_pool_free(s->pool);
    a4nn_space_release(&s->space);
    a4nn_input_release(&s->in);
}
