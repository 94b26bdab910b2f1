/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "json.h"
#include "seen.h"
#include "writefd.h"
#include "xalloc.h"

enum { BATCH = 256 << 10, SYNC_EVERY = 1000, A_LINE = 500 };

struct a4nn_watch_state {
    int fd, file; /* output; state file, -1 if none */
    char *path;
    bool regular, resumed, dirty, begun;
    struct stat out;
    off_t at; /* size of the output, as far as it is known to be ours */
    struct a4nn_seen given;
    struct a4nn_stream_writer *writer;
    enum a4nn_encoding encoding;
    uint64_t columns;
    FILE *text; /* the batch at hand */
    char *batch;
    size_t batch_len;
    struct a4nn_buf hashes, pending;
    double synced; /* a4nn_now() */
    bool skip_header;
};

/* ---- the file ---- */

static int
note(struct a4nn_watch_state *s, const struct a4nn_buf *line)
{
    if (s->file < 0 || line->len == 0)
        return 0;
    s->dirty = true;
    return a4nn_writefd(s->file, line->data, line->len);
}

static void
add_run(struct a4nn_buf *out, const char *key, const char *name, const char *metric)
{
    a4nn_buf_adds(out, "{\"key\":");
    a4nn_json_quote(out, key);
    a4nn_buf_adds(out, ",\"run\":");
    a4nn_json_quote(out, name);
    if (metric != NULL) {
        a4nn_buf_adds(out, ",\"metric\":");
        a4nn_json_quote(out, metric);
    }
    a4nn_buf_adds(out, "}\n");
}

static void
add_hash(struct a4nn_buf *out, uint64_t hash)
{
    a4nn_buf_addf(out, "%s\"%016" PRIx64 "\"", out->len > 0 ? "," : "", hash);
}

/* ---- reading it ---- */

struct loading {
    struct a4nn_watch_state *s;
    a4nn_watch_recall *recall;
    void *arg;
    struct a4nn_buf runs;    /* their lines, to be kept */
    struct a4nn_json *batch; /* noted before it was written, not noted as written */
    bool headed;
};

static double
number(const struct a4nn_json *v, const char *name)
{
    double x = NAN;

    (void)a4nn_json_number(a4nn_json_get(v, name), &x);
    return x;
}

static void
take_given(struct a4nn_watch_state *s, const struct a4nn_json *batch)
{
    const struct a4nn_json *given = a4nn_json_get(batch, "given");
    size_t i, n = a4nn_json_size(given);

    for (i = 0; i < n; i++) {
        const char *hex = a4nn_json_string(a4nn_json_at(given, i));
        if (hex != NULL)
            a4nn_seen_add(&s->given, strtoull(hex, NULL, 16));
    }
}

static void
take_run(struct loading *l, const struct a4nn_json *v)
{
    const char *key = a4nn_json_string(a4nn_json_get(v, "key"));
    const char *name = a4nn_json_string(a4nn_json_get(v, "run"));
    const char *metric = a4nn_json_string(a4nn_json_get(v, "metric"));

    if (key == NULL || name == NULL)
        return;
    l->recall(l->arg, key, name, metric);
    add_run(&l->runs, key, name, metric);
}

static bool
take_line(struct loading *l, const char *line, size_t len)
{
    struct a4nn_err err;
    struct a4nn_json *v = a4nn_json_parse(line, len, NULL, &err);

    if (v == NULL)
        return false;
    if (a4nn_json_get(v, "a4nn-watch") != NULL) {
        l->headed = true;
    } else if (a4nn_json_get(v, "columns") != NULL) {
        l->s->columns = (uint64_t)number(v, "columns");
        l->s->encoding = (enum a4nn_encoding)(int)number(v, "encoding");
        l->s->resumed = true;
    } else if (a4nn_json_get(v, "given") != NULL) {
        if (l->batch != NULL)
            take_given(l->s, l->batch);
        a4nn_json_free(l->batch);
        l->batch = v;
        return l->headed;
    } else if (a4nn_json_get(v, "done") != NULL && l->batch != NULL) {
        take_given(l->s, l->batch);
        a4nn_json_free(l->batch);
        l->batch = NULL;
    } else {
        take_run(l, v);
    }
    a4nn_json_free(v);
    return l->headed;
}

/*
 * Is the batch that was about to be written in the output?  What is there of half of it is taken
 * out.
 */
static void
settle_batch(struct loading *l)
{
    struct a4nn_watch_state *s = l->s;
    double at = number(l->batch, "at"), len = number(l->batch, "len");
    bool same = s->regular && number(l->batch, "ino") == (double)s->out.st_ino;

    if (same && (double)s->out.st_size >= at + len)
        take_given(s, l->batch);
    else if (same && (double)s->out.st_size > at && ftruncate(s->fd, (off_t)at) == 0)
        s->out.st_size = (off_t)at;
    a4nn_json_free(l->batch);
    l->batch = NULL;
}

/* The last line may have been cut off when the program was killed. */
static int
load(struct loading *l, struct a4nn_err *err)
{
    FILE *in = fdopen(dup(l->s->file), "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    int status = 0;

    while (status == 0 && in != NULL && (n = getline(&line, &cap, in)) > 0)
        if (line[n - 1] == '\n' && !take_line(l, line, (size_t)n - 1))
            status = a4nn_err_set(err, "'%s' is no state of a4nn-watch", l->s->path);
    if (in == NULL || ferror(in))
        status = a4nn_err_set(err, "cannot read '%s': %s", l->s->path, strerror(errno));
    if (in != NULL)
        fclose(in);
    free(line);
    if (status == 0 && l->batch != NULL)
        settle_batch(l);
    a4nn_json_free(l->batch);
    return status;
}

/* ---- writing it anew ---- */

static void
add_all(const struct a4nn_watch_state *s, struct a4nn_buf *out)
{
    struct a4nn_buf hashes = {0};
    size_t i, k = 0;

    for (i = 0; i < s->given.slots; i++) {
        if (s->given.slot[i] != 0) {
            add_hash(&hashes, s->given.slot[i]);
            k++;
        }
        if (k > 0 && (k == A_LINE || i + 1 == s->given.slots)) {
            a4nn_buf_addf(out, "{\"given\":[%s]}\n{\"done\":true}\n", hashes.data);
            a4nn_buf_reset(&hashes);
            k = 0;
        }
    }
    a4nn_buf_release(&hashes);
}

static void
sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash != NULL ? a4nn_xstrndup(path, (size_t)(slash - path) + 1) : NULL;
    int fd = open(folder != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

static void
add_columns(const struct a4nn_watch_state *s, struct a4nn_buf *out)
{
    a4nn_buf_addf(out, "{\"columns\":%" PRIu64 ",\"encoding\":%d}\n", s->columns, (int)s->encoding);
}

/* A file with what is known now takes the name of the old one, whose lock is kept until then. */
static int
rewrite(struct a4nn_watch_state *s, const struct a4nn_buf *runs, struct a4nn_err *err)
{
    struct a4nn_buf name = {0}, text = {0};
    int fd, status = 0;

    a4nn_buf_addf(&name, "%s.tmp", s->path);
    a4nn_buf_adds(&text, "{\"a4nn-watch\":1}\n");
    if (s->resumed)
        add_columns(s, &text);
    a4nn_buf_add(&text, runs->data, runs->len);
    add_all(s, &text);
    fd = open(name.data, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0 || a4nn_writefd(fd, text.data, text.len) != 0 ||
        fsync(fd) != 0 || rename(name.data, s->path) != 0) {
        status = a4nn_err_set(err, "cannot write '%s': %s", name.data, strerror(errno));
        if (fd >= 0)
            close(fd);
    } else {
        close(s->file);
        s->file = fd;
        sync_folder(s->path);
    }
    a4nn_buf_release(&name);
    a4nn_buf_release(&text);
    return status;
}

static int
open_file(struct a4nn_watch_state *s, a4nn_watch_recall *recall, void *arg, struct a4nn_err *err)
{
    struct loading l = {.s = s, .recall = recall, .arg = arg};
    int status;

    s->file = open(s->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600);
    if (s->file < 0)
        return a4nn_err_set(err, "cannot open '%s': %s", s->path, strerror(errno));
    if (flock(s->file, LOCK_EX | LOCK_NB) != 0)
        return a4nn_err_set(err, "'%s' is in use by another a4nn-watch", s->path);
    status = load(&l, err);
    if (status == 0)
        status = rewrite(s, &l.runs, err);
    a4nn_buf_release(&l.runs);
    return status;
}

/* ---- its life ---- */

static void
release(struct a4nn_watch_state *s)
{
    if (s->file >= 0)
        close(s->file);
    if (s->text != NULL)
        fclose(s->text);
    a4nn_stream_writer_free(s->writer);
    a4nn_buf_release(&s->hashes);
    a4nn_buf_release(&s->pending);
    free(s->batch);
    a4nn_seen_release(&s->given);
    free(s->path);
    free(s);
}

struct a4nn_watch_state *
a4nn_watch_state_open(const char *path, int fd, a4nn_watch_recall *recall, void *arg,
                      struct a4nn_err *err)
{
    struct a4nn_watch_state *s = a4nn_xcalloc(1, sizeof *s);

    s->fd = fd;
    s->file = -1;
    s->path = a4nn_xstrdup(path);
    s->regular = fstat(fd, &s->out) == 0 && S_ISREG(s->out.st_mode);
    if (path != NULL && open_file(s, recall, arg, err) < 0) {
        release(s);
        return NULL;
    }
    s->text = open_memstream(&s->batch, &s->batch_len);
    return s;
}

bool
a4nn_watch_state_begun(const struct a4nn_watch_state *s)
{
    return s->begun;
}

void
a4nn_watch_state_begin(struct a4nn_watch_state *s, enum a4nn_encoding encoding, uint64_t columns)
{
    s->begun = true;
    if (s->resumed && s->regular && s->out.st_size > 0) {
        s->skip_header = s->encoding != A4NN_JSONL; /* an output has one, and one encoding */
    } else {
        s->columns = columns;
        s->encoding = encoding;
        add_columns(s, &s->pending);
    }
    s->writer = a4nn_stream_writer_new(s->text, s->encoding, s->columns);
}

void
a4nn_watch_state_run(struct a4nn_watch_state *s, const char *key, const char *name,
                     const char *metric)
{
    add_run(&s->pending, key, name, metric);
}

void
a4nn_watch_state_give(struct a4nn_watch_state *s, const struct a4nn_record *record)
{
    uint64_t hash = a4nn_seen_hash(record, true);

    if (!a4nn_seen_add(&s->given, hash))
        return;
    if (s->file >= 0)
        add_hash(&s->hashes, hash);
    a4nn_stream_write(s->writer, record);
}

static int
sync_file(struct a4nn_watch_state *s)
{
    s->synced = a4nn_now();
    s->dirty = false;
    return s->file < 0 ? 0 : fdatasync(s->file);
}

static int
write_batch(struct a4nn_watch_state *s)
{
    const char *text = s->batch;
    size_t len = s->batch_len;
    struct stat st;

    if (s->skip_header) {
        const char *end = memchr(text, '\n', len);
        len -= (size_t)(end - text) + 1;
        text = end + 1;
        s->skip_header = false;
    }
    if (s->file >= 0) {
        bool regular = s->regular && fstat(s->fd, &st) == 0;
        a4nn_buf_addf(&s->pending, "{\"at\":%lld,\"len\":%zu,\"ino\":%llu,\"given\":[%s]}\n",
                      regular ? (long long)st.st_size : 0LL, len,
                      regular ? (unsigned long long)st.st_ino : 0ULL, s->hashes.data);
        if (note(s, &s->pending) < 0)
            return -1;
        a4nn_buf_reset(&s->pending);
        a4nn_buf_reset(&s->hashes);
    }
    if (a4nn_writefd(s->fd, text, len) < 0)
        return -1;
    a4nn_buf_adds(&s->pending, s->file >= 0 ? "{\"done\":true}\n" : "");
    fseeko(s->text, 0, SEEK_SET);
    return 0;
}

int
a4nn_watch_state_flush(struct a4nn_watch_state *s)
{
    fflush(s->text);
    if (s->writer != NULL && ftello(s->text) > 0 && write_batch(s) < 0)
        return -1;
    if (note(s, &s->pending) < 0)
        return -1;
    a4nn_buf_reset(&s->pending);
    return a4nn_watch_state_wait(s) == 0 ? sync_file(s) : 0;
}

unsigned long
a4nn_watch_state_count(const struct a4nn_watch_state *s)
{
    return s->given.n;
}

int
a4nn_watch_state_wait(const struct a4nn_watch_state *s)
{
    double left;

    if (!s->dirty)
        return -1;
    left = SYNC_EVERY - 1000 * (a4nn_now() - s->synced);
    return left > 0 ? (int)ceil(left) : 0;
}

int
a4nn_watch_state_close(struct a4nn_watch_state *s)
{
    int status = a4nn_watch_state_flush(s);

    if (status == 0 && s->dirty)
        status = sync_file(s);
    release(s);
    return status;
}
