/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stopper.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "ending.h"
#include "fillin.h"
#include "pidfile.h"
#include "process.h"
#include "readfd.h"
#include "runfile.h"
#include "signame.h"
#include "strmap.h"
#include "xalloc.h"

enum action { TOUCH, EXEC, SCANCEL, SIGNAL, ACTIONS };
static const char *const action_name[ACTIONS] = {"touch", "exec", "scancel", "signal"};

/* After KILL only a process that the kernel does not let go is still there. */
static const double after_kill = 10;

/* What is known of a run. */
struct run {
    bool decided;
    struct a4nn_pid noted;
};

/* A run that is being stopped. */
struct job {
    size_t run;
    struct a4nn_record record;
    enum action action;
    bool begun;                /* the action is under way ... */
    int fd;                    /* ... until this pidfd is readable ... */
    double deadline;           /* ... or this is now */
    pid_t child;               /* command: to be waited for */
    bool overdue;              /* command: it was killed */
    struct a4nn_ending ending; /* signal: has the same `fd` and `deadline` */
};

struct a4nn_stopper {
    const struct a4nn_stopper_opts *opts;
    struct a4nn_strmap names;
    struct run *runs;
    size_t cap_runs;
    struct job *jobs; /* the first `opts->jobs` of these are under way */
    size_t njobs, cap_jobs;
    size_t actions, failures;
};

/* ---- what is said ---- */

static const char *
name_of(const struct job *job)
{
    return a4nn_record_text(&job->record, A4NN_RUN, "");
}

static void
keep_state(struct a4nn_stopper *s, const struct job *job, const char *result)
{
    struct a4nn_err err;

    if (!s->opts->dry_run && a4nn_stopstate_put(s->opts->state, name_of(job),
                                                action_name[job->action], result, &err) < 0)
        a4nn_diag(s->opts->diag, A4NN_ERROR, NULL, 0, "%s", err.msg);
}

static void
publish(struct a4nn_stopper *s, struct job *job, const char *result)
{
    s->actions++;
    keep_state(s, job, result);
    a4nn_record_set_text(&job->record, A4NN_ACTION, action_name[job->action]);
    a4nn_record_set_text(&job->record, A4NN_RESULT, result);
    s->opts->result(s->opts->arg, &job->record);
}

/* The action at hand is over. */
static void
finish(struct a4nn_stopper *s, struct job *job, const char *result)
{
    publish(s, job, result);
    if (job->fd >= 0)
        close(job->fd);
    job->fd = -1;
    job->begun = false;
    job->action++;
}

static void
succeed(struct a4nn_stopper *s, struct job *job, const char *result, const char *what)
{
    a4nn_diag(s->opts->diag, A4NN_NOTE, NULL, 0, "run '%.200s': %s", name_of(job), what);
    finish(s, job, result);
}

static void
fail(struct a4nn_stopper *s, struct job *job, const char *result, const char *why)
{
    s->failures++;
    a4nn_diag(s->opts->diag, A4NN_ERROR, NULL, 0, "run '%.200s': %s: %s", name_of(job),
              action_name[job->action], why);
    finish(s, job, result);
}

/* ---- touch ---- */

static void
touch(struct a4nn_stopper *s, struct job *job)
{
    char *path = a4nn_runfile_text(s->opts->touch, name_of(job));
    struct a4nn_err err;
    int fd;

    if (s->opts->dry_run) {
        a4nn_err_set(&err, "would touch '%.300s'", path);
        succeed(s, job, "would", err.msg);
    } else if ((fd = a4nn_runfile_open(s->opts->touch, name_of(job), O_WRONLY | O_CREAT, 0666,
                                       &err)) < 0) {
        fail(s, job, errno == EPERM ? "refused" : "failed", err.msg);
    } else {
        bool touched = futimens(fd, NULL) == 0;
        a4nn_err_set(&err, touched ? "touched '%.300s'" : "cannot touch '%.300s'", path);
        close(fd);
        if (touched)
            succeed(s, job, "done", err.msg);
        else
            fail(s, job, "failed", err.msg);
    }
    free(path);
}

/* ---- commands ---- */

/* Its output must not get among our records. */
static void
start(struct a4nn_stopper *s, struct job *job, char *const *argv)
{
    char **env = a4nn_fillin_environment(&job->record);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct a4nn_command command = {.argv = argv,
                                   .env = env,
                                   .fd = {null, STDERR_FILENO, STDERR_FILENO},
                                   .group = A4NN_GROUP_OWN};
    struct a4nn_process process;
    struct a4nn_err err;

    if (null < 0)
        command.fd[0] = A4NN_FD_CLOSED;
    keep_state(s, job, "begun");
    if (a4nn_process_start(&command, &process, &err) != 0) {
        fail(s, job, "failed", err.msg);
    } else {
        job->begun = true;
        job->child = process.pid;
        job->fd = process.pidfd;
        job->overdue = false;
        job->deadline = a4nn_now() + s->opts->timeout;
    }
    if (null >= 0)
        close(null);
    a4nn_fillin_free(env);
}

static void
reap(struct a4nn_stopper *s, struct job *job)
{
    struct a4nn_err err;
    int status;
    pid_t pid = waitpid(job->child, &status, WNOHANG);

    if (pid == 0) {
        if (a4nn_now() < job->deadline)
            return;
        if (job->overdue) {
            fail(s, job, "failed", "still there after KILL");
            return;
        }
        kill(-job->child, SIGKILL); /* ours, and not waited for yet: the number is still its own */
        job->overdue = true;
        job->deadline = a4nn_now() + after_kill;
        return;
    }
    if (job->overdue)
        a4nn_err_set(&err, "not done in %g seconds, killed", s->opts->timeout);
    else if (pid > 0 && WIFSIGNALED(status))
        a4nn_err_set(&err, "ended by SIG%s", a4nn_signal_name(WTERMSIG(status)));
    else
        a4nn_err_set(&err, "ended with status %d", pid > 0 ? WEXITSTATUS(status) : -1);
    if (pid > 0 && !job->overdue && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        succeed(s, job, "done", job->action == EXEC ? "command done" : "scancel done");
    else
        fail(s, job, "failed", err.msg);
}

static void
run_command(struct a4nn_stopper *s, struct job *job)
{
    struct a4nn_err err;
    char **words = a4nn_fillin_words(s->opts->exec, s->opts->nexec, &job->record, &err);

    if (words == NULL) {
        fail(s, job, "refused", err.msg);
    } else if (s->opts->dry_run) {
        struct a4nn_buf text = {0};
        size_t i;
        a4nn_buf_adds(&text, "would run");
        for (i = 0; words[i] != NULL; i++)
            a4nn_buf_addf(&text, " '%s'", words[i]);
        succeed(s, job, "would", text.data);
        a4nn_buf_release(&text);
    } else {
        start(s, job, words);
    }
    a4nn_fillin_free(words);
}

/* ---- Slurm ---- */

/* "1234" or "1234_5", which is one job of an array. */
static bool
is_job_id(const char *text)
{
    size_t n = strspn(text, "0123456789");

    if (n == 0 || n > 18)
        return false;
    if (text[n] == '_') {
        size_t task = strspn(text + n + 1, "0123456789");
        if (task == 0 || task > 18)
            return false;
        n += 1 + task;
    }
    return text[n] == '\0';
}

/* The id into `id`; NULL, or what is to be reported. */
static const char *
find_job_id(struct a4nn_stopper *s, const struct job *job, char id[64], struct a4nn_err *err)
{
    const char *run = name_of(job);
    ssize_t n = 0;
    int fd;

    if (s->opts->job_file != NULL) {
        fd = a4nn_runfile_open(s->opts->job_file, run, O_RDONLY, 0, err);
        if (fd < 0)
            return errno == EPERM ? "refused" : "failed";
        n = a4nn_readfd(fd, id, 63);
        close(fd);
        id[n > 0 ? n : 0] = '\0';
        id[strcspn(id, "\r\n")] = '\0';
    } else { /* a log of sbatch is called slurm-1234.out */
        if (strncmp(run, "slurm-", 6) == 0)
            run += 6;
        strncpy(id, run, 63);
        id[63] = '\0';
    }
    if (is_job_id(id))
        return NULL;
    a4nn_err_set(err, "no job id: '%s'", id);
    return "refused";
}

static void
cancel(struct a4nn_stopper *s, struct job *job)
{
    char id[64], command[] = "scancel";
    char *const argv[] = {command, id, NULL};
    struct a4nn_err err;
    const char *trouble = find_job_id(s, job, id, &err);

    if (trouble != NULL) {
        fail(s, job, trouble, err.msg);
    } else if (s->opts->dry_run) {
        a4nn_err_set(&err, "would cancel Slurm job %s", id);
        succeed(s, job, "would", err.msg);
    } else {
        start(s, job, argv);
    }
}

/* ---- signals ---- */

static void
find_process(struct a4nn_stopper *s, struct job *job)
{
    const struct run *run = &s->runs[job->run];
    struct a4nn_err err;
    struct a4nn_pid pid;

    switch (a4nn_pid_open(s->opts->pid_file, name_of(job), &run->noted, &job->fd, &pid, &err)) {
    case A4NN_PID_FOUND: break;
    case A4NN_PID_GONE: succeed(s, job, "gone", err.msg); return;
    case A4NN_PID_NO_FILE:
        if (run->noted.pid != 0) /* a training that has ended may take its file away */
            succeed(s, job, "gone", "its PID file is gone");
        else
            fail(s, job, "failed", err.msg);
        return;
    case A4NN_PID_REFUSED: fail(s, job, "refused", err.msg); return;
    }
    if (s->opts->dry_run) {
        a4nn_err_set(&err, "would send %s to process %ld", a4nn_signal_name(s->opts->signal),
                     (long)pid.pid);
        succeed(s, job, "would", err.msg);
        return;
    }
    job->begun = true;
    a4nn_ending_begin(&job->ending, &pid, job->fd, s->opts->signal, s->opts->settle,
                      s->opts->grace);
    job->deadline = job->ending.deadline;
}

static void
watch(struct a4nn_stopper *s, struct job *job)
{
    struct a4nn_err how;
    enum a4nn_ending_state state = a4nn_ending_step(&job->ending, &how);

    job->fd = job->ending.fd;
    job->deadline = job->ending.deadline;
    if (state == A4NN_ENDING_ON)
        return;
    a4nn_ending_release(&job->ending);
    job->fd = -1;
    switch (state) {
    case A4NN_ENDING_GONE: succeed(s, job, "gone", how.msg); break;
    case A4NN_ENDING_ENDED: succeed(s, job, "ended", how.msg); break;
    case A4NN_ENDING_KILLED: succeed(s, job, "killed", how.msg); break;
    case A4NN_ENDING_ON:
    case A4NN_ENDING_FAILED: fail(s, job, "failed", how.msg); break;
    }
}

/* ---- jobs ---- */

static bool
wanted(const struct a4nn_stopper *s, enum action action)
{
    switch (action) {
    case TOUCH: return s->opts->touch != NULL;
    case EXEC: return s->opts->nexec > 0;
    case SCANCEL: return s->opts->scancel;
    case SIGNAL: return s->opts->pid_file != NULL;
    case ACTIONS: break;
    }
    return false;
}

/* What an earlier process did is not done again; what it left unfinished is, but for commands,
 * which nobody can tell whether they have been run. */
static bool
settled_before(struct a4nn_stopper *s, struct job *job)
{
    const char *before = a4nn_stopstate_get(s->opts->state, name_of(job), action_name[job->action]);

    if (before == NULL || strcmp(before, "failed") == 0 || strcmp(before, "refused") == 0)
        return false;
    if (strcmp(before, "begun") != 0) {
        job->action++;
        return true;
    }
    if (job->action != EXEC)
        return false;
    fail(s, job, "unknown", "a command was begun before, and how it ended is not known");
    return true;
}

static void
begin(struct a4nn_stopper *s, struct job *job)
{
    if (!wanted(s, job->action)) {
        job->action++;
        return;
    }
    if (settled_before(s, job))
        return;
    switch (job->action) {
    case TOUCH: touch(s, job); break;
    case EXEC: run_command(s, job); break;
    case SCANCEL: cancel(s, job); break;
    case SIGNAL: find_process(s, job); break;
    case ACTIONS: break;
    }
}

/* Goes on as far as it can without waiting. */
static void
advance(struct a4nn_stopper *s, struct job *job)
{
    while (job->action != ACTIONS) {
        enum action action = job->action;

        if (!job->begun)
            begin(s, job);
        else if (job->action == SIGNAL)
            watch(s, job);
        else
            reap(s, job);
        if (job->begun && job->action == action && a4nn_now() < job->deadline)
            return;
    }
}

static void
note_run(struct a4nn_stopper *s, const char *name, size_t run)
{
    if (s->opts->pid_file != NULL)
        a4nn_pid_note(s->opts->pid_file, name, &s->runs[run].noted);
}

/* Without {run} in it, a pattern names the file of one run: the first. */
static bool
shared(const struct a4nn_stopper *s)
{
    const struct a4nn_stopper_opts *o = s->opts;

    return (o->touch != NULL && !a4nn_runfile_by_run(o->touch)) ||
           (o->pid_file != NULL && !a4nn_runfile_by_run(o->pid_file)) ||
           (o->job_file != NULL && !a4nn_runfile_by_run(o->job_file));
}

void
a4nn_stopper_feed(struct a4nn_stopper *s, const struct a4nn_record *record)
{
    const char *name = a4nn_record_text(record, A4NN_RUN, "");
    struct job *job;
    bool added;
    size_t run = a4nn_strmap_put(&s->names, name, &added);

    if (added) {
        s->runs = a4nn_xgrow(s->runs, run, &s->cap_runs, sizeof *s->runs);
        s->runs[run] = (struct run){0};
        note_run(s, name, run);
    }
    if (s->runs[run].decided || strcmp(a4nn_record_text(record, A4NN_VERDICT, ""), "stop") != 0)
        return;
    s->runs[run].decided = true;
    if (run != 0 && shared(s)) {
        s->failures++;
        a4nn_diag(s->opts->diag, A4NN_ERROR, NULL, 0,
                  "run '%.200s': left alone: a file without {run} in its name is that of the first "
                  "run",
                  name);
        return;
    }
    s->jobs = a4nn_xgrow(s->jobs, s->njobs, &s->cap_jobs, sizeof *s->jobs);
    job = &s->jobs[s->njobs++];
    *job = (struct job){.run = run, .fd = -1};
    a4nn_record_copy(&job->record, record);
    a4nn_stopper_step(s);
}

void
a4nn_stopper_step(struct a4nn_stopper *s)
{
    size_t i = 0;

    while (i < s->njobs && i < s->opts->jobs) {
        struct job *job = &s->jobs[i];
        advance(s, job);
        if (job->action != ACTIONS) {
            i++;
            continue;
        }
        a4nn_record_release(&job->record);
        s->njobs--;
        memmove(job, job + 1, (s->njobs - i) * sizeof *job);
    }
}

size_t
a4nn_stopper_most(const struct a4nn_stopper *s)
{
    return s->opts->jobs;
}

size_t
a4nn_stopper_poll(const struct a4nn_stopper *s, struct pollfd *fds, int *timeout)
{
    double now = a4nn_now(), least = INFINITY;
    size_t i, n = 0;

    for (i = 0; i < s->njobs && i < s->opts->jobs; i++) {
        const struct job *job = &s->jobs[i];
        double left = job->deadline - now;
        if (job->fd >= 0)
            fds[n++] = (struct pollfd){.fd = job->fd, .events = POLLIN};
        else if (left > 0.05) /* no pidfd to tell the end of a command */
            left = 0.05;
        least = left < least ? left : least;
    }
    if (isinf(least))
        *timeout = -1;
    else
        *timeout = least <= 0 ? 0 : least > 3600 ? 3600000 : (int)ceil(least * 1000);
    return n;
}

bool
a4nn_stopper_busy(const struct a4nn_stopper *s)
{
    return s->njobs > 0;
}

size_t
a4nn_stopper_actions(const struct a4nn_stopper *s)
{
    return s->actions;
}

size_t
a4nn_stopper_failures(const struct a4nn_stopper *s)
{
    return s->failures;
}

struct a4nn_stopper *
a4nn_stopper_new(const struct a4nn_stopper_opts *opts)
{
    struct a4nn_stopper *s = a4nn_xcalloc(1, sizeof *s);

    s->opts = opts;
    return s;
}

void
a4nn_stopper_free(struct a4nn_stopper *s)
{
    size_t i;

    if (s == NULL)
        return;
    for (i = 0; i < s->njobs; i++) {
        a4nn_record_release(&s->jobs[i].record);
        if (s->jobs[i].begun && s->jobs[i].action == SIGNAL)
            a4nn_ending_release(&s->jobs[i].ending);
        else if (s->jobs[i].fd >= 0)
            close(s->jobs[i].fd);
    }
    free(s->jobs);
    free(s->runs);
    a4nn_strmap_release(&s->names);
    free(s);
}
