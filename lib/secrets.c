/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "secrets.h"

#include <string.h>

#include "secrets_look.h"

#define LEFT_OUT "[left out]"

const char *
a4nn_secret_words(enum a4nn_secret what, unsigned long count)
{
    static const char *const words[A4NN_SECRETS][2] = {
        [A4NN_SECRET_TOKEN] = {"value that is or looks like a secret",
                               "values that are or look like secrets"},
        [A4NN_SECRET_PATH] = {"folder of an absolute path", "folders of absolute paths"},
        [A4NN_SECRET_HOST] = {"name of a machine", "names of machines"},
    };

    return words[what][count != 1];
}

static void
leave_out(struct a4nn_secrets *s, enum a4nn_secret what, struct a4nn_buf *out)
{
    s->found[what]++;
    a4nn_buf_adds(out, LEFT_OUT);
}

/* ---- texts ---- */

/* The last component of the path of `len` bytes, without separators behind it. */
static void
add_last_component(struct a4nn_buf *out, const char *path, size_t len)
{
    size_t begin;

    while (len > 0 && strchr("/\\", path[len - 1]) != NULL)
        len--;
    for (begin = len; begin > 0 && strchr("/\\", path[begin - 1]) == NULL; begin--)
        ;
    a4nn_buf_add(out, path + begin, len - begin);
}

static void
add_without_secrets(struct a4nn_secrets *s, const char *text, struct a4nn_buf *out)
{
    size_t at = 0, n;
    char before = '\0';

    while (text[at] != '\0') {
        if (!s->keep[A4NN_SECRET_TOKEN] && (n = a4nn_looks_secret(text + at, before)) > 0) {
            leave_out(s, A4NN_SECRET_TOKEN, out);
        } else if (!s->keep[A4NN_SECRET_PATH] &&
                   (n = a4nn_looks_like_path(text + at, before)) > 0) {
            s->found[A4NN_SECRET_PATH]++;
            add_last_component(out, text + at, n);
        } else {
            n = 1;
            a4nn_buf_addc(out, text[at]);
        }
        at += n;
        before = text[at - 1];
    }
    a4nn_buf_adds(out, ""); /* an empty text is one too */
}

/* What a thing of this name would be, A4NN_SECRETS for nothing to hide. */
static enum a4nn_secret
named(const struct a4nn_secrets *s, const char *name)
{
    if (name != NULL && !s->keep[A4NN_SECRET_TOKEN] && a4nn_names_secret(name))
        return A4NN_SECRET_TOKEN;
    if (name != NULL && !s->keep[A4NN_SECRET_HOST] && a4nn_names_host(name))
        return A4NN_SECRET_HOST;
    return A4NN_SECRETS;
}

void
a4nn_secrets_text(struct a4nn_secrets *s, const char *name, const char *text, struct a4nn_buf *out)
{
    enum a4nn_secret what = text[0] != '\0' ? named(s, name) : A4NN_SECRETS;

    if (what != A4NN_SECRETS)
        leave_out(s, what, out);
    else if (name != NULL && a4nn_names_digest(name) && a4nn_is_digest(text))
        a4nn_buf_adds(out, text);
    else
        add_without_secrets(s, text, out);
}

/* ---- JSON ---- */

struct walk {
    struct a4nn_secrets *secrets;
    struct a4nn_json *into;
    const char *name; /* of what lies around it, when that is the name of a secret */
};

static int
take_member(void *arg, const char *name, struct a4nn_json *value)
{
    const struct walk *w = arg;
    struct a4nn_buf shown = {0};
    const char *called = w->name != NULL ? w->name : name;

    add_without_secrets(w->secrets, name, &shown);
    a4nn_json_set(w->into, shown.data, a4nn_secrets_json(w->secrets, called, value));
    a4nn_buf_release(&shown);
    return 0;
}

static struct a4nn_json *
from_text(struct a4nn_secrets *s, const char *name, const char *text)
{
    struct a4nn_buf out = {0};
    struct a4nn_json *v;

    a4nn_secrets_text(s, name, text, &out);
    v = a4nn_json_from_string(out.data);
    a4nn_buf_release(&out);
    return v;
}

/* A password may be a number; what is called a key or a token in a configuration, if it is a
 * number, is a count or a size. */
static bool
number_is_secret(const struct a4nn_secrets *s, const char *name)
{
    return name != NULL && !s->keep[A4NN_SECRET_TOKEN] && a4nn_names_password(name);
}

struct a4nn_json *
a4nn_secrets_json(struct a4nn_secrets *s, const char *name, const struct a4nn_json *value)
{
    struct walk w = {s, NULL, named(s, name) != A4NN_SECRETS ? name : NULL};
    size_t i;

    switch (a4nn_json_kind(value)) {
    case A4NN_JSON_STRING: return from_text(s, name, a4nn_json_string(value));
    case A4NN_JSON_OBJECT:
        w.into = a4nn_json_object();
        a4nn_json_members(value, take_member, &w);
        return w.into;
    case A4NN_JSON_ARRAY:
        w.into = a4nn_json_array();
        for (i = 0; i < a4nn_json_size(value); i++)
            a4nn_json_append(w.into, a4nn_secrets_json(s, name, a4nn_json_at(value, i)));
        return w.into;
    case A4NN_JSON_NUMBER:
        if (number_is_secret(s, name))
            return from_text(s, name, "number");
        break;
    case A4NN_JSON_NULL:
    case A4NN_JSON_BOOL: break;
    }
    return a4nn_json_copy(value);
}

/* ---- command lines ---- */

/* The name a word gives what follows: "--api-key" or, with its value, "--api-key=". */
static void
add_name(const char *word, size_t len, struct a4nn_buf *out)
{
    size_t dashes = strspn(word, "-");

    if (dashes < len)
        a4nn_buf_add(out, word + dashes, len - dashes);
    a4nn_buf_adds(out, "");
}

struct a4nn_json *
a4nn_secrets_command(struct a4nn_secrets *s, const struct a4nn_json *command)
{
    struct a4nn_json *into = a4nn_json_array();
    struct a4nn_buf name = {0}, text = {0};
    bool pending = false; /* the word before was the name of what comes now */
    size_t i;

    for (i = 0; i < a4nn_json_size(command); i++) {
        const char *word = a4nn_json_string(a4nn_json_at(command, i));
        const char *equals = word != NULL ? strchr(word, '=') : NULL;

        if (word == NULL) {
            a4nn_json_append(into, a4nn_secrets_json(s, NULL, a4nn_json_at(command, i)));
            pending = false;
            continue;
        }
        a4nn_buf_reset(&text);
        if (pending && word[0] != '-') {
            a4nn_secrets_text(s, name.data, word, &text);
            pending = false;
        } else if (equals != NULL) {
            a4nn_buf_reset(&name);
            add_name(word, (size_t)(equals - word), &name);
            a4nn_buf_add(&text, word, (size_t)(equals - word) + 1);
            a4nn_secrets_text(s, name.data, equals + 1, &text);
            pending = false;
        } else {
            a4nn_buf_reset(&name);
            add_name(word, strlen(word), &name);
            pending = word[0] == '-' && word[1] != '\0';
            a4nn_secrets_text(s, NULL, word, &text);
        }
        a4nn_json_append(into, a4nn_json_from_string(text.data));
    }
    a4nn_buf_release(&name);
    a4nn_buf_release(&text);
    return into;
}
