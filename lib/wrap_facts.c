/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap_facts.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "commit.h"
#include "history_facts.h"
#include "log/config.h"
#include "xalloc.h"

const char *
a4nn_wrap_job(void)
{
    /* JOB_ID is Grid Engine's, and a common name */
    static const struct {
        const char *id, *only_with;
    } systems[] = {{"SLURM_JOB_ID", NULL}, {"PBS_JOBID", NULL},  {"LSB_JOBID", NULL},
                   {"FLUX_JOB_ID", NULL},  {"OAR_JOB_ID", NULL}, {"JOB_ID", "SGE_ROOT"}};
    size_t i;

    for (i = 0; i < sizeof systems / sizeof *systems; i++) {
        const char *id = getenv(systems[i].id);
        if (id != NULL && id[0] != '\0' &&
            (systems[i].only_with == NULL || getenv(systems[i].only_with) != NULL))
            return id;
    }
    return NULL;
}

char *
a4nn_wrap_code_version(void)
{
    const char *given = getenv("A4NN_CODE_VERSION");
    char commit[65];

    if (given != NULL)
        return given[0] != '\0' ? a4nn_xstrdup(given) : NULL;
    return a4nn_commit_find(".", commit) ? a4nn_xstrdup(commit) : NULL;
}

static void
state(struct a4nn_json *facts, enum a4nn_fact fact, const char *text)
{
    if (text != NULL && text[0] != '\0')
        a4nn_json_set(facts, a4nn_fact_name(fact), a4nn_json_from_string(text));
}

struct a4nn_json *
a4nn_wrap_facts(char *const *argv, const char *code_version, const struct a4nn_json *config)
{
    struct a4nn_json *facts = a4nn_json_object(), *command = a4nn_json_array();
    char host[256] = "";

    gethostname(host, sizeof host - 1);
    for (; *argv != NULL; argv++)
        a4nn_json_append(command, a4nn_json_from_string(*argv));
    state(facts, A4NN_FACT_HOST, host);
    state(facts, A4NN_FACT_JOB, a4nn_wrap_job());
    state(facts, A4NN_FACT_CODE_VERSION, code_version);
    a4nn_json_set(facts, a4nn_fact_name(A4NN_FACT_COMMAND), command);
    a4nn_json_set(facts, a4nn_fact_name(A4NN_FACT_STARTED),
                  a4nn_json_from_number((double)time(NULL)));
    if (config != NULL)
        a4nn_log_config_state(config, facts);
    return facts;
}
