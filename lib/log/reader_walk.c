/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that was named, one input after the other: files, folders, archives. */
#include "log/reader_parts.h"
#include "source.h"

void
a4nn_reader_read(struct a4nn_reader *r, char *const *arguments, int count)
{
    struct a4nn_source_sink sink = {a4nn_reader_input_begin, a4nn_reader_input_bytes,
                                    a4nn_reader_input_end, r, r->opts->diag};
    int i;

    r->several = count > 1;
    if (count == 0 && a4nn_source_walk("-", &sink) < 0)
        return; /* reported by the walk, counted by diag */
    for (i = 0; i < count && !r->enough; i++)
        if (a4nn_source_walk(arguments[i], &sink) < 0)
            continue;
    a4nn_reader_end_group(r);
    if (r->unknown > 0 && r->unknown == r->inputs && r->several)
        a4nn_diag(r->opts->diag, A4NN_ERROR, NULL, 0, "no training log among %lu file%s", r->inputs,
                  r->inputs > 1 ? "s" : "");
    else if (r->inputs == 0 && r->opts->diag->errors == 0)
        a4nn_diag(r->opts->diag, A4NN_WARNING, NULL, 0, "no file to read");
}
