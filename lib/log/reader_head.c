/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an input is, by its head. */
#include <string.h>

#include "log/reader_parts.h"

enum { HEAD = 64 << 10, TAIL = 1 << 10, SURE = 60, SURE_OF_LINES = 30, GUESS = 10 };

static void
say_unknown(struct a4nn_reader *r)
{
    r->unknown++;
    if (r->fed && r->set == NULL) /* by someone who knows better what to say */
        return;
    if (r->head.len == 0)
        a4nn_diag(r->opts->diag, A4NN_WARNING, r->path, 0, "empty");
    else if (!r->whole)
        a4nn_diag(r->opts->diag, A4NN_ERROR, r->path, 0,
                  "no known kind of training log (a4nn-log --list-formats lists them)");
}

static void
say_unread(struct a4nn_reader *r, const struct a4nn_log_format *format)
{
    r->unknown++;
    if (r->unread) /* it begins anew, and it has been said */
        return;
    r->unread = true;
    a4nn_diag(r->opts->diag, format->aside && r->whole ? A4NN_NOTE : A4NN_ERROR, r->path, 0, "%s",
              format->unread);
}

/*
 * How much of the head need not be looked at again with each line that is fed: a long one would
 * cost the square of its length.  All of it is looked at each time that it has doubled.
 */
static size_t
seen(struct a4nn_reader *r)
{
    const char *line;

    if (!r->fed || r->head.len <= TAIL)
        return 0;
    if (r->head.len >= 2 * r->looked) {
        r->looked = r->head.len;
        return 0;
    }
    line = memchr(r->head.data + r->head.len - TAIL, '\n', TAIL - 1);
    return line == NULL ? 0 : (size_t)(line - r->head.data) + 1;
}

/*
 * Recognises the input by its head: an a4nn stream, which is begun, or a format, which is returned
 * with how sure it is.
 */
static const struct a4nn_log_format *
recognise(struct a4nn_reader *r, bool complete, bool full, int *sure)
{
    const struct a4nn_log_format *format = NULL;
    size_t skip = full ? 0 : seen(r);
    struct a4nn_buf decoded = {0};
    struct a4nn_text text = {0};

    if (r->head.len != 0)
        a4nn_text_feed(&text, r->head.data + skip, r->head.len - skip, &decoded);
    if (full)
        a4nn_text_finish(&text, &decoded);
    a4nn_buf_addc(&decoded, '\0');
    if (a4nn_stream_sniff(decoded.data, decoded.len - 1) != 0) {
        a4nn_reader_begin_stream(r);
    } else {
        struct a4nn_log_head head = {
            .path = r->name, .bytes = decoded.data, .len = decoded.len - 1, .complete = complete};
        format = a4nn_log_sniff(&head, sure);
        if (r->whole && *sure <= GUESS && r->opts->select.metric == NULL)
            format = NULL; /* a file of settings, more likely */
    }
    a4nn_buf_release(&decoded);
    return format;
}

/*
 * Is this sure enough before all of the head is there?  Live lines must not wait: two that state
 * numbers of an epoch are enough, since what is particular about a console shows in the same lines.
 */
static bool
sure_enough(const struct a4nn_reader *r, const struct a4nn_log_format *format, int sure)
{
    return format != NULL &&
           (sure >= SURE || (r->live && format->line != NULL && sure >= SURE_OF_LINES));
}

/* What is binary comes in whole records, not in lines. */
static bool
is_binary(const char *bytes, size_t len)
{
    return len > 0 && memchr(bytes, '\0', len) != NULL;
}

static bool
has_lines(const char *text, size_t len, unsigned n)
{
    const char *end = text;

    while (n > 0 && (end = memchr(text, '\n', len)) != NULL) {
        len -= (size_t)(end - text) + 1;
        text = end + 1;
        n--;
    }
    return n == 0;
}

void
a4nn_reader_decide(struct a4nn_reader *r, bool complete)
{
    const struct a4nn_log_format *format = r->opts->format;
    bool full = complete || r->head.len >= HEAD;
    int sure = 100;

    if (!full && !is_binary(r->head.data, r->head.len < TAIL ? r->head.len : TAIL) &&
        !has_lines(r->head.data, r->head.len, r->set != NULL ? 2 : 1))
        return;
    if (format == NULL)
        format = recognise(r, complete, full, &sure);
    if (format == NULL && r->stream == NULL && r->fed && !complete)
        a4nn_chatter_remember(&r->chatter);
    r->decided = r->stream != NULL || full || sure_enough(r, format, sure);
    if (!r->decided || r->stream != NULL)
        return;
    if (format == NULL)
        say_unknown(r);
    else if (format->unread != NULL)
        say_unread(r, format);
    else
        a4nn_reader_begin_format(r, format);
}

bool
a4nn_reader_says_nothing(struct a4nn_reader *r, const char *line, size_t len)
{
    bool passes = a4nn_chatter_passes(&r->chatter, line, len), first = r->head.len == len;

    r->news = (r->news && !first) || !passes;
    if (first || r->head.len < HEAD)
        return passes && !first;
    r->decided = !r->news;
    return !r->news;
}
