/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_JSON_H
#define A4NN_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"

/*
 * JSON as trainings write it: RFC 8259, and the bare NaN, Infinity and -Infinity that Python
 * puts in.  A value is a handle; what a_get/at functions return belongs to the value it lies in.
 */
struct a4nn_json; /* one JSON value of any kind */

enum a4nn_json_kind {
    A4NN_JSON_NULL,
    A4NN_JSON_BOOL,
    A4NN_JSON_NUMBER,
    A4NN_JSON_STRING,
    A4NN_JSON_ARRAY,
    A4NN_JSON_OBJECT
};

/*
 * Parses exactly one value that fills `len` bytes, white space apart; of a name that an object
 * holds twice the last counts.  Returns it, owned by the caller (a4nn_json_free), or NULL with
 * *err saying what is wrong and *line (may be NULL) where, counted from 1.
 */
struct a4nn_json *a4nn_json_parse(const char *text, size_t len, unsigned long *line,
                                  struct a4nn_err *err) A4NN_MUST_USE;

/* The same of RFC 8259 alone, for files that people write: no bare words, no NUL in a text, no
 * number that a double cannot hold, no name twice in an object. */
struct a4nn_json *a4nn_json_parse_strict(const char *text, size_t len, unsigned long *line,
                                         struct a4nn_err *err) A4NN_MUST_USE;

/*
 * What a text that is one cell or one setting means: a number, a truth (Python's, too), null, an
 * array or object, a string in quotes, else the text itself.  Owned by the caller.
 */
struct a4nn_json *a4nn_json_meant(const char *text);

/* Frees a value that a parse or a constructor returned; NULL is fine. */
void a4nn_json_free(struct a4nn_json *v);

/* The kind of a value; NULL, which a value that is not there is, counts as null. */
enum a4nn_json_kind a4nn_json_kind(const struct a4nn_json *v);

/* Member of an object, or NULL when `v` is no object or has none of that name. */
struct a4nn_json *a4nn_json_get(const struct a4nn_json *v, const char *name);

/* Number of elements of an array or members of an object; 0 for anything else. */
size_t a4nn_json_size(const struct a4nn_json *v);

/* Element of an array, or NULL. */
struct a4nn_json *a4nn_json_at(const struct a4nn_json *v, size_t index);

/*
 * The number a value means: a number, a bare NaN/Infinity, or a string that is a number as
 * number.h reads it (Katib writes "0.91").  False for anything else, null and booleans too.
 */
bool a4nn_json_number(const struct a4nn_json *v, double *out);

/* Is it `true`? */
bool a4nn_json_true(const struct a4nn_json *v);

/* The text of a string (NUL-terminated, may be cut at an inner NUL), or NULL. */
const char *a4nn_json_string(const struct a4nn_json *v);

/* Whether a string holds a NUL, at which a4nn_json_string cuts it. */
bool a4nn_json_string_cut(const struct a4nn_json *v);

/* Calls `each` for every member of an object in the order written; stops when it returns nonzero
 * and returns that, else 0. */
int a4nn_json_members(const struct a4nn_json *v,
                      int (*each)(void *arg, const char *name, struct a4nn_json *value), void *arg);

/*
 * Building: an empty object or array; texts; numbers (NaN becomes null, as a4nn_json_add_number has
 * it); copies; setting a member (NULL takes it away) and appending an element, which take `v` over.
 */
struct a4nn_json *a4nn_json_object(void);
struct a4nn_json *a4nn_json_array(void);
struct a4nn_json *a4nn_json_from_string(const char *text);
struct a4nn_json *a4nn_json_from_number(double v);
struct a4nn_json *a4nn_json_from_bool(bool v);
struct a4nn_json *a4nn_json_copy(const struct a4nn_json *v);
void a4nn_json_set(struct a4nn_json *object, const char *name, struct a4nn_json *v);
void a4nn_json_append(struct a4nn_json *array, struct a4nn_json *v);

/* Appends the value in one line, numbers so that they read back equal. */
void a4nn_json_dump(const struct a4nn_json *v, struct a4nn_buf *out);

/* The same, a string without its quotes. */
void a4nn_json_say(const struct a4nn_json *v, struct a4nn_buf *out);

/* The same over many lines, for people, with a line end behind it. */
void a4nn_json_dump_indented(const struct a4nn_json *v, struct a4nn_buf *out);

/* Appends `text` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void a4nn_json_quote(struct a4nn_buf *out, const char *text);

/* Appends a number; NaN, which JSON lacks, as null, infinities as the texts "inf" and "-inf". */
void a4nn_json_add_number(struct a4nn_buf *out, double v);

#endif
