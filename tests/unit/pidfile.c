/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which process a PID file means: what no test can arrange with real PIDs used again. */
#include "pidfile.h"

#include <unistd.h>

#include "unit.h"

static struct a4nn_pid
pid(int number, unsigned long long start, long written)
{
    return (struct a4nn_pid){number, start, {written, 500000000}};
}

int
main(void)
{
    const struct a4nn_pid none = {0};
    unsigned long long hz = (unsigned long long)sysconf(_SC_CLK_TCK);
    double booted = 1000000;
    struct a4nn_pid file = pid(77, 0, 1000100), now = pid(77, 90 * hz, 0), noted;

    /* nothing was noted: it must have started before the file was written */
    CHECK(a4nn_pid_same(&file, &none, &now, booted));
    now.start = 100 * hz;
    CHECK(a4nn_pid_same(&file, &none, &now, booted));
    now.start = 103 * hz;
    CHECK(!a4nn_pid_same(&file, &none, &now, booted));
    /* the clock was set forward after it was written: better not */
    now.start = 90 * hz;
    CHECK(!a4nn_pid_same(&file, &none, &now, booted + 3600));

    /* noted, and the file unchanged: the start counts, whatever the clock says */
    noted = pid(77, 90 * hz, 1000100);
    CHECK(a4nn_pid_same(&file, &noted, &now, booted + 3600));
    now.start = 90 * hz + 1;
    CHECK(!a4nn_pid_same(&file, &noted, &now, booted));
    /* noted, but the training was started again since then */
    file = pid(78, 0, 1000200);
    now = pid(78, 190 * hz, 0);
    CHECK(a4nn_pid_same(&file, &noted, &now, booted));
    file = pid(77, 0, 1000200); /* even with the same number */
    now = pid(77, 190 * hz, 0);
    CHECK(a4nn_pid_same(&file, &noted, &now, booted));
    now.start = 205 * hz;
    CHECK(!a4nn_pid_same(&file, &noted, &now, booted));

    /* the file states the start */
    file = pid(77, 90 * hz, 1000100);
    now = pid(77, 90 * hz, 0);
    CHECK(a4nn_pid_same(&file, &none, &now, booted + 3600));
    now.start = 90 * hz - 1;
    CHECK(!a4nn_pid_same(&file, &none, &now, booted));
    CHECK(!a4nn_pid_same(&file, &noted, &now, booted));

    now.pid = 78;
    CHECK(!a4nn_pid_same(&file, &none, &now, booted));
    return unit_end();
}
