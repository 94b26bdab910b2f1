/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-log: any training log, or archive of logs, to observations. */
#include <stdio.h>

#include "cli.h"
#include "input.h"
#include "log/format.h"
#include "log/reader.h"
#include "program.h"
#include "stream.h"

enum { LIST_FORMATS = 256, LIST_METRICS, LOSS, BY_COUNT, ALL_METRICS };

static const struct a4nn_option options[] = {
    {ALL_METRICS, "all-metrics", NULL, "also give all other numbers, in JSON Lines", NULL},
    {BY_COUNT, "count", NULL, "number the values 1, 2, 3, ... as epochs", NULL},
    A4NN_OPTION_EPOCHS,
    A4NN_OPTION_FORMAT,
    {LIST_FORMATS, "list-formats", NULL, "list the formats and end", NULL},
    {LIST_METRICS, "list-metrics", NULL, "list what each input offers instead of reading it", NULL},
    {LOSS, "loss", "NAME", "also give this number, as val_loss", NULL},
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    A4NN_OPTION_OUTPUT("csv"),
    A4NN_OPTION_QUIET,
    A4NN_OPTION_RUN,
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

struct job {
    struct a4nn_input in;
    struct a4nn_stream_writer *writer; /* NULL before the first record */
    bool rates, said;                  /* the rate is a column; that it is left out was said */
};

static void
begin_output(struct job *job)
{
    uint64_t columns = A4NN_BIT(A4NN_RUN) | A4NN_BIT(A4NN_EPOCH) | A4NN_BIT(A4NN_VALUE) |
                       A4NN_BIT(A4NN_METRIC) | A4NN_BIT(A4NN_MODE) | A4NN_BIT(A4NN_EPOCHS) |
                       A4NN_BIT(A4NN_TIME);

    if (job->in.reader.select.loss != NULL)
        columns |= A4NN_BIT(A4NN_VAL_LOSS);
    if (job->rates)
        columns |= A4NN_BIT(A4NN_LR);
    job->writer = a4nn_stream_writer_new(stdout, job->in.encoding, columns);
}

/* The columns are those of the first record; what a later run has besides is missed. */
static int
on_record(void *arg, struct a4nn_record *record)
{
    struct job *job = arg;
    bool rate = a4nn_record_has(record, A4NN_LR);

    if (job->writer == NULL) {
        job->rates = rate;
        begin_output(job);
    }
    if (rate && !job->rates && !job->said && job->in.encoding != A4NN_JSONL) {
        job->said = true;
        a4nn_diag(&job->in.diag, A4NN_NOTE, NULL, 0,
                  "learning rates are left out, from run '%.100s' on: the first has none to make a "
                  "column (-o jsonl has them all)",
                  a4nn_record_text(record, A4NN_RUN, ""));
    }
    a4nn_stream_write(job->writer, record);
    return ferror(stdout);
}

static void
on_pause(void *arg)
{
    a4nn_stream_pause(((struct job *)arg)->writer);
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

int
main(int argc, char **argv)
{
    struct job job = {0};
    struct a4nn_input *in = &job.in;
    struct a4nn_reader *reader;
    int code, first, status;
    const char *arg;

    a4nn_program_begin("a4nn-log");
    a4nn_input_init(in);
    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        switch (code) {
        case ALL_METRICS: in->reader.select.all = true; break;
        case BY_COUNT: in->reader.select.by_count = true; break;
        case LIST_FORMATS: return list_formats();
        case LIST_METRICS: in->reader.select.list = true; break;
        case LOSS: in->reader.select.loss = arg; break;
        case 'v': in->reader.select.said = NULL; break;
        default: a4nn_input_option(in, &cli, code, arg);
        }
    if (in->reader.select.all && in->encoding != A4NN_JSONL)
        a4nn_die(A4NN_TROUBLE, "--all-metrics: CSV and tables have no room for them: say -o jsonl");
    in->reader.record = on_record;
    in->reader.pause = on_pause;
    in->reader.name = on_name;
    in->reader.arg = &job;
    reader = a4nn_reader_new(&in->reader);
    a4nn_reader_read(reader, argv + first, argc - first);
    status = A4NN_OK;
    if (!in->reader.select.list && a4nn_reader_records(reader) == 0)
        status = A4NN_NO;
    if (in->diag.errors > 0)
        status = A4NN_TROUBLE;
    a4nn_reader_free(reader);
    a4nn_stream_writer_free(job.writer);
    a4nn_input_release(in);
    return a4nn_program_end(status);
}
