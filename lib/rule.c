/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule.h"

#include <string.h>

#include "buf.h"

static const struct a4nn_rule *const all[] = {
    &a4nn_rule_converged, &a4nn_rule_hopeless, &a4nn_rule_a4nn,   &a4nn_rule_penguin,
    &a4nn_rule_diverged,  &a4nn_rule_patience, &a4nn_rule_budget, &a4nn_rule_read,
    &a4nn_rule_median,    &a4nn_rule_asha,
};

const struct a4nn_rule *const *
a4nn_rules(size_t *count)
{
    *count = sizeof all / sizeof all[0];
    return all;
}

const struct a4nn_rule *
a4nn_rule_parse(const char *spec, struct a4nn_values *values, struct a4nn_err *err)
{
    size_t len = a4nn_spec_name(spec), i, count;
    const struct a4nn_rule *const *r = a4nn_rules(&count);
    struct a4nn_buf known = {0};

    for (i = 0; i < count; i++)
        if (strlen(r[i]->name) == len && strncmp(r[i]->name, spec, len) == 0)
            return a4nn_spec_parse(spec, r[i]->params, r[i]->nparams, values, err) < 0 ? NULL
                                                                                       : r[i];
    for (i = 0; i < count; i++)
        a4nn_buf_addf(&known, "%s%s", i != 0 ? ", " : "", r[i]->name);
    a4nn_err_set(err, "no rule '%.60s'; there are: %s", spec, known.data);
    a4nn_buf_release(&known);
    return NULL;
}
