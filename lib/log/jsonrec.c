/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/jsonrec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "log/columns.h"
#include "number.h"
#include "xalloc.h"

/* The members of an object side by side, with their roles. */
struct members {
    const char **name;
    struct a4nn_json **value;
    enum a4nn_log_role *role;
    size_t n;
};

static int
collect(void *arg, const char *name, struct a4nn_json *value)
{
    struct members *m = arg;

    m->name[m->n] = name;
    m->value[m->n++] = value;
    return 0;
}

static void
members_take(struct members *m, const struct a4nn_json *object)
{
    size_t n = a4nn_json_size(object);

    m->name = a4nn_xcalloc(n + 1, sizeof *m->name);
    m->value = a4nn_xcalloc(n + 1, sizeof *m->value);
    m->role = a4nn_xcalloc(n + 1, sizeof *m->role);
    m->n = 0;
    a4nn_json_members(object, collect, m);
    a4nn_log_roles(m->name, m->n, m->role);
}

static void
members_release(struct members *m)
{
    free(m->name);
    free(m->value);
    free(m->role);
}

static bool
read_count(const struct a4nn_log_sink *sink, unsigned long line, const char *name,
           const struct a4nn_json *v, double *out)
{
    const char *text = a4nn_json_string(v);

    if (a4nn_json_number(v, out) || a4nn_json_kind(v) == A4NN_JSON_NULL)
        return true;
    a4nn_diag(sink->diag, A4NN_ERROR, sink->file, line, "%s is not a number: '%.100s'", name,
              text != NULL ? text : "...");
    return false;
}

static void
read_time(const struct a4nn_json *v, double *out)
{
    double number;

    if (a4nn_json_string(v) != NULL)
        (void)a4nn_log_time(a4nn_json_string(v), out);
    else if (a4nn_json_number(v, &number))
        (void)a4nn_log_time_number(number, out);
}

static void
read_run(const struct a4nn_json *v, struct a4nn_jsonrec_run *run, const char **out)
{
    double number;

    if (a4nn_json_string(v) != NULL)
        *out = a4nn_json_string(v);
    else if (a4nn_json_number(v, &number))
        *out = a4nn_number_format(run->text, number);
}

static const char *
task_of(const struct a4nn_json *v)
{
    const char *text = a4nn_json_string(v);

    return text != NULL && a4nn_log_is_task(text) ? text : NULL;
}

struct a4nn_log_at
a4nn_jsonrec_nowhere(unsigned long line)
{
    return (struct a4nn_log_at){
        .line = line, .epoch = NAN, .step = NAN, .epochs = NAN, .time = NAN};
}

bool
a4nn_jsonrec_place(const struct a4nn_json *object, const struct a4nn_log_sink *sink,
                   struct a4nn_log_at *at, struct a4nn_jsonrec_run *run)
{
    struct members m;
    bool ok = true;
    size_t i;

    members_take(&m, object);
    for (i = 0; i < m.n && ok; i++)
        switch (m.role[i]) {
        case A4NN_ROLE_EPOCH:
            ok = read_count(sink, at->line, "epoch", m.value[i], &at->epoch);
            break;
        case A4NN_ROLE_STEP: ok = read_count(sink, at->line, "step", m.value[i], &at->step); break;
        case A4NN_ROLE_EPOCHS: (void)a4nn_json_number(m.value[i], &at->epochs); break;
        case A4NN_ROLE_RUN: read_run(m.value[i], run, &at->run); break;
        case A4NN_ROLE_TASK: at->task = task_of(m.value[i]); break;
        case A4NN_ROLE_TIME: read_time(m.value[i], &at->time); break;
        case A4NN_ROLE_VALUE: break;
        }
    members_release(&m);
    return ok;
}

bool
a4nn_jsonrec_has_place(const struct a4nn_json *object)
{
    struct members m;
    bool has = false;
    double number;
    size_t i;

    if (a4nn_json_kind(object) != A4NN_JSON_OBJECT)
        return false;
    members_take(&m, object);
    for (i = 0; i < m.n; i++)
        if (m.role[i] == A4NN_ROLE_EPOCH || m.role[i] == A4NN_ROLE_STEP)
            has = has || a4nn_json_number(m.value[i], &number);
    members_release(&m);
    return has;
}

const char *
a4nn_jsonrec_domain(const struct a4nn_json *object)
{
    static const char *const names[] = {"mode", "stage", "split", "phase"};
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *word = a4nn_json_string(a4nn_json_get(object, names[i]));
        if (word != NULL && a4nn_log_is_domain(word))
            return word;
    }
    return NULL;
}

bool
a4nn_jsonrec_is_config(const char *name, const struct a4nn_json *value)
{
    return strcmp(name, "config") == 0 && a4nn_json_kind(value) == A4NN_JSON_OBJECT;
}

struct report {
    const struct a4nn_log_sink *sink;
    const struct a4nn_log_at *at;
    struct a4nn_buf name; /* of what is being looked at */
    unsigned depth;
};

static int
report_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct report *r = arg;
    size_t before = r->name.len;
    double number;

    if (before != 0)
        a4nn_buf_addc(&r->name, '/');
    a4nn_buf_adds(&r->name, name);
    if (a4nn_json_number(value, &number)) {
        if (r->name.len != 0)
            r->sink->scalar(r->sink->arg, r->at, r->name.data, number);
    } else if (r->depth < A4NN_JSONREC_DEPTH) {
        r->depth++;
        a4nn_json_members(value, report_member, r);
        r->depth--;
    }
    r->name.len = before;
    if (r->name.data != NULL)
        r->name.data[before] = '\0';
    return 0;
}

struct setter {
    const struct a4nn_log_sink *sink;
    const struct a4nn_log_at *at;
    struct a4nn_buf text;
};

static int
report_setting(void *arg, const char *name, struct a4nn_json *value)
{
    struct setter *r = arg;

    a4nn_buf_reset(&r->text);
    a4nn_json_dump(value, &r->text);
    a4nn_log_fact(r->sink, r->at, name, r->text.data);
    return 0;
}

void
a4nn_jsonrec_settings(const struct a4nn_json *settings, const struct a4nn_log_sink *sink,
                      const struct a4nn_log_at *at, struct a4nn_buf *last)
{
    struct setter r = {.sink = sink, .at = at};
    struct a4nn_buf all = {0};
    bool same = false;

    if (a4nn_json_kind(settings) != A4NN_JSON_OBJECT || sink->fact == NULL)
        return;
    if (last != NULL) {
        a4nn_buf_addf(&all, "%s\n%s\n", at->run != NULL ? at->run : "",
                      at->task != NULL ? at->task : "");
        a4nn_json_dump(settings, &all);
        same = last->len == all.len && memcmp(last->data, all.data, all.len) == 0;
        a4nn_buf_release(last);
        *last = all;
    }
    if (!same)
        a4nn_json_members(settings, report_setting, &r);
    a4nn_buf_release(&r.text);
}

void
a4nn_jsonrec_report(const struct a4nn_json *object, const struct a4nn_log_sink *sink,
                    const struct a4nn_log_at *at, const char *prefix)
{
    struct report r = {.sink = sink, .at = at};
    struct members m;
    size_t i;

    if (prefix != NULL)
        a4nn_buf_adds(&r.name, prefix);
    members_take(&m, object);
    for (i = 0; i < m.n; i++) {
        bool place = m.role[i] != A4NN_ROLE_VALUE &&
                     !(m.role[i] == A4NN_ROLE_TASK && at->task == NULL) &&
                     !(m.role[i] == A4NN_ROLE_TIME && isnan(at->time));
        if (!place && !a4nn_jsonrec_is_config(m.name[i], m.value[i]))
            report_member(&r, m.name[i], m.value[i]);
    }
    members_release(&m);
    a4nn_buf_release(&r.name);
}
