/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The explanation of explained.h in words and as JSON. */
#include "explained.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "xalloc.h"

/* The parts' numbers, heaviest first; the caller frees it. */
static size_t *
by_weight(const struct a4nn_explanation *why)
{
    size_t *order = a4nn_xcalloc(why->nparts + 1, sizeof *order), i, k;

    for (i = 0; i < why->nparts; i++) { /* there are few */
        for (k = i; k > 0 && why->part[order[k - 1]].weight < why->part[i].weight; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    return order;
}

/* ---- for people ---- */

static void
print_safe(FILE *out, const char *text)
{
    char safe[400];

    fputs(a4nn_escape(safe, sizeof safe, text), out);
}

static void
print_head(const struct a4nn_explained *x, FILE *out)
{
    const struct a4nn_record *r = &x->record;
    double epochs = a4nn_record_num(r, A4NN_EPOCHS), epoch = r->num[A4NN_EPOCH];
    const char *task = a4nn_record_text(r, A4NN_TASK, ""), *family;

    fputs("run '", out);
    print_safe(out, a4nn_record_text(r, A4NN_RUN, ""));
    fputs("'", out);
    if (task[0] != '\0') {
        fputs(", task '", out);
        print_safe(out, task);
        fputs("'", out);
    }
    if ((family = a4nn_record_text(r, A4NN_FAMILY, ""))[0] != '\0') {
        fputs(", family ", out);
        print_safe(out, family);
    }
    fputs(": ", out);
    print_safe(out, a4nn_record_text(r, A4NN_METRIC, "value"));
    fprintf(out, " %.6g after epoch %g", r->num[A4NN_VALUE], epoch);
    if (isfinite(epochs))
        fprintf(out, " of %g", epochs);
    fprintf(out, " (%zu observation%s)\n", x->observations, x->observations == 1 ? "" : "s");
}

static void
print_verdict(const struct a4nn_explained *x, FILE *out)
{
    const struct a4nn_record *r = &x->record;
    double epoch = r->num[A4NN_EPOCH];
    bool stop = strcmp(a4nn_record_text(r, A4NN_VERDICT, ""), "stop") == 0;

    if (stop)
        fprintf(out, "verdict         stop, by %s", a4nn_record_text(r, A4NN_REASON, ""));
    else
        fprintf(out, "verdict         continue");
    if (!isnan(x->stopped) && x->stopped < epoch)
        fprintf(out, "; the first stop, which is the decision, was at epoch %g", x->stopped);
    else if (stop)
        fprintf(out, ": the first stop, which is the decision");
    fputc('\n', out);
    if (x->all)
        fprintf(out, "rules           all must stop at the same epoch, diverged may alone\n");
}

static void
print_forecast(const struct a4nn_explained *x, FILE *out)
{
    const struct a4nn_record *r = &x->record;

    if (!a4nn_record_has(r, A4NN_FORECAST)) {
        fprintf(out, "forecast        none (%s)\n", x->forecaster);
        return;
    }
    fprintf(out, "forecast        %.6g (%s)\n", r->num[A4NN_FORECAST], x->forecaster);
    if (a4nn_record_has(r, A4NN_LOW))
        fprintf(out, "90 %% interval   %.6g to %.6g\n", r->num[A4NN_LOW], r->num[A4NN_HIGH]);
    if (a4nn_record_has(r, A4NN_EXPECTED_ERROR)) {
        fprintf(out, "expected error  %.3g", r->num[A4NN_EXPECTED_ERROR]);
        if (isfinite(x->relative_error) && x->relative_error != r->num[A4NN_EXPECTED_ERROR])
            fprintf(out, ", %.3g %s", x->relative_error, a4nn_points_unit(&x->points));
        fputc('\n', out);
    }
    if (a4nn_record_has(r, A4NN_P_BEAT))
        fprintf(out, "chance to beat  %.3g %% for %.6g, the best complete run\n",
                100 * r->num[A4NN_P_BEAT], x->best);
}

static void
print_steps(const struct a4nn_explained *x, FILE *out)
{
    size_t i;

    fprintf(out, "\n%11s\n", "forecast");
    for (i = 0; i < x->why.nsteps; i++) {
        fprintf(out, "%11.6g  ", a4nn_from_points(&x->points, x->why.step[i].value));
        print_safe(out, x->why.step[i].name);
        fputc('\n', out);
    }
}

/* The heaviest parts in full, the others in one line. */
static void
print_parts(const struct a4nn_explained *x, FILE *out)
{
    const double small = 0.02;
    size_t *order = by_weight(&x->why), i;
    double rest = 1;

    fprintf(out, "\n%7s %11s %9s\n", "weight", "forecast", "sd");
    for (i = 0; i < x->why.nparts && x->why.part[order[i]].weight >= small; i++) {
        const struct a4nn_part *part = &x->why.part[order[i]];
        fprintf(out, "%5.1f %% %11.6g %9.3g  ", 100 * part->weight,
                a4nn_from_points(&x->points, part->value), part->sd / fabs(x->points.scale));
        print_safe(out, part->name);
        fputc('\n', out);
        rest -= part->weight;
    }
    if (i < x->why.nparts)
        fprintf(out, "%5.1f %% %11s %9s  %zu other%s\n", 100 * fabs(rest), "", "",
                x->why.nparts - i, x->why.nparts - i == 1 ? "" : "s");
    free(order);
}

static void
print_sources(const struct a4nn_explained *x, FILE *out)
{
    const char *unit = a4nn_points_unit(&x->points);
    size_t i;

    fprintf(out, "\nvariance of the forecast%s: (%.3g %s)^2, from\n",
            isfinite(x->points.hi) ? ", bounds apart" : "", sqrt(x->why.variance), unit);
    for (i = 0; i < x->why.nsources; i++)
        fprintf(out, "%5.1f %%  %s\n", 100 * x->why.source[i].variance / x->why.variance,
                x->why.source[i].about);
}

/* "3 >= 2"; its length is returned. */
static int
comparison(const struct a4nn_condition *c, char *buf, size_t size)
{
    if (isnan(c->value) || isnan(c->limit))
        return snprintf(buf, size, "not known");
    return snprintf(buf, size, "%.6g %s %.6g", c->value, a4nn_relation_sign(c->relation), c->limit);
}

static void
print_rule(const struct a4nn_explained_rule *rule, FILE *out)
{
    const struct a4nn_account *a = &rule->account;
    int width = 0, len;
    char buf[80];
    size_t i;

    fprintf(out, "\n%s: %s", rule->spec, rule->stop ? "stop" : "continue");
    if (!isnan(rule->first))
        fprintf(out, ", first stop at epoch %g", rule->first);
    if (a->n > 1)
        fprintf(out, " (needs %s of these)", a->any ? "one" : "all");
    fputc('\n', out);
    for (i = 0; i < a->n; i++)
        if ((len = comparison(&a->condition[i], buf, sizeof buf)) > width)
            width = len;
    for (i = 0; i < a->n; i++) {
        const struct a4nn_condition *c = &a->condition[i];
        comparison(c, buf, sizeof buf);
        fprintf(out, "  %-3s  %-*s  %s%s%s\n", c->holds ? "yes" : "no", width, buf, c->unit,
                c->unit[0] != '\0' ? ": " : "", c->what);
    }
}

void
a4nn_explained_print(const struct a4nn_explained *x, FILE *out)
{
    size_t i;

    print_head(x, out);
    print_verdict(x, out);
    print_forecast(x, out);
    if (x->has_why && x->why.nsteps > 0)
        print_steps(x, out);
    if (x->has_why && x->why.nparts > 0)
        print_parts(x, out);
    if (x->has_why && x->why.nsources > 0)
        print_sources(x, out);
    for (i = 0; i < x->nrules; i++)
        print_rule(&x->rule[i], out);
}

/* ---- for programs ---- */

/* Begins a member of the object at hand. */
static void
member(struct a4nn_buf *b, const char *name)
{
    if (b->data[b->len - 1] != '{')
        a4nn_buf_addc(b, ',');
    a4nn_json_quote(b, name);
    a4nn_buf_addc(b, ':');
}

static void
number(struct a4nn_buf *b, const char *name, double value)
{
    member(b, name);
    a4nn_json_add_number(b, value);
}

static void
text(struct a4nn_buf *b, const char *name, const char *value)
{
    member(b, name);
    a4nn_json_quote(b, value);
}

static void
truth(struct a4nn_buf *b, const char *name, bool value)
{
    member(b, name);
    a4nn_buf_adds(b, value ? "true" : "false");
}

/* Begins an element of the array at hand, which is an object. */
static void
element(struct a4nn_buf *b)
{
    a4nn_buf_adds(b, b->data[b->len - 1] != '[' ? ",{" : "{");
}

static void
add_record(struct a4nn_buf *b, const struct a4nn_record *r)
{
    int f;

    for (f = 0; f < A4NN_FIELDS; f++)
        if (!a4nn_record_has(r, (enum a4nn_field)f))
            continue;
        else if (a4nn_field_is_text((enum a4nn_field)f))
            text(b, a4nn_field_name((enum a4nn_field)f), r->text[f]);
        else
            number(b, a4nn_field_name((enum a4nn_field)f),
                   a4nn_record_written(r, (enum a4nn_field)f));
}

static void
add_steps(struct a4nn_buf *b, const struct a4nn_explained *x)
{
    size_t i;

    member(b, "steps");
    a4nn_buf_addc(b, '[');
    for (i = 0; i < x->why.nsteps; i++) {
        element(b);
        text(b, "name", x->why.step[i].name);
        number(b, "forecast", a4nn_from_points(&x->points, x->why.step[i].value));
        a4nn_buf_addc(b, '}');
    }
    a4nn_buf_addc(b, ']');
}

static void
add_why(struct a4nn_buf *b, const struct a4nn_explained *x)
{
    const struct a4nn_explanation *why = &x->why;
    size_t *order = by_weight(why), i;

    if (why->nsteps > 0)
        add_steps(b, x);
    member(b, "parts");
    a4nn_buf_addc(b, '[');
    for (i = 0; i < why->nparts; i++) {
        const struct a4nn_part *part = &why->part[order[i]];
        element(b);
        text(b, "name", part->name);
        number(b, "weight", part->weight);
        number(b, "forecast", a4nn_from_points(&x->points, part->value));
        number(b, "sd", part->sd / fabs(x->points.scale));
        a4nn_buf_addc(b, '}');
    }
    a4nn_buf_addc(b, ']');
    free(order);
    number(b, "mean", a4nn_from_points(&x->points, why->mean));
    number(b, "variance", why->variance);
    member(b, "sources");
    a4nn_buf_addc(b, '[');
    for (i = 0; i < why->nsources; i++) {
        element(b);
        text(b, "name", why->source[i].name);
        text(b, "about", why->source[i].about);
        number(b, "variance", why->source[i].variance);
        a4nn_buf_addc(b, '}');
    }
    a4nn_buf_addc(b, ']');
}

static void
add_rule(struct a4nn_buf *b, const struct a4nn_explained_rule *rule)
{
    size_t i;

    element(b);
    text(b, "name", rule->name);
    text(b, "spec", rule->spec);
    truth(b, "stop", rule->stop);
    number(b, "first_stop", rule->first);
    text(b, "needs", rule->account.any ? "any" : "all");
    member(b, "conditions");
    a4nn_buf_addc(b, '[');
    for (i = 0; i < rule->account.n; i++) {
        const struct a4nn_condition *c = &rule->account.condition[i];
        element(b);
        text(b, "what", c->what);
        number(b, "value", c->value);
        text(b, "relation", a4nn_relation_sign(c->relation));
        number(b, "limit", c->limit);
        text(b, "unit", c->unit);
        truth(b, "holds", c->holds);
        a4nn_buf_addc(b, '}');
    }
    a4nn_buf_adds(b, "]}");
}

void
a4nn_explained_print_json(const struct a4nn_explained *x, FILE *out)
{
    struct a4nn_buf b = {0};
    size_t i;

    a4nn_buf_addc(&b, '{');
    add_record(&b, &x->record);
    text(&b, "forecaster", x->forecaster);
    number(&b, "observations", (double)x->observations);
    number(&b, "first_stop", x->stopped);
    number(&b, "target", x->best);
    text(&b, "unit", a4nn_points_unit(&x->points));
    number(&b, "relative_error", x->relative_error);
    if (x->has_why)
        add_why(&b, x);
    text(&b, "rules_needed", x->all ? "all" : "any");
    member(&b, "rules");
    a4nn_buf_addc(&b, '[');
    for (i = 0; i < x->nrules; i++)
        add_rule(&b, &x->rule[i]);
    a4nn_buf_adds(&b, "]}\n");
    fwrite(b.data, 1, b.len, out);
    a4nn_buf_release(&b);
}
