/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-validate: checkpoints, as they appear, to observations by way of a command. */
#include <errno.h>
#include <math.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ckptdir.h"
#include "ckptname.h"
#include "cli.h"
#include "clock.h"
#include "input.h"
#include "log/names.h"
#include "pidfd.h"
#include "pidfile.h"
#include "process.h"
#include "process_tree.h"
#include "program.h"
#include "strmap.h"
#include "validator.h"
#include "xalloc.h"

enum { OWN_FDS = 4 };
enum {
    EPOCH_REGEX = 256,
    FROM_ZERO,
    LAST,
    LATEST_ONLY,
    NICE,
    PATTERN,
    PID,
    POLL,
    RETRIES,
    TIMEOUT,
    UNTIL_IDLE
};

static const struct a4nn_option options[] = {
    A4NN_OPTION_EPOCHS,
    {EPOCH_REGEX, "epoch-regex", "REGEX", "the epoch is what the group in this matches in names",
     NULL},
    A4NN_OPTION_FORMAT,
    {FROM_ZERO, "from-zero", NULL, "names count epochs from 0", NULL},
    {'j', "jobs", "JOBS", "validations at the same time (default: 1)", NULL},
    {LAST, "last", "EPOCH", "end when this epoch, or a later one, is done", NULL},
    {LATEST_ONLY, "latest-only", NULL, "skip checkpoints when there is a newer one", NULL},
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    {NICE, "nice", "N", "niceness of the validations (0 to 19)", NULL},
    A4NN_OPTION_OUTPUT("csv"),
    {PATTERN, "pattern", "GLOB", "only files with such names", NULL},
    {PID, "pid", "PID", "end when this process has ended and all is validated", NULL},
    {POLL, "poll", "SECONDS", "look every SECONDS instead of using inotify", NULL},
    A4NN_OPTION_QUIET,
    A4NN_OPTION_RUN,
    {RETRIES, "retries", "N", "run a validation that fails N times again (default: 0)", NULL},
    {TIMEOUT, "timeout", "SECONDS", "time for one validation (default: as long as it takes)", NULL},
    {UNTIL_IDLE, "until-idle", "SECONDS", "end when no checkpoint has come for so long", NULL},
    {0},
};

static const struct a4nn_cli cli = {
    .program = "a4nn-validate",
    .operands = "folder [--] command [argument ...]",
    .about = "Run a command on each checkpoint that appears, and write what it measures.",
    .options = options,
    .more = "{} in the command is the file's path; without it, the path is its last argument.\n"
            "Status: 0 done, 1 no observation, 2 trouble; a validation that failed is.\n",
    .first_operand_ends = true,
};

struct job {
    struct a4nn_input in;
    struct a4nn_validator_opts opts;
    struct a4nn_validator *validator;
    struct a4nn_ckptdir *dir;
    struct a4nn_stream_writer *writer;
    struct a4nn_strmap unnamed; /* files without an epoch, of which one is told */
    const char *pattern;
    regex_t regex;
    bool use_regex, from_zero;
    double poll, until_idle, last, newest; /* `newest`: when the last checkpoint came */
    int signals, pidfd;                    /* of --pid, */
    bool over;                             /* which had ended before we could look */
    struct pollfd *fds;
};

static void
on_record(void *arg, const struct a4nn_record *record)
{
    struct job *job = arg;

    a4nn_stream_write(job->writer, record);
    a4nn_stream_pause(job->writer);
}

static bool
epoch_of(const struct job *job, const char *name, double *epoch)
{
    regmatch_t match[2];
    char *end;

    if (!job->use_regex)
        return a4nn_ckptname_epoch(name, epoch);
    if (regexec(&job->regex, name, 2, match, 0) != 0 || match[1].rm_so < 0)
        return false;
    *epoch = strtod(name + match[1].rm_so, &end);
    return end == name + match[1].rm_eo && isfinite(*epoch);
}

static void
on_checkpoint(void *arg, const char *name, double time)
{
    struct job *job = arg;
    double epoch;
    bool first;

    if (!epoch_of(job, name, &epoch)) {
        a4nn_strmap_put(&job->unnamed, name, &first);
        if (job->unnamed.n == 1 && first)
            a4nn_diag(&job->in.diag, A4NN_WARNING, NULL, 0,
                      "'%s' and the like are passed over: no epoch in the name", name);
        return;
    }
    job->newest = a4nn_now();
    a4nn_validator_add(job->validator, name, job->from_zero ? epoch + 1 : epoch, time);
}

/* ---- the loop ---- */

static bool
process_ended(const struct job *job)
{
    struct pollfd p = {.fd = job->pidfd, .events = POLLIN};

    return job->over || (job->pidfd >= 0 && poll(&p, 1, 0) > 0);
}

/* Nothing is left to do, and nothing will come. What the process wrote last must have been seen. */
static bool
is_over(struct job *job)
{
    bool ended = process_ended(job);

    if (ended) {
        a4nn_ckptdir_look(job->dir, true, on_checkpoint, job);
        a4nn_validator_step(job->validator);
    }
    if (a4nn_validator_epoch(job->validator) >= job->last)
        return true;
    if (a4nn_validator_busy(job->validator) || a4nn_ckptdir_pending(job->dir))
        return false;
    return ended || a4nn_now() - job->newest >= job->until_idle;
}

static void
wait_some(struct job *job)
{
    double wait, idle = job->newest + job->until_idle - a4nn_now();
    size_t n = a4nn_validator_poll(job->validator, job->fds + OWN_FDS, &wait);
    int milliseconds;

    wait = fmin(wait, a4nn_ckptdir_wait(job->dir));
    if (!a4nn_validator_busy(job->validator))
        wait = fmin(wait, fmax(idle, 0));
    milliseconds = (int)ceil(fmin(wait, 3600) * 1000);
    job->fds[0] = (struct pollfd){.fd = job->signals, .events = POLLIN};
    job->fds[1] = (struct pollfd){.fd = a4nn_ckptdir_fd(job->dir), .events = POLLIN};
    job->fds[2] = (struct pollfd){.fd = process_ended(job) ? -1 : job->pidfd, .events = POLLIN};
    job->fds[3] = (struct pollfd){.fd = STDOUT_FILENO};
    if (poll(job->fds, n + OWN_FDS, milliseconds) < 0)
        job->fds[0].revents = job->fds[3].revents = 0;
}

/* Whoever read what is written here has had enough: a4nn-predict -u. */
static bool
nobody_reads(const struct job *job)
{
    return ferror(stdout) || (job->fds[3].revents & POLLERR) != 0;
}

/* No validation goes on without us. */
static void
end_all(void)
{
    struct a4nn_err err;

    if (a4nn_tree_kill(5, NULL, NULL, &err) < 0)
        a4nn_warn("%s", err.msg);
}

static void
die_by(int sig)
{
    sigset_t set;

    signal(sig, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, sig);
    raise(sig);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* A signal that ends this process ends it as if it had not been caught. */
static void
die_of_signal(const struct job *job)
{
    struct signalfd_siginfo info;

    if ((job->fds[0].revents & POLLIN) == 0 ||
        read(job->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    end_all();
    fflush(stdout);
    die_by((int)info.ssi_signo);
}

static void
catch_signals(struct job *job)
{
    static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    sigset_t set;
    size_t i;

    sigemptyset(&set);
    for (i = 0; i < sizeof ending / sizeof *ending; i++)
        if (!a4nn_process_ignored(ending[i]))
            sigaddset(&set, ending[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    job->signals = signalfd(-1, &set, SFD_CLOEXEC);
    signal(SIGIO, SIG_IGN);   /* a lease was asked back */
    signal(SIGPIPE, SIG_IGN); /* validations are ended first */
}

/* ---- options ---- */

static void
take_option(struct job *job, int code, const char *arg)
{
    long pid;

    switch (code) {
    case EPOCH_REGEX:
        if (regcomp(&job->regex, arg, REG_EXTENDED) != 0 || job->regex.re_nsub < 1)
            a4nn_die(A4NN_TROUBLE,
                     "--epoch-regex: not an extended regular expression with a group: '%s'", arg);
        job->use_regex = true;
        break;
    case FROM_ZERO: job->from_zero = true; break;
    case 'j': job->opts.jobs = (size_t)a4nn_cli_count(&cli, code, arg, 1, 1000); break;
    case LAST: job->last = a4nn_cli_number(&cli, code, arg, 0, 1e12); break;
    case LATEST_ONLY: job->opts.latest_only = true; break;
    case NICE:
        if (setpriority(PRIO_PROCESS, 0, (int)a4nn_cli_count(&cli, code, arg, 0, 19)) != 0)
            a4nn_die(A4NN_TROUBLE, "--nice: %s", strerror(errno));
        break;
    case PATTERN: job->pattern = arg; break;
    case PID:
        pid = a4nn_cli_count(&cli, code, arg, 1, 1L << 30);
        if (job->pidfd >= 0)
            close(job->pidfd);
        if ((job->pidfd = a4nn_pidfd((pid_t)pid)) < 0 && errno != ESRCH)
            a4nn_die(A4NN_TROUBLE, "--pid: %s: %s", arg, strerror(errno));
        job->over = job->pidfd < 0;
        break;
    case POLL: job->poll = a4nn_cli_number(&cli, code, arg, 0.01, 1e6); break;
    case RETRIES: job->opts.retries = (unsigned)a4nn_cli_count(&cli, code, arg, 0, 1000); break;
    case TIMEOUT: job->opts.timeout = a4nn_cli_number(&cli, code, arg, 0.001, 1e9); break;
    case UNTIL_IDLE: job->until_idle = a4nn_cli_number(&cli, code, arg, 0, 1e9); break;
    default: a4nn_input_option(&job->in, &cli, code, arg);
    }
}

/* The run is called like the folder of its checkpoints, or the one above if that says nothing. */
static char *
run_name(const struct job *job)
{
    struct a4nn_strmap taken = {0};
    char *real = realpath(job->opts.folder, NULL), *name;

    if (job->in.reader.run != NULL)
        name = a4nn_xstrdup(job->in.reader.run);
    else
        name = a4nn_run_name(real != NULL ? real : job->opts.folder, false, NULL, &taken);
    free(real);
    a4nn_strmap_release(&taken);
    return name;
}

static void
set_up(struct job *job, char **operands, int count)
{
    const uint64_t columns = A4NN_BIT(A4NN_RUN) | A4NN_BIT(A4NN_EPOCH) | A4NN_BIT(A4NN_VALUE) |
                             A4NN_BIT(A4NN_METRIC) | A4NN_BIT(A4NN_MODE) | A4NN_BIT(A4NN_EPOCHS) |
                             A4NN_BIT(A4NN_TIME);
    struct a4nn_err err;

    if (count > 1 && strcmp(operands[1], "--") == 0) {
        memmove(operands + 1, operands + 2, (size_t)(count - 2) * sizeof *operands);
        count--;
    }
    if (count < 2)
        a4nn_die(A4NN_TROUBLE, "a folder and a command are needed");
    job->opts.folder = operands[0];
    job->opts.words = operands + 1;
    job->opts.count = (size_t)count - 1;
    job->opts.epochs = job->in.epochs;
    job->opts.select = &job->in.reader.select;
    job->opts.format = job->in.reader.format;
    job->opts.record = on_record;
    job->opts.arg = job;
    job->opts.diag = &job->in.diag;
    if (a4nn_tree_adopt(&err) < 0)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    job->writer = a4nn_stream_writer_new(stdout, job->in.encoding, columns);
    job->validator = a4nn_validator_new(&job->opts);
    job->dir = a4nn_ckptdir_new(job->opts.folder, job->pattern, job->poll, &job->in.diag);
    job->fds = a4nn_xcalloc(job->opts.jobs + OWN_FDS, sizeof *job->fds);
}

int
main(int argc, char **argv)
{
    struct job job = {.opts = {.jobs = 1}, .until_idle = INFINITY, .last = INFINITY, .pidfd = -1};
    int code, first, status;
    const char *arg;
    char *run;

    a4nn_process_remember();
    a4nn_program_begin("a4nn-validate");
    a4nn_input_init(&job.in);
    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        take_option(&job, code, arg);
    set_up(&job, argv + first, argc - first);
    run = run_name(&job);
    job.opts.run = run;
    catch_signals(&job);
    job.newest = a4nn_now();
    a4nn_ckptdir_look(job.dir, true, on_checkpoint, &job);
    a4nn_validator_step(job.validator);
    while (!nobody_reads(&job) && !is_over(&job)) {
        wait_some(&job);
        die_of_signal(&job);
        a4nn_ckptdir_look(job.dir, false, on_checkpoint, &job);
        a4nn_validator_step(job.validator);
    }
    end_all();
    if (nobody_reads(&job))
        die_by(SIGPIPE);
    status = a4nn_validator_records(job.validator) > 0 ? A4NN_OK : A4NN_NO;
    if (job.in.diag.errors > 0)
        status = A4NN_TROUBLE;
    a4nn_ckptdir_free(job.dir);
    a4nn_validator_free(job.validator);
    a4nn_stream_writer_free(job.writer);
    a4nn_strmap_release(&job.unnamed);
    a4nn_input_release(&job.in);
    if (job.use_regex)
        regfree(&job.regex);
    free(job.fds);
    free(run);
    return a4nn_program_end(status);
}
