/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "spill.h"
#include "strmap.h"
#include "xalloc.h"

/* What a policy may look at. */
#define FIELDS                                                                                     \
    (A4NN_BIT(A4NN_EPOCH) | A4NN_BIT(A4NN_VALUE) | A4NN_BIT(A4NN_EPOCHS) | A4NN_BIT(A4NN_TIME) |   \
     A4NN_BIT(A4NN_VAL_LOSS) | A4NN_BIT(A4NN_LR) | (A4NN_FIT_FIELDS & ~A4NN_BIT(A4NN_FAMILY)) |    \
     A4NN_BIT(A4NN_FORECAST) | A4NN_BIT(A4NN_LOW) | A4NN_BIT(A4NN_HIGH) |                          \
     A4NN_BIT(A4NN_EXPECTED_ERROR))

enum {
    /* of the first byte of an observation: what is as in the one before it */
    SAME_FIELDS = 1,
    NEXT_EPOCH = 2, /* one epoch later */
    SAME_EPOCHS = 4,
    /* between two places from which a cursor can begin to look for a number */
    STRIDE = 1 << 16,
    BLOCK = 1 << 16,
    LEAST_BLOCK = 1 << 12
};

/* A piece of one owner: this, its name with a NUL, then `len` bytes. */
struct head {
    uint32_t number, name; /* bytes of the name with its NUL */
    size_t len;
};

/* Where pieces of a number or a larger one begin. */
struct place {
    uint32_t number;
    uint64_t at;
};

/* A buffer that was sorted and written. */
struct chunk {
    uint64_t begin, end;
    struct place *place;
    size_t places, cap;
};

struct a4nn_spool {
    enum a4nn_spool_order order;
    size_t limit;
    struct a4nn_buf buffer;
    size_t *piece; /* where they begin in the buffer */
    size_t pieces, cap_piece;
    struct a4nn_spool_records last; /* the observation added last, if it is in the last piece */
    struct a4nn_spill *spill;       /* NULL: nothing was written */
    struct chunk *chunk;
    size_t chunks, cap_chunk;
    struct a4nn_strmap texts;
};

struct a4nn_spool *
a4nn_spool_new(enum a4nn_spool_order order, size_t buffer)
{
    struct a4nn_spool *s = a4nn_xcalloc(1, sizeof *s);

    s->order = order;
    s->limit = buffer;
    return s;
}

/* ---- writing ---- */

static const struct head *
head_at(const struct a4nn_spool *s, size_t at, struct head *head)
{
    memcpy(head, s->buffer.data + at, sizeof *head);
    return head;
}

static const char *
name_at(const struct a4nn_spool *s, size_t at)
{
    return s->buffer.data + at + sizeof(struct head);
}

static int
compare(enum a4nn_spool_order order, uint32_t m, const char *name_m, uint32_t n, const char *name_n)
{
    if (m != n)
        return m < n ? -1 : 1;
    return order == A4NN_BY_NAME ? strcmp(name_m, name_n) : 0;
}

static int
compare_pieces(const void *a, const void *b, void *arg)
{
    const struct a4nn_spool *s = arg;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    struct head h, k;
    int c = compare(s->order, head_at(s, i, &h)->number, name_at(s, i), head_at(s, j, &k)->number,
                    name_at(s, j));

    return c != 0 ? c : i < j ? -1 : 1;
}

static void
note_place(struct chunk *c, uint32_t number, uint64_t at)
{
    if (c->places > 0 &&
        (c->place[c->places - 1].number == number || at - c->place[c->places - 1].at < STRIDE))
        return;
    c->place = a4nn_xgrow(c->place, c->places, &c->cap, sizeof *c->place);
    c->place[c->places++] = (struct place){number, at};
}

/* Sorts what is in the buffer and writes it. */
static void
flush(struct a4nn_spool *s)
{
    struct chunk c = {0};
    struct a4nn_buf out = {0};
    size_t i;

    qsort_r(s->piece, s->pieces, sizeof *s->piece, compare_pieces, s);
    c.begin = c.end = a4nn_spill_size(s->spill);
    for (i = 0; i < s->pieces; i++) {
        struct head h;
        size_t len = sizeof h + head_at(s, s->piece[i], &h)->name + h.len;
        note_place(&c, h.number, c.end);
        a4nn_buf_add(&out, s->buffer.data + s->piece[i], len);
        c.end += len;
        if (out.len >= BLOCK || i + 1 == s->pieces) {
            a4nn_spill_append(s->spill, out.data, out.len);
            a4nn_buf_reset(&out);
        }
    }
    a4nn_buf_release(&out);
    a4nn_buf_reset(&s->buffer);
    s->pieces = 0;
    s->chunk = a4nn_xgrow(s->chunk, s->chunks, &s->cap_chunk, sizeof *s->chunk);
    s->chunk[s->chunks++] = c;
}

/* Lets the last piece in the buffer be one of this owner; false: it was so already. */
static bool
begin_piece(struct a4nn_spool *s, uint32_t number, const char *name)
{
    struct head h = {number, 0, 0};

    if (s->pieces > 0) {
        size_t last = s->piece[s->pieces - 1];
        struct head before;
        if (head_at(s, last, &before)->number == number && strcmp(name_at(s, last), name) == 0 &&
            s->buffer.len < s->limit)
            return false;
    }
    if (s->pieces > 0 && s->buffer.len + s->pieces * sizeof *s->piece >= s->limit) {
        if (s->spill == NULL)
            s->spill = a4nn_spill_new(0);
        flush(s);
    }
    s->piece = a4nn_xgrow(s->piece, s->pieces, &s->cap_piece, sizeof *s->piece);
    s->piece[s->pieces++] = s->buffer.len;
    h.name = (uint32_t)strlen(name) + 1;
    a4nn_buf_add(&s->buffer, &h, sizeof h);
    a4nn_buf_add(&s->buffer, name, h.name);
    return true;
}

/* Makes the last piece longer. */
static void
append(struct a4nn_spool *s, const void *bytes, size_t len)
{
    size_t at = s->piece[s->pieces - 1];
    struct head h;

    head_at(s, at, &h);
    h.len += len;
    memcpy(s->buffer.data + at, &h, sizeof h);
    a4nn_buf_add(&s->buffer, bytes, len);
}

void
a4nn_spool_add_bytes(struct a4nn_spool *s, uint32_t number, const char *name, const void *bytes,
                     size_t len)
{
    begin_piece(s, number, name);
    append(s, bytes, len);
}

static bool
same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static char *
put(char *at, const void *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

void
a4nn_spool_add(struct a4nn_spool *s, uint32_t number, const char *name, const struct a4nn_record *r)
{
    const uint64_t set = r->set & FIELDS;
    uint64_t left = set;
    char bytes[1 + sizeof set + A4NN_FIELDS * sizeof(double)], *at = bytes + 1;
    int flags = 0;

    if (!begin_piece(s, number, name)) {
        if (s->last.set == set)
            flags |= SAME_FIELDS;
        if (same(r->num[A4NN_EPOCH], s->last.epoch + 1))
            flags |= NEXT_EPOCH;
        if ((set & s->last.set & A4NN_BIT(A4NN_EPOCHS)) != 0 &&
            same(r->num[A4NN_EPOCHS], s->last.epochs))
            flags |= SAME_EPOCHS;
    }
    bytes[0] = (char)flags;
    if (!(flags & SAME_FIELDS))
        at = put(at, &set, sizeof set);
    if (flags & NEXT_EPOCH)
        left &= ~A4NN_BIT(A4NN_EPOCH);
    if (flags & SAME_EPOCHS)
        left &= ~A4NN_BIT(A4NN_EPOCHS);
    for (; left != 0; left &= left - 1) {
        enum a4nn_field f = (enum a4nn_field)__builtin_ctzll(left);
        double number_of_text;
        if (a4nn_field_is_text(f)) {
            number_of_text = (double)a4nn_strmap_put(&s->texts, a4nn_record_text(r, f, ""), NULL);
            at = put(at, &number_of_text, sizeof(double));
        } else {
            at = put(at, &r->num[f], sizeof(double));
        }
    }
    append(s, bytes, (size_t)(at - bytes));
    s->last.set = set;
    s->last.epoch = r->num[A4NN_EPOCH];
    if (set & A4NN_BIT(A4NN_EPOCHS))
        s->last.epochs = r->num[A4NN_EPOCHS];
}

void
a4nn_spool_finish(struct a4nn_spool *s)
{
    if (s->spill == NULL)
        s->spill = a4nn_spill_new((size_t)-1);
    if (s->pieces > 0)
        flush(s);
    a4nn_buf_release(&s->buffer);
    free(s->piece);
    s->piece = NULL;
}

int
a4nn_spool_error(const struct a4nn_spool *s)
{
    return s->spill != NULL ? a4nn_spill_error(s->spill) : 0;
}

void
a4nn_spool_free(struct a4nn_spool *s)
{
    size_t i;

    if (s == NULL)
        return;
    for (i = 0; i < s->chunks; i++)
        free(s->chunk[i].place);
    free(s->chunk);
    free(s->piece);
    a4nn_buf_release(&s->buffer);
    a4nn_spill_free(s->spill);
    a4nn_strmap_release(&s->texts);
    free(s);
}

/* ---- reading ---- */

/* One chunk being read; its piece at hand lies in the block as it was written. */
struct source {
    uint64_t at, end; /* what is not in the block yet */
    char *block;
    size_t from, len, cap;
    struct head head;
};

struct a4nn_spool_cursor {
    struct a4nn_spool *spool;
    uint32_t last;
    struct source *source;
    size_t *heap; /* numbers of sources that have a piece, the smallest first */
    size_t n;
    bool taken; /* the first of the heap was handed out */
    struct a4nn_buf name, bytes;
    struct a4nn_spool_item item;
};

/* Lets at least `want` bytes be in the block. */
static bool
fill(struct a4nn_spool *s, struct source *c, size_t want)
{
    size_t left = c->len - c->from, n;

    if (left >= want)
        return true;
    if (want - left > c->end - c->at)
        return false;
    memmove(c->block, c->block + c->from, left);
    if (want > c->cap) {
        c->cap = want;
        c->block = a4nn_xreallocarray(c->block, c->cap, 1);
    }
    n = c->cap - left;
    if (n > c->end - c->at)
        n = (size_t)(c->end - c->at);
    if (!a4nn_spill_get(s->spill, c->at, c->block + left, n))
        return false;
    c->at += n;
    c->from = 0;
    c->len = left + n;
    return true;
}

/* Reads the head of the next piece, and all of it. */
static bool
take_piece(struct a4nn_spool *s, struct source *c)
{
    if (!fill(s, c, sizeof c->head))
        return false;
    memcpy(&c->head, c->block + c->from, sizeof c->head);
    return fill(s, c, sizeof c->head + c->head.name + c->head.len);
}

static const char *
piece_name(const struct source *c)
{
    return c->block + c->from + sizeof c->head;
}

static bool
before(const struct a4nn_spool_cursor *c, size_t i, size_t j)
{
    const struct source *s = &c->source[i], *t = &c->source[j];
    int order =
        compare(c->spool->order, s->head.number, piece_name(s), t->head.number, piece_name(t));

    return order != 0 ? order < 0 : i < j; /* of one owner what came first */
}

static void
sink(struct a4nn_spool_cursor *c, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1, swap;
        if (child + 1 < c->n && before(c, c->heap[child + 1], c->heap[child]))
            child++;
        if (child >= c->n || before(c, c->heap[at], c->heap[child]))
            return;
        swap = c->heap[at];
        c->heap[at] = c->heap[child];
        c->heap[child] = swap;
        at = child;
    }
}

/* Begins where pieces of `first` may be, and passes over those of smaller numbers. */
static bool
seek(struct a4nn_spool *s, const struct chunk *k, struct source *c, uint32_t first)
{
    size_t lo = 0, hi = k->places;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (k->place[mid].number < first)
            lo = mid + 1;
        else
            hi = mid;
    }
    c->at = lo > 0 ? k->place[lo - 1].at : k->begin;
    c->end = k->end;
    while (take_piece(s, c)) {
        if (c->head.number >= first)
            return true;
        c->from += sizeof c->head + c->head.name + c->head.len;
    }
    return false;
}

struct a4nn_spool_cursor *
a4nn_spool_open(struct a4nn_spool *s, uint32_t first, uint32_t last)
{
    struct a4nn_spool_cursor *c = a4nn_xcalloc(1, sizeof *c);
    size_t block = s->chunks > 0 ? (size_t)(1 << 20) / s->chunks : BLOCK, i;

    c->spool = s;
    c->last = last;
    c->source = a4nn_xcalloc(s->chunks + 1, sizeof *c->source);
    c->heap = a4nn_xcalloc(s->chunks + 1, sizeof *c->heap);
    block = block > BLOCK ? BLOCK : block < LEAST_BLOCK ? LEAST_BLOCK : block;
    for (i = 0; i < s->chunks; i++) {
        c->source[i].cap = block;
        c->source[i].block = a4nn_xcalloc(block, 1);
        if (seek(s, &s->chunk[i], &c->source[i], first))
            c->heap[c->n++] = i;
    }
    for (i = c->n; i-- > 0;)
        sink(c, i);
    return c;
}

/* Goes to the next piece; false when there is none that is wanted. */
static bool
advance(struct a4nn_spool_cursor *c)
{
    struct source *s;

    if (c->taken) {
        s = &c->source[c->heap[0]];
        s->from += sizeof s->head + s->head.name + s->head.len;
        if (!take_piece(c->spool, s))
            c->heap[0] = c->heap[--c->n];
        sink(c, 0);
    }
    c->taken =
        c->n > 0 && a4nn_spool_error(c->spool) == 0 && c->source[c->heap[0]].head.number <= c->last;
    return c->taken;
}

/* Is the piece at hand one of the item's owner? */
static bool
continues(const struct a4nn_spool_cursor *c)
{
    const struct source *s = &c->source[c->heap[0]];

    return s->head.number == c->item.number && strcmp(piece_name(s), c->name.data) == 0;
}

const struct a4nn_spool_item *
a4nn_spool_next(struct a4nn_spool_cursor *c)
{
    const struct source *s;

    if (c->item.name == NULL && !advance(c)) /* later ones are there already */
        return NULL;
    if (!c->taken)
        return NULL;
    s = &c->source[c->heap[0]];
    a4nn_buf_reset(&c->name);
    a4nn_buf_reset(&c->bytes);
    a4nn_buf_add(&c->name, piece_name(s), s->head.name);
    c->item.number = s->head.number;
    do {
        s = &c->source[c->heap[0]];
        a4nn_buf_add(&c->bytes, piece_name(s) + s->head.name, s->head.len);
    } while (advance(c) && continues(c));
    if (a4nn_spool_error(c->spool) != 0)
        return NULL;
    c->item.name = c->name.data;
    c->item.bytes = c->bytes.data;
    c->item.len = c->bytes.len;
    return &c->item;
}

void
a4nn_spool_close(struct a4nn_spool_cursor *c)
{
    size_t i;

    for (i = 0; i < c->spool->chunks; i++)
        free(c->source[i].block);
    free(c->source);
    free(c->heap);
    a4nn_buf_release(&c->name);
    a4nn_buf_release(&c->bytes);
    free(c);
}

/* ---- observations ---- */

static double
get(struct a4nn_spool_records *records)
{
    double x;

    memcpy(&x, records->at, sizeof x);
    records->at += sizeof x;
    return x;
}

/* What comes before the fields; returns which of them follow. */
static uint64_t
get_flags(struct a4nn_spool_records *records)
{
    int flags = (unsigned char)*records->at++;
    uint64_t left;

    if (!(flags & SAME_FIELDS)) {
        memcpy(&records->set, records->at, sizeof records->set);
        records->at += sizeof records->set;
    }
    left = records->set;
    if (flags & NEXT_EPOCH) {
        records->epoch += 1;
        left &= ~A4NN_BIT(A4NN_EPOCH);
    }
    if (flags & SAME_EPOCHS)
        left &= ~A4NN_BIT(A4NN_EPOCHS);
    return left;
}

/* The next of the fields that are `left`, false when there is none; epoch and total are kept. */
static bool
next_field(struct a4nn_spool_records *records, uint64_t *left, enum a4nn_field *field, double *x)
{
    if (*left == 0)
        return false;
    *field = (enum a4nn_field)__builtin_ctzll(*left);
    *left &= *left - 1;
    *x = get(records);
    if (*field == A4NN_EPOCH)
        records->epoch = *x;
    if (*field == A4NN_EPOCHS)
        records->epochs = *x;
    return true;
}

bool
a4nn_spool_record(const struct a4nn_spool *s, struct a4nn_spool_records *records,
                  struct a4nn_record *out)
{
    enum a4nn_field f;
    uint64_t left;
    double x;

    if (records->at == records->end)
        return false;
    left = get_flags(records);
    while (next_field(records, &left, &f, &x))
        if (a4nn_field_is_text(f))
            a4nn_record_set_text(out, f, s->texts.key[(size_t)x]);
        else
            out->num[f] = x;
    out->num[A4NN_EPOCH] = records->epoch;
    if (records->set & A4NN_BIT(A4NN_EPOCHS))
        out->num[A4NN_EPOCHS] = records->epochs;
    out->set |= records->set;
    return true;
}

bool
a4nn_spool_point(struct a4nn_spool_records *records, double *epoch, double *value)
{
    enum a4nn_field f;
    uint64_t left;
    double x;

    if (records->at == records->end)
        return false;
    *value = NAN;
    left = get_flags(records);
    while (next_field(records, &left, &f, &x))
        if (f == A4NN_VALUE)
            *value = x;
    *epoch = records->epoch;
    return true;
}
