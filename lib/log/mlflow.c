/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MLflow's file store: a folder per run, named by 32 hexadecimal digits (MLflow 3 keeps metrics
 * of models, "m-" and 32 digits, in the same way), in it metrics/NAME with a line
 * "MILLISECONDS VALUE STEP" per number; of two words the step is 0.  A name with slashes is a
 * file in folders.  Programs that give no step write 0 throughout: then the lines count.
 *
 * params/NAME holds a setting of the run; epochs (num_epochs, max_epochs, n_epochs) among them
 * states how many epochs are planned.  All else in the folder is MLflow's but holds no numbers to
 * read; logs among the artifacts are read as the formats they are in.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "log/formats.h"
#include "log/runpath.h"
#include "number.h"
#include "xalloc.h"

enum { MAX_PARAM = 2 << 20 }; /* bytes of a parameter to look at */

enum part { ELSEWHERE, METRICS, PARAMS, ARTIFACTS, OTHER };

/* A path taken apart: "mlruns/0/RUN" + METRICS + "val/acc". */
struct place {
    enum part part;
    int certain;      /* the run folder is on the path */
    size_t run;       /* length of the run folder's path, 0 = it is not on the path */
    const char *name; /* what follows the part's folder */
};

struct mlflow {
    const struct a4nn_log_sink *sink;
    struct place place;
    const char *metric;
    struct a4nn_buf param; /* the text of a parameter */
    unsigned long lines;   /* of it */
};

static int
is_run_id(const char *text, size_t len)
{
    size_t i;

    if (len == 34 && strncmp(text, "m-", 2) == 0) {
        text += 2;
        len -= 2;
    }
    if (len != 32)
        return 0;
    for (i = 0; i < len; i++)
        if (!isxdigit((unsigned char)text[i]))
            return 0;
    return 1;
}

static enum part
part_of(const char *word, size_t len)
{
    static const struct {
        const char *word;
        enum part part;
    } parts[] = {
        {"metrics", METRICS}, {"params", PARAMS}, {"artifacts", ARTIFACTS}, {"tags", OTHER},
        {"inputs", OTHER},    {"outputs", OTHER}, {"meta.yaml", OTHER},
    };
    size_t i;

    for (i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strlen(parts[i].word) == len && strncmp(parts[i].word, word, len) == 0)
            return parts[i].part;
    return ELSEWHERE;
}

/*
 * The innermost part of a run folder on the path.  Where the folder was named as the argument
 * its id is not on the path: then the path begins with the part, and `certain` is not set.
 * Without any, part is ELSEWHERE and name the last component.
 */
static struct place
find_place(const char *path)
{
    size_t end = strlen(path), base = a4nn_runpath_base(path, end), next = end;
    struct place found = {ELSEWHERE, 0, 0, path + base};

    for (;;) {
        size_t dir = a4nn_runpath_dir(path, end), dir_base = a4nn_runpath_base(path, dir);
        int certain = dir > 0 && is_run_id(path + dir_base, dir - dir_base);
        int first = base == 0 || strncmp(path, "./", base) == 0;
        enum part part = part_of(path + base, end - base);

        if (part != ELSEWHERE && (certain || first))
            return (struct place){part, certain, dir, path + next};
        if (base == 0 || dir == end) /* the root has no folder but itself */
            return found;
        next = base;
        end = dir;
        base = dir_base;
    }
}

/* Takes one word of a line; *at moves behind it. */
static int
next_number(const char *line, size_t len, size_t *at, double *out)
{
    size_t begin;

    while (*at < len && line[*at] == ' ')
        ++*at;
    begin = *at;
    while (*at < len && line[*at] != ' ')
        ++*at;
    return begin < *at && a4nn_number_parse(line + begin, *at - begin, out);
}

/* "MILLISECONDS VALUE [STEP]" */
static int
parse_metric(const char *line, size_t len, double *ms, double *value, double *step)
{
    size_t at = 0;

    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\r'))
        len--;
    *step = 0;
    return next_number(line, len, &at, ms) && next_number(line, len, &at, value) &&
           (at == len || next_number(line, len, &at, step)) && at == len;
}

/* Without a run folder around it, a file is taken by its first line: a time in this century. */
static int
sniff_line(const struct a4nn_log_head *head)
{
    const char *end = memchr(head->bytes, '\n', head->len);
    double ms, value, step;

    if (head->len < 14 || head->bytes[13] != ' ' ||
        !parse_metric(head->bytes, end != NULL ? (size_t)(end - head->bytes) : head->len, &ms,
                      &value, &step))
        return 0;
    return ms >= 978307200e3 && ms < 4102444800e3 && step >= 0 && fabs(step - rint(step)) <= 0 ? 80
                                                                                               : 0;
}

/* The files that describe runs and experiments. */
static int
is_experiment(const struct a4nn_log_head *head)
{
    size_t base = a4nn_runpath_base(head->path, strlen(head->path));

    return strcmp(head->path + base, "meta.yaml") == 0 &&
           strstr(head->bytes, "experiment_id:") != NULL;
}

static int
sniff(const struct a4nn_log_head *head)
{
    struct place place = find_place(head->path);
    int by_line = place.part == METRICS || place.part == ELSEWHERE ? sniff_line(head) : 0;

    if (place.part == ARTIFACTS)
        return 20;
    if (place.certain || is_experiment(head) || (place.part == METRICS && by_line > 0))
        return 100;
    return place.part != ELSEWHERE && place.part != METRICS ? 40 : by_line;
}

static void *
open_mlflow(const struct a4nn_log_sink *sink)
{
    struct mlflow *s = a4nn_xcalloc(1, sizeof *s);

    s->sink = sink;
    s->place = find_place(sink->name);
    if (s->place.part == ELSEWHERE && strcmp(s->place.name, "meta.yaml") != 0)
        s->place.part = METRICS;
    s->metric =
        *s->place.name != '\0' && strcmp(s->place.name, "-") != 0 ? s->place.name : "metric";
    return s;
}

static void
take_metric(struct mlflow *s, const char *line, size_t len, unsigned long number)
{
    struct a4nn_log_at at = {.line = number, .epoch = NAN, .epochs = NAN};
    double ms, value;

    if (!parse_metric(line, len, &ms, &value, &at.step)) {
        a4nn_diag(s->sink->diag, A4NN_ERROR, s->sink->file, number,
                  "not 'MILLISECONDS VALUE STEP': '%.*s'", len < 60 ? (int)len : 60, line);
        return;
    }
    at.time = ms / 1000;
    s->sink->scalar(s->sink->arg, &at, s->metric, value);
}

/* The number of epochs planned, if the parameter states it. */
static double
plan_of(const struct mlflow *s)
{
    static const char *const names[] = {"epochs", "num_epochs", "max_epochs", "n_epochs",
                                        "num_train_epochs"};
    double plan;
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(s->place.name, names[i]) == 0 && s->param.data != NULL &&
            a4nn_number_parse(s->param.data, s->param.len, &plan) && plan >= 1)
            return plan;
    return NAN;
}

static void
report_param(struct mlflow *s)
{
    struct a4nn_log_at at = {.line = s->lines, .epoch = NAN, .step = NAN, .time = NAN};

    at.epochs = plan_of(s);
    a4nn_log_fact(s->sink, &at, s->place.name, s->param.data != NULL ? s->param.data : "");
}

/* A parameter may have lines, though hardly any has: reported at once, and when it is complete. */
static void
take_param(struct mlflow *s, const char *line, size_t len, unsigned long number)
{
    if (s->param.len < MAX_PARAM) {
        if (number != 1)
            a4nn_buf_addc(&s->param, '\n');
        a4nn_buf_add(&s->param, line, len);
    }
    s->lines = number;
    if (number == 1)
        report_param(s);
}

static void
line_of_mlflow(void *state, const char *line, size_t len, unsigned long number)
{
    struct mlflow *s = state;

    if (s->place.part == METRICS)
        take_metric(s, line, len, number);
    else if (s->place.part == PARAMS)
        take_param(s, line, len, number);
}

static void
finish_mlflow(void *state)
{
    struct mlflow *s = state;

    if (s->lines > 1)
        report_param(s);
}

static void
close_mlflow(void *state)
{
    struct mlflow *s = state;

    a4nn_buf_release(&s->param);
    free(s);
}

static char *
group(const char *path, char **prefix)
{
    struct place place = find_place(path);

    *prefix = NULL;
    if (place.part == ELSEWHERE)
        return NULL;
    return place.run > 0 ? a4nn_xstrndup(path, place.run) : a4nn_xstrdup(".");
}

const struct a4nn_log_format a4nn_log_mlflow = {
    .name = "mlflow",
    .title = "MLflow metric files and run folders",
    .text = 1,
    .count = A4NN_COUNT_STEPS,
    .sniff = sniff,
    .open = open_mlflow,
    .line = line_of_mlflow,
    .finish = finish_mlflow,
    .close = close_mlflow,
    .group = group,
};
