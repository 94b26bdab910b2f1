/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge as a process: what it tells of a log that is still written, and at its end. */
#include "judge_process.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static struct a4nn_judge_process
start(void)
{
    static struct a4nn_diag diag;
    static struct a4nn_reader_opts reader;
    static struct a4nn_policy_opts policy;
    struct a4nn_judge_opts opts = {.policy = &policy, .reader = &reader, .name = "log", .lines = 9};
    struct a4nn_judge_process p = {.feed = -1};
    struct a4nn_err err = {""};

    reader = (struct a4nn_reader_opts){.select = {.epochs = 60}, .diag = &diag};
    policy = (struct a4nn_policy_opts){.epochs = 60, .explain_at = NAN, .diag = &diag};
    CHECK(a4nn_judge_process_start(&opts, &p, &err) == 0);
    CHECK_STR(err.msg, "");
    return p;
}

static void
put(const struct a4nn_judge_process *p, const char *text)
{
    CHECK(write(p->feed, text, strlen(text)) == (ssize_t)strlen(text));
}

/* Waits for an event of that kind; false when the judge is gone. */
static bool
wait_for(const struct a4nn_judge_process *p, enum a4nn_judge_what what, struct a4nn_judge_event *e)
{
    int r;

    while ((r = a4nn_judge_process_next(p, e)) == 1 && e->what != what)
        continue;
    return r == 1;
}

static void
end(struct a4nn_judge_process *p)
{
    close(p->events);
    CHECK(waitpid(p->pid, NULL, 0) == p->pid);
    if (p->pidfd >= 0)
        close(p->pidfd);
}

/* Up and down, so that no verdict is a stop, which is told at once. */
static void
put_epochs(const struct a4nn_judge_process *p, int from, int to)
{
    char line[100];

    for (; from <= to; from++) {
        snprintf(line, sizeof line, "Epoch %d/60 - val_acc: %.3f", from,
                 from % 2 == 0 ? 0.25 : 0.75);
        put(p, line);
        put(p, "\n"); /* by itself, as Python does */
    }
}

/* Not each of many epochs is told of at once, but the newest is, though nothing more comes. */
static void
check_newest(void)
{
    struct a4nn_judge_process p = start();
    struct a4nn_judge_event e = {.what = A4NN_JUDGE_DONE};

    put_epochs(&p, 1, 20);
    while (wait_for(&p, A4NN_JUDGE_JUDGED, &e) && e.judgement.epoch < 20)
        continue;
    CHECK(e.what == A4NN_JUDGE_JUDGED && e.judgement.observations == 20);
    CHECK(!e.judgement.stop);
    CHECK_NEAR(e.judgement.value, 0.25, 0);
    put(&p, "a line without an end, which tells nothing");
    close(p.feed);
    CHECK(wait_for(&p, A4NN_JUDGE_DONE, &e));
    end(&p);
}

/* At the end the newest comes before the end is told, and a line without an end is one. */
static void
check_end(void)
{
    struct a4nn_judge_process p = start();
    struct a4nn_judge_event e = {.what = A4NN_JUDGE_SAYS};
    double newest = 0;

    put_epochs(&p, 1, 8);
    put(&p, "Epoch 9/60 - val_acc: 0.5");
    close(p.feed);
    while (a4nn_judge_process_next(&p, &e) == 1 && e.what != A4NN_JUDGE_DONE)
        if (e.what == A4NN_JUDGE_JUDGED)
            newest = e.judgement.epoch;
    CHECK(e.what == A4NN_JUDGE_DONE);
    CHECK_NEAR(newest, 9, 0);
    end(&p);
}

static void
check_missing(void)
{
    struct a4nn_judge_process p = start();
    struct a4nn_judge_event e = {.what = A4NN_JUDGE_DONE};
    char bar[1001];
    int i;

    memset(bar, '=', sizeof bar - 1);
    bar[sizeof bar - 1] = '\0';
    for (i = 0; i < 9; i++) {
        put(&p, bar);
        put(&p, "\n");
    }
    CHECK(wait_for(&p, A4NN_JUDGE_MISSING, &e));
    CHECK(e.lines == 9);
    close(p.feed);
    CHECK(wait_for(&p, A4NN_JUDGE_DONE, &e));
    end(&p);
}

int
main(void)
{
    signal(SIGPIPE, SIG_IGN);
    alarm(60); /* where nothing is told it waits for ever */
    check_newest();
    check_end();
    check_missing();
    return unit_end();
}
