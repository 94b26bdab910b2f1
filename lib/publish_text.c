/* SPDX-License-Identifier: GPL-3.0-or-later */
/* README.md and LICENSE: what people read first. */
#include <math.h>
#include <string.h>

#include "number.h"
#include "publish_parts.h"
#include "version.h"

/* ---- Markdown ---- */

/* Text that stays text, whatever is in it, in one line. */
static void
add_plain(struct a4nn_buf *out, const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == '\x7f') {
            a4nn_buf_addc(out, ' ');
        } else if (strchr("\\`*_[]<>#|&~", *text) != NULL) {
            a4nn_buf_addc(out, '\\');
            a4nn_buf_addc(out, *text);
        } else {
            a4nn_buf_addc(out, *text);
        }
}

static void
add_number(struct a4nn_buf *out, double v)
{
    char number[32];

    a4nn_buf_adds(out, isnan(v) ? "" : a4nn_number_format(number, v));
}

static void
add_tasks(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    enum { LISTED = 100 };
    size_t i;

    a4nn_buf_adds(out, "## Tasks\n\n| task | name | metric | better | epochs | runs | complete | "
                       "stopped | failed | best |\n| --: | --- | --- | --- | --: | --: | --: | "
                       "--: | --: | --: |\n");
    for (i = 0; i < pub->tasks && i < LISTED; i++) {
        const struct a4nn_pub_task *t = &pub->task[i];
        a4nn_buf_addf(out, "| %zu | ", i + 1);
        add_plain(out, t->name);
        a4nn_buf_adds(out, " | ");
        add_plain(out, t->metric);
        a4nn_buf_addf(out, " | %s | ",
                      t->mode == A4NN_MAX   ? "larger"
                      : t->mode == A4NN_MIN ? "smaller"
                                            : "");
        add_number(out, t->epochs);
        a4nn_buf_addf(out, " | %lld | %lld | %lld | %lld | ", (long long)t->runs,
                      (long long)t->complete, (long long)t->stopped, (long long)t->failed);
        add_number(out, t->best);
        a4nn_buf_adds(out, " |\n");
    }
    if (pub->tasks > LISTED)
        a4nn_buf_addf(out, "\nand %zu more, in `tasks.csv`.\n", pub->tasks - LISTED);
}

static void
add_column(void *arg, const struct a4nn_pub_column *c)
{
    static const char *const types[] = {
        [A4NN_PUB_INTEGER] = "whole number", [A4NN_PUB_NUMBER] = "number",
        [A4NN_PUB_STRING] = "text",          [A4NN_PUB_BOOLEAN] = "true or false",
        [A4NN_PUB_OBJECT] = "JSON",          [A4NN_PUB_ARRAY] = "JSON",
    };
    struct a4nn_buf *out = arg;

    a4nn_buf_adds(out, "| ");
    add_plain(out, c->name);
    a4nn_buf_addf(out, " | %s | %s |\n", types[c->type], c->about);
}

static void
add_columns(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    size_t i, k;

    for (i = 0; i < A4NN_PUB_TABLES; i++) {
        const struct a4nn_pub_table *t = a4nn_pub_table(i);
        a4nn_buf_addf(out, "\n### %s.csv: %s\n\nA row is told by ", t->name, t->about);
        for (k = 0; t->key[k] != NULL; k++)
            a4nn_buf_addf(out, "%s`%s`", k > 0 ? ", " : "", t->key[k]);
        if (t->foreign.column != NULL)
            a4nn_buf_addf(out, "; `%s` names a row of `%s.csv`", t->foreign.column,
                          t->foreign.table);
        a4nn_buf_adds(out, ".\n\n| column | type | meaning |\n| --- | --- | --- |\n");
        a4nn_pub_columns(pub, i, add_column, out);
    }
    if (pub->members_cut)
        a4nn_buf_adds(out, "\nConfigurations have more members than there are columns for; all "
                           "are in `config`.\n");
}

static const char files[] =
    "\n## Files\n\n"
    "| file | what it is |\n| --- | --- |\n"
    "| `index.html`, `page/` | the runs with their curves, for a browser; needs no network |\n"
    "| `tasks.csv`, `runs.csv`, `observations.csv`, `forecasts.csv` | the data |\n"
    "| `datapackage.json` | the same described as a Frictionless Data Package, version 1 |\n"
    "| `croissant.json` | the same described in MLCommons Croissant 1.0 |\n"
    "| `LICENSE` | what may be done with it |\n"
    "| `SHA256SUMS` | checksums: `sha256sum -c SHA256SUMS` |\n";

static const char reading[] =
    "\n## Reading it\n\n"
    "Into a model database of a4nn, and on from there:\n\n"
    "    a4nn-history import -H history.db .\n"
    "    a4nn-history export -H history.db | a4nn-replay\n\n"
    "With pandas:\n\n"
    "    import json, pandas as pd\n"
    "    runs = pd.read_csv('runs.csv', index_col='run', low_memory=False)\n"
    "    curves = pd.read_csv('observations.csv')\n"
    "    configs = runs['config'].dropna().map(json.loads)\n"
    "    curves[curves.run == 1].pivot(index='epoch', columns='metric', values='value')\n\n"
    "CSV is as in RFC 4180, in UTF-8. A number reads back as it was; a blank cell is what is not "
    "known. `NaN` is a value where the training diverged, `INF` and `-INF` are infinite.\n"
    "A text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-` or `@`) has "
    "an apostrophe before it, and an apostrophe alone is an empty text; a4nn takes them off.\n";

static void
write_readme(struct a4nn_pub *pub)
{
    const struct a4nn_publish_counts *n = pub->counts;
    struct a4nn_buf out = {0}, words = {0};

    a4nn_buf_adds(&out, "# ");
    add_plain(&out, a4nn_pub_title(pub));
    a4nn_buf_adds(&out, "\n\n");
    add_plain(&out, a4nn_pub_description(pub, &words));
    a4nn_buf_addf(&out,
                  "\n\n%lld runs of %lld tasks, with %lld observations and %lld forecasts; made by "
                  "a4nn-history publish (a4nn %s).\n\n",
                  (long long)n->runs, (long long)n->tasks, (long long)n->observations,
                  (long long)n->forecasts, A4NN_VERSION);
    add_tasks(pub, &out);
    a4nn_buf_adds(&out, files);
    if (n->shown < n->runs)
        a4nn_buf_addf(&out, "\nThe web page shows the first %lld runs; the tables hold all.\n",
                      (long long)n->shown);
    a4nn_buf_adds(&out, "\n## Citing it\n\n");
    a4nn_buf_reset(&words);
    a4nn_pub_citation(pub, &words);
    add_plain(&out, words.data);
    a4nn_buf_adds(&out, "\n\n## What was left out\n\n");
    a4nn_buf_reset(&words);
    a4nn_pub_left_out(pub, &words);
    if (words.len > 0)
        a4nn_buf_addf(&out,
                      "%s. Where a text lost something stands `[left out]`; of a path its last "
                      "part stays.\n",
                      words.data);
    else
        a4nn_buf_adds(&out, "Nothing.\n");
    a4nn_buf_adds(&out, reading);
    a4nn_buf_adds(&out, "\n## Columns\n");
    add_columns(pub, &out);
    a4nn_buf_release(&words);
    a4nn_pub_write(pub, "README.md", &out);
}

static void
write_licence(struct a4nn_pub *pub)
{
    const char *id = pub->opts->licence;
    struct a4nn_buf out = {0};
    size_t i;

    for (i = 0; i < pub->opts->creators; i++)
        a4nn_buf_addf(&out, "SPDX-FileCopyrightText: %s\n", pub->opts->creator[i]);
    if (id != NULL)
        a4nn_buf_addf(&out,
                      "SPDX-License-Identifier: %s\n\n"
                      "The data in this folder may be used under the terms of %s, the text of "
                      "which is\nat https://spdx.org/licenses/%s.html\n",
                      id, id, id);
    else
        a4nn_buf_adds(&out, "No licence was stated for the data in this folder. Ask those who "
                            "published them before\nyou hand them on.\n");
    a4nn_buf_adds(&out, "\nindex.html, page/page.js and page/page.css are part of a4nn and under "
                        "its licence,\nGPL-3.0-or-later: https://spdx.org/licenses/"
                        "GPL-3.0-or-later.html\n");
    a4nn_pub_write(pub, "LICENSE", &out);
}

void
a4nn_pub_texts(struct a4nn_pub *pub)
{
    write_readme(pub);
    write_licence(pub);
}
