/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "csvfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "csv.h"
#include "readfd.h"
#include "xalloc.h"

enum { PIECE = 1 << 16, LONGEST = 1 << 20 /* where csv.h cuts a cell */ };

struct waiting { /* a row that was parsed and not asked for yet */
    unsigned long line;
    size_t first, cells; /* in `start` */
    bool cut;            /* a cell was too long, or had a NUL in it */
};

struct a4nn_csvfile {
    int fd;
    char *name;
    struct a4nn_csv *csv;
    bool ended;
    struct waiting *row;
    size_t rows, row_cap, at;
    size_t *start; /* of cells in `text` */
    size_t starts, start_cap;
    struct a4nn_buf text;
    size_t wanted, *place; /* of each wanted column */
    size_t columns;        /* that the header has */
    char **cell;
    unsigned long line;
};

static void
take_row(void *arg, struct a4nn_csv_row *row)
{
    struct a4nn_csvfile *f = arg;
    struct waiting *w;
    size_t i;

    f->row = a4nn_xgrow(f->row, f->rows, &f->row_cap, sizeof *f->row);
    w = &f->row[f->rows++];
    *w = (struct waiting){.line = row->line, .first = f->starts, .cells = row->cells};
    for (i = 0; i < row->cells; i++) {
        f->start = a4nn_xgrow(f->start, f->starts, &f->start_cap, sizeof *f->start);
        f->start[f->starts++] = f->text.len;
        a4nn_buf_add(&f->text, row->cell[i], strlen(row->cell[i]) + 1);
        w->cut = w->cut || row->len[i] >= LONGEST || strlen(row->cell[i]) != row->len[i];
    }
}

/* Reads on until a row waits. As a4nn_csvfile_next. */
static int
fill(struct a4nn_csvfile *f, struct a4nn_err *err)
{
    char piece[PIECE];
    ssize_t n;

    if (f->at < f->rows)
        return 1;
    f->at = f->rows = f->starts = 0;
    a4nn_buf_reset(&f->text);
    while (f->rows == 0 && !f->ended) {
        if ((n = a4nn_readfd(f->fd, piece, sizeof piece)) < 0)
            return a4nn_err_set(err, "%s: %s", f->name, strerror(errno));
        f->ended = n == 0;
        if (n > 0)
            a4nn_csv_feed(f->csv, piece, (size_t)n);
        else
            a4nn_csv_finish(f->csv);
    }
    return f->rows > 0;
}

static int
take_header(struct a4nn_csvfile *f, const char *const *column, struct a4nn_err *err)
{
    int result = fill(f, err);
    const struct waiting *w;
    size_t i, k;

    if (result <= 0)
        return result < 0 ? -1 : a4nn_err_set(err, "%s: there is no header line", f->name);
    w = &f->row[f->at++];
    f->columns = w->cells;
    for (i = 0; i < f->wanted; i++) {
        for (k = 0; k < w->cells; k++)
            if (strcmp(f->text.data + f->start[w->first + k], column[i]) == 0)
                break;
        if (k == w->cells)
            return a4nn_err_set(err, "%s: there is no column '%s'", f->name, column[i]);
        f->place[i] = k;
    }
    return 0;
}

struct a4nn_csvfile *
a4nn_csvfile_new(int fd, const char *name, const char *const *column, size_t n,
                 struct a4nn_err *err)
{
    struct a4nn_csvfile *f = a4nn_xcalloc(1, sizeof *f);

    f->fd = fd;
    f->name = a4nn_xstrdup(name);
    f->wanted = n;
    f->place = a4nn_xcalloc(n, sizeof *f->place);
    f->cell = a4nn_xcalloc(n, sizeof *f->cell);
    f->csv = a4nn_csv_new(',', take_row, f);
    if (take_header(f, column, err) == 0)
        return f;
    a4nn_csvfile_free(f);
    return NULL;
}

int
a4nn_csvfile_next(struct a4nn_csvfile *f, char ***cell, struct a4nn_err *err)
{
    int result = fill(f, err);
    const struct waiting *w;
    size_t i;

    if (result <= 0)
        return result;
    w = &f->row[f->at++];
    f->line = w->line;
    if (w->cells != f->columns)
        return a4nn_err_set(err, "%s:%lu: %zu cells, where the header has %zu", f->name, w->line,
                            w->cells, f->columns);
    if (w->cut)
        return a4nn_err_set(err, "%s:%lu: a cell is longer than 1 MiB, or has a NUL in it", f->name,
                            w->line);
    for (i = 0; i < f->wanted; i++)
        f->cell[i] = f->text.data + f->start[w->first + f->place[i]];
    *cell = f->cell;
    return 1;
}

unsigned long
a4nn_csvfile_line(const struct a4nn_csvfile *f)
{
    return f->line;
}

void
a4nn_csvfile_free(struct a4nn_csvfile *f)
{
    if (f == NULL)
        return;
    close(f->fd);
    a4nn_csv_free(f->csv);
    a4nn_buf_release(&f->text);
    free(f->name);
    free(f->row);
    free(f->start);
    free(f->place);
    free(f->cell);
    free(f);
}
