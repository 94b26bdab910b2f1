/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows and numbers read by the short way are those read by the long one. */
#include "csv.h"

#include <stdint.h>
#include <stdlib.h>

#include "buf.h"
#include "number.h"
#include "unit.h"

static uint64_t state = 88172645463325252U;

static unsigned
draw(unsigned below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % below;
}

static void
take(void *arg, struct a4nn_csv_row *row)
{
    struct a4nn_buf *out = arg;
    size_t i;

    a4nn_buf_addf(out, "%lu", row->line);
    for (i = 0; i < row->cells; i++) {
        a4nn_buf_addf(out, "|%zu:", row->len[i]);
        a4nn_buf_add(out, row->cell[i], row->len[i] + 1);
    }
    a4nn_buf_addc(out, '\n');
}

/* All rows of a text that is fed `step` bytes at a time. */
static struct a4nn_buf
rows(const char *text, size_t len, size_t step, char separator)
{
    struct a4nn_buf out = {0};
    struct a4nn_csv *csv = a4nn_csv_new(separator, take, &out);
    size_t at, n;

    for (at = 0; at < len; at += n) {
        n = len - at < step ? len - at : step;
        a4nn_csv_feed(csv, text + at, n);
    }
    a4nn_csv_finish(csv);
    a4nn_csv_free(csv);
    a4nn_buf_addc(&out, '.');
    return out;
}

/* Lines fed whole may take the short way; single bytes never do. */
static void
check_rows(char separator)
{
    static const char letters[] = "ab1 \t\r\n\n\n,,;\"";
    char text[60];
    int round, different = 0;

    for (round = 0; round < 20000; round++) {
        size_t len = draw(sizeof text), i;
        struct a4nn_buf whole, bytes;
        for (i = 0; i < len; i++)
            text[i] = letters[draw(sizeof letters)];
        whole = rows(text, len, sizeof text, separator);
        bytes = rows(text, len, 1, separator);
        different += whole.len != bytes.len || memcmp(whole.data, bytes.data, whole.len) != 0;
        a4nn_buf_release(&whole);
        a4nn_buf_release(&bytes);
    }
    CHECK(different == 0);
}

static void
check_numbers(void)
{
    char text[40];
    int round, different = 0;

    for (round = 0; round < 100000; round++) {
        int n = 0, digits = 1 + (int)draw(19), point = (int)draw(20);
        double got = -1, wanted;
        if (draw(3) == 0)
            text[n++] = "+-"[draw(2)];
        for (; digits > 0; digits--, point--) {
            if (point == 0)
                text[n++] = '.';
            text[n++] = (char)('0' + draw(10));
        }
        text[n] = '\0';
        wanted = strtod(text, NULL);
        different +=
            !a4nn_number_parse(text, (size_t)n, &got) || memcmp(&got, &wanted, sizeof got) != 0;
    }
    CHECK(different == 0);
    CHECK(!a4nn_number_parse("-", 1, &(double){0}));
    CHECK(!a4nn_number_parse("+.", 2, &(double){0}));
}

int
main(void)
{
    check_rows(',');
    check_rows(';');
    check_rows('\t');
    check_numbers();
    return unit_end();
}
