/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input.h"

#include <math.h>

#include "program.h"

void
a4nn_input_init(struct a4nn_input *in)
{
    *in = (struct a4nn_input){.diag = a4nn_program_diag(), .epochs = NAN};
    in->reader.select.epochs = NAN;
    in->reader.select.said = &in->said;
    in->reader.diag = &in->diag;
}

static void
take_mode(struct a4nn_input *in, enum a4nn_mode mode)
{
    if (in->mode != A4NN_MODE_UNKNOWN && in->mode != mode)
        a4nn_die(A4NN_TROUBLE, "--max and --min exclude each other");
    in->mode = in->reader.select.mode = mode;
}

bool
a4nn_input_option(struct a4nn_input *in, const struct a4nn_cli *cli, int code, const char *arg)
{
    struct a4nn_err err;
    int encoding;

    switch (code) {
    case 'E':
        in->epochs = a4nn_cli_number(cli, code, arg, 1e-6, 1e12);
        in->reader.select.epochs = in->epochs;
        break;
    case 'f':
        if ((in->reader.format = a4nn_log_format_find(arg)) == NULL)
            a4nn_die(A4NN_TROUBLE, "--format: unknown: '%s' (see a4nn-log --list-formats)", arg);
        break;
    case 'H':
        in->history = true;
        in->history_name = arg;
        break;
    case 't': in->task = arg; break;
    case 'm': in->reader.select.metric = arg; break;
    case A4NN_OPT_MAX: take_mode(in, A4NN_MAX); break;
    case A4NN_OPT_MIN: take_mode(in, A4NN_MIN); break;
    case 'o':
        if ((encoding = a4nn_encoding_find(arg)) < 0)
            a4nn_die(A4NN_TROUBLE, "--output: not csv, jsonl or table: '%s'", arg);
        in->encoding = (enum a4nn_encoding)encoding;
        break;
    case 'q': a4nn_verbosity = 0; break;
    case 'r': in->reader.run = arg; break;
    case A4NN_OPT_SCALE:
        if ((in->scale = a4nn_scale_find(arg)) == A4NN_SCALE_UNKNOWN)
            a4nn_die(A4NN_TROUBLE, "--scale: not percent, fraction, loss or signed: '%s'", arg);
        break;
    case A4NN_OPT_SCHEDULE:
        if (a4nn_schedule_parse(arg, &in->schedule, &err) < 0)
            a4nn_die(A4NN_TROUBLE, "--schedule: %s", err.msg);
        in->scheduled = true;
        break;
    default: return false;
    }
    return true;
}

enum a4nn_encoding
a4nn_input_encoding(const struct a4nn_input *in, const struct a4nn_reader *reader)
{
    return in->encoding != A4NN_AS_INPUT ? in->encoding : a4nn_reader_encoding(reader);
}

struct a4nn_metric
a4nn_input_metric(const struct a4nn_input *in, const struct a4nn_record *record)
{
    const struct a4nn_metric asked = {.mode = in->mode, .scale = in->scale};
    struct a4nn_metric m;

    a4nn_metric_settle(a4nn_record_text(record, A4NN_METRIC, ""), &asked,
                       a4nn_mode_find(a4nn_record_text(record, A4NN_MODE, "")), &m);
    return m;
}

void
a4nn_input_release(struct a4nn_input *in)
{
    a4nn_strmap_release(&in->said);
}
