/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-watch: logs that still grow, to observations the moment they are written. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "input.h"
#include "pidfd.h"
#include "program.h"
#include "watch.h"
#include "xalloc.h"

enum { ALL_METRICS = 256, FILES_FROM, PID, POLL, STATE, UNTIL_IDLE };

static const struct a4nn_option options[] = {
    {ALL_METRICS, "all-metrics", NULL, "also give all other numbers, in JSON Lines", NULL},
    A4NN_OPTION_EPOCHS,
    {FILES_FROM, "files-from", "FILE", "watch also what FILE names, one a line", "file"},
    A4NN_OPTION_FORMAT,
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    A4NN_OPTION_OUTPUT("csv"),
    {PID, "pid", "PID", "end when this process has ended", NULL},
    {POLL, "poll", "SECONDS", "look every so often instead of by inotify", NULL},
    A4NN_OPTION_QUIET,
    A4NN_OPTION_RUN,
    {STATE, "state", "FILE", "remember here what was given, and resume", "file"},
    {UNTIL_IDLE, "until-idle", "SECONDS", "end when nothing was written for so long", NULL},
    {'v', "verbose", NULL, "say the choices made for every input", NULL},
    {0},
};

static const struct a4nn_cli cli = {
    .program = "a4nn-watch",
    .operands = "file|folder|pattern ...",
    .about = "Follow training logs that still grow and write each observation at once.",
    .options = options,
    .more = "Without --until-idle or --pid it ends by SIGINT or SIGTERM.\n"
            "Status: 0 done, 1 no observation found, 2 trouble.\n",
};

struct job {
    struct a4nn_input in;
    const char *state, *files_from;
    double poll, until_idle; /* 0: not given */
    int pid;                 /* pidfd, -1 */
    bool process;            /* --pid was given */
};

static volatile sig_atomic_t told_to_end;

static void
on_signal(int number)
{
    (void)number;
    told_to_end = 1;
}

/* They come only while it waits, so that none is missed before. */
static void
take_signals(sigset_t *while_waiting)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t both;

    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    sigprocmask(SIG_BLOCK, &both, while_waiting);
    sigdelset(while_waiting, SIGINT);
    sigdelset(while_waiting, SIGTERM);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* A process that is gone already is no mistake: its logs are read to their end. */
static void
watch_process(struct job *job, const char *arg)
{
    long pid = a4nn_cli_count(&cli, PID, arg, 1, 1 << 30);

    job->process = true;
    job->pid = a4nn_pidfd((pid_t)pid);
    if (job->pid < 0 && errno != ESRCH)
        a4nn_die(A4NN_TROUBLE, "--pid: cannot watch process %ld: %s", pid, strerror(errno));
}

static void
add_files_from(struct a4nn_follow *follow, const char *path)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;

    if (in == NULL)
        a4nn_die(A4NN_TROUBLE, "cannot open '%s': %s", path, strerror(errno));
    while ((n = getline(&line, &cap, in)) > 0) {
        if (line[n - 1] == '\n')
            line[--n] = '\0';
        if (n > 0)
            a4nn_follow_add(follow, line);
    }
    if (ferror(in))
        a4nn_die(A4NN_TROUBLE, "cannot read '%s': %s", path, strerror(errno));
    if (in != stdin)
        fclose(in);
    free(line);
}

/* Milliseconds to wait at most. */
static int
wait_time(const struct job *job, const struct a4nn_watch *w)
{
    int wait = a4nn_watch_wait(w), idle;

    if (job->until_idle <= 0)
        return wait;
    idle = (int)((job->until_idle - a4nn_watch_idle(w)) * 1000) + 1;
    return idle < 0 ? 0 : idle < wait ? idle : wait;
}

/* Follows until it is over. -1: cannot write. */
static int
follow(struct job *job, struct a4nn_watch *w)
{
    struct pollfd fds[] = {{.fd = a4nn_follow_fd(a4nn_watch_follow(w)), .events = POLLIN},
                           {.fd = job->pid, .events = POLLIN},
                           {.fd = STDOUT_FILENO}};
    sigset_t while_waiting;

    take_signals(&while_waiting);
    while (!told_to_end) {
        struct timespec t;
        int wait;
        if (a4nn_watch_step(w) < 0)
            return -1;
        if (job->process && (job->pid < 0 || fds[1].revents != 0))
            break;
        if (job->until_idle > 0 && a4nn_watch_idle(w) >= job->until_idle)
            break;
        wait = wait_time(job, w);
        t = (struct timespec){wait / 1000, wait % 1000 * 1000000L};
        ppoll(fds, 3, &t, &while_waiting);
        if (fds[2].revents & POLLERR)
            raise(SIGPIPE); /* nobody reads any more: not only at the next observation */
    }
    return 0;
}

static void
take_option(struct job *job, int code, const char *arg)
{
    switch (code) {
    case ALL_METRICS: job->in.reader.select.all = true; break;
    case FILES_FROM: job->files_from = arg; break;
    case PID: watch_process(job, arg); break;
    case POLL: job->poll = a4nn_cli_number(&cli, code, arg, 0.01, 86400); break;
    case STATE: job->state = arg; break;
    case UNTIL_IDLE: job->until_idle = a4nn_cli_number(&cli, code, arg, 0.01, 1e6); break;
    case 'v': job->in.reader.select.said = NULL; break;
    default: a4nn_input_option(&job->in, &cli, code, arg);
    }
}

int
main(int argc, char **argv)
{
    struct job job = {.pid = -1};
    struct a4nn_watch *w;
    struct a4nn_err err;
    int code, first, status = A4NN_OK;
    unsigned long count;
    const char *arg;

    a4nn_program_begin("a4nn-watch");
    a4nn_input_init(&job.in);
    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        take_option(&job, code, arg);
    if (first == argc && job.files_from == NULL)
        a4nn_die(A4NN_TROUBLE, "nothing to watch: name a file, a folder or a pattern");
    if (job.in.reader.select.all && job.in.encoding != A4NN_JSONL)
        a4nn_die(A4NN_TROUBLE, "--all-metrics: CSV and tables have no room for them: say -o jsonl");
    w = a4nn_watch_new(&job.in.reader, job.poll, job.state, STDOUT_FILENO, job.in.encoding, &err);
    if (w == NULL)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    for (; first < argc; first++)
        a4nn_follow_add(a4nn_watch_follow(w), argv[first]);
    if (job.files_from != NULL)
        add_files_from(a4nn_watch_follow(w), job.files_from);
    if (follow(&job, w) < 0)
        a4nn_die(A4NN_TROUBLE, "cannot write: %s", strerror(errno));
    if (a4nn_watch_end(w, told_to_end && job.state != NULL, &count) < 0)
        a4nn_die(A4NN_TROUBLE, "cannot write: %s", strerror(errno));
    if (count == 0)
        status = A4NN_NO;
    if (job.in.diag.errors > 0)
        status = A4NN_TROUBLE;
    a4nn_input_release(&job.in);
    return a4nn_program_end(status);
}
