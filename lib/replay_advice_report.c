/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes of sweeps: the curve of each rule, and an advice. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "replay_report.h"
#include "replay_table.h"
#include "sheet.h"

/* ---- the curves ---- */

static const struct a4nn_sheet_column curve_columns[] = {
    {"scope", NULL, 0, true},
    {"collection", "collection", 0, true},
    {"rule", NULL, 0, true},
    {"policy", "policy", 0, true},
    {"parameter", NULL, 0, true},
    {"value", NULL, 0, false},
    {"kind", "kind", 0, true},
    {"epoch", NULL, 0, false},
    {"runs", NULL, 0, false},
    {"judged", "judged", 0, false},
    {"saved_pct", "saved%", 1, false},
    {"stopped_pct", "stop%", 1, false},
    {"error_mean", "error", 2, false},
    {"mae", "mae", 2, false},
    {"tau", "tau", 3, false},
    {"regret", "regret", 2, false},
    {"best_kept_pct", "best%", 1, false},
};

static void
add_point(struct a4nn_sheet *sheet, const struct a4nn_replay *replay,
          const struct a4nn_sweep *sweep, const struct a4nn_replay_row *row, bool table)
{
    const struct a4nn_sweep_point *point = &sweep->point[row->policy];
    bool total = row->collection == A4NN_REPLAY_TOTAL;
    char *title = total ? NULL : a4nn_replay_title(replay, row->collection);
    const double number[] = {
        row->at,    row->runs, row->judged, 100 * row->saved, 100 * row->stopped,
        row->error, row->mae,  row->tau,    row->regret,      100 * row->best};
    size_t i;

    a4nn_sheet_text(sheet, total ? "total" : "collection");
    a4nn_sheet_text(sheet, total && table ? "TOTAL" : title);
    a4nn_sheet_text(sheet, sweep->family[point->family]);
    a4nn_sheet_text(sheet, replay->policy[row->policy].label);
    a4nn_sheet_text(sheet, point->key);
    a4nn_sheet_number(sheet, point->value);
    a4nn_sheet_text(sheet, row->baseline ? "baseline" : "policy");
    for (i = 0; i < sizeof number / sizeof number[0]; i++)
        a4nn_sheet_number(sheet, number[i]);
    free(title);
}

int
a4nn_replay_report_curves(struct a4nn_replay *replay, const struct a4nn_sweep *sweep, bool baseline,
                          FILE *out, enum a4nn_encoding encoding, struct a4nn_err *err)
{
    struct a4nn_sheet *sheet =
        a4nn_sheet_new(curve_columns, sizeof curve_columns / sizeof curve_columns[0]);
    size_t n, i;
    struct a4nn_replay_row *row = a4nn_replay_table(replay, baseline, &n);
    bool failed = a4nn_replay_failed(replay, err);

    if (!failed)
        a4nn_sheet_stream(sheet, out, encoding);
    for (i = 0; i < n && !failed; i++)
        add_point(sheet, replay, sweep, &row[i], encoding == A4NN_TABLE);
    if (!failed)
        a4nn_sheet_write(sheet, out, encoding);
    a4nn_sheet_free(sheet);
    a4nn_replay_table_free(row, n);
    return failed ? -1 : 0;
}

/* ---- the figures of an advice ---- */

static const struct a4nn_sheet_column advice_columns[] = {
    {"scheme", NULL, 0, true},        {"goal", NULL, 0, true},
    {"goal_value", NULL, 0, false},   {"rule", NULL, 0, true},
    {"policy", "policy", 0, true},    {"parameter", NULL, 0, true},
    {"value", NULL, 0, false},        {"advised", NULL, 0, false},
    {"reached", "reached", 0, true},  {"saved_pct", "saved%", 1, false},
    {"saved_se", "+-", 1, false},     {"mae", "mae", 3, false},
    {"mae_se", "+-", 3, false},       {"tau", "tau", 3, false},
    {"regret", "regret", 3, false},   {"behind", "behind", 3, false},
    {"behind_se", "+-", 3, false},    {"folds_behind", "folds", 0, false},
    {"folds_missed", NULL, 0, false}, {"folds", NULL, 0, false},
    {"runs", NULL, 0, false},         {"collections", NULL, 0, false},
};

static void
add_family(struct a4nn_sheet *sheet, const struct a4nn_sweep *sweep, const struct a4nn_advice *a,
           size_t i, bool elsewhere)
{
    const struct a4nn_advice_family *f = &a->family[i];
    const struct a4nn_advice_score *s = elsewhere ? &f->collections : &f->runs;
    const struct a4nn_sweep_point *point = &sweep->point[f->point];
    double behind = a->goal.error ? 100 : 1; /* savings are in percent */
    const double number[] = {100 * s->saved,
                             100 * s->saved_se,
                             s->error,
                             s->error_se,
                             s->tau,
                             s->regret,
                             behind * s->behind,
                             behind * s->behind_se,
                             (double)s->beaten,
                             (double)s->failed,
                             (double)(elsewhere ? a->collections : a->folds),
                             (double)a->runs,
                             (double)a->collections};
    size_t k;

    a4nn_sheet_text(sheet, elsewhere ? "collections" : "runs");
    a4nn_sheet_text(sheet, a->goal.error ? "error" : "saved");
    a4nn_sheet_number(sheet, a->goal.error ? a->goal.value : 100 * a->goal.value);
    a4nn_sheet_text(sheet, sweep->family[point->family]);
    a4nn_sheet_text(sheet, point->policy);
    a4nn_sheet_text(sheet, point->key);
    a4nn_sheet_number(sheet, point->value);
    a4nn_sheet_number(sheet, i == (elsewhere ? a->best_elsewhere : a->best));
    a4nn_sheet_text(sheet, f->reaches && s->reached ? "yes" : "no");
    for (k = 0; k < sizeof number / sizeof number[0]; k++)
        a4nn_sheet_number(sheet, number[k]);
}

static struct a4nn_sheet *
sheet_of(const struct a4nn_sweep *sweep, const struct a4nn_advice *a, bool runs, bool elsewhere)
{
    struct a4nn_sheet *sheet =
        a4nn_sheet_new(advice_columns, sizeof advice_columns / sizeof advice_columns[0]);
    size_t i;

    for (i = 0; i < sweep->families && runs; i++)
        add_family(sheet, sweep, a, i, false);
    for (i = 0; i < sweep->families && elsewhere; i++)
        add_family(sheet, sweep, a, i, true);
    return sheet;
}

/* ---- in words ---- */

/* The policy as a4nn-predict takes it. */
static void
add_command(struct a4nn_buf *out, const char *policy)
{
    const char *at = strrchr(policy, '@'), *end = at != NULL ? at : policy + strlen(policy);
    bool quoted = strpbrk(policy, " '\"\\$`&;|<>()*?[]#~") != NULL;
    const char *quote = quoted ? "'" : "";

    a4nn_buf_adds(out, "a4nn-predict");
    if (at != NULL)
        a4nn_buf_addf(out, " -M %s%s%s", quote, at + 1, quote);
    if (strncmp(policy, "all:", 4) == 0) {
        a4nn_buf_adds(out, " --all");
        policy += 4;
    }
    if (policy < end)
        a4nn_buf_addf(out, " -R %s", quote);
    for (; policy < end; policy++)
        if (*policy == '+' && isalpha((unsigned char)policy[1]))
            a4nn_buf_addf(out, "%s -R %s", quote, quote);
        else
            a4nn_buf_addc(out, *policy);
    a4nn_buf_adds(out, quote);
}

static const char *
policy_of(const struct a4nn_sweep *sweep, const struct a4nn_advice *a, size_t family)
{
    return sweep->point[a->family[family].point].policy;
}

/* The families that cannot be told from the advice. */
static void
write_equals(const struct a4nn_sweep *sweep, const struct a4nn_advice *a, FILE *out)
{
    const char *sep = "By a sign test over the folds this could be chance, and as good: ";
    size_t i;

    for (i = 0; i < sweep->families; i++) {
        const struct a4nn_advice_score *s = &a->family[i].runs;
        if (i == a->best || !a->family[i].reaches || !s->reached || s->told)
            continue;
        fprintf(out, "%s%s", sep, policy_of(sweep, a, i));
        sep = ", ";
    }
    if (*sep == ',')
        fputs(".\n", out);
}

/* How the advice stands to reading, the baseline that needs no forecast. */
static void
write_reading(const struct a4nn_sweep *sweep, const struct a4nn_advice *a, FILE *out)
{
    const struct a4nn_advice_score *best = &a->family[a->best].runs, *read;
    size_t i;

    for (i = 0; i < sweep->families && strcmp(sweep->family[i], "read") != 0; i++)
        ;
    if (i == sweep->families)
        return;
    read = &a->family[i].runs;
    if (i == a->best)
        fputs("That is no forecast: reading the last value at a fixed epoch does best here.\n",
              out);
    else if (!a->family[i].reaches || !read->reached)
        return;
    else if (a->goal.error)
        fprintf(out, "Reading at a fixed epoch saves %.1f %% at this error.\n", 100 * read->saved);
    else
        fprintf(out, "Reading at a fixed epoch errs by %.3g at these savings.\n", read->error);
    if (i != a->best && best->tau < read->tau)
        fprintf(out, "But reading ranks the runs better: tau %.3f, not %.3f.\n", read->tau,
                best->tau);
}

static void
write_words(const struct a4nn_sweep *sweep, const struct a4nn_advice *a, FILE *out)
{
    const struct a4nn_advice_family *f;
    struct a4nn_buf command = {0};

    if (a->best == A4NN_NO_ADVICE) {
        fputs(a->goal.error ? "No rule saves anything at so small an error: no advice.\n"
                            : "No rule saves so much: no advice.\n",
              out);
        return;
    }
    f = &a->family[a->best];
    fprintf(out, "%s saves %.1f +- %.1f %% and errs by %.3g +- %.2g on the runs left out.\n",
            policy_of(sweep, a, a->best), 100 * f->runs.saved, 100 * f->runs.saved_se,
            f->runs.error, f->runs.error_se);
    write_reading(sweep, a, out);
    write_equals(sweep, a, out);
    if (a->best_elsewhere != A4NN_NO_ADVICE && a->best_elsewhere != a->best)
        fprintf(out, "On a collection not seen before, %s does best.\n",
                sweep->family[a->best_elsewhere]);
    add_command(&command, policy_of(sweep, a, a->best));
    fprintf(out, "\n%s\n", command.data);
    a4nn_buf_release(&command);
}

static void
write_table(const struct a4nn_sweep *sweep, const struct a4nn_advice *a, bool elsewhere, FILE *out)
{
    struct a4nn_sheet *sheet = sheet_of(sweep, a, !elsewhere, elsewhere);

    if (elsewhere)
        fprintf(out, "The same, chosen on other collections than measured on (%zu collections):\n",
                a->collections);
    else if (a->goal.error)
        fprintf(out, "At most an error of %g, of %zu runs in %zu folds, each left out once:\n",
                a->goal.value, a->runs, a->folds);
    else
        fprintf(out, "At least %g %% saved, of %zu runs in %zu folds, each left out once:\n",
                100 * a->goal.value, a->runs, a->folds);
    a4nn_sheet_write(sheet, out, A4NN_TABLE);
    fputc('\n', out);
    a4nn_sheet_free(sheet);
}

void
a4nn_replay_report_advice(const struct a4nn_advice *a, const struct a4nn_sweep *sweep, FILE *out,
                          enum a4nn_encoding encoding)
{
    bool elsewhere = a->family != NULL && !isnan(a->family[0].collections.saved);
    struct a4nn_sheet *sheet;

    if (encoding != A4NN_TABLE) {
        sheet = sheet_of(sweep, a, a->family != NULL, elsewhere);
        a4nn_sheet_write(sheet, out, encoding);
        a4nn_sheet_free(sheet);
        return;
    }
    if (a->family == NULL)
        return;
    write_table(sweep, a, false, out);
    if (elsewhere)
        write_table(sweep, a, true, out);
    write_words(sweep, a, out);
}
