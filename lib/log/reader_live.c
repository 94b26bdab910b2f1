/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inputs that are fed while they are written. */
#include <stdlib.h>
#include <string.h>

#include "log/reader_parts.h"

enum { PIECE = 64 << 10 };

void
a4nn_reader_begin(struct a4nn_reader *r, const char *name)
{
    const struct a4nn_source_member m = {name, name, name, 1};

    r->fed = true;
    a4nn_reader_input_begin(r, &m);
}

struct a4nn_reader *
a4nn_reader_new_of(struct a4nn_reader_set *set, const struct a4nn_reader_opts *opts,
                   const struct a4nn_source_member *m)
{
    struct a4nn_reader *r = a4nn_reader_new(opts);

    r->set = set;
    r->fed = r->several = true;
    a4nn_reader_input_begin(r, m);
    return r;
}

bool
a4nn_reader_is_whole(const struct a4nn_reader *r)
{
    if (r->format != NULL)
        return r->format->whole;
    /* a document of one line, or the first of many */
    return r->stream == NULL && r->head.len == 0 && r->part.len > 0 &&
           (r->part.data[0] == '{' || r->part.data[0] == '[');
}

void
a4nn_reader_anew(struct a4nn_reader *r, bool again)
{
    a4nn_buf_reset(&r->part); /* a line that was never complete */
    if (r->format != NULL) {
        r->anew = again ? A4NN_READER_BEGINS_AGAIN : A4NN_READER_ASK;
        return;
    }
    a4nn_stream_reader_free(r->stream);
    r->stream = NULL;
    r->decided = false;
    r->text = (struct a4nn_text){0};
    a4nn_buf_reset(&r->head);
}

void
a4nn_reader_goes_on(struct a4nn_reader *r)
{
    r->fresh = true;
    if (r->shared != NULL)
        r->shared->fresh = true;
}

/* A run that has other files keeps what they stated. */
void
a4nn_reader_forget(struct a4nn_reader *r)
{
    char *prefix = NULL, *group = NULL;

    if (r->format != NULL && r->format->group != NULL)
        group = r->format->group(r->name, &prefix);
    if (r->shared != NULL && group == NULL)
        a4nn_reader_run_forget(r->shared);
    free(prefix);
    free(group);
}

/* Bytes that do not come in lines are not kept for a line's end. */
static bool
is_binary(const struct a4nn_reader *r)
{
    if (r->decided)
        return r->format != NULL && !r->format->text;
    return r->part.len > 0 && memchr(r->part.data, '\0', r->part.len) != NULL;
}

/*
 * What a training says before its first epoch may be long, and hold nothing of a log: it begins
 * again with what follows.
 */
static bool
begin_again(struct a4nn_reader *r)
{
    if (r->enough || r->unread || !r->decided || r->stream != NULL || r->format != NULL)
        return false;
    r->decided = false;
    r->looked = 0;
    a4nn_buf_reset(&r->head);
    return true;
}

/*
 * Format and metric are decided on what is there when a piece ends.  Pieces that are lines make
 * these decisions the log's own, and not those of the scheduler.
 */
bool
a4nn_reader_feed(struct a4nn_reader *r, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t room = PIECE - r->part.len, n = len < room ? len : room;
        const char *end = memchr(bytes, '\n', n);

        if (end != NULL)
            n = (size_t)(end - bytes) + 1;
        a4nn_buf_add(&r->part, bytes, n);
        bytes += n;
        len -= n;
        if (end == NULL && r->part.len < PIECE)
            break;
        if (a4nn_reader_input_bytes(r, r->part.data, r->part.len) != 0 && !begin_again(r))
            return false;
        a4nn_buf_reset(&r->part);
    }
    if (r->part.len > 0 && is_binary(r)) {
        a4nn_reader_input_bytes(r, r->part.data, r->part.len);
        a4nn_buf_reset(&r->part);
    }
    return true;
}

void
a4nn_reader_end(struct a4nn_reader *r)
{
    if (r->part.len > 0)
        a4nn_reader_input_bytes(r, r->part.data, r->part.len);
    a4nn_buf_reset(&r->part);
    a4nn_reader_input_end(r);
    a4nn_reader_end_group(r);
}
