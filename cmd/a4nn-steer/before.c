/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "before.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "jsonlines.h"
#include "readfile.h"
#include "xalloc.h"

static const struct a4nn_steer_said nothing = {NAN, NAN, NAN};

static void
key_of(const char *name, const char *level, struct a4nn_buf *out)
{
    a4nn_buf_adds(out, name);
    if (level != NULL)
        a4nn_buf_addf(out, "\n%s", level);
}

static struct a4nn_steer_said *
place_of(struct a4nn_steer_before *b, const char *name, const char *level)
{
    struct a4nn_buf key = {0};
    bool fresh;
    size_t i;

    key_of(name, level, &key);
    i = a4nn_strmap_put(&b->said, key.data, &fresh);
    a4nn_buf_release(&key);
    if (fresh) {
        b->what = a4nn_xgrow(b->what, i, &b->cap, sizeof *b->what);
        b->what[i] = nothing;
    }
    return &b->what[i];
}

static double
number(const struct a4nn_json *line, const char *name)
{
    double v;

    return a4nn_json_number(a4nn_json_get(line, name), &v) ? v : NAN;
}

struct reading {
    struct a4nn_steer_before *before;
    const char *file;
    struct a4nn_err *err;
};

/* A line about a parameter; others, such as those of the front, say nothing of one. */
static int
on_line(void *arg, unsigned long at, struct a4nn_json *line, const char *wrong)
{
    struct reading *r = arg;
    const char *name = a4nn_json_string(a4nn_json_get(line, "name"));
    const char *level = a4nn_json_string(a4nn_json_get(line, "level"));
    double share = number(line, "share");

    if (line == NULL)
        return a4nn_err_set(r->err, "%.300s:%lu: %s", r->file, at, wrong);
    if (name != NULL && !isnan(share))
        place_of(r->before, name, NULL)->share = share;
    if (name != NULL && level != NULL) {
        struct a4nn_steer_said *said = place_of(r->before, name, level);
        said->effect = number(line, "effect");
        said->drop = number(line, "p_drop");
    }
    a4nn_json_free(line);
    return 0;
}

int
a4nn_steer_before_read(const char *file, struct a4nn_steer_before *out, struct a4nn_err *err)
{
    struct reading r = {out, file, err};
    struct a4nn_buf text = {0};
    int result = a4nn_readfile(file, &text, err);

    if (result == 0 && text.len > 0 && memchr(text.data, '\0', text.len) != NULL)
        result = a4nn_err_set(err, "%.300s: not text", file);
    if (result == 0)
        result = a4nn_jsonlines(text.data, text.len, on_line, &r);
    if (result == 0 && out->said.n == 0)
        result = a4nn_err_set(err, "%.300s: nothing that explain has printed", file);
    a4nn_buf_release(&text);
    return result;
}

struct a4nn_steer_said
a4nn_steer_before_of(const struct a4nn_steer_before *b, const char *name, const char *level)
{
    struct a4nn_buf key = {0};
    long i;

    key_of(name, level, &key);
    i = a4nn_strmap_find(&b->said, key.data);
    a4nn_buf_release(&key);
    return i >= 0 ? b->what[i] : nothing;
}

void
a4nn_steer_before_release(struct a4nn_steer_before *b)
{
    a4nn_strmap_release(&b->said);
    free(b->what);
    *b = (struct a4nn_steer_before){0};
}
