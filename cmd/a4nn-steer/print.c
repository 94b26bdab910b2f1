/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "print.h"

#include <stdio.h>

#include "program.h"
#include "sheet.h"

enum { RUN, CONFIG, PREDICTED, LOW, HIGH, COST, WHY, COLUMNS };
static const struct a4nn_sheet_column columns[COLUMNS] = {
    {"run", "run", 0, true},
    {"config", "configuration", 0, true},
    {"predicted", "predicted", -1, false},
    {"low", "low", -1, false},
    {"high", "high", -1, false},
    {"expected_cost", "cost", -1, false},
    {"why", "why", 0, true},
};

/* A list of candidates has its configurations itself. */
static bool
shown(const struct a4nn_steer *s, size_t column)
{
    return column == CONFIG ? s->pool != NULL : column != COST || s->expense != NULL;
}

static void
print_lines(const struct a4nn_steer *s, const struct a4nn_proposal *p, size_t n)
{
    struct a4nn_buf out = {0};
    size_t i;

    for (i = 0; i < n; i++) {
        struct a4nn_json *line = s->list.one[s->place[p[i].candidate]].line;

        a4nn_json_set(line, "predicted", a4nn_json_from_number(p[i].predicted));
        a4nn_json_set(line, "low", a4nn_json_from_number(p[i].low));
        a4nn_json_set(line, "high", a4nn_json_from_number(p[i].high));
        if (s->expense != NULL)
            a4nn_json_set(line, "expected_cost", a4nn_json_from_number(p[i].cost));
        a4nn_json_set(line, "why", a4nn_json_from_string(p[i].why.data));
        a4nn_buf_reset(&out);
        a4nn_json_dump(line, &out);
        puts(out.data);
    }
    a4nn_buf_release(&out);
}

static void
print_config(struct a4nn_sheet *sheet, const struct a4nn_json *config)
{
    struct a4nn_buf out = {0};

    a4nn_json_dump(config, &out);
    a4nn_sheet_text(sheet, out.data);
    a4nn_buf_release(&out);
}

static void
print_sheet(const struct a4nn_steer *s, const struct a4nn_proposal *p, size_t n)
{
    struct a4nn_sheet_column chosen[COLUMNS];
    struct a4nn_sheet *sheet;
    size_t used = 0, i;

    for (i = 0; i < COLUMNS; i++)
        if (shown(s, i))
            chosen[used++] = columns[i];
    sheet = a4nn_sheet_new(chosen, used);
    for (i = 0; i < n; i++) {
        const struct a4nn_candidate *c = &s->list.one[s->place[p[i].candidate]];

        a4nn_sheet_text(sheet, c->run);
        if (shown(s, CONFIG))
            print_config(sheet, c->config);
        a4nn_sheet_number(sheet, p[i].predicted);
        a4nn_sheet_number(sheet, p[i].low);
        a4nn_sheet_number(sheet, p[i].high);
        if (shown(s, COST))
            a4nn_sheet_number(sheet, p[i].cost);
        a4nn_sheet_text(sheet, p[i].why.data);
    }
    if (n > 0)
        a4nn_sheet_write(sheet, stdout, s->in.encoding);
    a4nn_sheet_free(sheet);
}

void
a4nn_steer_print(const struct a4nn_steer *s, const struct a4nn_proposal *p, size_t n)
{
    if (s->in.encoding == A4NN_CSV || s->in.encoding == A4NN_TABLE)
        print_sheet(s, p, n);
    else
        print_lines(s, p, n);
}

int
a4nn_steer_end(struct a4nn_steer *s, size_t proposals)
{
    int status;

    if (proposals == 0)
        a4nn_diag(&s->in.diag, A4NN_NOTE, NULL, 0, "no candidate is left");
    status = s->in.diag.errors > 0 ? A4NN_TROUBLE : (proposals > 0 ? A4NN_OK : A4NN_NO);
    a4nn_steer_release(s);
    return a4nn_program_end(status);
}
