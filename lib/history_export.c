/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

/* ---- JSON ---- */

/* A text that holds JSON, as that; a text that does not, as it is. */
static struct a4nn_json *
parsed(const char *text)
{
    struct a4nn_err err;
    struct a4nn_json *v = a4nn_json_parse(text, strlen(text), NULL, &err);

    return v != NULL ? v : a4nn_json_from_string(text);
}

void
a4nn_history_add_facts(struct a4nn_json *object, const struct a4nn_facts *facts)
{
    int i;

    for (i = 0; i < A4NN_FACTS; i++) {
        const char *name = a4nn_fact_name((enum a4nn_fact)i), *text = facts->text[i];
        bool json = i == A4NN_FACT_CONFIG || i == A4NN_FACT_COMMAND;

        if (text != NULL)
            a4nn_json_set(object, name, json ? parsed(text) : a4nn_json_from_string(text));
        else if (!isnan(facts->num[i]))
            a4nn_json_set(object, name, a4nn_json_from_number(facts->num[i]));
    }
}

struct a4nn_json *
a4nn_history_run_object(const struct a4nn_history_run *run)
{
    struct a4nn_json *o = a4nn_json_object();

    a4nn_json_set(o, "id", a4nn_json_from_number((double)run->id));
    a4nn_json_set(o, "task", a4nn_json_from_string(run->task));
    a4nn_json_set(o, "metric", a4nn_json_from_string(run->metric));
    if (run->mode != A4NN_MODE_UNKNOWN)
        a4nn_json_set(o, "mode", a4nn_json_from_string(a4nn_mode_name(run->mode)));
    a4nn_json_set(o, "run", a4nn_json_from_string(run->name));
    a4nn_json_set(o, "epochs", a4nn_json_from_number(run->epochs));
    a4nn_json_set(o, "observations", a4nn_json_from_number((double)run->observations));
    a4nn_json_set(o, "last_epoch", a4nn_json_from_number(run->last_epoch));
    a4nn_json_set(o, "last_value", a4nn_json_from_number(run->last_value));
    a4nn_json_set(o, "best_value", a4nn_json_from_number(run->best_value));
    a4nn_history_add_facts(o, &run->facts);
    return o;
}

/* ---- records ---- */

struct gathered {
    const struct a4nn_history_run *run;
    struct a4nn_record *record; /* one for each epoch with a value of the metric */
    size_t n, cap;
    struct a4nn_history_point *other; /* what else was observed; its names are owned */
    size_t others, other_cap;
    size_t at; /* of the record that forecasts have come to */
};

static void
begin_record(struct gathered *g, const struct a4nn_history_point *p)
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

static int
take_point(void *arg, const struct a4nn_history_point *p)
{
    struct gathered *g = arg;

    if (strcmp(p->metric, g->run->metric) == 0) {
        begin_record(g, p);
        return 0;
    }
    g->other = a4nn_xgrow(g->other, g->others, &g->other_cap, sizeof *g->other);
    g->other[g->others] = *p;
    g->other[g->others++].metric = a4nn_xstrdup(p->metric);
    return 0;
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
place_apart(struct gathered *g, const struct a4nn_history_point *p)
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
place_others(struct gathered *g)
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

static int
take_forecast(void *arg, const struct a4nn_history_forecast *f)
{
    struct gathered *g = arg;
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
    if (g->at == g->n || g->record[g->at].num[A4NN_EPOCH] != f->epoch)
        return 0;
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!isnan(numbers[i].value) || numbers[i].field == A4NN_FORECAST)
            a4nn_record_set_num(&g->record[g->at], numbers[i].field, numbers[i].value);
    if (f->verdict != NULL)
        a4nn_record_set_text(&g->record[g->at], A4NN_VERDICT, f->verdict);
    if (f->reason != NULL)
        a4nn_record_set_text(&g->record[g->at], A4NN_REASON, f->reason);
    return 0;
}

static void
release(struct gathered *g)
{
    size_t i;

    for (i = 0; i < g->n; i++)
        a4nn_record_release(&g->record[i]);
    for (i = 0; i < g->others; i++)
        free((char *)g->other[i].metric);
    free(g->record);
    free(g->other);
}

int
a4nn_history_export(struct a4nn_db *db, const struct a4nn_history_run *run,
                    int (*each)(void *arg, struct a4nn_record *record), void *arg,
                    struct a4nn_err *err)
{
    struct gathered g = {.run = run};
    int result = a4nn_history_points(db, run->id, take_point, &g, err);
    size_t i;

    if (result == 0 && g.n > 0)
        result = a4nn_history_forecasts(db, run->id, take_forecast, &g, err);
    if (result == 0 && g.n > 0) {
        place_others(&g);
        if (a4nn_facts_any(&run->facts)) {
            if (g.record[0].extra == NULL)
                g.record[0].extra = a4nn_json_object();
            a4nn_history_add_facts(g.record[0].extra, &run->facts);
        }
        for (i = 0; i < g.n; i++)
            if (each(arg, &g.record[i]) != 0)
                break;
    }
    release(&g);
    return result;
}
