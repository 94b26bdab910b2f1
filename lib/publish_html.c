/* SPDX-License-Identifier: GPL-3.0-or-later */
/* index.html, whose {{names}} are filled in here, and the files that are as they are. */
#include <string.h>

#include "publish_parts.h"
#include "version.h"
#include "webfiles.h"

static void
add_html(struct a4nn_buf *out, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&': a4nn_buf_adds(out, "&amp;"); break;
        case '<': a4nn_buf_adds(out, "&lt;"); break;
        case '>': a4nn_buf_adds(out, "&gt;"); break;
        case '"': a4nn_buf_adds(out, "&quot;"); break;
        case '\'': a4nn_buf_adds(out, "&#39;"); break;
        default: a4nn_buf_addc(out, *text);
        }
}

static void
add_title(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    add_html(out, a4nn_pub_title(pub));
}

static void
add_description(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    struct a4nn_buf words = {0};

    add_html(out, a4nn_pub_description(pub, &words));
    a4nn_buf_release(&words);
}

static void
add_citation(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    struct a4nn_buf words = {0};

    a4nn_pub_citation(pub, &words);
    add_html(out, words.data);
    a4nn_buf_release(&words);
}

static void
add_fact(struct a4nn_buf *out, int64_t n, const char *name)
{
    a4nn_buf_addf(out, "<li><strong>%lld</strong> %s</li>\n", (long long)n, name);
}

static void
add_facts(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    char date[32];

    add_fact(out, pub->counts->tasks, "tasks");
    add_fact(out, pub->counts->runs, "runs");
    add_fact(out, pub->counts->observations, "observations");
    add_fact(out, pub->counts->forecasts, "forecasts");
    if (a4nn_pub_date(pub, date))
        a4nn_buf_addf(out, "<li><strong><time>%s</time></strong> published</li>\n", date);
}

static void
add_licence(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    if (pub->opts->licence != NULL)
        a4nn_buf_addf(out, "The data are under <a href=\"LICENSE\" rel=\"license\">%s</a>.",
                      pub->opts->licence);
    else
        a4nn_buf_adds(out, "No licence was stated for the data.");
}

static void
add_notes(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    struct a4nn_buf words = {0};

    if (pub->counts->shown < pub->counts->runs)
        a4nn_buf_addf(out,
                      "<p>This page shows the first %lld of %lld runs; the tables in the folder "
                      "hold all of them.</p>\n",
                      (long long)pub->counts->shown, (long long)pub->counts->runs);
    a4nn_pub_left_out(pub, &words);
    if (words.len > 0)
        a4nn_buf_addf(out, "<p>Left out before publishing: %s.</p>\n", words.data);
    a4nn_buf_release(&words);
}

/* In a script element only what would end it, or begin a comment, is special. */
static void
add_croissant(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    struct a4nn_buf json = {0};
    const char *c;

    a4nn_pub_croissant(pub, &json);
    for (c = json.data; *c != '\0'; c++)
        if (*c == '<')
            a4nn_buf_adds(out, "\\u003c");
        else
            a4nn_buf_addc(out, *c);
    a4nn_buf_release(&json);
}

static void
add_version(const struct a4nn_pub *pub, struct a4nn_buf *out)
{
    (void)pub;
    a4nn_buf_adds(out, A4NN_VERSION);
}

static const struct {
    const char *name;
    void (*add)(const struct a4nn_pub *pub, struct a4nn_buf *out);
} blanks[] = {
    {"title", add_title},         {"description", add_description}, {"citation", add_citation},
    {"facts", add_facts},         {"licence", add_licence},         {"notes", add_notes},
    {"croissant", add_croissant}, {"version", add_version},
};

static void
fill_in(const struct a4nn_pub *pub, const char *at, const char *end, struct a4nn_buf *out)
{
    const char *open, *close;
    size_t i;

    while ((open = memmem(at, (size_t)(end - at), "{{", 2)) != NULL &&
           (close = memmem(open, (size_t)(end - open), "}}", 2)) != NULL) {
        a4nn_buf_add(out, at, (size_t)(open - at));
        for (i = 0; i < sizeof blanks / sizeof *blanks; i++)
            if (strlen(blanks[i].name) == (size_t)(close - open - 2) &&
                memcmp(blanks[i].name, open + 2, (size_t)(close - open - 2)) == 0)
                blanks[i].add(pub, out);
        at = close + 2;
    }
    a4nn_buf_add(out, at, (size_t)(end - at));
}

void
a4nn_pub_html(struct a4nn_pub *pub)
{
    const struct a4nn_webfile *f;

    for (f = a4nn_webfiles; f->name != NULL; f++) {
        const char *bytes = (const char *)f->bytes;
        struct a4nn_buf text = {0}, name = {0};

        if (strcmp(f->name, "index.html") == 0) {
            fill_in(pub, bytes, bytes + f->len, &text);
            a4nn_buf_adds(&name, f->name);
        } else {
            a4nn_buf_add(&text, bytes, f->len);
            a4nn_buf_addf(&name, "page/%s", f->name);
        }
        a4nn_pub_write(pub, name.data, &text);
        a4nn_buf_release(&name);
    }
}
