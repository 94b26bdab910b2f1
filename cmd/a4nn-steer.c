/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-steer: what to train next. Its verbs lie in cmd/a4nn-steer/. */
#include "a4nn-steer/verbs.h"
#include "cli_verbs.h"
#include "program.h"

static const struct a4nn_verb verbs[] = {
    {"init", "what to train first, by what did well in similar tasks", &a4nn_steer_init_cli,
     a4nn_steer_init},
    {"next", "what to train next, and why", &a4nn_steer_next_cli, a4nn_steer_next},
    {"continue", "which running ones are worth continuing, and why", &a4nn_steer_continue_cli,
     a4nn_steer_continue},
    {"explain", "what each parameter does to the final value", &a4nn_steer_explain_cli,
     a4nn_steer_explain},
    {"convert", "a search space of ConfigSpace or Optuna as one of ours", &a4nn_steer_convert_cli,
     a4nn_steer_convert},
    {0},
};

static const struct a4nn_cli_verbs cli = {
    .program = "a4nn-steer",
    .about = "Steer a search by what its trainings came to.",
    .verbs = verbs,
    .more = "\nStatus: 0 done, 1 there is nothing to say, 2 trouble.\n",
};

int
main(int argc, char **argv)
{
    a4nn_program_begin("a4nn-steer");
    return a4nn_cli_verb(&cli, argc, argv);
}
