/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_FACTS_H
#define A4NN_HISTORY_FACTS_H

#include <stdbool.h>

/*
 * What the model database knows of a run besides its curves.  One table names these facts for the
 * schema, the streams, conditions and publications; a stream that states one has it under this
 * name, as a member of a record in JSON Lines.
 */
enum a4nn_fact {
    A4NN_FACT_CONFIG,            /* text: a JSON object, the configuration that was trained */
    A4NN_FACT_PARAMETERS,        /* trainable ones */
    A4NN_FACT_FLOPS,             /* of one forward pass, in whatever unit the user counts */
    A4NN_FACT_SEED,              /* text: some seeds have more digits than a double */
    A4NN_FACT_HOST,              /* text */
    A4NN_FACT_JOB,               /* text: the id a batch system gave it */
    A4NN_FACT_COMMAND,           /* text: a JSON array, the words of the command line */
    A4NN_FACT_STARTED,           /* seconds since 1970 */
    A4NN_FACT_ENDED,             /* seconds since 1970 */
    A4NN_FACT_STATUS,            /* text: "open", "complete", "stopped", "released", "failed" */
    A4NN_FACT_REASON,            /* text: the rule that had it stopped */
    A4NN_FACT_EXIT_STATUS,       /* of the command */
    A4NN_FACT_SIGNAL,            /* that ended it */
    A4NN_FACT_WALL_SECONDS,      /* seconds */
    A4NN_FACT_USER_SECONDS,      /* seconds of processor time */
    A4NN_FACT_SYSTEM_SECONDS,    /* seconds of processor time */
    A4NN_FACT_MAX_RSS_BYTES,     /* bytes */
    A4NN_FACT_CODE_VERSION,      /* text: of the training code, a commit for example */
    A4NN_FACT_CHECKPOINT,        /* text: path of the trained weights */
    A4NN_FACT_CHECKPOINT_SHA256, /* text: 64 hexadecimal digits */
    A4NN_FACTS
};

/* The facts of a run: numbers are NAN and texts NULL where nothing is known. */
struct a4nn_facts {
    double num[A4NN_FACTS];
    char *text[A4NN_FACTS]; /* owned */
};

const char *a4nn_fact_name(enum a4nn_fact fact);
bool a4nn_fact_is_text(enum a4nn_fact fact);

/* The fact of that name, or -1. */
int a4nn_fact_find(const char *name);

/* Nothing known; setting one (a text is copied, NULL forgets it); freeing. */
void a4nn_facts_init(struct a4nn_facts *facts);
void a4nn_facts_set_text(struct a4nn_facts *facts, enum a4nn_fact fact, const char *text);
void a4nn_facts_release(struct a4nn_facts *facts);

/* Is any known? */
bool a4nn_facts_any(const struct a4nn_facts *facts);

#endif
