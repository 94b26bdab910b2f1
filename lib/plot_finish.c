/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot_finish.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

/* Appends text of any kind to XML: escaped for a terminal first, which leaves nothing that XML
 * forbids but two characters that nobody uses. */
static void
add_text(struct a4nn_buf *out, const char *text)
{
    char safe[4096];
    const char *p;

    a4nn_escape(safe, sizeof safe, text);
    for (p = safe; *p != '\0'; p++)
        switch (*p) {
        case '&': a4nn_buf_adds(out, "&amp;"); break;
        case '<': a4nn_buf_adds(out, "&lt;"); break;
        case '>': a4nn_buf_adds(out, "&gt;"); break;
        case '\xEF':
            if (strncmp(p, "\xEF\xBF\xBE", 3) == 0 || strncmp(p, "\xEF\xBF\xBF", 3) == 0) {
                a4nn_buf_adds(out, "\xEF\xBF\xBD");
                p += 2;
                break;
            }
            /* fall through */
        default: a4nn_buf_addc(out, *p);
        }
}

/* If `*at` begins with `what`, goes past it. */
static bool
past(const char **at, const char *what)
{
    size_t len = strlen(what);

    if (strncmp(*at, what, len) != 0)
        return false;
    *at += len;
    return true;
}

static void
add_head(const struct a4nn_figure *f, struct a4nn_buf *out)
{
    bool titled = f->title != NULL && f->title[0] != '\0';
    const char *title = titled ? f->title : f->about;

    a4nn_buf_adds(out, "<title>");
    add_text(out, title);
    a4nn_buf_adds(out, "</title>\n<desc>");
    add_text(out, f->summary.data != NULL ? f->summary.data : "");
    a4nn_buf_adds(out, "</desc>\n");
}

/* The name of element `number` (from 1) of panel `panel` (from 1), or NULL. */
static const char *
name_of(const struct a4nn_figure *f, size_t panel, size_t number)
{
    size_t at, end;

    if (panel == 0 || panel > f->panels || number == 0)
        return NULL;
    at = f->first[panel - 1] + number - 1;
    end = panel < f->panels ? f->first[panel] : f->names;
    return at < end ? f->name[at] : NULL;
}

static void
rewrite(const struct a4nn_figure *f, const char *in, struct a4nn_buf *out)
{
    static const char element[] = "><title>gnuplot_plot_";
    size_t panel = 0, number;
    const char *name;
    bool head = false;
    char *end;

    for (; *in != '\0'; in++) {
        if (*in == '<' && !head && past(&in, "<svg "))
            a4nn_buf_adds(out, "<svg role=\"img\" ");
        else if (*in == '<' && !head && strncmp(in, "<title>", 7) == 0 &&
                 strstr(in, "</desc>\n") != NULL) {
            in = strstr(in, "</desc>\n") + 8;
            add_head(f, out);
            head = true;
        } else if (*in == '>' && past(&in, element)) {
            number = strtoul(in, &end, 10);
            panel += number == 1;
            name = name_of(f, panel, number);
            in = end + strspn(end, "abcdefghijklmnopqrstuvwxyz"); /* the panel, of several */
            past(&in, "</title>");
            a4nn_buf_addc(out, '>');
            if (name != NULL) {
                a4nn_buf_adds(out, "<title>");
                add_text(out, name);
                a4nn_buf_adds(out, "</title>");
            }
        }
        a4nn_buf_addc(out, *in);
    }
}

int
a4nn_plot_finish_svg(const struct a4nn_figure *f, struct a4nn_buf *picture, size_t begin,
                     struct a4nn_err *err)
{
    static const char last[] = "</svg>";
    struct a4nn_buf done = {0};

    a4nn_buf_add(&done, picture->data, begin);
    rewrite(f, picture->data + begin, &done);
    a4nn_buf_release(picture);
    *picture = done;
    while (done.len > 0 && strchr("\n ", done.data[done.len - 1]) != NULL)
        done.len--;
    if (done.len < begin + sizeof last - 1 ||
        memcmp(done.data + done.len - (sizeof last - 1), last, sizeof last - 1) != 0)
        return a4nn_err_set(err, "gnuplot's picture breaks off");
    return 0;
}

void
a4nn_plot_finish_pdf(struct a4nn_buf *picture, size_t begin)
{
    static const char mark[] = "/CreationDate (D:";
    char *at = picture->data + begin, *end = picture->data + picture->len;

    /* the same length, as the file says where in it each object begins */
    while ((at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1)) != NULL) {
        at += sizeof mark - 1;
        if (end - at >= 14)
            memcpy(at, "19700101000000", 14);
    }
}
