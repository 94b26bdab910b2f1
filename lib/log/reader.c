/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One input at a time to records: what it is, and which run its numbers belong to. */
#include "log/reader.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "log/lines.h"
#include "log/names.h"
#include "log/reader_parts.h"
#include "xalloc.h"

/* ---- records on their way out ---- */

static int
take_record(void *arg, struct a4nn_record *record)
{
    struct a4nn_reader *r = arg;

    if (r->enough)
        return 1;
    r->records++;
    if (r->opts->record(r->opts->arg, record) != 0)
        r->enough = true;
    return r->enough;
}

static void
on_record(void *arg, struct a4nn_record *record)
{
    struct a4nn_reader *r = arg;

    if (r->opts->again && r->several)
        a4nn_beside_remember(&r->beside, r->group_file, record);
    take_record(r, record);
}

static void
on_scalar(void *arg, const struct a4nn_log_at *at, const char *name, double value)
{
    struct a4nn_reader *r = arg;
    struct a4nn_buf full = {0};

    /* A record of a binary log is complete; of lines the pieces that are fed are. */
    if (r->fed && r->format->line == NULL && at->line != r->line)
        a4nn_select_pulse(r->select);
    r->line = at->line;
    if (r->prefix == NULL) {
        a4nn_select_scalar(r->select, at, name, value);
        return;
    }
    a4nn_buf_addf(&full, "%s%s", r->prefix, name);
    a4nn_select_scalar(r->select, at, full.data, value);
    a4nn_buf_release(&full);
}

static void
on_fact(void *arg, const struct a4nn_log_at *at, const char *name, const char *text)
{
    struct a4nn_reader *r = arg;

    a4nn_select_fact(r->select, at, name, text);
}

/* ---- groups ---- */

void
a4nn_reader_end_group(struct a4nn_reader *r)
{
    const struct a4nn_strmap *names;
    size_t i;

    if (r->set != NULL)
        r->select = NULL;
    if (r->select == NULL)
        return;
    a4nn_select_finish(r->select);
    names = a4nn_select_names(r->select);
    if (r->opts->select.list && r->opts->name != NULL)
        for (i = 0; i < names->n; i++)
            r->opts->name(r->opts->arg, r->group_file, r->run, r->group_format->name, names->key[i],
                          a4nn_select_count(r->select, i));
    a4nn_select_free(r->select);
    r->select = NULL;
    free(r->group);
    free(r->group_file);
    free(r->run);
    r->group = r->group_file = r->run = NULL;
}

/* The folder or archive the input lies in, if that is what was named. */
static const char *
above_of(const struct a4nn_reader *r)
{
    return r->whole ? r->argument : NULL;
}

/* The input joins the group at hand if it belongs to the same run, else it begins one. */
static void
join_group(struct a4nn_reader *r)
{
    char *group = r->format->group != NULL ? r->format->group(r->name, &r->prefix) : NULL;

    bool whole = r->whole;

    if (group != NULL && strcmp(group, ".") == 0) {
        a4nn_xreplace(&group, r->argument);
        whole = false;
    }
    if (r->set != NULL) {
        const char *path = group != NULL ? group : r->name;
        r->shared = a4nn_reader_set_run(r->set, r->argument, path, whole, above_of(r));
        free(group);
        r->shared->fresh = r->shared->fresh || r->fresh;
        a4nn_reader_run_open(r->shared, r->format, r->path, !r->format->whole);
        r->select = r->shared->select;
        return;
    }
    if (r->select != NULL && group != NULL && r->group != NULL &&
        r->group_format->group == r->format->group && strcmp(group, r->group) == 0) {
        free(group);
        a4nn_select_file(r->select, r->path);
        return;
    }
    a4nn_reader_end_group(r);
    r->group = group;
    r->group_format = r->format;
    r->group_file = a4nn_xstrdup(r->path);
    if (r->opts->run != NULL)
        r->run = a4nn_run_name_given(r->opts->run, &r->taken);
    else
        r->run = a4nn_run_name(group != NULL ? group : r->name, whole, above_of(r), &r->taken);
    r->select = a4nn_select_new(&r->opts->select, r->format, r->group_file, r->run, !r->several,
                                r->live, on_record, r, r->opts->diag);
    a4nn_beside_state(&r->beside, r->path, r->select);
}

/* ---- settings beside logs ---- */

enum { SETTINGS = 1 << 20 };

/* Only of what lies in a folder or an archive, which is read and not watched. */
static bool
are_settings(const struct a4nn_reader *r)
{
    return r->whole && !r->fed && !r->live && a4nn_beside_is(r->path);
}

/* False: it is something else, after all. */
static bool
take_settings(struct a4nn_reader *r)
{
    struct a4nn_record last = {0};
    struct a4nn_err err = {""};

    if (r->head.len > SETTINGS ||
        !a4nn_beside_take(&r->beside, r->path, r->head.len > 0 ? r->head.data : "", r->head.len,
                          &err)) {
        if (err.msg[0] != '\0')
            a4nn_diag(r->opts->diag, A4NN_NOTE, r->path, 0, "not read as a configuration: %s",
                      err.msg);
        return false;
    }
    if (r->select != NULL && r->group_file != NULL)
        a4nn_beside_state(&r->beside, r->group_file, r->select);
    else if (a4nn_beside_again(&r->beside, &last))
        take_record(r, &last);
    a4nn_record_release(&last);
    return true;
}

/* ---- what it was found to be ---- */

void
a4nn_reader_begin_stream(struct a4nn_reader *r)
{
    a4nn_reader_end_group(r);
    free(r->run);
    if (r->set != NULL)
        r->run = a4nn_xstrdup(
            a4nn_reader_set_run(r->set, r->argument, r->name, r->whole, above_of(r))->name);
    else
        r->run = r->opts->run != NULL ? a4nn_run_name_given(r->opts->run, &r->taken)
                                      : a4nn_run_name(r->name, r->whole, above_of(r), &r->taken);
    r->stream = a4nn_stream_reader_new(take_record, r, r->opts->diag, r->path, r->run);
}

void
a4nn_reader_begin_format(struct a4nn_reader *r, const struct a4nn_log_format *format)
{
    r->format = format;
    a4nn_chatter_release(&r->chatter);
    join_group(r);
    r->sink = (struct a4nn_log_sink){.scalar = on_scalar,
                                     .fact = on_fact,
                                     .arg = r,
                                     .diag = r->opts->diag,
                                     .file = r->path,
                                     .name = r->name,
                                     .unfinished = r->opts->unfinished};
    r->state = format->open(&r->sink);
    if (format->line != NULL)
        r->lines = a4nn_lines_new(format->line, r->state, r->opts->diag, r->path);
}

/* ---- bytes on their way in ---- */

/* Text by whatever it is coded in; valid until the next call. */
static void
decode(struct a4nn_reader *r, const char **bytes, size_t *len)
{
    a4nn_buf_reset(&r->decoded);
    a4nn_text_feed(&r->text, *bytes, *len, &r->decoded);
    *bytes = r->decoded.data;
    *len = r->decoded.len;
}

static void
feed_format(struct a4nn_reader *r, const char *bytes, size_t len)
{
    if (r->format->text)
        decode(r, &bytes, &len);
    if (len == 0)
        return;
    if (r->lines != NULL)
        a4nn_lines_feed(r->lines, bytes, len);
    else
        r->format->feed(r->state, bytes, len);
    if (r->live)
        a4nn_select_pulse(r->select);
}

static void
close_format(struct a4nn_reader *r)
{
    r->format->close(r->state);
    a4nn_lines_free(r->lines);
    free(r->prefix);
    r->lines = NULL;
    r->state = NULL;
    r->prefix = NULL;
}

/*
 * The log begins anew, in the format it had.  Where it begins as such a log does, the format
 * begins, too; else the rows go on without their header.  Of what is written again from its
 * beginning, the epochs begin again as well, unless the run has other files.
 */
static void
begin_format_anew(struct a4nn_reader *r, const char *bytes, size_t len)
{
    struct a4nn_buf copy = {0};
    struct a4nn_log_head head = {.path = r->name, .len = len};
    const struct a4nn_log_format *format = r->format;
    char *prefix = NULL, *group = format->group != NULL ? format->group(r->name, &prefix) : NULL;
    bool fresh = r->anew == A4NN_READER_BEGINS_AGAIN;

    a4nn_buf_add(&copy, bytes, len);
    head.bytes = copy.data;
    if (r->anew == A4NN_READER_BEGINS_AGAIN && group == NULL)
        a4nn_reader_run_close(r->shared, false);
    if (fresh || format->sniff(&head) > 0) {
        close_format(r);
        r->text = (struct a4nn_text){0};
        a4nn_reader_begin_format(r, format);
    }
    r->anew = A4NN_READER_GOES_ON;
    free(prefix);
    free(group);
    a4nn_buf_release(&copy);
}

static void
feed(struct a4nn_reader *r, const char *bytes, size_t len)
{
    if (r->format != NULL) {
        feed_format(r, bytes, len);
    } else if (r->stream != NULL) {
        decode(r, &bytes, &len);
        a4nn_stream_feed(r->stream, bytes, len);
    }
}

/* The argument without the slashes that may end a folder's name. */
static char *
argument_name(const char *argument)
{
    size_t len = strlen(argument);

    while (len > 1 && argument[len - 1] == '/')
        len--;
    return a4nn_xstrndup(argument, len);
}

int
a4nn_reader_input_begin(void *arg, const struct a4nn_source_member *m)
{
    struct a4nn_reader *r = arg;

    if (r->enough)
        return 1;
    r->inputs++;
    r->path = a4nn_xstrdup(m->path);
    r->name = a4nn_xstrdup(m->name);
    r->argument = argument_name(m->argument);
    r->whole = strcmp(m->name, m->argument) != 0;
    r->several = r->several || r->whole;
    r->live = m->live != 0;
    r->settings = are_settings(r);
    r->unread = false;
    r->text = (struct a4nn_text){0};
    return 0;
}

int
a4nn_reader_input_bytes(void *arg, const char *bytes, size_t len)
{
    struct a4nn_reader *r = arg;

    if (r->settings) {
        if (r->head.len <= SETTINGS)
            a4nn_buf_add(&r->head, bytes, len);
        return r->enough;
    }
    if (r->anew != A4NN_READER_GOES_ON && r->format != NULL)
        begin_format_anew(r, bytes, len);
    if (r->decided) {
        feed(r, bytes, len);
    } else {
        a4nn_buf_add(&r->head, bytes, len);
        if (!r->fed || r->opts->format != NULL || !a4nn_reader_says_nothing(r, bytes, len))
            a4nn_reader_decide(r, false);
        if (r->decided)
            feed(r, r->head.data, r->head.len);
        if (r->decided && r->set != NULL)
            a4nn_buf_release(&r->head);
    }
    if (r->opts->pause != NULL)
        r->opts->pause(r->opts->arg);
    return r->enough || (r->decided && r->stream == NULL && r->format == NULL);
}

static void
finish_stream(struct a4nn_reader *r)
{
    a4nn_buf_reset(&r->decoded);
    a4nn_text_finish(&r->text, &r->decoded);
    a4nn_stream_feed(r->stream, r->decoded.data, r->decoded.len);
    a4nn_stream_finish(r->stream);
    if (r->encoding == A4NN_AS_INPUT)
        r->encoding = a4nn_stream_encoding(r->stream);
    a4nn_stream_reader_free(r->stream);
}

static void
finish_format(struct a4nn_reader *r)
{
    if (r->format->text) {
        a4nn_buf_reset(&r->decoded);
        a4nn_text_finish(&r->text, &r->decoded);
        if (r->decoded.len > 0 && r->lines != NULL)
            a4nn_lines_feed(r->lines, r->decoded.data, r->decoded.len);
        else if (r->decoded.len > 0)
            r->format->feed(r->state, r->decoded.data, r->decoded.len);
    }
    if (r->lines != NULL)
        a4nn_lines_finish(r->lines);
    if (r->format->finish != NULL)
        r->format->finish(r->state);
    if (r->set != NULL && r->format->whole)
        a4nn_reader_run_close(r->shared, true);
    r->format->close(r->state);
    if (r->group == NULL)
        a4nn_reader_end_group(r);
}

void
a4nn_reader_input_end(void *arg)
{
    struct a4nn_reader *r = arg;

    if (r->settings) {
        r->decided = take_settings(r) || r->head.len > SETTINGS;
        r->unknown += r->decided;
    }
    if (!r->decided) {
        a4nn_reader_decide(r, true);
        feed(r, r->head.data, r->head.len);
    }
    if (r->stream != NULL) {
        finish_stream(r);
    } else if (r->format != NULL) {
        finish_format(r);
    }
    a4nn_lines_free(r->lines);
    a4nn_buf_reset(&r->head);
    free(r->path);
    free(r->name);
    free(r->argument);
    free(r->prefix);
    r->path = r->name = r->argument = r->prefix = NULL;
    r->stream = NULL;
    r->format = NULL;
    r->state = NULL;
    r->lines = NULL;
    r->decided = false;
}

/* ---- the reader ---- */

struct a4nn_reader *
a4nn_reader_new(const struct a4nn_reader_opts *opts)
{
    struct a4nn_reader *r = a4nn_xcalloc(1, sizeof *r);

    r->opts = opts;
    return r;
}

enum a4nn_encoding
a4nn_reader_encoding(const struct a4nn_reader *r)
{
    if (r->stream != NULL && a4nn_stream_encoding(r->stream) != A4NN_AS_INPUT)
        return r->encoding != A4NN_AS_INPUT ? r->encoding : a4nn_stream_encoding(r->stream);
    return r->encoding != A4NN_AS_INPUT ? r->encoding : A4NN_CSV;
}

uint64_t
a4nn_reader_columns(const struct a4nn_reader *r)
{
    return r->stream != NULL ? a4nn_stream_columns(r->stream) : 0;
}

bool
a4nn_reader_gives_log(const struct a4nn_reader *r)
{
    return r->select != NULL;
}

unsigned long
a4nn_reader_records(const struct a4nn_reader *r)
{
    return r->records;
}

void
a4nn_reader_free(struct a4nn_reader *r)
{
    if (r == NULL)
        return;
    if (r->state != NULL)
        close_format(r);
    a4nn_stream_reader_free(r->stream);
    free(r->path);
    free(r->name);
    free(r->argument);
    a4nn_buf_release(&r->part);
    a4nn_buf_release(&r->head);
    a4nn_chatter_release(&r->chatter);
    a4nn_buf_release(&r->decoded);
    a4nn_strmap_release(&r->taken);
    a4nn_beside_release(&r->beside);
    free(r->run);
    free(r);
}
