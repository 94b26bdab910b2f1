/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signame.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

const char *
a4nn_signal_name(int sig)
{
    const char *name = sigabbrev_np(sig);

    return name != NULL ? name : "?";
}

int
a4nn_signal_find(const char *name)
{
    char *end;
    int sig;

    if (name[0] >= '1' && name[0] <= '9') {
        long number = strtol(name, &end, 10);
        return *end == '\0' && number < NSIG && sigabbrev_np((int)number) != NULL ? (int)number
                                                                                  : -1;
    }
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (sig = 1; sig < NSIG; sig++) {
        const char *known = sigabbrev_np(sig);
        if (known != NULL && strcmp(known, name) == 0)
            return sig;
    }
    return -1;
}
