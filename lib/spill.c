/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "xalloc.h"

struct a4nn_spill {
    char *memory; /* NULL: all is in the file */
    size_t cap, limit;
    uint64_t size;
    int file; /* -1: none yet */
    atomic_int error;
};

struct a4nn_spill *
a4nn_spill_new(size_t limit)
{
    struct a4nn_spill *s = a4nn_xcalloc(1, sizeof *s);

    s->limit = limit;
    s->file = -1;
    return s;
}

static void
fail(struct a4nn_spill *s, int error)
{
    int none = 0;

    atomic_compare_exchange_strong(&s->error, &none, error != 0 ? error : EIO);
}

const char *
a4nn_spill_folder(void)
{
    const char *folder = getenv("TMPDIR");

    return folder != NULL && folder[0] != '\0' ? folder : "/tmp";
}

/* Not every file system knows files without a name. */
static int
open_nameless(void)
{
    const char *folder = a4nn_spill_folder();
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    struct a4nn_buf path = {0};

    if (file >= 0 || errno == ENOENT || errno == ENOSPC || errno == EACCES)
        return file;
    a4nn_buf_addf(&path, "%s/a4nn-XXXXXX", folder);
    if ((file = mkostemp(path.data, O_CLOEXEC)) >= 0)
        unlink(path.data);
    a4nn_buf_release(&path);
    return file;
}

static bool
write_file(struct a4nn_spill *s, uint64_t at, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = pwrite(s->file, bytes, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            fail(s, n < 0 ? errno : ENOSPC);
            return false;
        }
        at += (uint64_t)n;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* Moves what is in memory to the file, where all goes from now on. */
static void
leave_memory(struct a4nn_spill *s)
{
    if ((s->file = open_nameless()) < 0)
        fail(s, errno);
    else if (s->size > 0)
        write_file(s, 0, s->memory, (size_t)s->size);
    free(s->memory);
    s->memory = NULL;
}

void
a4nn_spill_resize(struct a4nn_spill *s, uint64_t size)
{
    if (s->error != 0)
        return;
    if (s->file < 0 && size > s->limit)
        leave_memory(s);
    if (s->file < 0 && size > s->cap) {
        size_t cap = size < s->limit / 2 ? (size_t)size * 2 : (size_t)size;
        s->memory = a4nn_xreallocarray(s->memory, cap, 1);
        memset(s->memory + s->cap, 0, cap - s->cap);
        s->cap = cap;
    }
    if (s->file >= 0 && ftruncate(s->file, (off_t)size) != 0)
        fail(s, errno);
    s->size = size;
}

uint64_t
a4nn_spill_append(struct a4nn_spill *s, const void *bytes, size_t len)
{
    uint64_t at = s->size;

    if (s->file < 0)
        a4nn_spill_resize(s, at + len);
    else
        s->size += len; /* writing makes the file longer */
    a4nn_spill_put(s, at, bytes, len);
    return at;
}

void
a4nn_spill_put(struct a4nn_spill *s, uint64_t at, const void *bytes, size_t len)
{
    if (s->error != 0 || len == 0)
        return;
    if (s->file >= 0)
        write_file(s, at, bytes, len);
    else if (s->memory != NULL)
        memcpy(s->memory + at, bytes, len);
}

bool
a4nn_spill_get(struct a4nn_spill *s, uint64_t at, void *bytes, size_t len)
{
    char *to = bytes;

    if (s->error != 0)
        return false;
    if (s->file < 0 && s->memory != NULL)
        memcpy(to, s->memory + at, len);
    while (s->file >= 0 && len > 0) {
        ssize_t n = pread(s->file, to, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            fail(s, n < 0 ? errno : EIO);
            return false;
        }
        at += (uint64_t)n;
        to += n;
        len -= (size_t)n;
    }
    return true;
}

uint64_t
a4nn_spill_size(const struct a4nn_spill *s)
{
    return s->size;
}

int
a4nn_spill_error(const struct a4nn_spill *s)
{
    return s->error;
}

void
a4nn_spill_free(struct a4nn_spill *s)
{
    if (s == NULL)
        return;
    if (s->file >= 0)
        close(s->file);
    free(s->memory);
    free(s);
}
