/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gnuplot.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "utf8.h"
#include "writefd.h"
#include "xalloc.h"

/* A picture beyond this is a mistake, and messages are cut. */
enum { MAX_PICTURE = 512 << 20, MAX_MESSAGE = 64 << 10, MAX_TEXT = 400 };

/* ---- texts ---- */

/*
 * What stands for itself in a string of gnuplot; all other bytes of ASCII are written in octal, so
 * that no quote, backtick or macro is there when gnuplot looks for one.
 */
static bool
plain(unsigned char c)
{
    return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || strchr(" .,:;=+-_/()[]<>|*", c) != NULL;
}

/* Characters that XML forbids, and an ampersand that would begin a reference in gnuplot's SVG. */
static const char *
instead(const char *text, size_t len)
{
    if (len == 3 && (memcmp(text, "\xEF\xBF\xBE", 3) == 0 || memcmp(text, "\xEF\xBF\xBF", 3) == 0))
        return "\xEF\xBF\xBD";
    if (len == 1 && text[0] == '&' && text[1] == '#')
        return "\xEF\xBC\x86";
    return NULL;
}

static void
quote(struct a4nn_buf *script, const char *text, bool label)
{
    char safe[MAX_TEXT];
    unsigned long code;
    const char *p, *other;
    size_t len;

    a4nn_escape(safe, sizeof safe, text);
    a4nn_buf_addc(script, '"');
    for (p = safe; *p != '\0'; p += len) {
        len = a4nn_utf8_decode(p, strlen(p), &code);
        if (len == 0)
            len = 1;
        if ((other = instead(p, len)) != NULL)
            a4nn_buf_adds(script, other);
        else if (label && *p == '%')
            a4nn_buf_adds(script, "%%");
        else if (plain((unsigned char)*p))
            a4nn_buf_add(script, p, len);
        else
            a4nn_buf_addf(script, "\\%03o", (unsigned)(unsigned char)*p);
    }
    a4nn_buf_addc(script, '"');
}

void
a4nn_gnuplot_quote(struct a4nn_buf *script, const char *text)
{
    quote(script, text, false);
}

void
a4nn_gnuplot_quote_label(struct a4nn_buf *script, const char *text)
{
    quote(script, text, true);
}

/* ---- the process ---- */

/*
 * Only what finding programs, fonts and their caches needs.  The date is that of files drawn by
 * the library of the PDF and PNG terminals, where it heeds it.
 */
static char **
environment(struct a4nn_buf *texts)
{
    static const char *const passed[] = {
        "PATH",           "HOME", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
        "LD_LIBRARY_PATH"};
    enum { PASSED = sizeof passed / sizeof *passed, OURS = 3 };
    static const char *const ours[OURS] = {"LC_ALL=C", "TERM=dumb", "SOURCE_DATE_EPOCH=0"};
    char **env = a4nn_xcalloc(PASSED + OURS + 1, sizeof *env);
    size_t at[PASSED + OURS], n = 0, i;

    for (i = 0; i < PASSED + OURS; i++) {
        if (i < PASSED && getenv(passed[i]) == NULL)
            continue;
        at[n++] = texts->len;
        if (i < PASSED)
            a4nn_buf_addf(texts, "%s=%s", passed[i], getenv(passed[i]));
        else
            a4nn_buf_adds(texts, ours[i - PASSED]);
        a4nn_buf_add(texts, "", 1);
    }
    for (i = 0; i < n; i++)
        env[i] = texts->data + at[i];
    return env;
}

/* gnuplot reads its script from a file in memory: from a pipe it might write before it has read all
 * of it, and each would wait for the other. */
static int
script_file(const struct a4nn_buf *script, struct a4nn_err *err)
{
    int fd = memfd_create("a4nn-plot", MFD_CLOEXEC);

    if (fd >= 0 && a4nn_writefd(fd, script->data, script->len) == 0 && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    a4nn_err_set(err, "cannot hand the script to gnuplot: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Takes what is there to be read; false at the end. */
static bool
take(int fd, struct a4nn_buf *into, size_t most)
{
    char bytes[1 << 16];
    ssize_t n = read(fd, bytes, sizeof bytes);

    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    if (into->len < most)
        a4nn_buf_add(into, bytes, (size_t)n);
    return n > 0;
}

static void
gather(const int fd[2], struct a4nn_buf *const into[2])
{
    struct pollfd p[2] = {{fd[0], POLLIN, 0}, {fd[1], POLLIN, 0}};
    const size_t most[2] = {MAX_PICTURE, MAX_MESSAGE};
    int i;

    while (p[0].fd >= 0 || p[1].fd >= 0) {
        if (poll(p, 2, -1) < 0)
            continue;
        for (i = 0; i < 2; i++)
            if (p[i].fd >= 0 && p[i].revents != 0 && !take(p[i].fd, into[i], most[i]))
                p[i].fd = -1;
    }
}

/* The sentence of gnuplot's complaint: its last line that is not blank and has no picture. */
static const char *
complaint(struct a4nn_buf *message)
{
    char *line;

    while (message->len > 0 && strchr("\n ", message->data[message->len - 1]) != NULL)
        message->data[--message->len] = '\0';
    if (message->len == 0)
        return "it says nothing";
    line = strrchr(message->data, '\n');
    line = line == NULL ? message->data : line + 1;
    return line + strspn(line, " ");
}

static int
judge(pid_t pid, struct a4nn_buf *message, const struct a4nn_buf *picture, size_t had,
      struct a4nn_err *err)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status))
        return a4nn_err_set(err, "gnuplot was ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return a4nn_err_set(err, "gnuplot failed: %s", complaint(message));
    if (picture->len >= MAX_PICTURE)
        return a4nn_err_set(err, "gnuplot draws more than %d MiB", MAX_PICTURE >> 20);
    if (picture->len == had)
        return a4nn_err_set(err, "gnuplot drew nothing: %s", complaint(message));
    return 0;
}

static int
start(int script, const int end[2], struct a4nn_process *process, struct a4nn_err *err)
{
    char name[] = "gnuplot", defaults[] = "-d", input[] = "-";
    char *argv[] = {name, defaults, input, NULL};
    struct a4nn_buf texts = {0};
    char **env = environment(&texts);
    const struct a4nn_command command = {
        .argv = argv, .env = env, .fd = {script, end[0], end[1]}, .parent_death = SIGKILL};
    int error = a4nn_process_start(&command, process, err);

    a4nn_buf_release(&texts);
    free(env);
    if (error == ENOENT)
        return a4nn_err_set(err, "gnuplot, which draws the pictures, is not installed or not in "
                                 "PATH; -o gnuplot writes its script without it");
    return error == 0 ? 0 : -1;
}

int
a4nn_gnuplot_run(const struct a4nn_buf *script, struct a4nn_buf *picture, struct a4nn_err *err)
{
    struct a4nn_buf message = {0}, *const into[2] = {picture, &message};
    struct a4nn_process process = {.pid = -1, .pidfd = -1};
    int out[2] = {-1, -1}, errors[2] = {-1, -1}, result = -1;
    int in = script_file(script, err);
    size_t had = picture->len;

    if (in < 0)
        return -1;
    if (a4nn_process_pipe(out, err) == 0 && a4nn_process_pipe(errors, err) == 0)
        result = start(in, (int[2]){out[1], errors[1]}, &process, err);
    close(in);
    if (out[1] >= 0)
        close(out[1]);
    if (errors[1] >= 0)
        close(errors[1]);
    if (result == 0) {
        gather((int[2]){out[0], errors[0]}, into);
        result = judge(process.pid, &message, picture, had, err);
    }
    if (out[0] >= 0)
        close(out[0]);
    if (errors[0] >= 0)
        close(errors[0]);
    if (process.pidfd >= 0)
        close(process.pidfd);
    a4nn_buf_release(&message);
    return result;
}
