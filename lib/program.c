/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int a4nn_verbosity = 1;
static const char *program = "a4nn";
static int trouble = A4NN_TROUBLE;

void
a4nn_program_begin(const char *name)
{
    program = name;
    signal(SIGPIPE, SIG_DFL);
}

void
a4nn_program_wraps(void)
{
    trouble = A4NN_WRAP_FAILED;
}

int
a4nn_program_trouble(void)
{
    return trouble;
}

static void
say(const char *text)
{
    char safe[4096];

    fprintf(stderr, "%s: %s\n", program, a4nn_escape(safe, sizeof safe, text));
}

void
a4nn_warn(const char *fmt, ...)
{
    char text[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    say(text);
}

void
a4nn_die(enum a4nn_status status, const char *fmt, ...)
{
    char text[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    say(text);
    exit(status == A4NN_TROUBLE ? trouble : (int)status);
}

static void
emit(void *arg, enum a4nn_severity severity, const char *text)
{
    (void)arg;
    if (severity == A4NN_ERROR || a4nn_verbosity > 0)
        say(text);
}

struct a4nn_diag
a4nn_program_diag(void)
{
    return (struct a4nn_diag){.emit = emit};
}

int
a4nn_program_end(int status)
{
    int failed = ferror(stdout);

    /* A descriptor that was closed from the start matters only if something was to be written;
     * then the flush has failed already. */
    if (fflush(stdout) != 0)
        failed = 1;
    else if (fclose(stdout) != 0 && errno != EBADF)
        failed = 1;
    if (failed) {
        a4nn_warn("cannot write standard output: %s", strerror(errno));
        return trouble;
    }
    return status;
}
