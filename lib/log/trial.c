/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/trial.h"

#include <math.h>
#include <string.h>

#include "log/lines.h"

struct feeder {
    const struct a4nn_log_format *format;
    void *state;
};

struct counter {
    struct a4nn_log_trial *out;
    unsigned long last_line;
};

static void
count(void *arg, const struct a4nn_log_at *at, const char *name, double value)
{
    struct counter *c = arg;

    (void)name;
    (void)value;
    if (isnan(at->epoch) && isnan(at->step))
        return;
    c->out->scalars++;
    if (at->line != c->last_line)
        c->out->lines++;
    c->last_line = at->line;
}

static void
feed(void *arg, const char *line, size_t len, unsigned long number)
{
    struct feeder *f = arg;
    f->format->line(f->state, line, len, number);
}

/* A stray NUL, as a crash leaves them, does not make a text binary; many do. */
static int
is_binary(const struct a4nn_log_head *head)
{
    size_t i, nuls = 0;

    for (i = 0; i < head->len; i++)
        nuls += head->bytes[i] == '\0';
    return nuls > head->len / 200;
}

void
a4nn_log_trial(const struct a4nn_log_format *format, const struct a4nn_log_head *head,
               struct a4nn_log_trial *out)
{
    struct counter counter = {out, 0};
    struct a4nn_log_sink sink = {
        .scalar = count, .arg = &counter, .file = head->path, .name = head->path};
    struct feeder feeder = {format, NULL};
    struct a4nn_lines *lines;

    memset(out, 0, sizeof *out);
    if (is_binary(head))
        return;
    feeder.state = format->open(&sink);
    lines = a4nn_lines_new(feed, &feeder, NULL, head->path);
    a4nn_lines_feed(lines, head->bytes, head->len);
    if (head->complete)
        a4nn_lines_finish(lines);
    a4nn_lines_free(lines);
    if (format->finish != NULL)
        format->finish(feeder.state);
    format->close(feeder.state);
}

int
a4nn_log_trial_sniff(const struct a4nn_log_format *format, const struct a4nn_log_head *head,
                     int sure)
{
    struct a4nn_log_trial trial = {0};

    a4nn_log_trial(format, head, &trial);
    return trial.scalars > 0 ? sure : 0;
}
