/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "judge_process.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "judge_log.h"
#include "pidfd.h"
#include "process.h"
#include "readfd.h"
#include "xalloc.h"

enum { PIECE = 64 << 10, NICE = 10, PIPE = 1 << 20, OOM_SCORE = 500 };

/* Seconds between judgements that are told: who waits for them is not woken by every line. */
static const double TOLD_EVERY = 0.2;

struct piece {
    struct piece *next;
    size_t len;
    char bytes[];
};

/* The judge's side: one thread takes what comes, the other one thinks. */
struct side {
    int feed, events;
    pthread_mutex_t lock;
    pthread_cond_t there;
    struct piece *first, **last;
    size_t queued;
    bool ready; /* what is queued is worth a look */
    bool ended;
    bool dropping, told; /* of the thread that takes */
    bool sparing;        /* of the one that thinks: not every judgement is told at once ... */
    double told_at;      /* ... since the last was, at this time (clock.h) ... */
    struct a4nn_judge_event newest; /* ... but this one will be, when `waits` is set */
    bool waits;
};

/* ---- events ---- */

/* One write of less than PIPE_BUF bytes: whole, whichever thread it comes from. */
static void
send_event(const struct side *s, const struct a4nn_judge_event *e)
{
    _Static_assert(sizeof *e <= 4096, "events must be written whole");

    while (write(s->events, e, sizeof *e) < 0)
        if (errno != EINTR)
            _exit(0); /* nobody is left to judge for */
}

static void
on_say(void *arg, enum a4nn_severity severity, const char *text)
{
    struct a4nn_judge_event e = {.what = A4NN_JUDGE_SAYS, .severity = severity};

    snprintf(e.text, sizeof e.text, "%s", text);
    send_event(arg, &e);
}

static void
tell_newest(struct side *s)
{
    if (s->waits)
        send_event(s, &s->newest);
    s->waits = false;
    s->told_at = a4nn_now();
}

static void
on_judged(void *arg, const struct a4nn_judgement *j)
{
    struct side *s = arg;

    s->newest = (struct a4nn_judge_event){.what = A4NN_JUDGE_JUDGED, .judgement = *j};
    s->waits = true;
    if (!s->sparing || j->stop || a4nn_now() - s->told_at >= TOLD_EVERY)
        tell_newest(s);
}

static void
on_missing(void *arg, unsigned long lines)
{
    struct a4nn_judge_event e = {.what = A4NN_JUDGE_MISSING, .lines = lines};

    send_event(arg, &e);
}

/* ---- taking ---- */

static size_t
queued(struct side *s)
{
    size_t n;

    pthread_mutex_lock(&s->lock);
    n = s->queued;
    pthread_mutex_unlock(&s->lock);
    return n;
}

/* The end of a line, or of what a progress bar shows before it overwrites itself (lines.h). */
static bool
ends_something(const char *bytes, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if ((unsigned char)bytes[i] < ' ' && bytes[i] != '\t')
            return true;
    return false;
}

/*
 * Nothing can be made of a line before its end, which Python, unbuffered, writes by itself: the
 * other thread sleeps until it is there, or until there is much.
 */
static void
put(struct side *s, const char *bytes, size_t len)
{
    struct piece *p = malloc(sizeof *p + len);
    bool ready;

    if (p == NULL)
        _exit(1);
    p->next = NULL;
    p->len = len;
    memcpy(p->bytes, bytes, len);
    pthread_mutex_lock(&s->lock);
    *s->last = p;
    s->last = &p->next;
    s->queued += len;
    s->ready = s->ready || s->queued >= PIECE || ends_something(bytes, len);
    ready = s->ready;
    pthread_mutex_unlock(&s->lock);
    if (ready)
        pthread_cond_signal(&s->there); /* not before: the other one would wait for the lock */
}

/* What comes while the queue is full is left out, up to the end of a line. */
static void
take(struct side *s, const char *bytes, size_t len)
{
    static const struct a4nn_judge_event left_out = {.what = A4NN_JUDGE_LEFT_OUT};
    const char *end;

    if (s->dropping) {
        if (queued(s) > A4NN_JUDGE_QUEUE / 2 || (end = memchr(bytes, '\n', len)) == NULL)
            return;
        len -= (size_t)(end - bytes);
        bytes = end; /* the line end also ends what was cut when the dropping began */
        s->dropping = false;
    } else if (queued(s) + len > A4NN_JUDGE_QUEUE) {
        s->dropping = true;
        if (!s->told)
            send_event(s, &left_out);
        s->told = true;
        return;
    }
    put(s, bytes, len);
}

/* While nothing is taken no byte needs to be copied. False at the end. */
static bool
pass_over(struct side *s, int nowhere)
{
    ssize_t n;

    while (s->dropping && queued(s) > A4NN_JUDGE_QUEUE / 2) {
        n = splice(s->feed, NULL, nowhere, NULL, PIPE, 0);
        if (n == 0 || (n < 0 && errno != EINTR))
            return n < 0;
    }
    return true;
}

static void *
take_all(void *arg)
{
    struct side *s = arg;
    char bytes[PIECE];
    ssize_t n = 1;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    while (n > 0 && pass_over(s, nowhere))
        if ((n = a4nn_readfd(s->feed, bytes, sizeof bytes)) > 0)
            take(s, bytes, (size_t)n);
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_cond_signal(&s->there);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* ---- thinking ---- */

static bool
is_idle(struct side *s)
{
    bool idle;

    pthread_mutex_lock(&s->lock);
    idle = !s->ready && !s->ended;
    pthread_mutex_unlock(&s->lock);
    return idle;
}

/*
 * Until there is something to look at; at the latest when a judgement has to be told, which may
 * have to wait for its reader: not while the other thread waits for the lock.
 */
static void
wait_for_more(struct side *s)
{
    double until = s->told_at + TOLD_EVERY;
    const struct timespec at = {(time_t)until, (long)(fmod(until, 1) * 1e9)};

    if (!s->waits) {
        pthread_cond_wait(&s->there, &s->lock);
    } else if (pthread_cond_timedwait(&s->there, &s->lock, &at) == ETIMEDOUT) {
        pthread_mutex_unlock(&s->lock);
        tell_newest(s);
        pthread_mutex_lock(&s->lock);
    }
}

static struct piece *
get(struct side *s)
{
    struct piece *p;

    pthread_mutex_lock(&s->lock);
    while (!s->ready && !s->ended)
        wait_for_more(s);
    if ((p = s->first) != NULL) {
        s->queued -= p->len;
        if ((s->first = p->next) == NULL) {
            s->last = &s->first;
            s->ready = false;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return p;
}

/* Steps back behind the training wherever the two compete. */
static void
be_modest(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    char text[16];
    int n = snprintf(text, sizeof text, "%d", OOM_SCORE);

    if (fd >= 0) {
        (void)!write(fd, text, (size_t)n); /* where it may not, it does not */
        close(fd);
    }
#ifndef __SANITIZE_ADDRESS__
    setrlimit(RLIMIT_DATA, &(struct rlimit){(rlim_t)1 << 30, (rlim_t)1 << 30});
#endif
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), getpriority(PRIO_PROCESS, 0) + NICE);
}

/* What is written to `feed`, while the other thread takes it. */
static int
think(struct side *s, const struct a4nn_judge_opts *opts, struct a4nn_err *err)
{
    struct a4nn_judge *judge = a4nn_judge_new(opts, err);
    struct piece *p;
    pthread_condattr_t clock;
    pthread_t thread;

    s->last = &s->first;
    s->sparing = true;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&s->there, &clock);
    if (judge == NULL)
        return -1;
    if (pthread_create(&thread, NULL, take_all, s) != 0)
        return a4nn_err_set(err, "cannot start a thread");
    be_modest();
    while ((p = get(s)) != NULL) {
        a4nn_judge_feed(judge, p->bytes, p->len);
        free(p);
        if (is_idle(s))
            a4nn_judge_pause(judge);
    }
    a4nn_judge_finish(judge);
    tell_newest(s);
    return 0; /* memory goes with the process */
}

/* ---- the process ---- */

/* A history that cannot be opened costs the training nothing, and the verdicts what it knows. */
static void
open_history(struct a4nn_judge_opts *opts)
{
    struct a4nn_err err;

    if (opts->keeper == NULL || a4nn_keeper_open(opts->keeper, &err) == 0)
        return;
    a4nn_diag(opts->reader->diag, A4NN_ERROR, NULL, 0, "no history: %s", err.msg);
    opts->keeper = NULL;
}

static A4NN_NORETURN void
live(struct a4nn_judge_opts *opts, struct a4nn_judge_log *log, int feed, int events)
{
    const struct a4nn_judge_event done = {.what = A4NN_JUDGE_DONE};
    static struct side s = {.lock = PTHREAD_MUTEX_INITIALIZER};
    int fd, status, nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct a4nn_err err;

    s.feed = feed;
    s.events = events;
    prctl(PR_SET_NAME, "a4nn-judge");
    for (fd = 0; fd < 3 && nowhere >= 0; fd++)
        dup2(nowhere, fd); /* who waits for the end of our output does not wait for the judge */
    opts->judged = on_judged;
    opts->missing = on_missing;
    opts->arg = &s;
    opts->reader->diag->emit = on_say;
    opts->reader->diag->arg = &s;
    open_history(opts);
    if (log != NULL) {
        be_modest();
        status = a4nn_judge_log_run(log, feed, &err);
    } else {
        status = think(&s, opts, &err);
    }
    if (status < 0) {
        on_say(&s, A4NN_ERROR, err.msg);
        _exit(1);
    }
    a4nn_keeper_free(opts->keeper);
    send_event(&s, &done);
    _exit(0);
}

int
a4nn_judge_process_start(const struct a4nn_judge_opts *opts, struct a4nn_judge_process *p,
                         struct a4nn_err *err)
{
    struct a4nn_judge_opts own = *opts;
    struct a4nn_judge_log *log = NULL;
    int feed[2], events[2], error;
    sigset_t all, before;

    if (a4nn_process_pipe(feed, err) < 0 || a4nn_process_pipe(events, err) < 0)
        return -1;
    fcntl(feed[1], F_SETPIPE_SZ, PIPE); /* else it is smaller */
    fcntl(feed[1], F_SETFL, O_WRONLY | O_NONBLOCK);
    if (opts->log != NULL)
        log = a4nn_judge_log_new(&own);
    sigfillset(&all); /* the terminal's signals are not for it, and its end comes by the pipe */
    sigprocmask(SIG_SETMASK, &all, &before);
    p->pid = fork();
    error = errno;
    if (p->pid == 0) {
        close(feed[1]);
        close(events[0]);
        live(&own, log, feed[0], events[1]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    a4nn_judge_log_free(log);
    close(feed[0]);
    close(events[1]);
    p->feed = feed[1];
    p->events = events[0];
    if (p->pid > 0) {
        p->pidfd = a4nn_pidfd(p->pid);
        return 0;
    }
    close(p->feed);
    close(p->events);
    return a4nn_err_set(err, "cannot start a process: %s", strerror(error));
}

int
a4nn_judge_process_next(const struct a4nn_judge_process *p, struct a4nn_judge_event *event)
{
    ssize_t n;

    do
        n = read(p->events, event, sizeof *event);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -1;
    return n == (ssize_t)sizeof *event;
}
