/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first reading, which finds out what is to be known before the first row is written; and
 * runs without what is to be left out of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "publish_parts.h"
#include "xalloc.h"

enum { MEMBERS = 100, MEMBER_NAME = 100 };

/* ---- runs as they are published ---- */

static bool
is_absolute(const char *name)
{
    return name[0] == '/' && name[1] != '\0';
}

/* Bytes of "home/alice/" at the beginning, where names of users stand, else 0. */
static size_t
home_length(const char *path)
{
    static const char *const above[] = {"home/", "Users/", "root/"};
    size_t i, n;

    for (i = 0; i < sizeof above / sizeof *above; i++) {
        n = strlen(above[i]);
        if (strncmp(path, above[i], n) == 0) {
            if (above[i][0] != 'r')
                n += strcspn(path + n, "/") + 1;
            return n < strlen(path) ? n : 0;
        }
    }
    return 0;
}

/* A name that lost something may no longer be one of its own, so it gets its number. */
static char *
clean_name(const struct a4nn_pub *pub, struct a4nn_secrets *secrets, const char *name,
           int64_t number)
{
    size_t prefix = pub->prefix != NULL ? strlen(pub->prefix) : 0, home = 0;
    struct a4nn_buf out = {0};

    if (!secrets->keep[A4NN_SECRET_PATH] && prefix > 0 && is_absolute(name) &&
        strncmp(name, pub->prefix, prefix) == 0 && name[prefix] != '\0') {
        name += prefix;
        home = home_length(name);
        secrets->found[A4NN_SECRET_PATH]++;
    }
    a4nn_secrets_text(secrets, NULL, name + home, &out);
    if (home > 0 || strcmp(out.data, name) != 0)
        a4nn_buf_addf(&out, " #%lld", (long long)number);
    return out.data;
}

static bool
all_stays(const struct a4nn_secrets *secrets)
{
    int i;

    for (i = 0; i < A4NN_SECRETS; i++)
        if (!secrets->keep[i])
            return false;
    return true;
}

static char *
clean_json(struct a4nn_secrets *secrets, enum a4nn_fact fact, const char *text,
           struct a4nn_json **parsed)
{
    struct a4nn_err err;
    struct a4nn_json *v = a4nn_json_parse(text, strlen(text), NULL, &err), *cleaned;
    struct a4nn_buf out = {0};

    if (v == NULL) {
        a4nn_secrets_text(secrets, NULL, text, &out);
        return out.data;
    }
    if (all_stays(secrets)) { /* to the letter */
        if (parsed != NULL)
            *parsed = v;
        else
            a4nn_json_free(v);
        return a4nn_xstrdup(text);
    }
    cleaned = fact == A4NN_FACT_COMMAND && a4nn_json_kind(v) == A4NN_JSON_ARRAY
                  ? a4nn_secrets_command(secrets, v)
                  : a4nn_secrets_json(secrets, NULL, v);
    a4nn_json_dump(cleaned, &out);
    a4nn_json_free(v);
    if (parsed != NULL)
        *parsed = cleaned;
    else
        a4nn_json_free(cleaned);
    return out.data;
}

static char *
clean_fact(struct a4nn_secrets *secrets, enum a4nn_fact fact, const char *text,
           struct a4nn_json **config)
{
    struct a4nn_buf out = {0};

    if (fact == A4NN_FACT_CONFIG || fact == A4NN_FACT_COMMAND)
        return clean_json(secrets, fact, text, fact == A4NN_FACT_CONFIG ? config : NULL);
    if (fact == A4NN_FACT_HOST && !secrets->keep[A4NN_SECRET_HOST]) {
        secrets->found[A4NN_SECRET_HOST]++;
        return NULL;
    }
    a4nn_secrets_text(secrets, fact == A4NN_FACT_HOST ? NULL : a4nn_fact_name(fact), text, &out);
    return out.data;
}

void
a4nn_pub_clean(const struct a4nn_pub *pub, struct a4nn_secrets *secrets,
               const struct a4nn_history_run *run, int64_t number, struct a4nn_history_run *out,
               struct a4nn_json **config)
{
    int i;

    *config = NULL;
    *out = *run;
    out->task = out->metric = NULL;
    out->name = clean_name(pub, secrets, run->name, number);
    for (i = 0; i < A4NN_FACTS; i++)
        if (run->facts.text[i] != NULL)
            out->facts.text[i] = clean_fact(secrets, (enum a4nn_fact)i, run->facts.text[i], config);
}

void
a4nn_pub_clean_release(struct a4nn_history_run *run, struct a4nn_json *config)
{
    free(run->name);
    a4nn_facts_release(&run->facts);
    a4nn_json_free(config);
}

/* ---- tasks ---- */

static void
id_text(int64_t id, struct a4nn_buf *out)
{
    a4nn_buf_addf(out, "%lld", (long long)id);
}

size_t
a4nn_pub_task_of(const struct a4nn_pub *pub, const struct a4nn_history_run *run)
{
    struct a4nn_buf key = {0};
    long i;

    id_text(run->task_id, &key);
    i = a4nn_strmap_find(&pub->task_ids, key.data);
    a4nn_buf_release(&key);
    return (size_t)i;
}

/* Names that have become the same must not become one task. */
static char *
task_name(struct a4nn_pub *pub, const struct a4nn_history_run *run, size_t index)
{
    struct a4nn_buf name = {0}, key = {0};
    bool added;

    a4nn_secrets_text(pub->secrets, NULL, run->task, &name);
    a4nn_buf_addf(&key, "%zu:%s:%s", strlen(name.data), name.data, run->metric);
    a4nn_strmap_put(&pub->task_names, key.data, &added);
    if (!added)
        a4nn_buf_addf(&name, " #%zu", index + 1);
    a4nn_buf_release(&key);
    return name.data;
}

static struct a4nn_pub_task *
find_task(struct a4nn_pub *pub, const struct a4nn_history_run *run)
{
    struct a4nn_buf key = {0}, metric = {0};
    bool added;
    size_t i;

    id_text(run->task_id, &key);
    i = a4nn_strmap_put(&pub->task_ids, key.data, &added);
    a4nn_buf_release(&key);
    if (!added)
        return &pub->task[i];
    pub->task = a4nn_xgrow(pub->task, i, &pub->task_cap, sizeof *pub->task);
    pub->tasks = i + 1;
    pub->task[i] = (struct a4nn_pub_task){.mode = run->mode,
                                          .epochs = NAN,
                                          .best = NAN,
                                          .first = NAN,
                                          .last = NAN,
                                          .name = task_name(pub, run, i)};
    a4nn_secrets_text(pub->secrets, NULL, run->metric, &metric);
    pub->task[i].metric = metric.data;
    return &pub->task[i];
}

static void
sum_up(struct a4nn_pub_task *t, const struct a4nn_history_run *run)
{
    const char *status = run->facts.text[A4NN_FACT_STATUS];
    double started = run->facts.num[A4NN_FACT_STARTED], ended = run->facts.num[A4NN_FACT_ENDED];
    bool complete = status != NULL && strcmp(status, "complete") == 0;

    t->runs++;
    t->observations += run->observations;
    t->complete += complete;
    t->stopped += status != NULL && strcmp(status, "stopped") == 0;
    t->failed += status != NULL && strcmp(status, "failed") == 0;
    if (!isnan(run->epochs))
        t->epochs = run->epochs;
    if (complete && isfinite(run->last_value) && t->mode != A4NN_MODE_UNKNOWN &&
        !(t->mode == A4NN_MIN ? t->best <= run->last_value : t->best >= run->last_value))
        t->best = run->last_value;
    if (!isnan(started) && !(t->first <= started))
        t->first = started;
    if (!isnan(ended) && !(t->last >= ended))
        t->last = ended;
}

/* ---- configurations ---- */

static int
note_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct a4nn_pub *pub = arg;
    enum a4nn_json_kind kind = a4nn_json_kind(value);
    bool added;
    size_t i;

    if (kind != A4NN_JSON_BOOL && kind != A4NN_JSON_NUMBER && kind != A4NN_JSON_STRING)
        return 0;
    if (a4nn_strmap_find(&pub->members, name) == A4NN_STRMAP_NONE &&
        (pub->members.n >= MEMBERS || strlen(name) > MEMBER_NAME)) {
        pub->members_cut = true;
        return 0;
    }
    i = a4nn_strmap_put(&pub->members, name, &added);
    if (added) {
        pub->member_kinds =
            a4nn_xgrow(pub->member_kinds, i, &pub->member_cap, sizeof *pub->member_kinds);
        pub->member_kinds[i] = 0;
    }
    pub->member_kinds[i] |= 1U << kind;
    return 0;
}

/* ---- all of it ---- */

/* "/a/b/c" and "/a/bd/e" share "/a/". */
static void
note_folder(struct a4nn_pub *pub, const char *name)
{
    size_t i = 0, end = 0;

    if (!is_absolute(name))
        return;
    if (pub->prefix == NULL) {
        pub->prefix = a4nn_xstrndup(name, (size_t)(strrchr(name, '/') - name) + 1);
        return;
    }
    for (; pub->prefix[i] != '\0' && pub->prefix[i] == name[i]; i++)
        if (name[i] == '/')
            end = i + 1;
    pub->prefix[end] = '\0';
}

static void
note_time(struct a4nn_pub *pub, const struct a4nn_history_run *run)
{
    const double times[] = {run->facts.num[A4NN_FACT_STARTED], run->facts.num[A4NN_FACT_ENDED]};
    size_t i;

    for (i = 0; i < 2; i++)
        if (!isnan(times[i]) && !(pub->newest >= times[i]))
            pub->newest = times[i];
}

static int
on_run(void *arg, const struct a4nn_history_run *run)
{
    struct a4nn_pub *pub = arg;
    struct a4nn_secrets scratch = *pub->secrets;
    const char *text = run->facts.text[A4NN_FACT_CONFIG];
    struct a4nn_json *config = NULL;

    if (a4nn_pub_interrupted(pub))
        return 1;
    if (!a4nn_where_met(pub->opts->where, run))
        return 0;
    pub->counts->runs++;
    sum_up(find_task(pub, run), run);
    note_folder(pub, run->name);
    note_time(pub, run);
    if (text != NULL)
        free(clean_json(&scratch, A4NN_FACT_CONFIG, text, &config));
    a4nn_json_members(config, note_member, pub);
    a4nn_json_free(config);
    return 0;
}

int
a4nn_pub_survey(struct a4nn_pub *pub, struct a4nn_err *err)
{
    int result = a4nn_history_runs(pub->db, pub->opts->which, on_run, pub, err);

    pub->counts->tasks = (int64_t)pub->tasks;
    return result;
}
