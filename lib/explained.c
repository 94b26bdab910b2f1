/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explained.h"

#include <math.h>
#include <stdlib.h>

#include "answer.h"
#include "xalloc.h"

void
a4nn_explained_init(struct a4nn_explained *x, size_t nrules)
{
    *x = (struct a4nn_explained){.nrules = nrules};
    x->rule = a4nn_xcalloc(nrules + 1, sizeof *x->rule);
    a4nn_explained_reset(x);
}

void
a4nn_explained_reset(struct a4nn_explained *x)
{
    size_t i;

    a4nn_record_unset(&x->record, A4NN_BIT(A4NN_VALUE));
    a4nn_explanation_release(&x->why);
    x->has_why = false;
    x->stopped = NAN;
    for (i = 0; i < x->nrules; i++) {
        a4nn_account_release(&x->rule[i].account);
        x->rule[i].first = NAN;
    }
}

void
a4nn_explained_release(struct a4nn_explained *x)
{
    a4nn_explained_reset(x);
    free(x->rule);
    a4nn_record_release(&x->record);
}

bool
a4nn_explained_any(const struct a4nn_explained *x)
{
    return a4nn_record_has(&x->record, A4NN_VALUE);
}

void
a4nn_explained_rule(struct a4nn_explained *x, size_t i, const struct a4nn_rule *rule,
                    const void *state, const void *shared, const struct a4nn_values *values,
                    const struct a4nn_rule_view *view, bool stop)
{
    const struct a4nn_curve *curve = view->run->curve;
    struct a4nn_explained_rule *out = &x->rule[i];

    out->stop = stop;
    if (stop && isnan(out->first))
        out->first = curve->epoch[curve->n - 1];
    a4nn_account_release(&out->account);
    rule->explain(state, shared, values, view, &out->account);
}

void
a4nn_explained_answer(struct a4nn_explained *x, const struct a4nn_forecaster *forecaster,
                      const void *state, const struct a4nn_rule_view *view, const char *reason)
{
    const struct a4nn_curve *curve = view->run->curve;
    double epoch = curve->epoch[curve->n - 1];

    if (reason != NULL && isnan(x->stopped))
        x->stopped = epoch;
    x->points = view->run->points;
    x->observations = curve->n;
    x->relative_error = view->forecast->relative_error;
    x->best = view->peers->best;
    a4nn_record_set_num(&x->record, A4NN_EPOCH, epoch);
    a4nn_record_set_num(&x->record, A4NN_VALUE, curve->value[curve->n - 1]);
    if (isfinite(view->run->epochs))
        a4nn_record_set_num(&x->record, A4NN_EPOCHS, view->run->epochs);
    a4nn_answer(&x->record, &x->points, x->best, view->forecast, reason);
    a4nn_explanation_release(&x->why);
    x->has_why = view->forecast->kind == A4NN_FORECAST_MADE && forecaster->explain != NULL &&
                 forecaster->explain(state, &x->why);
}
