/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "restore.h"

#include "history_write.h"
#include "package.h"
#include "program.h"
#include "pubfolder.h"

static int
restore_one(struct a4nn_db *db, const char *folder)
{
    struct a4nn_diag diag = a4nn_program_diag();
    const struct a4nn_history_write_opts opts = {.db = db, .diag = &diag};
    struct a4nn_history_writer *writer = a4nn_history_writer_new(&opts);
    struct a4nn_err err;
    int64_t runs = 0;
    int result = a4nn_package_import(folder, writer, &runs, &err);

    if (result < 0)
        a4nn_warn("%s", err.msg);
    a4nn_history_writer_free(writer);
    if (result < 0 || diag.errors > 0)
        return A4NN_TROUBLE;
    return runs > 0 ? A4NN_OK : A4NN_NO;
}

int
a4nn_restore(const char *history, char **operands, int *count)
{
    struct a4nn_db *db = NULL;
    int i, left = 0, status = A4NN_NO, one;

    for (i = 0; i < *count; i++) {
        if (!a4nn_pubfolder_is_ours(operands[i])) {
            operands[left++] = operands[i];
            continue;
        }
        if (db == NULL)
            db = a4nn_verb_open(history, A4NN_DB_CREATE);
        one = restore_one(db, operands[i]);
        if (one == A4NN_TROUBLE || status == A4NN_NO)
            status = one;
    }
    *count = left;
    a4nn_db_close(db);
    return status;
}
