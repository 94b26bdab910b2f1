/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "validator.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "history_facts.h"
#include "json.h"
#include "number.h"
#include "process.h"
#include "process_tree.h"
#include "signame.h"
#include "spoken.h"
#include "strmap.h"
#include "xalloc.h"

enum state { WAITING, RUNNING, DONE, DROPPED };
enum { MAX_OUTPUT = 64 << 20 };

struct checkpoint {
    char *name;
    double epoch, time;
    enum state state;
    unsigned tries;
    struct a4nn_record record; /* what came of it, until it is written */
    /* while RUNNING */
    struct a4nn_process process;
    int output; /* in memory */
    double deadline;
    const char *killed; /* why, or NULL */
};

struct a4nn_validator {
    const struct a4nn_validator_opts *opts;
    struct checkpoint **all; /* by epoch, then in order of appearance */
    size_t n, cap, first;    /* all before `first` are done with */
    size_t running, records, failures;
    double epoch;
};

struct a4nn_validator *
a4nn_validator_new(const struct a4nn_validator_opts *opts)
{
    struct a4nn_validator *v = a4nn_xcalloc(1, sizeof *v);

    v->opts = opts;
    return v;
}

void
a4nn_validator_add(struct a4nn_validator *v, const char *name, double epoch, double time)
{
    struct checkpoint *c = a4nn_xcalloc(1, sizeof *c);
    size_t at = v->n;

    c->name = a4nn_xstrdup(name);
    c->epoch = epoch;
    c->time = time;
    c->output = -1;
    v->all = a4nn_xgrow(v->all, v->n, &v->cap, sizeof(struct checkpoint *));
    while (at > 0 && v->all[at - 1]->epoch > epoch) {
        v->all[at] = v->all[at - 1];
        at--;
    }
    v->all[at] = c;
    v->n++;
    if (at < v->first)
        v->first = at;
}

static char *
path_of(const struct a4nn_validator *v, const struct checkpoint *c)
{
    struct a4nn_buf path = {0};
    size_t len = strlen(v->opts->folder);

    a4nn_buf_adds(&path, v->opts->folder);
    if (len > 0 && v->opts->folder[len - 1] != '/')
        a4nn_buf_addc(&path, '/');
    a4nn_buf_adds(&path, c->name);
    return path.data;
}

/* ---- how one ends ---- */

static void
drop(struct a4nn_validator *v, struct checkpoint *c, enum a4nn_severity severity, const char *why)
{
    char *path = path_of(v, c);

    c->state = DROPPED;
    v->failures += severity == A4NN_ERROR;
    a4nn_diag(v->opts->diag, severity, NULL, 0, "epoch %g is missing: %s: %s", c->epoch, path, why);
    free(path);
}

/* Trainings that keep their last few checkpoints only take the others away. */
static bool
is_gone(const struct a4nn_validator *v, const struct checkpoint *c)
{
    char *path = path_of(v, c);
    bool gone = access(path, F_OK) != 0 && errno == ENOENT;

    free(path);
    return gone;
}

static void
fail(struct a4nn_validator *v, struct checkpoint *c, const char *why)
{
    if (is_gone(v, c)) {
        drop(v, c, A4NN_WARNING, "the file was taken away");
    } else if (c->tries <= v->opts->retries) {
        c->state = WAITING;
        a4nn_diag(v->opts->diag, A4NN_NOTE, NULL, 0, "epoch %g: %s: %s, trying again", c->epoch,
                  c->name, why);
    } else {
        drop(v, c, A4NN_ERROR, why);
    }
}

/* In JSON Lines the model database learns where the weights of the run are. */
static void
state_checkpoint(const struct a4nn_validator *v, struct checkpoint *c)
{
    char *path = path_of(v, c), *whole = realpath(path, NULL);

    if (c->record.extra == NULL)
        c->record.extra = a4nn_json_object();
    a4nn_json_set(c->record.extra, a4nn_fact_name(A4NN_FACT_CHECKPOINT),
                  a4nn_json_from_string(whole != NULL ? whole : path));
    free(path);
    free(whole);
}

static void
succeed(struct a4nn_validator *v, struct checkpoint *c)
{
    struct a4nn_record *r = &c->record;

    a4nn_record_set_text(r, A4NN_RUN, v->opts->run);
    a4nn_record_set_num(r, A4NN_EPOCH, c->epoch);
    a4nn_record_set_num(r, A4NN_TIME, c->time);
    if (!isnan(v->opts->epochs))
        a4nn_record_set_num(r, A4NN_EPOCHS, v->opts->epochs);
    if (v->opts->select->mode != A4NN_MODE_UNKNOWN)
        a4nn_record_set_text(r, A4NN_MODE, a4nn_mode_name(v->opts->select->mode));
    state_checkpoint(v, c);
    c->state = DONE;
}

static void
finish(struct a4nn_validator *v, struct checkpoint *c, int status)
{
    struct a4nn_err err = {""};

    v->running--;
    if (c->process.pidfd >= 0)
        close(c->process.pidfd);
    if (c->killed != NULL)
        a4nn_err_set(&err, "%s, killed", c->killed);
    else if (WIFSIGNALED(status))
        a4nn_err_set(&err, "ended by SIG%s", a4nn_signal_name(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        a4nn_err_set(&err, "ended with status %d", WEXITSTATUS(status));
    else if (!a4nn_spoken(c->output, v->opts->select, v->opts->format, &c->record))
        a4nn_err_set(&err, "no %s in its output",
                     v->opts->select->metric != NULL ? v->opts->select->metric : "number");
    close(c->output);
    c->output = -1;
    if (err.msg[0] != '\0')
        fail(v, c, err.msg);
    else
        succeed(v, c);
}

/* ---- how one begins ---- */

static char **
words_for(const struct a4nn_validator *v, const char *path)
{
    char **words = a4nn_xcalloc(v->opts->count + 2, sizeof *words);
    bool named = false;
    size_t i;

    for (i = 0; i < v->opts->count; i++) {
        struct a4nn_buf word = {0};
        a4nn_buf_fill(&word, v->opts->words[i], "{}", path);
        words[i] = word.data;
        named = named || strstr(v->opts->words[i], "{}") != NULL;
    }
    if (!named)
        words[i] = a4nn_xstrdup(path);
    return words;
}

/* Its output is kept in memory; what it says besides goes where ours does. */
static void
start(struct a4nn_validator *v, struct checkpoint *c)
{
    char *path = path_of(v, c), **words = words_for(v, path);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct a4nn_command command = {.argv = words, .group = A4NN_GROUP_OWN};
    struct a4nn_err err;
    size_t i;

    c->tries++;
    c->killed = NULL;
    c->output = memfd_create("output", MFD_CLOEXEC);
    command.fd[0] = null >= 0 ? null : A4NN_FD_CLOSED;
    command.fd[1] = c->output;
    command.fd[2] = A4NN_FD_SAME;
    if (c->output < 0) {
        a4nn_err_set(&err, "memfd_create: %s", strerror(errno));
        fail(v, c, err.msg);
    } else if (a4nn_process_start(&command, &c->process, &err) != 0) {
        close(c->output);
        c->output = -1;
        fail(v, c, err.msg);
    } else {
        c->state = RUNNING;
        v->running++;
        c->deadline = v->opts->timeout > 0 ? a4nn_now() + v->opts->timeout : INFINITY;
    }
    if (null >= 0)
        close(null);
    for (i = 0; words[i] != NULL; i++)
        free(words[i]);
    free((void *)words);
    free(path);
}

/* The next to begin, NULL: none. */
static struct checkpoint *
next_waiting(const struct a4nn_validator *v)
{
    struct checkpoint *next = NULL;
    size_t i;

    for (i = v->first; i < v->n; i++)
        if (v->all[i]->state == WAITING) {
            next = v->all[i];
            if (!v->opts->latest_only)
                break;
        }
    return next;
}

static void
skip_older(struct a4nn_validator *v, const struct checkpoint *newest)
{
    size_t i;

    for (i = v->first; i < v->n && v->all[i] != newest; i++)
        if (v->all[i]->state == WAITING) {
            v->all[i]->state = DROPPED;
            a4nn_diag(v->opts->diag, A4NN_NOTE, NULL, 0, "epoch %g is skipped: %g is there",
                      v->all[i]->epoch, newest->epoch);
        }
}

static void
begin_some(struct a4nn_validator *v)
{
    struct checkpoint *c;

    while (v->running < v->opts->jobs && (c = next_waiting(v)) != NULL) {
        if (v->opts->latest_only)
            skip_older(v, c);
        if (is_gone(v, c))
            drop(v, c, A4NN_WARNING, "the file was taken away");
        else
            start(v, c);
    }
}

/* ---- going on ---- */

static void
on_ended(void *arg, pid_t pid, int status)
{
    struct a4nn_validator *v = arg;
    size_t i;

    for (i = v->first; i < v->n; i++)
        if (v->all[i]->state == RUNNING && v->all[i]->process.pid == pid) {
            finish(v, v->all[i], status);
            return;
        }
}

static void
end_overdue(struct a4nn_validator *v)
{
    struct stat st;
    size_t i;

    for (i = v->first; i < v->n; i++) {
        struct checkpoint *c = v->all[i];
        if (c->state != RUNNING)
            continue;
        if (a4nn_now() >= c->deadline)
            c->killed = "not done in time";
        else if (fstat(c->output, &st) == 0 && st.st_size > MAX_OUTPUT)
            c->killed = "too much output";
        else
            continue;
        c->deadline = a4nn_now() + 1; /* and again, should something have been started meanwhile */
        a4nn_tree_signal(c->process.pid, SIGKILL, NULL);
    }
}

static void
write_out(struct a4nn_validator *v)
{
    for (; v->first < v->n; v->first++) {
        struct checkpoint *c = v->all[v->first];
        if (c->state == WAITING || c->state == RUNNING)
            return;
        if (c->epoch > v->epoch)
            v->epoch = c->epoch;
        if (c->state == DONE && c->name != NULL) {
            v->opts->record(v->opts->arg, &c->record);
            v->records++;
        }
        a4nn_record_release(&c->record);
        free(c->name);
        c->name = NULL;
        c->state = DROPPED;
    }
}

void
a4nn_validator_step(struct a4nn_validator *v)
{
    end_overdue(v);
    a4nn_tree_reap(on_ended, v);
    begin_some(v);
    write_out(v);
}

size_t
a4nn_validator_poll(const struct a4nn_validator *v, struct pollfd *fds, double *wait)
{
    double now = a4nn_now();
    size_t i, n = 0;

    *wait = INFINITY;
    for (i = v->first; i < v->n; i++) {
        const struct checkpoint *c = v->all[i];
        double left = c->deadline - now;
        if (c->state != RUNNING)
            continue;
        if (c->process.pidfd >= 0)
            fds[n++] = (struct pollfd){.fd = c->process.pidfd, .events = POLLIN};
        else
            left = fmin(left, 0.05);
        *wait = fmin(*wait, fmin(left, 1)); /* its output is looked at now and then */
    }
    return n;
}

bool
a4nn_validator_busy(const struct a4nn_validator *v)
{
    return v->first < v->n;
}

double
a4nn_validator_epoch(const struct a4nn_validator *v)
{
    return v->epoch;
}

size_t
a4nn_validator_records(const struct a4nn_validator *v)
{
    return v->records;
}

size_t
a4nn_validator_failures(const struct a4nn_validator *v)
{
    return v->failures;
}

void
a4nn_validator_free(struct a4nn_validator *v)
{
    size_t i;

    if (v == NULL)
        return;
    for (i = 0; i < v->n; i++) {
        struct checkpoint *c = v->all[i];
        if (c->output >= 0)
            close(c->output);
        a4nn_record_release(&c->record);
        free(c->name);
        free(c);
    }
    free((void *)v->all);
    free(v);
}
