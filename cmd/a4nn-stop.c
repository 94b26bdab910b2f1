/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-stop: verdicts to action, once per run. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "fillin.h"
#include "input.h"
#include "json.h"
#include "process.h"
#include "program.h"
#include "readfd.h"
#include "signame.h"
#include "stopper.h"
#include "stream.h"
#include "xalloc.h"

enum {
    DRY_RUN = 256,
    EXEC,
    GRACE,
    JOB_FILE,
    PID_FILE,
    SCANCEL,
    SETTLE,
    SIGNAL,
    STATE,
    TIMEOUT,
    TOUCH
};

static const struct a4nn_option options[] = {
    {DRY_RUN, "dry-run", NULL, "say what would be done and do nothing", NULL},
    {EXEC, "exec", "COMMAND", "run this command; its words end at ';' or the end of the line",
     "file"},
    {GRACE, "grace", "SECONDS", "time between a signal and the next (default: 30)", NULL},
    {'j', "jobs", "JOBS", "runs stopped at the same time (default: 64)", NULL},
    {JOB_FILE, "job-file", "PATTERN", "file with the Slurm job id of {run}, for --scancel", "file"},
    A4NN_OPTION_OUTPUT("as the input"),
    {PID_FILE, "pid-file", "PATTERN", "signal the process whose PID is in the file of {run}",
     "file"},
    A4NN_OPTION_QUIET,
    {SCANCEL, "scancel", NULL, "cancel the Slurm job", NULL},
    {SETTLE, "settle", "SECONDS", "time before the first signal (default: 0)", NULL},
    {SIGNAL, "signal", "NAME", "first signal (default: TERM)", "words TERM INT HUP USR1 USR2 KILL"},
    {STATE, "state", "FILE", "remember here what was done, so that it is not done again", "file"},
    {TIMEOUT, "timeout", "SECONDS", "time for a command (default: 60)", NULL},
    {TOUCH, "touch", "PATTERN", "create, or touch, the file of {run}", "file"},
    {0},
};

static const struct a4nn_cli cli = {
    .program = "a4nn-stop",
    .operands = "[file ...] [--exec command [argument ...] [;]]",
    .about = "Act on the verdicts of a4nn-predict, once per run.",
    .options = options,
    .more =
        "In patterns {run}, in words of the command also {epoch} {value} {forecast} {reason} are\n"
        "replaced; no shell sees them. The command has them as A4NN_RUN, A4NN_EPOCH and so on.\n"
        "Status: 0 all was done, 1 there was nothing to do, 2 trouble.\n",
};

struct job {
    struct a4nn_input in;
    struct a4nn_stopper_opts opts;
    struct a4nn_stopper *stopper;
    struct a4nn_stream_reader *reader;
    struct a4nn_stream_writer *writer;
    struct pollfd *fds;
    bool said; /* that there is a record without a verdict */
};

static void
on_result(void *arg, const struct a4nn_record *record)
{
    /* what tells the run, as far as the verdict does */
    const uint64_t told =
        A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC) | A4NN_BIT(A4NN_MODE) | A4NN_BIT(A4NN_EPOCHS);
    const uint64_t columns = A4NN_BIT(A4NN_RUN) | A4NN_BIT(A4NN_EPOCH) | A4NN_BIT(A4NN_VALUE) |
                             A4NN_BIT(A4NN_FORECAST) | A4NN_BIT(A4NN_REASON) | A4NN_ACTION_FIELDS |
                             (record->set & told);
    struct job *job = arg;
    struct a4nn_record out = {0};

    if (job->writer == NULL) {
        enum a4nn_encoding encoding = job->in.encoding;
        if (encoding == A4NN_AS_INPUT && job->reader != NULL)
            encoding = a4nn_stream_encoding(job->reader);
        job->writer = a4nn_stream_writer_new(stdout, encoding, columns);
    }
    a4nn_record_copy(&out, record);
    a4nn_record_unset(&out, ~columns);
    a4nn_json_free(out.extra);
    out.extra = NULL;
    a4nn_stream_write(job->writer, &out);
    a4nn_record_release(&out);
}

static int
on_record(void *arg, struct a4nn_record *record)
{
    struct job *job = arg;

    if (!a4nn_record_has(record, A4NN_VERDICT) && !job->said) {
        job->said = true;
        a4nn_diag(&job->in.diag, A4NN_ERROR, NULL, 0,
                  "no verdict: the input should come from a4nn-predict");
    }
    a4nn_stopper_feed(job->stopper, record);
    return 0;
}

/* Waits for the input (or, with -1, only for the actions), and goes on with these. */
static bool
wait_for(struct job *job, int fd)
{
    size_t n;
    int timeout;

    a4nn_stream_pause(job->writer);
    n = a4nn_stopper_poll(job->stopper, job->fds + 1, &timeout);
    job->fds[0] = (struct pollfd){.fd = fd, .events = POLLIN};
    if (poll(job->fds, n + 1, timeout) < 0)
        job->fds[0].revents = 0;
    a4nn_stopper_step(job->stopper);
    return job->fds[0].revents != 0;
}

static void
read_fd(struct job *job, int fd, const char *name)
{
    static char piece[65536];
    ssize_t n = 1;

    job->reader = a4nn_stream_reader_new(on_record, job, &job->in.diag, name, name);
    while (n > 0)
        if (wait_for(job, fd) && (n = a4nn_readfd(fd, piece, sizeof piece)) > 0)
            a4nn_stream_feed(job->reader, piece, (size_t)n);
    if (n < 0)
        a4nn_diag(&job->in.diag, A4NN_ERROR, NULL, 0, "cannot read '%s': %s", name,
                  strerror(errno));
    a4nn_stream_finish(job->reader);
    if (job->in.encoding == A4NN_AS_INPUT)
        job->in.encoding = a4nn_stream_encoding(job->reader);
    a4nn_stream_reader_free(job->reader);
    job->reader = NULL;
}

static void
read_file(struct job *job, const char *file)
{
    int fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_NOCTTY | O_CLOEXEC);

    if (fd < 0) {
        a4nn_diag(&job->in.diag, A4NN_ERROR, NULL, 0, "cannot open '%s': %s", file,
                  strerror(errno));
        return;
    }
    read_fd(job, fd, fd == STDIN_FILENO ? "-" : file);
    if (fd != STDIN_FILENO)
        close(fd);
}

/* Takes the command out of the arguments: what follows --exec, up to ';'. */
static int
cut_exec(struct job *job, int argc, char **argv)
{
    int begin = 1, end;

    while (begin < argc && strcmp(argv[begin], "--exec") != 0 && strcmp(argv[begin], "--") != 0)
        begin++;
    if (begin >= argc || strcmp(argv[begin], "--") == 0)
        return argc;
    for (end = begin + 1; end < argc && strcmp(argv[end], ";") != 0; end++)
        ;
    job->opts.nexec = (size_t)(end - begin - 1);
    job->opts.exec = a4nn_xcalloc(job->opts.nexec + 1, sizeof *job->opts.exec);
    memcpy((void *)job->opts.exec, argv + begin + 1, job->opts.nexec * sizeof *argv);
    end += end < argc;
    memmove(argv + begin, argv + end, (size_t)(argc - end + 1) * sizeof *argv);
    return argc - (end - begin);
}

static void
take_option(struct job *job, int code, const char *arg)
{
    struct a4nn_stopper_opts *o = &job->opts;
    struct a4nn_err err;

    switch (code) {
    case DRY_RUN: o->dry_run = true; break;
    case EXEC: a4nn_die(A4NN_TROUBLE, "--exec: write the command as words of their own behind it");
    case GRACE: o->grace = a4nn_cli_number(&cli, code, arg, 0, 1e6); break;
    case 'j': o->jobs = (size_t)a4nn_cli_count(&cli, code, arg, 1, 10000); break;
    case JOB_FILE: o->job_file = arg; break;
    case PID_FILE: o->pid_file = arg; break;
    case SCANCEL: o->scancel = true; break;
    case SETTLE: o->settle = a4nn_cli_number(&cli, code, arg, 0, 1e6); break;
    case SIGNAL:
        if ((o->signal = a4nn_signal_find(arg)) < 0)
            a4nn_die(A4NN_TROUBLE, "--signal: unknown: '%s'", arg);
        break;
    case STATE:
        a4nn_stopstate_free(o->state);
        if ((o->state = a4nn_stopstate_open(arg, &err)) == NULL)
            a4nn_die(A4NN_TROUBLE, "--state: %s", err.msg);
        break;
    case TIMEOUT: o->timeout = a4nn_cli_number(&cli, code, arg, 0.001, 1e6); break;
    case TOUCH: o->touch = arg; break;
    default: a4nn_input_option(&job->in, &cli, code, arg);
    }
}

static void
check(const struct a4nn_stopper_opts *o)
{
    struct a4nn_err err;

    if (o->job_file != NULL && !o->scancel)
        a4nn_die(A4NN_TROUBLE, "--job-file goes with --scancel");
    if (o->exec != NULL && a4nn_fillin_check(o->exec, o->nexec, &err) < 0)
        a4nn_die(A4NN_TROUBLE, "--exec: %s", err.msg);
    if (o->exec == NULL && !o->scancel && o->pid_file == NULL && o->touch == NULL)
        a4nn_die(A4NN_TROUBLE, "nothing to do: say --pid-file, --exec, --touch or --scancel");
}

static int
status_of(const struct job *job)
{
    if (job->in.diag.errors > 0 || a4nn_stopper_failures(job->stopper) > 0)
        return A4NN_TROUBLE;
    return a4nn_stopper_actions(job->stopper) > 0 ? A4NN_OK : A4NN_NO;
}

int
main(int argc, char **argv)
{
    struct job job = {.opts = {.signal = SIGTERM, .grace = 30, .timeout = 60, .jobs = 64}};
    int code, first, status;
    const char *arg;

    a4nn_process_remember();
    a4nn_program_begin("a4nn-stop");
    a4nn_input_init(&job.in);
    argc = cut_exec(&job, argc, argv);
    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        take_option(&job, code, arg);
    check(&job.opts);
    signal(SIGPIPE, SIG_IGN); /* what has been begun is finished, whoever reads of it */
    job.opts.result = on_result;
    job.opts.arg = &job;
    job.opts.diag = &job.in.diag;
    job.stopper = a4nn_stopper_new(&job.opts);
    job.fds = a4nn_xcalloc(a4nn_stopper_most(job.stopper) + 1, sizeof *job.fds);
    if (first == argc)
        read_file(&job, "-");
    for (; first < argc; first++)
        read_file(&job, argv[first]);
    while (a4nn_stopper_busy(job.stopper))
        wait_for(&job, -1);
    status = status_of(&job);
    a4nn_stopper_free(job.stopper);
    a4nn_stopstate_free(job.opts.state);
    a4nn_stream_writer_free(job.writer);
    a4nn_input_release(&job.in);
    free(job.fds);
    free((void *)job.opts.exec);
    return a4nn_program_end(status);
}
