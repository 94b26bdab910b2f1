/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules of learning rates, as specs and as they show in a log; what the ensemble does of them.
 */
#include "unit.h"

#include "ensemble.h"
#include "schedule.h"

static struct a4nn_schedule s;
static struct a4nn_err err;

static bool
refused(const char *spec, const char *why)
{
    err.msg[0] = '\0';
    return a4nn_schedule_parse(spec, &s, &err) < 0 && strstr(err.msg, why) != NULL;
}

static void
check_specs(void)
{
    static const char *const no_drops[] = {"const", "cosine", "linear", "unknown"};
    size_t i;

    CHECK(a4nn_schedule_parse("step:60,120.5,1.6e+2@0.2", &s, &err) == 0);
    CHECK(s.drops == 3 && s.warmup <= 0);
    CHECK_NEAR(s.drop[1].epoch, 120.5, 0);
    CHECK_NEAR(s.drop[2].epoch, 160, 0);
    CHECK_NEAR(s.drop[2].factor, 0.2, 0);
    CHECK(a4nn_schedule_parse("step:150", &s, &err) == 0);
    CHECK_NEAR(s.drop[0].factor, 0.1, 0);
    for (i = 0; i < 4; i++)
        CHECK(a4nn_schedule_parse(no_drops[i], &s, &err) == 0 && s.drops == 0 && s.warmup <= 0);
    CHECK(a4nn_schedule_parse("warmup:5+step:30", &s, &err) == 0 && s.drops == 1);
    CHECK_NEAR(s.warmup, 5, 0);
    CHECK(a4nn_schedule_parse("cosine+warmup:2.5", &s, &err) == 0);
    CHECK_NEAR(s.warmup, 2.5, 0);
}

static void
check_refused(void)
{
    CHECK(refused("", "accepted"));
    CHECK(refused("steps:30", "'steps:30'"));
    CHECK(refused("constant", "'constant'"));
    CHECK(refused("step:", "above 0: ''"));
    CHECK(refused("step:30,", "above 0: ''"));
    CHECK(refused("step:60,30", "'30' after 60"));
    CHECK(refused("step:30,30", "must rise"));
    CHECK(refused("step:-3", "'-3'"));
    CHECK(refused("step:nan", "'nan'"));
    CHECK(refused("step:30@1", "between 0 and 1: '1'"));
    CHECK(refused("step:30@", "between 0 and 1: ''"));
    CHECK(refused("step:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "more than 16"));
    CHECK(refused("warmup:0", "'0'"));
    CHECK(refused("warmup:5+", "''"));
    CHECK(refused("warmup:5+warmup:6", "one too many"));
    CHECK(refused("cosine+linear", "one too many"));
}

/* The schedule of these rates at epochs 1, 2, 3, ... */
static const struct a4nn_schedule *
of_rates(const double *rate, size_t n)
{
    static struct a4nn_rates r;
    size_t i;

    r = (struct a4nn_rates){0};
    for (i = 0; i < n; i++)
        a4nn_rates_take(&r, (double)(i + 1), rate[i]);
    return &r.schedule;
}

#define OF_RATES(...)                                                                              \
    of_rates((const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void
check_rates(void)
{
    const struct a4nn_schedule *got = OF_RATES(.1, .1, .1, .01, .01, .002, .002, .002);

    CHECK(got->drops == 2 && got->warmup <= 0);
    CHECK_NEAR(got->drop[0].epoch, 4, 0);
    CHECK_NEAR(got->drop[0].factor, 0.1, 1e-12);
    CHECK_NEAR(got->drop[1].epoch, 6, 0);
    CHECK_NEAR(got->drop[1].factor, 0.2, 1e-12);
    CHECK(OF_RATES(.1, .09, .07, .04, .01, .001)->drops == 0); /* gradual, faster and faster */
    CHECK(OF_RATES(.1, .05, .025, .0125)->drops == 0);
    CHECK(OF_RATES(.1, .1, .09, .09, .08, .08)->drops == 0);
    CHECK(OF_RATES(.1, .1, 0, NAN, .1, .01)->drops == 1); /* no rates are passed over */
    CHECK(OF_RATES(.1, .1, .1)->warmup <= 0);
    got = OF_RATES(.02, .04, .1, .1, .01);
    CHECK(got->drops == 1);
    CHECK_NEAR(got->warmup, 3, 0);
    CHECK(OF_RATES(.1, .1, .01, .1, .1, .01)->warmup <= 0); /* a restart is no warm-up */
}

/* ---- the ensemble ---- */

enum { EPOCHS = 60, DROP = 40 };

/* A noisy plateau at 80, left for 85 from `shows` on. */
static double
stepped(int x, int shows)
{
    double z = 80 - 30 * exp(-x / 4.) + sin(13.37 * x * x) * (x < shows ? .8 : .1);

    return x < shows ? z : z + 5;
}

static struct a4nn_ensemble_answer
at(int x, int shows, const struct a4nn_ensemble_plan *plan)
{
    struct a4nn_ensemble *e = a4nn_ensemble_new(EPOCHS, 0, 100);
    struct a4nn_ensemble_answer out = {0};
    int i;

    if (plan != NULL)
        a4nn_ensemble_schedule(e, plan);
    for (i = 1; i <= x; i++)
        a4nn_ensemble_update(e, i, stepped(i, shows));
    CHECK(a4nn_ensemble_read(e, &out));
    a4nn_ensemble_free(e);
    return out;
}

static void
check_drop(void)
{
    static const struct a4nn_ensemble_plan nothing;
    const struct a4nn_ensemble_plan plan = {.late = 1, .drop = {{DROP - 1, 0.9}}, .drops = 1};
    struct a4nn_ensemble_answer known, plain;
    int shows, x;

    for (shows = DROP; shows <= DROP + 1; shows++) {
        for (x = 1; x <= EPOCHS; x += 7) {
            known = at(x, shows, &nothing);
            plain = at(x, shows, NULL);
            CHECK_NEAR(known.median, plain.median, 0);
            CHECK_NEAR(known.error, plain.error, 0);
        }
        for (x = 20; x < DROP; x += 3) { /* it knows that it does not know */
            known = at(x, shows, &plan);
            CHECK(known.median > 81.5 && known.low < 81 && known.high > 85 && known.error > 1.5);
        }
        for (x = DROP + 3; x <= EPOCHS; x++) { /* the new level is there at once */
            known = at(x, shows, &plan);
            CHECK_NEAR(known.median, 85, 0.7);
            CHECK(known.error < 1);
        }
    }
    CHECK(at(DROP + 2, DROP, NULL).error > 1.2 * at(DROP + 2, DROP, &plan).error);
}

static void
check_no_noise(void)
{
    const struct a4nn_ensemble_plan plan = {.late = 1, .drop = {{DROP - 1, 0.9}}, .drops = 1};
    struct a4nn_ensemble *e = a4nn_ensemble_new(EPOCHS, 0, 100);
    struct a4nn_ensemble_answer out;
    int i;

    a4nn_ensemble_schedule(e, &plan);
    for (i = 1; i < DROP; i++)
        a4nn_ensemble_update(e, i, 10); /* a network that has never learned anything */
    CHECK(a4nn_ensemble_read(e, &out));
    CHECK_NEAR(out.median, 10, 0.1);
    CHECK(out.error < 0.3);
    a4nn_ensemble_free(e);
}

/* What came before the end of the warm-up does not matter. */
static void
check_warmup(void)
{
    const struct a4nn_ensemble_plan plan = {.warm = 5};
    struct a4nn_ensemble *a = a4nn_ensemble_new(EPOCHS, 0, 100);
    struct a4nn_ensemble *b = a4nn_ensemble_new(EPOCHS, 0, 100);
    struct a4nn_ensemble_answer x = {0}, y = {0};
    int i;

    a4nn_ensemble_schedule(a, &plan);
    a4nn_ensemble_schedule(b, &plan);
    for (i = 1; i < 12; i++) {
        a4nn_ensemble_update(a, i, i < 5 ? 70. : stepped(i, DROP));
        a4nn_ensemble_update(b, i, i < 5 ? 20. * i : stepped(i, DROP));
        CHECK(a4nn_ensemble_read(a, &x) && a4nn_ensemble_read(b, &y));
        CHECK((x.median >= y.median && x.median <= y.median) == (i >= 5));
    }
    CHECK_NEAR(x.median, y.median, 0);
    CHECK_NEAR(x.high, y.high, 0);
    a4nn_ensemble_free(a);
    a4nn_ensemble_free(b);
}

int
main(void)
{
    check_specs();
    check_refused();
    check_rates();
    check_drop();
    check_no_noise();
    check_warmup();
    return unit_end();
}
