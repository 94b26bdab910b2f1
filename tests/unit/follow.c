/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing files: what is given of them through everything that happens to logs, both ways. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "buf.h"
#include "err.h"
#include "follow.h"
#include "strmap.h"

/* What was given, by the names of the files: text, and R, N, W for how it began anew, C, $. */
struct given {
    struct a4nn_strmap names;
    struct a4nn_buf text[64];
    bool whole; /* read everything as a whole */
};

static struct given given;
static struct a4nn_follow *follow;
static double poll_every;
static char top[] = "/tmp/follow.XXXXXX";
static bool no_inotify; /* the user's instances are used up */
static char said[256];  /* the last message */

/* In place of the C library's. */
int
inotify_init1(int flags)
{
    if (!no_inotify)
        return (int)syscall(SYS_inotify_init1, flags);
    errno = EMFILE;
    return -1;
}

static void
on_say(void *arg, enum a4nn_severity severity, const char *text)
{
    (void)arg;
    (void)severity;
    snprintf(said, sizeof said, "%s", text);
}

static struct a4nn_diag diag = {.emit = on_say};

static struct a4nn_buf *
text_of(const struct a4nn_follow_file *file)
{
    return &given.text[a4nn_strmap_put(&given.names, file->path, NULL)];
}

static void
on_begin(void *arg, struct a4nn_follow_file *file)
{
    (void)arg;
    file->whole = given.whole;
    a4nn_buf_adds(text_of(file), "");
}

static void
on_bytes(void *arg, struct a4nn_follow_file *file, const char *bytes, size_t len)
{
    (void)arg;
    a4nn_buf_add(text_of(file), bytes, len);
}

static void
on_anew(void *arg, struct a4nn_follow_file *file, enum a4nn_follow_how how)
{
    static const char *const mark[] = {"<R>", "<N>", "<W>"};

    (void)arg;
    a4nn_buf_adds(text_of(file), mark[how]);
}

static void
on_complete(void *arg, struct a4nn_follow_file *file)
{
    (void)arg;
    a4nn_buf_adds(text_of(file), "<C>");
}

static void
on_end(void *arg, struct a4nn_follow_file *file)
{
    (void)arg;
    a4nn_buf_adds(text_of(file), "$");
}

static void
begin(void)
{
    const struct a4nn_follow_sink sink = {.begin = on_begin,
                                          .bytes = on_bytes,
                                          .anew = on_anew,
                                          .complete = on_complete,
                                          .end = on_end,
                                          .diag = &diag};

    given = (struct given){0};
    follow = a4nn_follow_new(&sink, poll_every);
}

static const char *
got(const char *path)
{
    long i = a4nn_strmap_find(&given.names, path);

    return i == A4NN_STRMAP_NONE ? NULL : given.text[i].data;
}

/* Steps until `path` has given `want`, as an event loop would; gives up after 20 seconds. */
static bool
gives(const char *path, const char *want)
{
    struct pollfd p = {.fd = a4nn_follow_fd(follow), .events = POLLIN};
    int tries, wait;

    for (tries = 0; tries < 2000; tries++) {
        const char *text;
        a4nn_follow_step(follow);
        text = got(path);
        if (want == NULL ? text == NULL : text != NULL && strcmp(text, want) == 0)
            return true;
        wait = a4nn_follow_wait(follow);
        poll(&p, 1, wait < 10 ? wait : 10);
    }
    fprintf(stderr, "%s: '%s', not '%s'\n", path, got(path), want);
    return false;
}

/* Takes the events apart from one another, as they are when a writer is slow. */
static void
settle(void)
{
    int i;

    for (i = 0; i < 3; i++)
        a4nn_follow_step(follow);
}

static void
end(void)
{
    size_t i;

    a4nn_follow_finish(follow);
    a4nn_follow_free(follow);
    for (i = 0; i < given.names.n; i++)
        a4nn_buf_release(&given.text[i]);
    a4nn_strmap_release(&given.names);
}

static void
put(const char *path, int flags, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);

    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void
append(const char *path, const char *text)
{
    put(path, O_APPEND, text);
}

static void
rewrite(const char *path, const char *text)
{
    put(path, O_TRUNC, text);
}

/* An empty folder to work in. */
static void
fresh(void)
{
    static int n;
    char name[32];

    snprintf(name, sizeof name, "%s/%d", top, n++);
    CHECK(mkdir(name, 0700) == 0 && chdir(name) == 0);
}

/* ---- one file ---- */

static void
test_growth(void)
{
    fresh();
    append("log", "one\ntw");
    begin();
    a4nn_follow_add(follow, "log");
    CHECK(gives("log", "one\ntw"));
    append("log", "o\n");
    CHECK(gives("log", "one\ntwo\n"));
    append("other", "x");
    append("log", "three");
    CHECK(gives("log", "one\ntwo\nthree"));
    CHECK(got("other") == NULL);
    CHECK(a4nn_follow_count(follow) == 1);
    append("log", ".");
    a4nn_follow_finish(follow);
    CHECK_STR(got("log"), "one\ntwo\nthree.$");
    end();
}

static void
test_late(void)
{
    fresh();
    begin();
    a4nn_follow_add(follow, "log");
    a4nn_follow_add(follow, "no/folder/log");
    settle();
    CHECK(got("log") == NULL);
    append("log", "a");
    CHECK(gives("log", "a"));
    CHECK(mkdir("no", 0700) == 0);
    settle();
    CHECK(mkdir("no/folder", 0700) == 0);
    append("no/folder/log", "b");
    CHECK(gives("no/folder/log", "b"));
    append("no/folder/log", "c");
    CHECK(gives("no/folder/log", "bc"));
    end();
}

static void
test_truncation(void)
{
    fresh();
    append("log", "one\ntwo\n");
    begin();
    a4nn_follow_add(follow, "log");
    CHECK(gives("log", "one\ntwo\n"));
    CHECK(truncate("log", 0) == 0);
    settle();
    append("log", "three\n");
    CHECK(gives("log", "one\ntwo\n<N>three\n"));
    rewrite("log", "3\n"); /* shorter */
    CHECK(gives("log", "one\ntwo\n<N>three\n<N>3\n"));
    rewrite("log", "4\n"); /* the same size */
    CHECK(gives("log", "one\ntwo\n<N>three\n<N>3\n<N>4\n"));
    rewrite("log", "longer\n");
    CHECK(gives("log", "one\ntwo\n<N>three\n<N>3\n<N>4\n<N>longer\n"));
    rewrite("log", "longer\nstill\n"); /* what was there is there: growth */
    CHECK(gives("log", "one\ntwo\n<N>three\n<N>3\n<N>4\n<N>longer\nstill\n"));
    end();
}

/* The beginning is the same, what was read last is not. */
static void
test_rewritten(void)
{
    char text[1001], want[3000];

    fresh();
    memset(text, 'h', 1000);
    text[1000] = '\0';
    append("log", text);
    begin();
    a4nn_follow_add(follow, "log");
    CHECK(gives("log", text));
    memset(text + 900, 'x', 100);
    rewrite("log", text);
    memset(want, 'h', 1000);
    sprintf(want + 1000, "<R>%s", text);
    CHECK(gives("log", want));
    end();
}

static void
test_rename(void)
{
    int old;

    fresh();
    append("log", "1\n");
    begin();
    a4nn_follow_add(follow, "log");
    CHECK(gives("log", "1\n"));
    old = open("log", O_WRONLY | O_APPEND);
    CHECK(rename("log", "log.1") == 0);
    settle();
    CHECK(write(old, "2\n", 2) == 2); /* its writer does not know yet */
    CHECK(gives("log", "1\n2\n"));
    append("log", "");
    settle();
    CHECK(write(old, "3\n", 2) == 2);
    CHECK(gives("log", "1\n2\n3\n"));
    append("log", "4\n");
    CHECK(gives("log", "1\n2\n3\n<N>4\n"));
    close(old);
    CHECK(rename("log.1", "log.2") == 0 && rename("log", "log.1") == 0);
    append("log.1", "5\n");
    append("log", "6\n");
    CHECK(gives("log", "1\n2\n3\n<N>4\n5\n<N>6\n"));
    end();
}

static void
test_deletion(void)
{
    int old;

    fresh();
    append("log", "1\n");
    begin();
    a4nn_follow_add(follow, "log");
    CHECK(gives("log", "1\n"));
    old = open("log", O_WRONLY | O_APPEND);
    CHECK(unlink("log") == 0);
    CHECK(write(old, "2\n", 2) == 2);
    CHECK(gives("log", "1\n2\n"));
    CHECK(write(old, "3\n", 2) == 2);
    append("log", "4\n");
    CHECK(gives("log", "1\n2\n3\n<N>4\n"));
    close(old);
    CHECK(unlink("log") == 0);
    append("log", "5\n"); /* maybe in the same place on the disk */
    CHECK(gives("log", "1\n2\n3\n<N>4\n<N>5\n"));
    end();
}

static void
test_links(void)
{
    fresh();
    CHECK(mkdir("far", 0700) == 0 && mkfifo("fifo", 0600) == 0);
    append("far/a", "a");
    append("far/b", "b");
    CHECK(symlink("far/a", "log") == 0);
    begin();
    a4nn_follow_add(follow, "log");
    a4nn_follow_add(follow, "fifo");
    CHECK(gives("log", "a"));
    append("far/a", "1");
    CHECK(gives("log", "a1"));
    CHECK(symlink("far/b", "new") == 0 && rename("new", "log") == 0);
    CHECK(gives("log", "a1<N>b"));
    append("far/b", "2");
    CHECK(gives("log", "a1<N>b2"));
    /* swapped for what would block */
    CHECK(symlink("fifo", "new") == 0 && rename("new", "log") == 0);
    settle();
    CHECK(got("fifo") == NULL);
    CHECK(symlink("far/b", "new") == 0 && rename("new", "log") == 0);
    append("far/b", "3");
    CHECK(gives("log", "a1<N>b23"));
    end();
}

/* ---- folders and patterns ---- */

static void
test_folder(void)
{
    fresh();
    CHECK(mkdir("runs", 0700) == 0 && mkdir("runs/a", 0700) == 0);
    append("runs/a/log", "a1\n");
    append("runs/.hidden", "x");
    begin();
    a4nn_follow_add(follow, "runs/");
    CHECK(gives("runs/a/log", "a1\n"));
    CHECK(mkdir("runs/b", 0700) == 0 && mkdir("runs/b/c", 0700) == 0);
    append("runs/b/c/log", "c1\n");
    CHECK(gives("runs/b/c/log", "c1\n"));
    append("runs/b/c/log", "c2\n");
    append("runs/b/c/part.tmp", "x");
    CHECK(gives("runs/b/c/log", "c1\nc2\n"));
    CHECK(symlink("c/log", "runs/b/latest") == 0);
    /* rotated: by another name, and by a copy */
    CHECK(rename("runs/a/log", "runs/a/log.1") == 0);
    append("runs/a/log", "a2\n");
    CHECK(gives("runs/a/log", "a1\n<N>a2\n"));
    append("runs/a/log.2", "a2\n");
    rewrite("runs/a/log", "3\n");
    CHECK(gives("runs/a/log", "a1\n<N>a2\n<N>3\n"));
    /* a folder moves, with its writer */
    CHECK(rename("runs/b", "runs/d") == 0);
    settle();
    append("runs/d/c/log", "c3\n");
    CHECK(gives("runs/b/c/log", "c1\nc2\nc3\n"));
    CHECK(given.names.n == 2);
    end();
}

static void
test_folder_again(void)
{
    fresh();
    begin();
    a4nn_follow_add(follow, "runs");
    settle();
    CHECK(mkdir("runs", 0700) == 0);
    append("runs/log", "1\n");
    CHECK(gives("runs/log", "1\n"));
    CHECK(unlink("runs/log") == 0 && rmdir("runs") == 0);
    settle();
    CHECK(mkdir("runs", 0700) == 0);
    append("runs/log", "2\n");
    CHECK(gives("runs/log", "1\n<N>2\n"));
    append("runs/log", "3\n");
    CHECK(gives("runs/log", "1\n<N>2\n3\n"));
    end();
}

static void
test_pattern(void)
{
    fresh();
    CHECK(mkdir("a", 0700) == 0);
    append("a/x.csv", "1");
    begin();
    a4nn_follow_add(follow, "*/*.csv");
    CHECK(gives("a/x.csv", "1"));
    append("a/y.csv", "2");
    append("a/y.txt", "3");
    CHECK(gives("a/y.csv", "2"));
    CHECK(mkdir("b", 0700) == 0);
    settle();
    append("b/z.csv", "4");
    CHECK(gives("b/z.csv", "4"));
    append("b/z.csv", "5");
    CHECK(gives("b/z.csv", "45"));
    CHECK(given.names.n == 3);
    end();
}

/* ---- as a whole ---- */

static void
test_whole(void)
{
    fresh();
    append("doc", "{1}");
    begin();
    given.whole = true;
    a4nn_follow_add(follow, "doc");
    CHECK(gives("doc", "<W>{1}<C>"));
    rewrite("doc", "{2}");
    CHECK(gives("doc", "<W>{1}<C><W>{2}<C>"));
    append("new.tmp", "{34}");
    CHECK(rename("new.tmp", "doc") == 0);
    CHECK(gives("doc", "<W>{1}<C><W>{2}<C><W>{34}<C>"));
    append("doc", "!");
    a4nn_follow_finish(follow);
    CHECK_STR(got("doc"), "<W>{1}<C><W>{2}<C><W>{34}<C><W>{34}!<C>$");
    end();
}

/* More than is given in one step, and more files than are kept open. */
static void
test_much(void)
{
    char name[32];
    size_t i;

    fresh();
    for (i = 0; i < 64; i++) {
        char *text = calloc(1, 1 << 18);
        memset(text, 'a', (1 << 18) - 1);
        append("log", text);
        free(text);
    }
    begin();
    a4nn_follow_add(follow, "log");
    a4nn_follow_step(follow);
    CHECK(a4nn_follow_wait(follow) == 0);
    CHECK(given.text[0].len < (size_t)64 * ((1 << 18) - 1));
    a4nn_follow_finish(follow);
    CHECK(given.text[0].len == (size_t)64 * ((1 << 18) - 1) + 1);
    end();

    fresh();
    begin();
    for (i = 0; i < 600; i++) {
        snprintf(name, sizeof name, "log%zu", i);
        append(name, "x");
    }
    given.whole = false;
    for (i = 0; i < 600; i += 10) {
        snprintf(name, sizeof name, "log%zu", i);
        a4nn_follow_add(follow, name);
    }
    CHECK(gives("log590", "x"));
    append("log0", "y");
    CHECK(gives("log0", "xy"));
    end();
}

/* Whatever went wrong last elsewhere, it is inotify that is missing, and not the folder. */
static void
test_no_inotify(void)
{
    fresh();
    no_inotify = true;
    begin();
    no_inotify = false;
    said[0] = '\0';
    errno = ENOENT;
    a4nn_follow_add(follow, "log");
    settle();
    CHECK_STR(said, ".: no inotify watch (Too many open files): looking every 1 s");
    append("log", "a");
    CHECK(gives("log", "a"));
    append("log", "b");
    CHECK(gives("log", "ab"));
    end();
}

static void
test_all(void)
{
    test_growth();
    test_late();
    test_truncation();
    test_rewritten();
    test_rename();
    test_deletion();
    test_links();
    test_folder();
    test_folder_again();
    test_pattern();
    test_whole();
    test_much();
}

int
main(void)
{
    CHECK(mkdtemp(top) != NULL);
    test_all();
    test_no_inotify();
    poll_every = 0.01;
    test_all();
    CHECK(chdir("/") == 0);
    {
        char command[64];
        snprintf(command, sizeof command, "rm -rf %s", top);
        CHECK(system(command) == 0);
    }
    return unit_end();
}
