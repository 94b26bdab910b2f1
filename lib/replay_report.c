/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay_report.h"

#include <math.h>
#include <stdlib.h>

#include "replay_table.h"
#include "sheet.h"

static const struct a4nn_sheet_column table_columns[] = {
    {"scope", NULL, 0, true},
    {"collection", "collection", 0, true},
    {"policy", "policy", 0, true},
    {"kind", NULL, 0, true},
    {"epoch", NULL, 0, false},
    {"runs", "runs", 0, false},
    {"judged", "judged", 0, false},
    {"diverged", "div", 0, false},
    {"shortened", "short", 0, false},
    {"epochs", NULL, 0, false},
    {"saved_pct", "saved%", 1, false},
    {"factor", "factor", 2, false},
    {"stopped_pct", "stop%", 1, false},
    {"error_mean", "error", 2, false},
    {"error_median", "median", 2, false},
    {"error_p95", "p95", 2, false},
    {"within_0.5_pct", "<=.5%", 1, false},
    {"within_1_pct", "<=1%", 1, false},
    {"within_2_pct", "<=2%", 1, false},
    {"mae", "mae", 2, false},
    {"tau", "tau", 3, false},
    {"regret", "regret", 2, false},
    {"best_kept_pct", "best%", 1, false},
    {"top5_overlap_pct", "top5", 1, false},
    {"top5pct_overlap_pct", "top5%", 1, false},
    {"worst_run", NULL, 0, true},
    {"worst_epoch", NULL, 0, false},
    {"worst_forecast", NULL, 0, false},
    {"worst_final", NULL, 0, false},
    {"worst_error", NULL, 0, false},
};

static void
add_worst(struct a4nn_sheet *sheet, const struct a4nn_worst_stop *w)
{
    bool any = w->run != NULL;

    a4nn_sheet_text(sheet, any ? w->run : NULL);
    a4nn_sheet_number(sheet, any ? w->epoch : NAN);
    a4nn_sheet_number(sheet, any ? w->forecast : NAN);
    a4nn_sheet_number(sheet, any ? w->final : NAN);
    a4nn_sheet_number(sheet, any ? w->error : NAN);
}

static void
add_row(struct a4nn_sheet *sheet, const struct a4nn_replay *replay,
        const struct a4nn_replay_row *row, bool table)
{
    bool total = row->collection == A4NN_REPLAY_TOTAL;
    char *title = total ? NULL : a4nn_replay_title(replay, row->collection), reading[60];
    const double number[] = {row->at,
                             row->runs,
                             row->judged,
                             row->diverged,
                             row->shortened,
                             row->trained,
                             100 * row->saved,
                             row->factor,
                             100 * row->stopped,
                             row->error,
                             row->median,
                             row->p95,
                             100 * row->within_half,
                             100 * row->within_1,
                             100 * row->within_2,
                             row->mae,
                             row->tau,
                             row->regret,
                             100 * row->best,
                             100 * row->top5,
                             100 * row->top5pct};
    const char *policy = replay->policy[row->policy].label;
    size_t i;

    snprintf(reading, sizeof reading, total ? "  last value" : "  last value at %.4g", row->at);
    a4nn_sheet_text(sheet, total ? "total" : "collection");
    a4nn_sheet_text(sheet, total && table ? "TOTAL" : title);
    a4nn_sheet_text(sheet, row->baseline && table ? reading : policy);
    a4nn_sheet_text(sheet, row->baseline ? "baseline" : "policy");
    for (i = 0; i < sizeof number / sizeof number[0]; i++)
        a4nn_sheet_number(sheet, number[i]);
    add_worst(sheet, &row->worst);
    free(title);
}

/* Under the table: the stop to look at first. */
static void
write_worst(const struct a4nn_replay *replay, const struct a4nn_replay_row *row, FILE *out)
{
    const struct a4nn_worst_stop *w = &row->worst;
    char run[400], policy[400];

    a4nn_escape(policy, sizeof policy, replay->policy[row->policy].label);
    if (w->run == NULL) {
        fprintf(out, "%s: no stop that can be judged\n", policy);
        return;
    }
    fprintf(out, "worst stop of %s: %s at epoch %.6g, forecast %.6g, final %.6g\n", policy,
            a4nn_escape(run, sizeof run, w->run), w->epoch, w->forecast, w->final);
}

int
a4nn_replay_report(struct a4nn_replay *replay, bool baseline, FILE *out,
                   enum a4nn_encoding encoding, struct a4nn_err *err)
{
    struct a4nn_sheet *sheet =
        a4nn_sheet_new(table_columns, sizeof table_columns / sizeof table_columns[0]);
    size_t rows, n, i, collections = 0;
    struct a4nn_replay_row *row = a4nn_replay_table(replay, baseline, &rows);
    bool table = encoding == A4NN_TABLE, failed = a4nn_replay_failed(replay, err);

    n = failed ? 0 : rows;
    if (!failed)
        a4nn_sheet_stream(sheet, out, encoding);
    for (i = 0; i < replay->collections.n; i++)
        collections += replay->collection[i].nruns > 0;
    for (i = 0; i < n; i++) {
        if (table && collections == 1 && row[i].collection == A4NN_REPLAY_TOTAL)
            break; /* it says the same again */
        if (i > 0 && row[i].collection != row[i - 1].collection)
            a4nn_sheet_space(sheet);
        add_row(sheet, replay, &row[i], table);
    }
    if (!failed)
        a4nn_sheet_write(sheet, out, encoding);
    if (table && !failed)
        fputc('\n', out);
    for (i = 0; i < n && table; i++)
        if (row[i].collection == A4NN_REPLAY_TOTAL && !row[i].baseline)
            write_worst(replay, &row[i], out);
    a4nn_sheet_free(sheet);
    a4nn_replay_table_free(row, rows);
    return failed ? -1 : 0;
}

static const struct a4nn_sheet_column run_columns[] = {
    {"collection", "collection", 0, true}, {"run", "run", 0, true},
    {"policy", "policy", 0, true},         {"epochs", "epochs", -1, false},
    {"stop", "stop", -1, false},           {"saved", "saved", -1, false},
    {"forecast", "forecast", -1, false},   {"final", "final", -1, false},
    {"error", "error", -1, false},         {"reason", "reason", 0, true},
};

static void
add_decision(struct a4nn_sheet *sheet, const struct a4nn_replay *replay, const char *title,
             const struct a4nn_replay_run *run, size_t policy)
{
    const struct a4nn_points *points = &replay->collection[run->collection].points;
    const struct a4nn_decision *d = &run->decision[policy];
    double end = run->end, final = run->final;
    bool stopped = !isnan(d->epoch);
    double value = stopped ? d->forecast : final;

    a4nn_sheet_text(sheet, title);
    a4nn_sheet_text(sheet, run->name);
    a4nn_sheet_text(sheet, replay->policy[policy].label);
    a4nn_sheet_number(sheet, end);
    a4nn_sheet_number(sheet, d->epoch);
    a4nn_sheet_number(sheet, stopped ? end - d->epoch : 0);
    a4nn_sheet_number(sheet, stopped ? value : NAN);
    a4nn_sheet_number(sheet, final);
    a4nn_sheet_number(sheet, fabs(a4nn_to_points(points, value) - a4nn_to_points(points, final)));
    a4nn_sheet_text(sheet, d->reason);
}

void
a4nn_replay_report_runs(const struct a4nn_replay *replay, FILE *out, enum a4nn_encoding encoding)
{
    struct a4nn_sheet *sheet =
        a4nn_sheet_new(run_columns, sizeof run_columns / sizeof run_columns[0]);
    size_t i, p;

    a4nn_sheet_stream(sheet, out, encoding);
    for (i = 0; i < replay->collections.n; i++) {
        char *title = a4nn_replay_title(replay, replay->by_name[i]);
        struct a4nn_replay_walk *walk =
            a4nn_replay_walk_new(replay, replay->by_name[i], A4NN_REPLAY_ALL, false);
        const struct a4nn_replay_run *run;
        while ((run = a4nn_replay_walk_next(walk)) != NULL)
            for (p = 0; p < replay->npolicies; p++)
                add_decision(sheet, replay, title, run, p);
        a4nn_replay_walk_free(walk);
        free(title);
    }
    a4nn_sheet_write(sheet, out, encoding);
    a4nn_sheet_free(sheet);
}
