/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/tfrecord.h"

#include <stdlib.h>

#include "buf.h"
#include "crc32c.h"
#include "xalloc.h"

enum { HEAD = 12, FOOT = 4, KEEP = 1 << 20 };

struct a4nn_tfrecord {
    void (*record)(void *arg, const char *data, size_t len, unsigned long number);
    void *arg;
    struct a4nn_diag *diag;
    const char *file;
    struct a4nn_buf buf;  /* the record at hand, from its length on */
    uint64_t skip;        /* bytes to pass over */
    unsigned long number; /* of the record at hand */
    int lost;             /* a checksum did not hold */
};

static uint64_t
little_endian(const char *bytes, size_t len)
{
    uint64_t v = 0;

    while (len-- > 0)
        v = v << 8 | (unsigned char)bytes[len];
    return v;
}

uint32_t
a4nn_tfrecord_mask(uint32_t crc)
{
    return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

static int
holds(const char *bytes, size_t len)
{
    return a4nn_tfrecord_mask(a4nn_crc32c(bytes, len)) == little_endian(bytes + len, FOOT);
}

int
a4nn_tfrecord_begins(const char head[12])
{
    return holds(head, 8);
}

struct a4nn_tfrecord *
a4nn_tfrecord_new(void (*record)(void *arg, const char *data, size_t len, unsigned long number),
                  void *arg, struct a4nn_diag *diag, const char *file)
{
    struct a4nn_tfrecord *r = a4nn_xcalloc(1, sizeof *r);

    r->record = record;
    r->arg = arg;
    r->diag = diag;
    r->file = file;
    r->number = 1;
    return r;
}

static void
lose(struct a4nn_tfrecord *r)
{
    a4nn_diag(r->diag, A4NN_ERROR, r->file, 0,
              "record %lu: its checksum does not hold, the rest is not read", r->number);
    r->lost = 1;
}

static void
next(struct a4nn_tfrecord *r)
{
    r->number++;
    if (r->buf.cap > KEEP)
        a4nn_buf_release(&r->buf);
    a4nn_buf_reset(&r->buf);
}

/* How many bytes the buffer must hold before the next step: a head, then the whole record. */
static uint64_t
wanted(const struct a4nn_tfrecord *r)
{
    return r->buf.len < HEAD ? HEAD : HEAD + little_endian(r->buf.data, 8) + FOOT;
}

/* The head is there: is it one, and is the record of a size to keep? */
static void
take_head(struct a4nn_tfrecord *r)
{
    uint64_t len = little_endian(r->buf.data, 8);

    if (!holds(r->buf.data, 8)) {
        lose(r);
    } else if (len > A4NN_TFRECORD_MAX) {
        a4nn_diag(r->diag, A4NN_WARNING, r->file, 0,
                  "record %lu: %llu bytes are no numbers, passed over", r->number,
                  (unsigned long long)len);
        r->skip = len <= UINT64_MAX - FOOT ? len + FOOT : UINT64_MAX;
        next(r);
    }
}

static void
take_record(struct a4nn_tfrecord *r)
{
    size_t len = r->buf.len - HEAD - FOOT;

    if (!holds(r->buf.data + HEAD, len)) {
        lose(r);
        return;
    }
    r->record(r->arg, r->buf.data + HEAD, len, r->number);
    next(r);
}

void
a4nn_tfrecord_feed(struct a4nn_tfrecord *r, const char *bytes, size_t len)
{
    while (len > 0 && !r->lost) {
        uint64_t want = r->skip != 0 ? r->skip : wanted(r) - r->buf.len;
        size_t n = want < len ? (size_t)want : len;

        if (r->skip != 0) {
            r->skip -= n;
        } else {
            a4nn_buf_add(&r->buf, bytes, n);
            if (r->buf.len == HEAD)
                take_head(r);
            else if (n == want)
                take_record(r);
        }
        bytes += n;
        len -= n;
    }
}

void
a4nn_tfrecord_finish(struct a4nn_tfrecord *r)
{
    if (!r->lost && (r->buf.len > 0 || r->skip != 0))
        a4nn_diag(r->diag, A4NN_NOTE, r->file, 0,
                  "record %lu is cut off, as in a file that is still being written", r->number);
}

void
a4nn_tfrecord_free(struct a4nn_tfrecord *r)
{
    if (r == NULL)
        return;
    a4nn_buf_release(&r->buf);
    free(r);
}
