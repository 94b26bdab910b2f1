/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "process.h"
#include "process_tree.h"
#include "wrap_parts.h"

enum { PIPE = 1 << 20 };

static const double CGROUP_TIME = 1; /* seconds until what has been killed has left it */

static const int forwarded[] = {SIGTERM, SIGINT,  SIGHUP,  SIGQUIT, SIGUSR1,
                                SIGUSR2, SIGCONT, SIGTSTP, SIGWINCH};

long
a4nn_wrap_rank(void)
{
    static const char *const names[] = {"RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK"};
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        char *end;
        long rank;
        if (value == NULL || *value == '\0')
            continue;
        rank = strtol(value, &end, 10);
        if (*end == '\0' && rank >= 0)
            return rank;
    }
    return -1;
}

/* ---- what the command's output goes into ---- */

/* None of our descriptors may become 0, 1 or 2, which the command would take for its own. */
static void
reserve_descriptors(struct a4nn_wrap_state *w)
{
    int i;

    for (i = 0; i < 3; i++) {
        w->closed[i] = fcntl(i, F_GETFD) < 0;
        if (w->closed[i])
            (void)open("/dev/null", O_RDWR); /* the lowest one that is free: i */
    }
}

/* A terminal that passes bytes as they are; it controls nothing. */
static int
open_terminal(int fd[2], struct a4nn_err *err)
{
    struct termios mode;
    struct winsize size;
    char name[128];

    fd[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd[0] < 0 || grantpt(fd[0]) < 0 || unlockpt(fd[0]) < 0 ||
        ptsname_r(fd[0], name, sizeof name) != 0 ||
        (fd[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
        return a4nn_err_set(err, "cannot make a terminal: %s", strerror(errno));
    if (tcgetattr(fd[1], &mode) == 0) {
        cfmakeraw(&mode);
        tcsetattr(fd[1], TCSANOW, &mode);
    }
    if (ioctl(1, TIOCGWINSZ, &size) == 0 || ioctl(2, TIOCGWINSZ, &size) == 0)
        ioctl(fd[1], TIOCSWINSZ, &size);
    return 0;
}

static int
open_streams(struct a4nn_wrap_state *w, struct a4nn_err *err)
{
    int i, fd[2] = {-1, -1};

    for (i = 0; i < 2; i++) {
        bool chosen = i == (int)w->opts->from_stderr;
        w->from[i] = w->into[i] = -1;
        if (!(chosen && (w->opts->judge.log == NULL || w->opts->pty)) &&
            w->opts->action != A4NN_WRAP_RELEASE)
            continue; /* not ours to touch */
        if ((chosen && w->opts->pty ? open_terminal(fd, err) : a4nn_process_pipe(fd, err)) < 0)
            return -1;
        fcntl(fd[0], F_SETPIPE_SZ, PIPE); /* else it is smaller */
        w->from[i] = fd[0];
        w->into[i] = fd[1];
    }
    return 0;
}

static void
close_into(struct a4nn_wrap_state *w)
{
    int i;

    for (i = 0; i < 2; i++)
        if (w->into[i] >= 0)
            close(w->into[i]);
}

/* ---- the supervisor ---- */

static int
start_command(struct a4nn_wrap_state *w)
{
    /* should the front be killed, too, nobody else is left to end it */
    struct a4nn_command c = {.argv = w->opts->argv,
                             .cgroup = w->cgroup.procs,
                             .parent_death = w->opts->orphan_goes_on ? 0 : SIGTERM};
    struct a4nn_process p;
    struct a4nn_err err;
    int i, error, nowhere;

    for (i = 0; i < 3; i++)
        c.fd[i] = w->closed[i] ? A4NN_FD_CLOSED : A4NN_FD_SAME;
    for (i = 0; i < 2; i++)
        if (w->into[i] >= 0)
            c.fd[i + 1] = w->into[i];
    error = a4nn_process_start(&c, &p, &err);
    close_into(w);
    if (error != 0) {
        a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
        return a4nn_process_failed(error);
    }
    if (p.pidfd >= 0)
        close(p.pidfd);
    w->leader = p.pid;
    if ((nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) {
        dup2(nowhere, 0); /* the command's input is the command's alone */
        close(nowhere);
    }
    return 0;
}

static A4NN_NORETURN void
be_supervisor(struct a4nn_wrap_state *w)
{
    struct a4nn_wrap_notice n = {.what = A4NN_WRAP_OVER};
    struct a4nn_err err;

    prctl(PR_SET_NAME, "a4nn-supervise");
    if (w->opts->action == A4NN_WRAP_RELEASE)
        setsid(); /* it outlives the job it was started in */
    if (a4nn_tree_adopt(&err) < 0) {
        a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
        n.value = A4NN_WRAP_FAILED;
    } else if ((n.value = start_command(w)) == 0) {
        const struct a4nn_wrap_notice started = {A4NN_WRAP_STARTED, (int)w->leader};
        send(w->front, &started, sizeof started, MSG_NOSIGNAL);
        n.value = a4nn_wrap_supervise(w);
    }
    a4nn_cgroup_remove(&w->cgroup, CGROUP_TIME);
    if (w->front >= 0)
        send(w->front, &n, sizeof n, MSG_NOSIGNAL);
    _exit(n.value);
}

/* ---- the front ---- */

struct front {
    struct a4nn_wrap_state *w;
    pid_t supervisor;
    int orders; /* socket to the supervisor */
    int signals;
    int status;  /* -1: not known yet */
    bool others; /* there are children that we were started with */
    bool released;
};

static void
block_signals(sigset_t *set)
{
    size_t i;

    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    for (i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
        if (!a4nn_process_ignored(forwarded[i]))
            sigaddset(set, forwarded[i]);
}

/*
 * Stops us as TSTP would have: not in an orphaned process group, where the kernel does not stop the
 * command either and nobody would let us go on.  A stop takes back a CONT that has not been read;
 * one that has come since must win, as it would have without us.
 */
static void
stop_self(void)
{
    sigset_t set;

    if (sigpending(&set) == 0 && sigismember(&set, SIGCONT) == 1)
        return;
    raise(SIGTSTP); /* blocked: from here on, it is CONT that takes it back */
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/*
 * A signal that the terminal sends (SI_KERNEL) has reached the command already, which is in our
 * process group.  A stop from the terminal or from a user stops us, too, so that the shell sees it.
 */
static void
on_signal(struct front *f)
{
    struct signalfd_siginfo info;
    struct a4nn_wrap_order o;

    if (read(f->signals, &info, sizeof info) != (ssize_t)sizeof info || info.ssi_signo == SIGCHLD)
        return;
    o.signal = (int)info.ssi_signo;
    o.group = info.ssi_code == SI_KERNEL;
    send(f->orders, &o, sizeof o, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (o.signal == SIGTSTP)
        stop_self();
}

/*
 * A supervisor that ends without having read a signal from us resets the connection.  That is told
 * once, and before what it has said: its last notice comes with the next call.
 */
static void
on_notice(struct front *f)
{
    struct a4nn_wrap_notice n;
    ssize_t got = recv(f->orders, &n, sizeof n, MSG_DONTWAIT);

    if (got < 0 && errno == ECONNRESET)
        got = recv(f->orders, &n, sizeof n, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got != (ssize_t)sizeof n) {
        f->orders = -1; /* the supervisor is gone */
        return;
    }
    switch (n.what) {
    case A4NN_WRAP_STARTED: f->w->leader = (pid_t)n.value; break;
    case A4NN_WRAP_ENDED:
        f->w->leader_over = true;
        f->w->leader_status = n.value;
        break;
    case A4NN_WRAP_OVER: f->status = n.value; break;
    case A4NN_WRAP_RELEASED: f->status = A4NN_OK; f->released = true;
    }
}

/* It has nothing more to say. */
static void
end_judge(struct a4nn_wrap_state *w)
{
    if (w->judge.pid <= 0)
        return;
    kill(w->judge.pid, SIGKILL);
    waitpid(w->judge.pid, NULL, 0);
    w->judge.pid = 0;
}

/*
 * The supervisor was killed.  All it had to do with are our children now: they are ended, or
 * relayed without verdicts.  Where we have other children, of whoever became us by exec, what is
 * ours cannot be told from them for sure: then only what is below the command gets a signal.
 */
static int
take_over(struct front *f)
{
    struct a4nn_wrap_state *w = f->w;
    struct a4nn_err err;
    siginfo_t info;

    waitpid(f->supervisor, NULL, 0);
    end_judge(w);
    if (w->leader == 0) { /* the command has not done anything yet, if it was started at all */
        if (!f->others && a4nn_tree_kill(1, NULL, NULL, &err) < 0)
            a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
        return A4NN_WRAP_FAILED;
    }
    a4nn_wrap_say(w, A4NN_ERROR, "the supervisor was killed: the training %s",
                  w->opts->orphan_goes_on && !f->others ? "goes on without verdicts" : "is ended");
    if (f->others) {
        if (a4nn_tree_signal(w->leader, SIGTERM, &err) < 0)
            a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
        return A4NN_WRAP_FAILED;
    }
    if (!w->leader_over && waitid(P_PID, (id_t)w->leader, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
        w->leader_over = true; /* the supervisor was killed before it could tell */
        w->leader_status = A4NN_WRAP_FAILED << 8;
    }
    w->front = -1;
    w->signals = f->signals;
    w->judging = false;
    w->log_lost = true;
    w->judge.feed = -1;
    w->abandoned = !w->opts->orphan_goes_on;
    return a4nn_wrap_supervise(w);
}

static int
be_front(struct front *f)
{
    while (f->status < 0 && f->orders >= 0) {
        struct pollfd p[2] = {{.fd = f->signals, .events = POLLIN},
                              {.fd = f->orders, .events = POLLIN}};
        if (poll(p, 2, -1) < 0)
            continue;
        if (p[0].revents != 0)
            on_signal(f);
        if (p[1].revents != 0)
            on_notice(f);
    }
    if (f->status < 0)
        f->status = take_over(f);
    if (f->released)
        return f->status;
    end_judge(f->w);
    waitpid(f->supervisor, NULL, 0);
    a4nn_cgroup_remove(&f->w->cgroup, CGROUP_TIME); /* unless the supervisor has */
    return f->status;
}

/* ---- the beginning ---- */

static double
wall_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
start_judge(struct a4nn_wrap_state *w)
{
    struct a4nn_err err;

    w->judging = a4nn_judge_process_start(&w->opts->judge, &w->judge, &err) == 0;
    if (!w->judging) {
        w->judge = (struct a4nn_judge_process){.feed = -1};
        a4nn_wrap_say(w, A4NN_ERROR, "%s: the output is not judged", err.msg);
    }
}

/* Without one, what descends from the command is found all the same. */
static void
make_cgroup(struct a4nn_wrap_state *w)
{
    struct a4nn_err err;

    w->cgroup.procs = -1;
    if (w->opts->cgroup && a4nn_cgroup_make(&w->cgroup, &err) < 0)
        a4nn_wrap_say(w, A4NN_WARNING, "%s: the training is ended without", err.msg);
}

static int
fail(const struct a4nn_wrap_state *w, const char *what)
{
    a4nn_wrap_say(w, A4NN_ERROR, "cannot %s: %s", what, strerror(errno));
    return A4NN_WRAP_FAILED;
}

static int
start_supervisor(struct a4nn_wrap_state *w, struct front *f)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return fail(w, "make a socket");
    if ((f->supervisor = fork()) < 0)
        return fail(w, "start a process");
    if (f->supervisor == 0) {
        sigset_t all, child;
        close(ends[0]);
        close(f->signals);
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        w->front = ends[1];
        w->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
        be_supervisor(w);
    }
    close(ends[1]);
    f->orders = ends[0];
    return 0;
}

int
a4nn_wrap(const struct a4nn_wrap_opts *opts)
{
    struct a4nn_wrap_state w = {.opts = opts, .begun = wall_clock(), .started = a4nn_now()};
    struct front f = {.w = &w, .status = -1};
    struct a4nn_err err;
    sigset_t set;
    siginfo_t info;
    int nowhere;

    f.others = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
    reserve_descriptors(&w);
    signal(SIGPIPE, SIG_IGN);
    start_judge(&w);
    make_cgroup(&w);
    block_signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    w.told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    f.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (w.told < 0 || f.signals < 0)
        return fail(&w, "wait for signals");
    if (open_streams(&w, &err) < 0 || (!f.others && a4nn_tree_adopt(&err) < 0)) {
        a4nn_wrap_say(&w, A4NN_ERROR, "%s", err.msg);
        return A4NN_WRAP_FAILED;
    }
    if (start_supervisor(&w, &f) != 0)
        return A4NN_WRAP_FAILED;
    close_into(&w);
    if (w.judging) {
        close(w.judge.feed);
        close(w.judge.events);
    }
    if ((nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) {
        dup2(nowhere, 0);
        close(nowhere);
    }
    return be_front(&f);
}
