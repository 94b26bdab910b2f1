/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-log: any training log, or archive of logs, to observations. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "log/format.h"
#include "log/reader.h"
#include "program.h"
#include "stream.h"

enum { LIST_FORMATS = 256, LIST_METRICS, MAX, MIN, LOSS, BY_COUNT };

static const struct a4nn_option options[] = {
    {BY_COUNT, "count", NULL, "number the values 1, 2, 3, ... as epochs", NULL},
    {'E', "epochs", "EPOCHS", "planned total of epochs (default: as the log says)", NULL},
    {'f', "format", "FORMAT", "read as this format instead of recognising it", NULL},
    {LIST_FORMATS, "list-formats", NULL, "list the formats and end", NULL},
    {LIST_METRICS, "list-metrics", NULL, "list what each input offers instead of reading it", NULL},
    {LOSS, "loss", "NAME", "also give this number, as val_loss", NULL},
    {'m', "metric", "NAME", "the metric to observe (default: the best known one)", NULL},
    {MAX, "max", NULL, "a larger value is better", NULL},
    {MIN, "min", NULL, "a smaller value is better", NULL},
    {'o', "output", "ENCODING", "csv, jsonl or table (default: csv)", "words csv jsonl table"},
    {'q', "quiet", NULL, "no notes and warnings, only errors", NULL},
    {'r', "run", "NAME", "name of the run", NULL},
    {'v', "verbose", NULL, "say the choices made for every input", NULL},
    {0},
};

static const struct a4nn_cli cli = {
    .program = "a4nn-log",
    .operands = "[file|folder|archive ...]",
    .about = "Read training logs of any kind and write the observations in them.",
    .options = options,
    .more = "Without a file, or for '-', standard input is read, live.\n"
            "Status: 0 done, 1 no observation found, 2 trouble.\n",
};

struct output {
    struct a4nn_stream_writer *writer;
};

static int
on_record(void *arg, struct a4nn_record *record)
{
    struct output *out = arg;

    a4nn_stream_write(out->writer, record);
    return ferror(stdout);
}

static void
on_name(void *arg, const char *file, const char *run, const char *format, const char *name,
        unsigned long count)
{
    char safe_run[300], safe_name[300];
    struct a4nn_metric known;

    (void)arg;
    (void)file;
    a4nn_metric_lookup(name, &known);
    printf("%s\t%s\t%s\t%lu\t%s\n", a4nn_escape(safe_run, sizeof safe_run, run), format,
           a4nn_escape(safe_name, sizeof safe_name, name), count, a4nn_mode_name(known.mode));
}

static int
list_formats(void)
{
    size_t i, count;
    const struct a4nn_log_format *const *formats = a4nn_log_formats(&count);

    for (i = 0; i < count; i++)
        printf("%-20s %s\n", formats[i]->name, formats[i]->title);
    return a4nn_program_end(A4NN_OK);
}

static void
ask_format(struct a4nn_reader_opts *opts, const char *name)
{
    opts->format = a4nn_log_format_find(name);
    if (opts->format == NULL)
        a4nn_die(A4NN_TROUBLE, "--format: unknown: '%s' (see --list-formats)", name);
}

int
main(int argc, char **argv)
{
    struct a4nn_diag diag = a4nn_program_diag();
    struct a4nn_strmap said = {0};
    struct output out = {0};
    struct a4nn_reader_opts opts = {.select = {.epochs = NAN, .said = &said},
                                    .record = on_record,
                                    .name = on_name,
                                    .arg = &out,
                                    .diag = &diag};
    int encoding = A4NN_CSV, code, first, status;
    struct a4nn_reader *reader;
    const char *arg;

    a4nn_program_begin("a4nn-log");
    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        switch (code) {
        case BY_COUNT: opts.select.by_count = true; break;
        case 'E': opts.select.epochs = a4nn_cli_number(&cli, code, arg, 1e-6, 1e12); break;
        case 'f': ask_format(&opts, arg); break;
        case LIST_FORMATS: return list_formats();
        case LIST_METRICS: opts.select.list = true; break;
        case LOSS: opts.select.loss = arg; break;
        case 'm': opts.select.metric = arg; break;
        case MAX: opts.select.mode = A4NN_MAX; break;
        case MIN: opts.select.mode = A4NN_MIN; break;
        case 'o':
            if ((encoding = a4nn_encoding_find(arg)) < 0)
                a4nn_die(A4NN_TROUBLE, "--output: not csv, jsonl or table: '%s'", arg);
            break;
        case 'q': a4nn_verbosity = 0; break;
        case 'r': opts.run = arg; break;
        case 'v': opts.select.said = NULL; break;
        }
    out.writer = a4nn_stream_writer_new(
        stdout, (enum a4nn_encoding)encoding,
        A4NN_BIT(A4NN_RUN) | A4NN_BIT(A4NN_EPOCH) | A4NN_BIT(A4NN_VALUE) | A4NN_BIT(A4NN_METRIC) |
            A4NN_BIT(A4NN_EPOCHS) | A4NN_BIT(A4NN_TIME) |
            (opts.select.mode != A4NN_MODE_UNKNOWN ? A4NN_BIT(A4NN_MODE) : 0) |
            (opts.select.loss != NULL ? A4NN_BIT(A4NN_VAL_LOSS) : 0));
    reader = a4nn_reader_new(&opts);
    a4nn_reader_read(reader, argv + first, argc - first);
    status = diag.errors > 0                                       ? A4NN_TROUBLE
             : opts.select.list || a4nn_reader_records(reader) > 0 ? A4NN_OK
                                                                   : A4NN_NO;
    a4nn_reader_free(reader);
    a4nn_stream_writer_free(out.writer);
    a4nn_strmap_release(&said);
    return a4nn_program_end(status);
}
