/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libpq_load.h"

#include <dlfcn.h>
#include <stdbool.h>

static bool
find(void *library, const char *name, void **function)
{
    return (*function = dlsym(library, name)) != NULL;
}

const struct a4nn_libpq *
a4nn_libpq_load(struct a4nn_err *err)
{
    static const char *const names[] = {"libpq.so.5", "libpq.5.dylib"};
    static struct a4nn_libpq pq;
    static void *library;
    bool all = true;
    size_t i;

    if (library != NULL)
        return &pq;
    for (i = 0; i < sizeof names / sizeof *names && library == NULL; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        a4nn_err_set(err, "PostgreSQL's client library, libpq, cannot be loaded");
        return NULL;
    }
/* POSIX lets a function's address pass through a void pointer, ISO C does not say. */
#define FIND(f) all = find(library, #f, (void **)&pq.f) && all;
    A4NN_LIBPQ(FIND)
    if (all)
        return &pq;
    a4nn_err_set(err, "PostgreSQL's client library, libpq, is older than 14");
    dlclose(library);
    library = NULL;
    return NULL;
}
