/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting commands, and ending all that comes from them. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process_tree.h"
#include "readfd.h"
#include "unit.h"

static struct a4nn_command
shell(char *const *argv)
{
    return (struct a4nn_command){.argv = argv, .fd = {A4NN_FD_SAME, A4NN_FD_SAME, A4NN_FD_SAME}};
}

static int
wait_of(struct a4nn_process *p)
{
    int status = -1;

    waitpid(p->pid, &status, 0);
    close(p->pidfd);
    return a4nn_process_status(status);
}

static int
run(const char *script)
{
    char *argv[] = {"sh", "-c", (char *)script, NULL};
    struct a4nn_command c = shell(argv);
    struct a4nn_process p;
    struct a4nn_err err;

    return a4nn_process_start(&c, &p, &err) == 0 ? wait_of(&p) : -1;
}

static void
test_statuses(void)
{
    char *argv[] = {"/nonexistent/command", NULL};
    struct a4nn_command c = shell(argv);
    struct a4nn_process p;
    struct a4nn_err err;
    int error;

    CHECK(run("exit 0") == 0);
    CHECK(run("exit 7") == 7);
    CHECK(run("kill -9 $$") == 137);
    error = a4nn_process_start(&c, &p, &err);
    CHECK(error == ENOENT && a4nn_process_failed(error) == 127);
    CHECK_STR(err.msg, "cannot run '/nonexistent/command': No such file or directory");
    argv[0] = "/";
    error = a4nn_process_start(&c, &p, &err);
    CHECK(error == EACCES && a4nn_process_failed(error) == 126);
    CHECK_STR(err.msg, "cannot run '/': Permission denied");
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

/* What we block and ignore is not the command's; what we were started with is. */
static void
test_signals(void)
{
    sigset_t set;

    signal(SIGUSR1, SIG_IGN);
    a4nn_process_remember();
    CHECK(a4nn_process_ignored(SIGUSR1) && !a4nn_process_ignored(SIGTERM));
    signal(SIGTERM, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    CHECK(run("kill -USR1 $$; exit 3") == 3);
    CHECK(run("kill -TERM $$; exit 3") == 143);
    CHECK(run("kill -HUP $$; exit 3") == 129);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
}

/* Only 0, 1 and 2 are the command's, and of these those that are asked for. */
static void
test_descriptors(void)
{
    char *argv[] = {"sh", "-c",
                    "echo out; echo err >&2; for f in /proc/self/fd/*; do echo $f; done", NULL};
    struct a4nn_command c = shell(argv);
    struct a4nn_process p;
    struct a4nn_err err;
    char text[1000];
    ssize_t n;
    size_t len = 0;
    int fd[2];

    CHECK(a4nn_process_pipe(fd, &err) == 0 && fd[0] > 2 && fd[1] > 2);
    c.fd[0] = A4NN_FD_CLOSED;
    c.fd[1] = c.fd[2] = fd[1];
    CHECK(a4nn_process_start(&c, &p, &err) == 0);
    close(fd[1]);
    while ((n = a4nn_readfd(fd[0], text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    close(fd[0]);
    CHECK(wait_of(&p) == 0);
    CHECK(strncmp(text, "out\nerr\n/proc/self/fd/", 22) == 0);
    CHECK(strstr(text, "fd/5") == NULL);
}

/* Runs a script, and waits until `lines` of its processes have written an empty line. */
static void
start_tree(const char *script, int lines, struct a4nn_process *p)
{
    char *argv[] = {"bash", "-c", (char *)script, NULL}, c1;
    struct a4nn_command c = shell(argv);
    struct a4nn_err err;
    int fd[2];

    CHECK(a4nn_process_pipe(fd, &err) == 0);
    c.fd[1] = fd[1];
    CHECK(a4nn_process_start(&c, p, &err) == 0);
    close(fd[1]);
    while (lines > 0 && a4nn_readfd(fd[0], &c1, 1) == 1)
        lines--;
    CHECK(lines == 0);
    close(fd[0]);
}

static void
test_tree(void)
{
    /* one ignores TERM, one has left the session, one is a daemon that ignores TERM, one is plain
     */
    static const char four[] =
        "(trap '' TERM; echo; exec sleep 1000) & setsid bash -c 'echo; exec sleep 1000' & "
        "(echo; exec sleep 1000) & "
        "(setsid bash -c 'trap \"\" TERM; (exec sleep 1000) & echo; exec sleep 1000' & exit) & "
        "wait %4; echo; exec sleep 1000";
    struct a4nn_process p;
    struct a4nn_err err;

    start_tree(four, 5, &p);
    CHECK(a4nn_tree_signal(getpid(), 0, &err) == 6);
    CHECK(a4nn_tree_signal(p.pid, 0, &err) == 4); /* the daemons are ours by now */
    CHECK(a4nn_tree_signal(getpid(), SIGTERM, &err) == 6);
    waitpid(p.pid, NULL, 0);
    CHECK(a4nn_tree_reap(NULL, NULL) == 1);
    CHECK(a4nn_tree_signal(getpid(), 0, &err) >= 3);
    CHECK(a4nn_tree_kill(20, NULL, NULL, &err) == 0);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    CHECK(a4nn_tree_signal(getpid(), 0, &err) == 0);
    close(p.pidfd);
}

/* Each starts the next ones while they are being killed. */
static void
test_storm(void)
{
    static const char storm[] = "f() { trap '' TERM; while :; do (echo; exec setsid sleep 1000) & "
                                "sleep 0.01; done; }; for i in 1 2 3 4 5; do f & done; wait";
    struct a4nn_process p;
    struct a4nn_err err;

    start_tree(storm, 60, &p);
    CHECK(a4nn_tree_signal(getpid(), 0, &err) > 50);
    CHECK(a4nn_tree_kill(20, NULL, NULL, &err) == 0);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    CHECK(a4nn_tree_signal(getpid(), 0, &err) == 0);
    close(p.pidfd);
}

int
main(void)
{
    struct a4nn_err err;

    CHECK(a4nn_tree_adopt(&err) == 0);
    test_statuses();
    test_signals();
    test_descriptors();
    test_tree();
    test_storm();
    return unit_end();
}
