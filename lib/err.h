/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ERR_H
#define A4NN_ERR_H

#include <stddef.h>

/*
 * Statuses and messages.
 *
 * The library never prints and never exits (memory apart, see xalloc.h).  A function that can
 * fail takes a struct a4nn_err, fills it with one sentence fit to show as it stands, and returns
 * -1.  Trouble that concerns one line of one input and does not end the work goes to a
 * struct a4nn_diag, which the caller connects to where people look.
 *
 * Wording: lower case, no full stop, the problem first, the subject in single quotes.
 * Text from logs goes into messages as it is; whoever shows a message escapes it (a4nn_escape).
 */

#define A4NN_MUST_USE           __attribute__((warn_unused_result))
#define A4NN_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define A4NN_NORETURN           __attribute__((noreturn)) /* C++ has no _Noreturn */

/* Exit statuses of every command, as grep(1) for filters and timeout(1) for the wrapper. */
enum a4nn_status {
    A4NN_OK = 0,             /* done, or yes */
    A4NN_NO = 1,             /* a valid no: nothing could be fitted, no stop before the end */
    A4NN_TROUBLE = 2,        /* bad usage, or an input that could not be used */
    A4NN_WRAP_FAILED = 125,  /* a4nn-train-wrap itself failed */
    A4NN_WRAP_NOT_RUN = 126, /* the command was found but could not be run */
    A4NN_WRAP_NOT_FOUND = 127
};

/* One sentence about what went wrong. Valid until the next call that gets the same struct. */
struct a4nn_err {
    char msg[1024];
};

/* Fills *err (which may be NULL) and returns -1, so that `return a4nn_err_set(...)` reads well. */
int a4nn_err_set(struct a4nn_err *err, const char *fmt, ...) A4NN_PRINTF(2, 3);

enum a4nn_severity {
    A4NN_NOTE,    /* what was assumed or chosen: not a problem */
    A4NN_WARNING, /* something odd that was coped with */
    A4NN_ERROR    /* input that could not be used: the command will exit with 2 */
};

/*
 * Where messages about inputs go.  `emit` receives the finished text ("run7.csv:13: epoch is not
 * a number: 'x'"), without program name and newline; it may be NULL.  The counters always count.
 */
struct a4nn_diag {
    void (*emit)(void *arg, enum a4nn_severity severity, const char *text);
    void *arg;
    unsigned long errors, warnings;
};

/*
 * Reports about `file` (may be NULL) at `line` (1-based; 0 = no line).  `diag` may be NULL.
 */
void a4nn_diag(struct a4nn_diag *diag, enum a4nn_severity severity, const char *file,
               unsigned long line, const char *fmt, ...) A4NN_PRINTF(5, 6);

/*
 * Makes text safe for a terminal: C0, DEL, C1, bidirectional controls and bytes that are not
 * UTF-8 become \xHH.  Writes at most `size` bytes with the final NUL, cutting long text with
 * "...".  Returns `out`.
 */
char *a4nn_escape(char *out, size_t size, const char *text);

#endif
