/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forecast.h"

#include <math.h>
#include <string.h>

#include "buf.h"

static const struct a4nn_forecaster *const all[] = {
    &a4nn_forecaster_pool,    &a4nn_forecaster_ensemble, &a4nn_forecaster_a4nn,
    &a4nn_forecaster_penguin, &a4nn_forecaster_curve,    &a4nn_forecaster_last,
    &a4nn_forecaster_best,    &a4nn_forecaster_given,
};

void
a4nn_forecast_none(struct a4nn_forecast *out)
{
    *out = (struct a4nn_forecast){.kind = A4NN_FORECAST_NONE,
                                  .value = NAN,
                                  .low = NAN,
                                  .high = NAN,
                                  .error = NAN,
                                  .relative_error = NAN};
}

const struct a4nn_forecaster *const *
a4nn_forecasters(size_t *count)
{
    *count = sizeof all / sizeof all[0];
    return all;
}

const struct a4nn_forecaster *
a4nn_forecaster_parse(const char *spec, struct a4nn_values *values, struct a4nn_err *err)
{
    size_t len = a4nn_spec_name(spec), i, count;
    const struct a4nn_forecaster *const *f = a4nn_forecasters(&count);
    struct a4nn_buf known = {0};

    for (i = 0; i < count; i++)
        if (strlen(f[i]->name) == len && strncmp(f[i]->name, spec, len) == 0)
            return a4nn_spec_parse(spec, f[i]->params, f[i]->nparams, values, err) < 0 ? NULL
                                                                                       : f[i];
    for (i = 0; i < count; i++)
        a4nn_buf_addf(&known, "%s%s", i != 0 ? ", " : "", f[i]->name);
    a4nn_err_set(err, "no forecaster '%.60s'; there are: %s", spec, known.data);
    a4nn_buf_release(&known);
    return NULL;
}
