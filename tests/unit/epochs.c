/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/epochs.h"
#include "unit.h"

#define AT(stated, of)                                                                             \
    {                                                                                              \
        .epoch = (stated), .step = 100 * (stated), .epochs = NAN, .time = NAN, .value = (of)       \
    }

/* Where the first of a resumed run's epochs ends up, in a whole series and in a live one. */
static void
resumed(enum a4nn_log_count count, double planned, double want, double want_live)
{
    const struct a4nn_log_sample sample[] = {AT(3, 0.6), AT(4, 0.7)};
    struct a4nn_epoch_series series;
    struct a4nn_epoch_counter counter;

    a4nn_epoch_series_make(&series, sample, 2, 0, count, planned);
    CHECK(series.n == 2 && !series.counted);
    CHECK_NEAR(series.epoch[0], want, 0);
    CHECK_NEAR(series.epoch[1], want + 1, 0);
    a4nn_epoch_series_release(&series);

    a4nn_epoch_counter_begin(&counter, count);
    CHECK_NEAR(a4nn_epoch_counter_next(&counter, &sample[0]), want_live, 0);
    CHECK_NEAR(a4nn_epoch_counter_next(&counter, &sample[1]), want_live + 1, 0);
    a4nn_epoch_counter_release(&counter);
}

int
main(void)
{
    resumed(A4NN_COUNT_UNKNOWN, NAN, 3, 3);
    resumed(A4NN_COUNT_FROM_1, NAN, 3, 3);
    resumed(A4NN_COUNT_FROM_0, NAN, 4, 4);
    resumed(A4NN_COUNT_STEPS, NAN, 4, 4); /* Lightning's event files state the epoch too */
    resumed(A4NN_COUNT_FROM_0, 4, 3, 4);  /* 0 was the untrained network: known at the end only */
    return unit_end();
}
