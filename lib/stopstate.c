/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stopstate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "json.h"
#include "readfd.h"
#include "strmap.h"
#include "xalloc.h"

struct a4nn_stopstate {
    int fd;
    char *path;
    struct a4nn_strmap keys; /* "action:run" */
    char **result;           /* by number of the key */
    size_t cap;
};

static char *
key_of(const char *run, const char *action)
{
    struct a4nn_buf key = {0};

    a4nn_buf_addf(&key, "%s:%s", action, run);
    return key.data;
}

static void
keep(struct a4nn_stopstate *state, const char *run, const char *action, const char *result)
{
    char *key = key_of(run, action);
    size_t n = state->keys.n, at;
    bool added;

    at = a4nn_strmap_put(&state->keys, key, &added);
    free(key);
    if (added) {
        state->result = a4nn_xgrow(state->result, n, &state->cap, sizeof *state->result);
        state->result[at] = NULL;
    }
    a4nn_xreplace(&state->result[at], result);
}

static void
take_line(struct a4nn_stopstate *state, const char *line, size_t len)
{
    struct a4nn_json *v = a4nn_json_parse(line, len, NULL, NULL);
    const char *run = a4nn_json_string(a4nn_json_get(v, "run"));
    const char *action = a4nn_json_string(a4nn_json_get(v, "action"));
    const char *result = a4nn_json_string(a4nn_json_get(v, "result"));

    if (run != NULL && action != NULL && result != NULL)
        keep(state, run, action, result);
    a4nn_json_free(v);
}

static int
load(struct a4nn_stopstate *state)
{
    struct a4nn_buf all = {0};
    const char *at, *lf;
    char piece[4096];
    ssize_t n;
    int failed;

    while ((n = a4nn_readfd(state->fd, piece, sizeof piece)) > 0)
        a4nn_buf_add(&all, piece, (size_t)n);
    failed = n < 0 ? -1 : 0;
    for (at = all.data; at != NULL && (lf = strchr(at, '\n')) != NULL; at = lf + 1)
        take_line(state, at, (size_t)(lf - at));
    /* what was cut off must not swallow the line that comes next */
    if (failed == 0 && all.data != NULL && all.len > 0 && all.data[all.len - 1] != '\n' &&
        write(state->fd, "\n", 1) != 1)
        failed = -1;
    a4nn_buf_release(&all);
    return failed;
}

struct a4nn_stopstate *
a4nn_stopstate_open(const char *path, struct a4nn_err *err)
{
    struct a4nn_stopstate *state = a4nn_xcalloc(1, sizeof *state);
    struct stat st;

    state->path = a4nn_xstrdup(path);
    state->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    if (state->fd < 0)
        a4nn_err_set(err, "cannot open '%s': %s", path, strerror(errno));
    else if (fstat(state->fd, &st) != 0 || !S_ISREG(st.st_mode))
        a4nn_err_set(err, "'%s' is not a regular file", path);
    else if (flock(state->fd, LOCK_EX | LOCK_NB) != 0)
        a4nn_err_set(err, "'%s' is in use by another process", path);
    else if (load(state) < 0)
        a4nn_err_set(err, "cannot read '%s': %s", path, strerror(errno));
    else
        return state;
    a4nn_stopstate_free(state);
    return NULL;
}

const char *
a4nn_stopstate_get(const struct a4nn_stopstate *state, const char *run, const char *action)
{
    char *key;
    long at;

    if (state == NULL)
        return NULL;
    key = key_of(run, action);
    at = a4nn_strmap_find(&state->keys, key);
    free(key);
    return at != A4NN_STRMAP_NONE ? state->result[at] : NULL;
}

int
a4nn_stopstate_put(struct a4nn_stopstate *state, const char *run, const char *action,
                   const char *result, struct a4nn_err *err)
{
    struct a4nn_buf line = {0};
    bool written;

    if (state == NULL)
        return 0;
    keep(state, run, action, result);
    a4nn_buf_adds(&line, "{\"run\":");
    a4nn_json_quote(&line, run);
    a4nn_buf_addf(&line, ",\"action\":\"%s\",\"result\":\"%s\"}\n", action, result);
    written = write(state->fd, line.data, line.len) == (ssize_t)line.len && fsync(state->fd) == 0;
    a4nn_buf_release(&line);
    return written ? 0 : a4nn_err_set(err, "cannot write '%s': %s", state->path, strerror(errno));
}

void
a4nn_stopstate_free(struct a4nn_stopstate *state)
{
    size_t i;

    if (state == NULL)
        return;
    for (i = 0; i < state->keys.n; i++)
        free(state->result[i]);
    free(state->result);
    a4nn_strmap_release(&state->keys);
    if (state->fd >= 0)
        close(state->fd);
    free(state->path);
    free(state);
}
