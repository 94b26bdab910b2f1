/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The best of candidates that come, change and go, against looking at all of them. */
#include "leaders.h"
#include "unit.h"

enum { COUNT = 40, STEPS = 20000 };

/* A small linear congruential generator: the same run everywhere. */
static unsigned
draw(unsigned *state, unsigned below)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % below;
}

static double
best_by_looking(const struct a4nn_leader *who, const int *in)
{
    double best = NAN;
    int i;

    for (i = 0; i < COUNT; i++)
        if (in[i] && (isnan(best) || who[i].score > best))
            best = who[i].score;
    return best;
}

int
main(void)
{
    struct a4nn_leader who[COUNT] = {{0}};
    int in[COUNT] = {0}, step, wrong = 0;
    struct a4nn_leaders leaders = {0};
    unsigned state = 1;

    CHECK(isnan(a4nn_leaders_best(&leaders)));
    for (step = 0; step < STEPS; step++) {
        unsigned i = draw(&state, COUNT);
        in[i] = draw(&state, 3) != 0;
        if (in[i])
            a4nn_leaders_put(&leaders, &who[i], (double)draw(&state, 60));
        else
            a4nn_leaders_withdraw(&leaders, &who[i]);
        if (leaders.n == 0 ? !isnan(best_by_looking(who, in))
                           : fabs(a4nn_leaders_best(&leaders) - best_by_looking(who, in)) > 0)
            wrong++;
    }
    CHECK(wrong == 0);
    CHECK(leaders.n > 0 && leaders.n < COUNT);
    a4nn_leaders_release(&leaders);
    return unit_end();
}
