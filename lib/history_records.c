/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_records.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history_export.h"
#include "json.h"
#include "xalloc.h"

struct a4nn_run_records {
    const struct a4nn_history_run *run;
    struct a4nn_record *record; /* one for each epoch with a value of the metric */
    size_t n, cap;
    struct a4nn_history_point *other; /* what else was observed; its names are owned */
    size_t others, other_cap;
    size_t at; /* of the record that forecasts have come to */
};

static void
begin_record(struct a4nn_run_records *g, const struct a4nn_history_point *p)
{
    struct a4nn_record *r;

    g->record = a4nn_xgrow(g->record, g->n, &g->cap, sizeof *g->record);
    r = &g->record[g->n++];
    *r = (struct a4nn_record){0};
    a4nn_record_set_text(r, A4NN_RUN, g->run->name);
    if (g->run->task[0] != '\0')
        a4nn_record_set_text(r, A4NN_TASK, g->run->task);
    if (g->run->metric[0] != '\0')
        a4nn_record_set_text(r, A4NN_METRIC, g->run->metric);
    if (g->run->mode != A4NN_MODE_UNKNOWN)
        a4nn_record_set_text(r, A4NN_MODE, a4nn_mode_name(g->run->mode));
    a4nn_record_set_num(r, A4NN_EPOCH, p->epoch);
    a4nn_record_set_num(r, A4NN_VALUE, p->value);
    if (!isnan(g->run->epochs))
        a4nn_record_set_num(r, A4NN_EPOCHS, g->run->epochs);
    if (!isnan(p->time))
        a4nn_record_set_num(r, A4NN_TIME, p->time);
}

void
a4nn_run_records_point(struct a4nn_run_records *g, const struct a4nn_history_point *p)
{
    if (strcmp(p->metric, g->run->metric) == 0) {
        begin_record(g, p);
        return;
    }
    g->other = a4nn_xgrow(g->other, g->others, &g->other_cap, sizeof *g->other);
    g->other[g->others] = *p;
    g->other[g->others++].metric = a4nn_xstrdup(p->metric);
}

static struct a4nn_json *
inner(struct a4nn_record *r, const char *name, struct a4nn_json *(*make)(void))
{
    if (r->extra == NULL)
        r->extra = a4nn_json_object();
    if (a4nn_json_get(r->extra, name) == NULL)
        a4nn_json_set(r->extra, name, make());
    return a4nn_json_get(r->extra, name);
}

/* At an epoch without a value of the metric, or at another time than that: with the first record.
 */
static void
place_apart(struct a4nn_run_records *g, const struct a4nn_history_point *p)
{
    struct a4nn_json *element = a4nn_json_array();

    a4nn_json_append(element, a4nn_json_from_string(p->metric));
    a4nn_json_append(element, a4nn_json_from_number(p->epoch));
    a4nn_json_append(element, a4nn_json_from_number(p->value));
    if (!isnan(p->time))
        a4nn_json_append(element, a4nn_json_from_number(p->time));
    a4nn_json_append(inner(&g->record[0], "observations", a4nn_json_array), element);
}

static void
place_others(struct a4nn_run_records *g)
{
    size_t i, k = 0;

    for (i = 0; i < g->others; i++) {
        const struct a4nn_history_point *p = &g->other[i];
        int field = a4nn_field_find(p->metric);
        struct a4nn_record *r;
        double time;

        while (k < g->n && g->record[k].num[A4NN_EPOCH] < p->epoch)
            k++;
        r = k < g->n && g->record[k].num[A4NN_EPOCH] == p->epoch ? &g->record[k] : NULL;
        time = r != NULL ? a4nn_record_num(r, A4NN_TIME) : (double)NAN;
        if (r == NULL || !(time == p->time || (isnan(time) && isnan(p->time))))
            place_apart(g, p);
        else if (field == A4NN_VAL_LOSS || field == A4NN_LR)
            a4nn_record_set_num(r, (enum a4nn_field)field, p->value);
        else
            a4nn_json_set(inner(r, "metrics", a4nn_json_object), p->metric,
                          a4nn_json_from_number(p->value));
    }
}

/* A forecast at an epoch without a value: with the first record, as a list of its columns. */
static void
place_forecast_apart(struct a4nn_run_records *g, const struct a4nn_history_forecast *f)
{
    const double numbers[] = {f->epoch, f->forecast, f->low, f->high, f->expected_error, f->p_beat};
    struct a4nn_json *element = a4nn_json_array();
    size_t i;

    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        a4nn_json_append(element, a4nn_json_from_number(numbers[i]));
    a4nn_json_append(element, a4nn_json_from_string(f->verdict != NULL ? f->verdict : ""));
    a4nn_json_append(element, a4nn_json_from_string(f->reason != NULL ? f->reason : ""));
    a4nn_json_append(inner(&g->record[0], "forecasts", a4nn_json_array), element);
}

void
a4nn_run_records_forecast(struct a4nn_run_records *g, const struct a4nn_history_forecast *f)
{
    const struct {
        enum a4nn_field field;
        double value;
    } numbers[] = {{A4NN_FORECAST, f->forecast},
                   {A4NN_LOW, f->low},
                   {A4NN_HIGH, f->high},
                   {A4NN_EXPECTED_ERROR, f->expected_error},
                   {A4NN_P_BEAT, f->p_beat}};
    size_t i;

    while (g->at < g->n && g->record[g->at].num[A4NN_EPOCH] < f->epoch)
        g->at++;
    if (g->n == 0)
        return;
    if (g->at == g->n || g->record[g->at].num[A4NN_EPOCH] != f->epoch) {
        place_forecast_apart(g, f);
        return;
    }
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!isnan(numbers[i].value) || numbers[i].field == A4NN_FORECAST)
            a4nn_record_set_num(&g->record[g->at], numbers[i].field, numbers[i].value);
    if (f->verdict != NULL)
        a4nn_record_set_text(&g->record[g->at], A4NN_VERDICT, f->verdict);
    if (f->reason != NULL)
        a4nn_record_set_text(&g->record[g->at], A4NN_REASON, f->reason);
}

struct a4nn_run_records *
a4nn_run_records_new(void)
{
    return a4nn_xcalloc(1, sizeof(struct a4nn_run_records));
}

static void
forget(struct a4nn_run_records *g)
{
    size_t i;

    for (i = 0; i < g->n; i++)
        a4nn_record_release(&g->record[i]);
    for (i = 0; i < g->others; i++)
        free((char *)g->other[i].metric);
    g->n = g->others = g->at = 0;
}

void
a4nn_run_records_begin(struct a4nn_run_records *g, const struct a4nn_history_run *run)
{
    forget(g);
    g->run = run;
}

void
a4nn_run_records_give(struct a4nn_run_records *g,
                      int (*each)(void *arg, struct a4nn_record *record), void *arg)
{
    size_t i;

    if (g->n == 0)
        return;
    place_others(g);
    if (a4nn_facts_any(&g->run->facts)) {
        if (g->record[0].extra == NULL)
            g->record[0].extra = a4nn_json_object();
        a4nn_history_add_facts(g->record[0].extra, &g->run->facts);
    }
    for (i = 0; i < g->n; i++)
        if (each(arg, &g->record[i]) != 0)
            break;
}

void
a4nn_run_records_free(struct a4nn_run_records *g)
{
    forget(g);
    free(g->record);
    free(g->other);
    free(g);
}
