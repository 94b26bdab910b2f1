/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pidfd.h"
#include "readfd.h"

static struct {
    sigset_t mask, ignored;
    bool known;
} start;

void
a4nn_process_remember(void)
{
    struct sigaction action;
    int s;

    sigemptyset(&start.ignored);
    for (s = 1; s < NSIG; s++)
        if (sigaction(s, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            sigaddset(&start.ignored, s);
    sigprocmask(SIG_SETMASK, NULL, &start.mask);
    start.known = true;
}

bool
a4nn_process_ignored(int signal)
{
    return start.known && sigismember(&start.ignored, signal) == 1;
}

/* Handlers vanish with exec, but what we ignore and block would stay. */
static void
restore_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;
    int s;

    for (s = 1; s < NSIG; s++) {
        action.sa_handler = a4nn_process_ignored(s) ? SIG_IGN : SIG_DFL;
        sigaction(s, &action, NULL); /* those of KILL, STOP and the C library cannot be set */
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, start.known ? &start.mask : &none, NULL);
}

static int
set_descriptors(const int fd[3])
{
    int i;

    /* None of ours is below 3 (a4nn_process_pipe), so none is overwritten before its turn. */
    for (i = 0; i < 3; i++)
        if (fd[i] >= 0 && dup2(fd[i], i) < 0)
            return -1;
        else if (fd[i] == A4NN_FD_CLOSED)
            close(i);
    return 0;
}

/* What happens between fork and exec; returns only when something failed, with errno. */
static void
become(const struct a4nn_command *c, pid_t parent)
{
    if (c->group == A4NN_GROUP_OWN && setpgid(0, 0) < 0)
        return;
    if (c->group == A4NN_GROUP_SESSION && setsid() < 0)
        return;
    if (c->cgroup > 0 && write(c->cgroup, "0", 1) != 1)
        return;
    if (c->parent_death != 0) {
        if (prctl(PR_SET_PDEATHSIG, c->parent_death) < 0)
            return;
        if (parent != 0 && getppid() != parent) { /* it has died before it was asked for */
            raise(c->parent_death);
            _exit(A4NN_WRAP_FAILED);
        }
    }
    if (set_descriptors(c->fd) < 0)
        return;
    restore_signals();
    if (c->env != NULL)
        execvpe(c->argv[0], c->argv, c->env);
    else
        execvp(c->argv[0], c->argv);
}

/* What the started process writes when exec fails; nothing when it succeeds. */
static int
read_failure(int fd)
{
    int error = 0;

    return a4nn_readfd(fd, &error, sizeof error) == (ssize_t)sizeof error ? error : 0;
}

static void
report_failure(int fd, int error)
{
    while (write(fd, &error, sizeof error) < 0 && errno == EINTR)
        ;
}

int
a4nn_process_start(const struct a4nn_command *c, struct a4nn_process *p, struct a4nn_err *err)
{
    sigset_t all, before;
    pid_t self = getpid();
    int fd[2], error;

    if (a4nn_process_pipe(fd, err) < 0)
        return errno;
    sigfillset(&all); /* no handler of ours may run in the child */
    sigprocmask(SIG_SETMASK, &all, &before);
    p->pid = fork();
    error = errno;
    if (p->pid == 0) {
        become(c, self);
        report_failure(fd[1], errno);
        _exit(A4NN_WRAP_NOT_FOUND);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(fd[1]);
    if (p->pid < 0) {
        close(fd[0]);
        a4nn_err_set(err, "cannot start a process: %s", strerror(error));
        return error;
    }
    p->pidfd = a4nn_pidfd(p->pid);
    error = read_failure(fd[0]);
    close(fd[0]);
    if (error == 0)
        return 0;
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    if (p->pidfd >= 0)
        close(p->pidfd);
    a4nn_err_set(err, "cannot run '%s': %s", c->argv[0], strerror(error));
    return error;
}

int
a4nn_process_become(const struct a4nn_command *c, struct a4nn_err *err)
{
    int error;

    become(c, 0);
    error = errno;
    a4nn_err_set(err, "cannot run '%s': %s", c->argv[0], strerror(error));
    return error;
}

int
a4nn_process_failed(int error)
{
    return error == ENOENT || error == ENOTDIR ? A4NN_WRAP_NOT_FOUND : A4NN_WRAP_NOT_RUN;
}

int
a4nn_process_status(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Moves a descriptor of ours away from 0, 1 and 2, which may have been closed at the start. */
static int
away(int fd)
{
    int moved;

    if (fd > 2)
        return fd;
    moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    close(fd);
    return moved;
}

int
a4nn_process_pipe(int fd[2], struct a4nn_err *err)
{
    int error;

    if (pipe2(fd, O_CLOEXEC) < 0)
        return a4nn_err_set(err, "cannot make a pipe: %s", strerror(errno));
    fd[0] = away(fd[0]);
    fd[1] = away(fd[1]);
    if (fd[0] >= 0 && fd[1] >= 0)
        return 0;
    error = errno;
    if (fd[0] >= 0)
        close(fd[0]);
    if (fd[1] >= 0)
        close(fd[1]);
    errno = error;
    return a4nn_err_set(err, "cannot make a pipe: %s", strerror(errno));
}
