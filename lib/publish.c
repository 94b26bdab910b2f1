/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "publish.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "publish_parts.h"

/* ---- words ---- */

const char *
a4nn_pub_title(const struct a4nn_pub *pub)
{
    return pub->opts->title != NULL ? pub->opts->title
                                    : "Learning curves of neural-network trainings";
}

static void
add_count(struct a4nn_buf *out, int64_t n, const char *one, const char *many)
{
    a4nn_buf_addf(out, "%lld %s", (long long)n, n == 1 ? one : many);
}

const char *
a4nn_pub_description(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    if (pub->opts->description != NULL) {
        a4nn_buf_adds(out, pub->opts->description);
        return out->data;
    }
    add_count(out, pub->counts->runs, "training", "trainings");
    a4nn_buf_adds(out, " of ");
    add_count(out, pub->counts->tasks, "task", "tasks");
    a4nn_buf_adds(out, ": configurations, what was measured after each epoch, and what was "
                       "forecast and decided at the time.");
    return out->data;
}

bool
a4nn_pub_date(const struct a4nn_pub *pub, char out[32])
{
    double when = !isnan(pub->opts->date) ? pub->opts->date : pub->newest;
    struct tm tm;
    time_t t;

    if (!(when >= 0 && when < 253402300800.0)) /* to the end of the year 9999 */
        return false;
    t = (time_t)when;
    return gmtime_r(&t, &tm) != NULL && strftime(out, 32, "%Y-%m-%d", &tm) > 0;
}

void
a4nn_pub_citation(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    char date[32];
    size_t i;

    for (i = 0; i < pub->opts->creators; i++)
        a4nn_buf_addf(out, "%s%s", i > 0 ? ", " : "", pub->opts->creator[i]);
    if (pub->opts->creators > 0)
        a4nn_buf_adds(out, ": ");
    a4nn_buf_addf(out, "%s", a4nn_pub_title(pub));
    if (a4nn_pub_date(pub, date))
        a4nn_buf_addf(out, ", %.4s", date);
    a4nn_buf_adds(out, " (data set)");
    if (pub->opts->doi != NULL)
        a4nn_buf_addf(out, ", https://doi.org/%s", pub->opts->doi);
    else if (pub->opts->url != NULL)
        a4nn_buf_addf(out, ", %s", pub->opts->url);
    a4nn_buf_adds(out, ".");
}

void
a4nn_pub_left_out(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    int i;

    for (i = 0; i < A4NN_SECRETS; i++)
        if (pub->secrets->found[i] > 0)
            a4nn_buf_addf(out, "%s%lu %s", out->len > 0 ? ", " : "", pub->secrets->found[i],
                          a4nn_secret_words((enum a4nn_secret)i, pub->secrets->found[i]));
}

void
a4nn_pub_write(struct a4nn_pub *pub, const char *name, struct a4nn_buf *text)
{
    struct a4nn_pubfile *file = a4nn_pubfile_open(pub->folder, name);

    a4nn_pubfile_take(file, text);
    a4nn_pubfile_close(file);
    a4nn_buf_release(text);
}

/* ---- all of it ---- */

bool
a4nn_pub_interrupted(const struct a4nn_pub *pub)
{
    return pub->opts->interrupted != NULL && pub->opts->interrupted();
}

static int
go_on(const struct a4nn_pub *pub, struct a4nn_err *err)
{
    return a4nn_pub_interrupted(pub) ? a4nn_err_set(err, "interrupted: nothing is published") : 0;
}

static void
release(struct a4nn_pub *pub)
{
    size_t i;

    for (i = 0; i < pub->tasks; i++) {
        free(pub->task[i].name);
        free(pub->task[i].metric);
        a4nn_buf_release(&pub->task[i].curves);
    }
    free(pub->task);
    a4nn_strmap_release(&pub->task_ids);
    a4nn_strmap_release(&pub->task_names);
    a4nn_strmap_release(&pub->members);
    free(pub->member_kinds);
    free(pub->prefix);
}

static int
write_all(struct a4nn_pub *pub, struct a4nn_err *err)
{
    char date[32];

    pub->folder = a4nn_pubfolder_begin(pub->opts->folder, pub->opts->replace, err);
    if (pub->folder == NULL)
        return -1;
    if (a4nn_pub_tables(pub, err) < 0 || go_on(pub, err) < 0) {
        a4nn_pubfolder_abandon(pub->folder);
        return -1;
    }
    pub->counts->dated = a4nn_pub_date(pub, date);
    a4nn_pub_metadata(pub);
    a4nn_pub_texts(pub);
    a4nn_pub_html(pub);
    if (go_on(pub, err) < 0) {
        a4nn_pubfolder_abandon(pub->folder);
        return -1;
    }
    return a4nn_pubfolder_commit(pub->folder, err);
}

int
a4nn_publish(struct a4nn_db *db, const struct a4nn_publish_opts *opts, struct a4nn_secrets *secrets,
             struct a4nn_publish_counts *counts, struct a4nn_err *err)
{
    struct a4nn_pub pub = {
        .db = db, .opts = opts, .secrets = secrets, .counts = counts, .newest = NAN};
    int result = a4nn_db_begin(db, A4NN_DB_TO_READ, err);

    *counts = (struct a4nn_publish_counts){0};
    if (result == 0)
        result = a4nn_pub_survey(&pub, err);
    if (result == 0)
        result = go_on(&pub, err);
    if (result == 0)
        result = counts->runs > 0 ? write_all(&pub, err) : 1;
    a4nn_db_rollback(db); /* nothing was written */
    release(&pub);
    return result < 0 ? -1 : result;
}
