/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_result.h"

#include "history.h"
#include "history_write.h"
#include "stream.h"

static int
on_record(void *arg, struct a4nn_record *record)
{
    a4nn_history_put(arg, record);
    return 0;
}

int
a4nn_history_add_result(const char *history, const char *task, const struct a4nn_buf *line,
                        double patience, struct a4nn_err *err)
{
    struct a4nn_diag silent = {0};
    struct a4nn_db *db = a4nn_history_open(history, A4NN_DB_CREATE, patience, err);
    const struct a4nn_history_write_opts opts = {db, task, &silent};
    struct a4nn_stream_reader *reader;
    struct a4nn_history_writer *writer;
    int result;

    if (db == NULL)
        return -1;
    writer = a4nn_history_writer_new(&opts);
    reader = a4nn_stream_reader_new(on_record, writer, &silent, "result", "");
    a4nn_stream_feed(reader, line->data, line->len);
    a4nn_stream_finish(reader);
    a4nn_stream_reader_free(reader);
    result = a4nn_history_flush(writer, err);
    a4nn_history_writer_free(writer);
    a4nn_db_close(db);
    return result;
}
