/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_facts.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

static const struct {
    const char *name;
    bool text;
} facts_table[A4NN_FACTS] = {
    [A4NN_FACT_CONFIG] = {"config", true},
    [A4NN_FACT_PARAMETERS] = {"parameters", false},
    [A4NN_FACT_FLOPS] = {"flops", false},
    [A4NN_FACT_SEED] = {"seed", true},
    [A4NN_FACT_HOST] = {"host", true},
    [A4NN_FACT_JOB] = {"job", true},
    [A4NN_FACT_COMMAND] = {"command", true},
    [A4NN_FACT_STARTED] = {"started", false},
    [A4NN_FACT_ENDED] = {"ended", false},
    [A4NN_FACT_STATUS] = {"status", true},
    [A4NN_FACT_REASON] = {"stop_reason", true},
    [A4NN_FACT_EXIT_STATUS] = {"exit_status", false},
    [A4NN_FACT_SIGNAL] = {"signal", false},
    [A4NN_FACT_WALL_SECONDS] = {"wall_seconds", false},
    [A4NN_FACT_USER_SECONDS] = {"user_seconds", false},
    [A4NN_FACT_SYSTEM_SECONDS] = {"system_seconds", false},
    [A4NN_FACT_MAX_RSS_BYTES] = {"max_rss_bytes", false},
    [A4NN_FACT_CODE_VERSION] = {"code_version", true},
    [A4NN_FACT_CHECKPOINT] = {"checkpoint", true},
    [A4NN_FACT_CHECKPOINT_SHA256] = {"checkpoint_sha256", true},
};

const char *
a4nn_fact_name(enum a4nn_fact fact)
{
    return facts_table[fact].name;
}

bool
a4nn_fact_is_text(enum a4nn_fact fact)
{
    return facts_table[fact].text;
}

int
a4nn_fact_find(const char *name)
{
    int i;

    for (i = 0; i < A4NN_FACTS; i++)
        if (strcmp(facts_table[i].name, name) == 0)
            return i;
    return -1;
}

void
a4nn_facts_init(struct a4nn_facts *facts)
{
    int i;

    for (i = 0; i < A4NN_FACTS; i++) {
        facts->num[i] = NAN;
        facts->text[i] = NULL;
    }
}

void
a4nn_facts_set_text(struct a4nn_facts *facts, enum a4nn_fact fact, const char *text)
{
    free(facts->text[fact]);
    facts->text[fact] = text != NULL ? a4nn_xstrdup(text) : NULL;
}

void
a4nn_facts_release(struct a4nn_facts *facts)
{
    int i;

    for (i = 0; i < A4NN_FACTS; i++)
        free(facts->text[i]);
    a4nn_facts_init(facts);
}

bool
a4nn_facts_any(const struct a4nn_facts *facts)
{
    int i;

    for (i = 0; i < A4NN_FACTS; i++)
        if (facts->text[i] != NULL || !isnan(facts->num[i]))
            return true;
    return false;
}
