/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Search spaces of other programs as one of ours. */
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "program.h"
#include "readfile.h"
#include "space.h"
#include "space_convert.h"
#include "verbs.h"

static const struct a4nn_option options[] = {
    A4NN_OPTION_QUIET,
    {0},
};

const struct a4nn_cli a4nn_steer_convert_cli = {
    .program = "a4nn-steer convert",
    .operands = "[file]",
    .about = "Print a search space of ConfigSpace or Optuna as one of ours, a4nn-space(5).",
    .options = options,
    .more = "The file, or standard input, is JSON.  One of ours is checked and printed.\n"
            "Status: 0 done, 2 trouble: what a space cannot express is refused.\n",
};

static int
convert(const char *file, struct a4nn_diag *diag)
{
    const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
    struct a4nn_buf text = {0}, out = {0};
    struct a4nn_json *from = NULL, *space = NULL;
    unsigned long line;
    struct a4nn_err err;

    if (a4nn_readfile_most(file, A4NN_SPACE_BYTES, &text, &err) < 0)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    from = a4nn_json_parse_strict(text.data != NULL ? text.data : "", text.len, &line, &err);
    if (from == NULL)
        a4nn_diag(diag, A4NN_ERROR, name, line, "%s", err.msg);
    else if ((space = a4nn_space_convert(from, diag, &err)) == NULL)
        a4nn_diag(diag, A4NN_ERROR, name, 0, "%s", err.msg);
    if (space != NULL) {
        a4nn_json_dump_indented(space, &out);
        fputs(out.data, stdout);
    }
    a4nn_json_free(space);
    a4nn_json_free(from);
    a4nn_buf_release(&text);
    a4nn_buf_release(&out);
    return space != NULL ? A4NN_OK : A4NN_TROUBLE;
}

int
a4nn_steer_convert(int argc, char **argv)
{
    struct a4nn_diag diag;
    struct a4nn_input in;
    const char *arg;
    int code, first, status;

    a4nn_input_init(&in);
    while ((code = a4nn_cli_next(&a4nn_steer_convert_cli, argc, argv, &arg, &first)) !=
           A4NN_CLI_END)
        a4nn_input_option(&in, &a4nn_steer_convert_cli, code, arg);
    diag = a4nn_program_diag();
    if (argc - first > 1)
        a4nn_die(A4NN_TROUBLE, "one file, not %d", argc - first);
    status = convert(first < argc ? argv[first] : "-", &diag);
    a4nn_input_release(&in);
    return a4nn_program_end(status);
}
