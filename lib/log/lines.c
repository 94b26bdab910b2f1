/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/lines.h"

#include <stdbool.h>
#include <stdlib.h>

#include "buf.h"
#include "xalloc.h"

enum { LONGEST = 16 * 1024 * 1024 };

/* Where in an escape sequence (ECMA-48) the last byte left us. */
enum escape { NONE, ESC, CSI, STRING, STRING_ESC };

struct a4nn_lines {
    void (*line)(void *arg, const char *line, size_t len, unsigned long number);
    void *arg;
    struct a4nn_diag *diag;
    const char *file;
    struct a4nn_buf buf;
    unsigned long number; /* of the line being read */
    enum escape escape;
    bool too_long, told_nul;
};

struct a4nn_lines *
a4nn_lines_new(void (*line)(void *arg, const char *line, size_t len, unsigned long number),
               void *arg, struct a4nn_diag *diag, const char *file)
{
    struct a4nn_lines *lines = a4nn_xcalloc(1, sizeof *lines);

    lines->line = line;
    lines->arg = arg;
    lines->diag = diag;
    lines->file = file;
    lines->number = 1;
    return lines;
}

static void
add(struct a4nn_lines *lines, const char *bytes, size_t len)
{
    size_t room = LONGEST - lines->buf.len;

    if (len > room) {
        if (!lines->too_long)
            a4nn_diag(lines->diag, A4NN_ERROR, lines->file, lines->number,
                      "line longer than 16 MiB, its rest is ignored");
        lines->too_long = true;
        len = room;
    }
    if (len != 0)
        a4nn_buf_add(&lines->buf, bytes, len);
}

static void
end_piece(struct a4nn_lines *lines)
{
    if (lines->buf.len != 0)
        lines->line(lines->arg, lines->buf.data, lines->buf.len, lines->number);
    a4nn_buf_reset(&lines->buf);
}

static void
end_line(struct a4nn_lines *lines)
{
    end_piece(lines);
    lines->too_long = false;
    lines->number++;
}

static void
nul(struct a4nn_lines *lines)
{
    if (!lines->told_nul)
        a4nn_diag(lines->diag, A4NN_ERROR, lines->file, lines->number,
                  "NUL byte in a text, it and any further ones are left out");
    lines->told_nul = true;
}

/* A move of the cursor elsewhere: what follows does not continue the text before. */
static bool
moves_away(char final)
{
    return final == 'A' || final == 'B' || (final >= 'E' && final <= 'H');
}

/* Takes one byte of an escape sequence; false when the byte does not belong to it. */
static bool
escape_byte(struct a4nn_lines *lines, char c)
{
    bool stray = (unsigned char)c < 0x20 || (unsigned char)c >= 0x7f;

    switch (lines->escape) {
    case ESC:
        if (c == '[')
            lines->escape = CSI;
        else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
            lines->escape = STRING;
        else if (stray || c >= 0x30)
            lines->escape = NONE;
        return !stray;
    case CSI:
        if (stray || c >= 0x40)
            lines->escape = NONE;
        if (!stray && moves_away(c))
            end_piece(lines);
        return !stray;
    case STRING: /* ends with BEL or ESC \; a line end shows that it was none */
        if (c == '\a' || c == '\n' || c == '\r')
            lines->escape = NONE;
        else if (c == '\033')
            lines->escape = STRING_ESC;
        return c != '\n' && c != '\r';
    case STRING_ESC:
        lines->escape = c == '\\' ? NONE : STRING;
        return c == '\\' || escape_byte(lines, c);
    case NONE: break;
    }
    return false;
}

static bool
is_plain(char c)
{
    return c != '\n' && c != '\r' && c != '\b' && c != '\0' && c != '\033';
}

static void
special_byte(struct a4nn_lines *lines, char c)
{
    if (c == '\n')
        end_line(lines);
    else if (c == '\0')
        nul(lines);
    else if (c == '\033')
        lines->escape = ESC;
    else
        end_piece(lines);
}

void
a4nn_lines_feed(struct a4nn_lines *lines, const char *bytes, size_t len)
{
    size_t at = 0, start;

    while (at < len) {
        if (lines->escape != NONE && escape_byte(lines, bytes[at])) {
            at++;
            continue;
        }
        for (start = at; at < len && is_plain(bytes[at]); at++)
            ;
        add(lines, bytes + start, at - start);
        if (at < len)
            special_byte(lines, bytes[at++]);
    }
}

void
a4nn_lines_finish(struct a4nn_lines *lines)
{
    end_piece(lines);
}

void
a4nn_lines_free(struct a4nn_lines *lines)
{
    if (lines == NULL)
        return;
    a4nn_buf_release(&lines->buf);
    free(lines);
}
