/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap_result.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "outfile.h"
#include "wrap_facts.h"
#include "writefd.h"

static void
name(struct a4nn_buf *out, const char *key)
{
    a4nn_buf_addf(out, "%s\"%s\": ", out->data[out->len - 1] == '{' ? "" : ", ", key);
}

static void
number(struct a4nn_buf *out, const char *key, double value)
{
    name(out, key);
    a4nn_json_add_number(out, value);
}

/* To a millionth: more digits of a time or a share are noise. */
static double
rounded(double value)
{
    return floor(value * 1e6 + 0.5) / 1e6;
}

static void
text(struct a4nn_buf *out, const char *key, const char *value)
{
    name(out, key);
    if (value != NULL)
        a4nn_json_quote(out, value);
    else
        a4nn_buf_adds(out, "null");
}

static void
truth(struct a4nn_buf *out, const char *key, bool value)
{
    name(out, key);
    a4nn_buf_adds(out, value ? "true" : "false");
}

/* A number of ours, as a stream shows it. */
static void
computed(struct a4nn_buf *out, enum a4nn_field field, double value)
{
    number(out, a4nn_field_name(field), a4nn_field_written(field, value));
}

static void
print_judgement(const struct a4nn_wrap_result *r, struct a4nn_buf *out)
{
    const struct a4nn_judgement *d = r->decision, *n = r->newest;
    const struct a4nn_judgement *f = d != NULL ? d : n;
    double left = n != NULL ? 1 - n->epoch / n->epochs : NAN;

    text(out, "run", f != NULL ? f->run : NULL);
    text(out, "metric", f != NULL && f->metric[0] != '\0' ? f->metric : NULL);
    computed(out, A4NN_FORECAST, f != NULL ? f->forecast : NAN);
    computed(out, A4NN_LOW, f != NULL ? f->low : NAN);
    computed(out, A4NN_HIGH, f != NULL ? f->high : NAN);
    computed(out, A4NN_EXPECTED_ERROR, f != NULL ? f->expected_error : NAN);
    text(out, "verdict", d != NULL ? "stop" : n != NULL ? "continue" : NULL);
    text(out, "reason", d != NULL ? d->reason : "");
    number(out, "stop_epoch", d != NULL ? d->epoch : NAN);
    number(out, "value", n != NULL ? n->value : NAN);
    number(out, "epoch", n != NULL ? n->epoch : NAN);
    number(out, "epochs", n != NULL ? n->epochs : NAN);
    number(out, "saved", left > 0 ? rounded(left) : left <= 0 ? 0 : NAN);
}

static void
print_usage(const struct a4nn_wrap_result *r, struct a4nn_buf *out)
{
    struct rusage u = {0};

    getrusage(RUSAGE_CHILDREN, &u);
    number(out, "begun", rounded(r->begun));
    number(out, "wall_seconds", rounded(r->seconds));
    number(out, "user_seconds", (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6);
    number(out, "system_seconds", (double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec / 1e6);
    number(out, "max_rss_bytes", r->over ? (double)u.ru_maxrss * 1024 : NAN);
    number(out, "exit_status",
           r->over && WIFEXITED(r->wait_status) ? (double)WEXITSTATUS(r->wait_status)
                                                : (double)NAN);
    number(out, "signal",
           r->over && WIFSIGNALED(r->wait_status) ? (double)WTERMSIG(r->wait_status) : (double)NAN);
    truth(out, "output_lost", r->output_lost);
    truth(out, "log_lost", r->log_lost);
}

static void
print_slurm(struct a4nn_buf *out)
{
    static const char *const names[] = {
        "JOB_ID", "ARRAY_JOB_ID", "ARRAY_TASK_ID", "STEP_ID",      "PROCID",    "LOCALID",
        "NTASKS", "NODELIST",     "RESTART_COUNT", "CLUSTER_NAME", "SUBMIT_DIR"};
    char full[40], key[40];
    size_t i, k;

    if (getenv("SLURM_JOB_ID") == NULL)
        return;
    name(out, "slurm");
    a4nn_buf_addc(out, '{');
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(full, sizeof full, "SLURM_%s", names[i]);
        if (getenv(full) == NULL)
            continue;
        for (k = 0; names[i][k] != '\0'; k++)
            key[k] = (char)(names[i][k] == '_' ? '_' : names[i][k] - 'A' + 'a');
        key[k] = '\0';
        text(out, key, getenv(full));
    }
    a4nn_buf_addc(out, '}');
}

void
a4nn_wrap_result_print(const struct a4nn_wrap_result *r, struct a4nn_buf *out)
{
    char host[256] = "";
    size_t i;

    a4nn_buf_addc(out, '{');
    text(out, "outcome", r->outcome);
    print_judgement(r, out);
    print_usage(r, out);
    gethostname(host, sizeof host - 1);
    text(out, "host", host);
    text(out, "job", a4nn_wrap_job());
    print_slurm(out);
    text(out, "code_version", r->code_version);
    text(out, "checkpoint", r->checkpoint);
    if (r->checkpoint_sha256[0] != '\0')
        text(out, "checkpoint_sha256", r->checkpoint_sha256);
    name(out, "command");
    a4nn_buf_addc(out, '[');
    for (i = 0; r->argv[i] != NULL; i++) {
        if (i > 0)
            a4nn_buf_adds(out, ", ");
        a4nn_json_quote(out, r->argv[i]);
    }
    a4nn_buf_adds(out, "]}\n");
}

int
a4nn_wrap_result_fd(const char *where)
{
    char *end;
    long fd;

    if (strncmp(where, "fd:", 3) != 0)
        return -1;
    errno = 0;
    fd = strtol(where + 3, &end, 10);
    if (end == where + 3 || *end != '\0' || errno != 0 || fd < 0 || fd > 65535 ||
        fcntl((int)fd, F_GETFD) < 0)
        return -2;
    return (int)fd;
}

int
a4nn_wrap_result_write(const struct a4nn_buf *line, const char *where, struct a4nn_err *err)
{
    int fd = a4nn_wrap_result_fd(where);

    if (fd == -1)
        return a4nn_outfile_put(where, line->data, line->len, err);
    if (fd < 0 || a4nn_writefd(fd, line->data, line->len) < 0)
        return a4nn_err_set(err, "cannot write '%s': %s", where, strerror(errno));
    return 0;
}
