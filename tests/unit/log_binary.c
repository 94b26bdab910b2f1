/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs that are no text: TensorBoard's records, MLflow's folders, Optuna's databases. */
#include "unit.h"

#include <sqlite3.h> /* to write the databases to read */
#include <stdint.h>

#include "crc32c.h"
#include "log/tfrecord.h"
#include "logdrive.h"

/* ---- writing events ---- */

static void
add_little(struct a4nn_buf *out, uint64_t v, int bytes)
{
    for (; bytes > 0; bytes--, v >>= 8)
        a4nn_buf_addc(out, (char)(v & 255));
}

static void
add_varint(struct a4nn_buf *out, uint64_t v)
{
    for (; v >= 128; v >>= 7)
        a4nn_buf_addc(out, (char)((v & 127) | 128));
    a4nn_buf_addc(out, (char)v);
}

static void
add_field(struct a4nn_buf *out, unsigned field, const void *bytes, size_t len)
{
    add_varint(out, field << 3 | 2);
    add_varint(out, len);
    a4nn_buf_add(out, bytes, len);
}

static void
add_text(struct a4nn_buf *out, unsigned field, const char *text)
{
    add_field(out, field, text, strlen(text));
}

static void
add_record(struct a4nn_buf *out, const void *data, size_t len)
{
    size_t at = out->len;

    add_little(out, len, 8);
    add_little(out, a4nn_tfrecord_mask(a4nn_crc32c(out->data + at, 8)), 4);
    a4nn_buf_add(out, data, len);
    add_little(out, a4nn_tfrecord_mask(a4nn_crc32c(data, len)), 4);
}

/* One event with one value; `rest` are the value's fields after its tag. */
static void
add_event(struct a4nn_buf *out, double time, int64_t step, const char *tag,
          const struct a4nn_buf *rest)
{
    struct a4nn_buf value = {0}, summary = {0}, event = {0};
    uint64_t bits;

    add_text(&value, 1, tag);
    a4nn_buf_add(&value, rest->data, rest->len);
    add_field(&summary, 1, value.data, value.len);
    memcpy(&bits, &time, sizeof bits);
    a4nn_buf_addc(&event, 0x09);
    add_little(&event, bits, 8);
    if (step != 0) {
        a4nn_buf_addc(&event, 0x10);
        add_varint(&event, (uint64_t)step);
    }
    add_field(&event, 5, summary.data, summary.len);
    add_record(out, event.data, event.len);
    a4nn_buf_release(&value);
    a4nn_buf_release(&summary);
    a4nn_buf_release(&event);
}

static void
add_simple(struct a4nn_buf *out, int64_t step, const char *tag, float number)
{
    struct a4nn_buf rest = {0};
    uint32_t bits;

    memcpy(&bits, &number, sizeof bits);
    a4nn_buf_addc(&rest, 0x15);
    add_little(&rest, bits, 4);
    add_event(out, 1000.5 + (double)step, step, tag, &rest);
    a4nn_buf_release(&rest);
}

/* A tensor of rank 0 (or 1) whose content is `len` bytes, with the name of its plugin or NULL. */
static void
add_tensor(struct a4nn_buf *out, int64_t step, const char *tag, int dtype, const char *content,
           size_t len, int rank, const char *plugin)
{
    struct a4nn_buf rest = {0}, tensor = {0}, shape = {0}, data = {0}, meta = {0};

    a4nn_buf_addc(&tensor, 0x08);
    add_varint(&tensor, (uint64_t)dtype);
    a4nn_buf_adds(&shape, "");
    if (rank == 1)
        add_field(&shape, 2, "\x08\x01", 2);
    add_field(&tensor, 2, shape.data, shape.len);
    add_field(&tensor, 4, content, len);
    add_field(&rest, 8, tensor.data, tensor.len);
    if (plugin != NULL) {
        add_text(&data, 1, plugin);
        add_field(&meta, 1, data.data, data.len);
        add_field(&rest, 9, meta.data, meta.len);
    }
    add_event(out, 5, step, tag, &rest);
    a4nn_buf_release(&rest);
    a4nn_buf_release(&tensor);
    a4nn_buf_release(&shape);
    a4nn_buf_release(&data);
    a4nn_buf_release(&meta);
}

static void
add_version(struct a4nn_buf *out)
{
    add_record(out,
               "\x09\0\0\0\0\0\0\0\0\x1a\x0d"
               "brain.Event:2",
               24);
}

static const char event_path[] = "run/events.out.tfevents.1";

/* The value of the i-th number, with its name and step checked. */
static double
number(const struct drive *d, size_t i, const char *name, double step)
{
    CHECK(i < d->n);
    if (i >= d->n)
        return NAN;
    CHECK_STR(d->scalar[i].name, name);
    CHECK_NEAR(d->scalar[i].at.step, step, 0);
    return d->scalar[i].value;
}

/* ---- TensorBoard ---- */

static void
test_crc(void)
{
    char zeros[32] = {0};

    CHECK(a4nn_crc32c("123456789", 9) == 0xe3069283);
    CHECK(a4nn_crc32c("", 0) == 0);
    CHECK(a4nn_crc32c(zeros, 32) == 0x8a9136aa); /* RFC 3720, B.4 */
    memset(zeros, 0xff, 32);
    CHECK(a4nn_crc32c(zeros, 32) == 0x62a8ab43);
}

/* A file of a version and three numbers. */
static void
small_file(struct a4nn_buf *out)
{
    add_version(out);
    add_simple(out, 0, "val/acc", 0.5F);
    add_simple(out, 1, "val/acc", 0.75F);
    add_simple(out, 70000, "loss", NAN);
}

static void
test_events(void)
{
    struct a4nn_buf file = {0};
    struct drive d = {0};

    small_file(&file);
    for (d.chunk = 0; d.chunk < 40; d.chunk++) {
        CHECK(drive_bytes(&d, event_path, file.data, file.len));
        CHECK_STR(d.format->name, "tensorboard");
        CHECK(d.n == 3 && d.said.len == 0);
        CHECK_NEAR(number(&d, 0, "val/acc", 0), 0.5, 0);
        CHECK_NEAR(number(&d, 1, "val/acc", 1), 0.75, 0);
        CHECK(isnan(number(&d, 2, "loss", 70000)));
        CHECK(isnan(d.scalar[0].at.epoch) && isnan(d.scalar[0].at.epochs));
        CHECK_NEAR(d.scalar[1].at.time, 1001.5, 0);
        CHECK(d.scalar[0].at.line == 2 && d.scalar[0].at.run == NULL);
    }
    drive_release(&d);
    a4nn_buf_release(&file);
}

/* Wherever a file ends, all that is complete is there, and no error is made of it. */
static void
test_truncated_events(void)
{
    struct a4nn_buf file = {0};
    struct drive d = {0};
    size_t len, ends[5] = {0}, n, i;

    add_version(&file);
    ends[1] = file.len;
    a4nn_buf_reset(&file);
    small_file(&file);
    for (i = 1; i < 4; i++)
        ends[i + 1] = ends[i] + 16 + (unsigned char)file.data[ends[i]];
    CHECK(ends[4] == file.len);
    for (len = 12; len <= file.len; len++) {
        CHECK(drive_bytes(&d, event_path, file.data, len));
        for (n = 0, i = 2; i <= 4; i++)
            n += len >= ends[i];
        CHECK(d.n == n && d.diag.errors == 0);
        for (i = 1; i <= 4 && ends[i] != len; i++)
            ;
        CHECK((i <= 4) == (d.said.len == 0));
    }
    drive_release(&d);
    a4nn_buf_release(&file);
}

/* Every flipped bit is noticed, and what came before its record is kept. */
static void
test_damaged_events(void)
{
    struct a4nn_buf file = {0};
    struct drive d = {.force = "tensorboard"};
    size_t at, i;

    small_file(&file);
    for (at = 0; at < file.len; at++) {
        file.data[at] ^= 0x10;
        CHECK(drive_bytes(&d, event_path, file.data, file.len));
        CHECK(d.n <= 2 && d.diag.errors == 1);
        CHECK(strstr(d.said.data, "its checksum does not hold, the rest is not read\n") != NULL);
        for (i = 0; i < d.n; i++)
            CHECK_NEAR(d.scalar[i].value, 0.5 + 0.25 * (double)i, 0);
        file.data[at] ^= 0x10;
    }
    CHECK(drive_bytes(&d, event_path, file.data, file.len) && d.n == 3);
    CHECK(drive_bytes(&d, event_path, "no events at all, only text", 27));
    CHECK_STR(d.said.data, "log: record 1: its checksum does not hold, the rest is not read\n");
    drive_release(&d);
    a4nn_buf_release(&file);
}

static void
test_tensors(void)
{
    struct a4nn_buf file = {0}, rest = {0};
    struct drive d = {0};

    add_version(&file);
    add_tensor(&file, 1, "float", 1, "\0\0\x80\x3f", 4, 0, "scalars");
    add_tensor(&file, 2, "float", 1, "\0\0\0\x40", 4, 0, NULL);
    add_tensor(&file, 3, "double", 2, "\0\0\0\0\0\0\xf8\xbf", 8, 0, NULL);
    add_tensor(&file, 3, "int64", 9, "\xfe\xff\xff\xff\xff\xff\xff\xff", 8, 0, NULL);
    add_tensor(&file, 3, "uint8", 4, "\xfe", 1, 0, NULL);
    add_tensor(&file, 3, "half", 19, "\x00\xc0", 2, 0, NULL);
    add_tensor(&file, 3, "smallest half", 19, "\x01\x00", 2, 0, NULL);
    add_tensor(&file, 3, "bfloat16", 14, "\x40\x40", 2, 0, NULL);
    /* None of these is a number. */
    add_tensor(&file, 4, "text", 7, "\x01x", 2, 0, "text");
    add_tensor(&file, 4, "vector", 1, "\0\0\x80\x3f", 4, 1, NULL);
    add_tensor(&file, 4, "short", 1, "\0\0\x80", 3, 0, NULL);
    add_tensor(&file, 4, "other", 1, "\0\0\x80\x3f", 4, 0, "hparams");
    add_tensor(&file, 5, "other", 1, "\0\0\x80\x3f", 4, 0, NULL);
    /* float_val, packed: 0.5 */
    add_field(&rest, 8, "\x08\x01\x2a\x04\0\0\0\x3f", 8);
    add_event(&file, 0, 6, "float_val", &rest);

    CHECK(drive_bytes(&d, event_path, file.data, file.len));
    CHECK(d.n == 9 && d.said.len == 0);
    CHECK_NEAR(number(&d, 0, "float", 1), 1, 0);
    CHECK_NEAR(number(&d, 1, "float", 2), 2, 0);
    CHECK_NEAR(number(&d, 2, "double", 3), -1.5, 0);
    CHECK_NEAR(number(&d, 3, "int64", 3), -2, 0);
    CHECK_NEAR(number(&d, 4, "uint8", 3), 254, 0);
    CHECK_NEAR(number(&d, 5, "half", 3), -2, 0);
    CHECK_NEAR(number(&d, 6, "smallest half", 3), ldexp(1, -24), 0);
    CHECK_NEAR(number(&d, 7, "bfloat16", 3), 3, 0);
    CHECK_NEAR(number(&d, 8, "float_val", 6), 0.5, 0);
    drive_release(&d);
    a4nn_buf_release(&file);
    a4nn_buf_release(&rest);
}

/* Lightning's "epoch" comes after, or before, the numbers it belongs to. */
static void
test_epoch_tag(void)
{
    struct a4nn_buf file = {0};
    struct drive d = {0};
    int64_t step, epoch = 0;

    add_version(&file);
    add_simple(&file, 0, "hp_metric", -1);
    for (step = 100; step <= 300; step += 100, epoch++) {
        add_simple(&file, step, "val_acc", (float)step);
        add_simple(&file, step, "epoch", (float)epoch);
        add_simple(&file, step, "val_loss", (float)step);
    }
    for (step = 400; step <= 800; step += 100)
        add_simple(&file, step, "lr", 1);
    CHECK(drive_bytes(&d, event_path, file.data, file.len));
    CHECK(d.n == 12 && drive_count(&d, "epoch") == 0);
    CHECK(isnan(d.scalar[0].at.epoch));
    CHECK_NEAR(drive_value(&d, NULL, "val_acc", 0), 100, 0);
    CHECK_NEAR(drive_value(&d, NULL, "val_acc", 2), 300, 0);
    CHECK_NEAR(drive_value(&d, NULL, "val_loss", 2), 300, 0);
    CHECK(isnan(d.scalar[11].at.epoch));
    drive_release(&d);
    a4nn_buf_release(&file);
}

static void
count_record(void *arg, const char *data, size_t len, unsigned long number_of_record)
{
    size_t *sum = arg;

    (void)data;
    *sum += len * 1000 + number_of_record;
}

/* What a file asks for is not what it gets. */
static void
test_greedy_events(void)
{
    struct a4nn_buf file = {0}, values = {0}, event = {0};
    struct drive d = {0};
    struct a4nn_tfrecord *r;
    size_t sum = 0, i;

    r = a4nn_tfrecord_new(count_record, &sum, NULL, NULL);
    add_little(&file, A4NN_TFRECORD_MAX + 1, 8);
    add_little(&file, a4nn_tfrecord_mask(a4nn_crc32c(file.data, 8)), 4);
    a4nn_tfrecord_feed(r, file.data, file.len);
    a4nn_buf_reset(&file);
    for (i = 0; i < 1 << 20; i++)
        a4nn_buf_addc(&file, 0);
    for (i = 0; i < A4NN_TFRECORD_MAX >> 20; i++)
        a4nn_tfrecord_feed(r, file.data, file.len);
    a4nn_buf_reset(&file);
    a4nn_buf_add(&file, "12345", 5); /* the last byte of the long record and its checksum */
    add_record(&file, "abc", 3);
    a4nn_tfrecord_feed(r, file.data, file.len);
    CHECK(sum == 3002);
    a4nn_tfrecord_free(r);

    /* Two bytes for a value that takes a hundred in memory. */
    a4nn_buf_reset(&file);
    for (i = 0; i < 3000000; i++)
        a4nn_buf_add(&values, "\x0a\0", 2);
    add_field(&event, 5, values.data, values.len);
    add_version(&file);
    add_record(&file, event.data, event.len);
    add_simple(&file, 1, "acc", 1);
    CHECK(drive_bytes(&d, event_path, file.data, file.len));
    CHECK_STR(d.said.data, "log: record 2 is no event\n");
    CHECK(d.n == 1);
    drive_release(&d);
    a4nn_buf_release(&file);
    a4nn_buf_release(&values);
    a4nn_buf_release(&event);
}

/* "group prefix" of a path, "-" for what there is none of. */
static const char *
grouped(const char *format, const char *path)
{
    static char text[256];
    char *prefix = NULL, *group = a4nn_log_format_find(format)->group(path, &prefix);

    snprintf(text, sizeof text, "%s %s", group != NULL ? group : "-", prefix ? prefix : "-");
    free(group);
    free(prefix);
    return text;
}

static void
test_event_groups(void)
{
    CHECK_STR(grouped("tensorboard", "logs/a/train/events.out.tfevents.1.host.v2"),
              "logs/a train/");
    CHECK_STR(grouped("tensorboard", "logs/a/validation/events.out.tfevents.1"),
              "logs/a validation/");
    CHECK_STR(grouped("tensorboard", "train/events.out.tfevents.1"), ". train/");
    CHECK_STR(grouped("tensorboard", "/train/events.out.tfevents.1"), "/ train/");
    CHECK_STR(grouped("tensorboard", "events.out.tfevents.1"), ". -");
    CHECK_STR(grouped("tensorboard", "lightning_logs/version_0/events.out.tfevents.1"),
              "lightning_logs/version_0 -");
    CHECK_STR(grouped("tensorboard", "runs/detect/train/events.out.tfevents.1"),
              "runs/detect/train -");
    CHECK_STR(grouped("tensorboard", "catboost_info/learn/events.out.tfevents"),
              "catboost_info learn/");
    CHECK_STR(grouped("tensorboard", "collected/run7.tfevents"), "- -");
}

/* ---- MLflow ---- */

#define RUN "mlruns/0/00e2ba8f3b404a6abced114ac6b51ff8"

static int
drive_text(struct drive *d, const char *path, const char *text)
{
    return drive_bytes(d, path, text, strlen(text));
}

static void
test_mlflow(void)
{
    struct drive d = {0};

    CHECK(drive_text(&d, RUN "/metrics/val/acc",
                     "1708208368539 0.9 0\n1708208375371 nan 1\n"
                     "1708208375372 0.5\n1708208375373 x 2\n"));
    CHECK_STR(d.format->name, "mlflow");
    CHECK(d.sure == 100 && d.n == 3);
    CHECK_NEAR(number(&d, 0, "val/acc", 0), 0.9, 0);
    CHECK(isnan(number(&d, 1, "val/acc", 1)));
    CHECK_NEAR(number(&d, 2, "val/acc", 0), 0.5, 0);
    CHECK_NEAR(d.scalar[0].at.time, 1708208368.539, 1e-6);
    CHECK(isnan(d.scalar[0].at.epoch) && isnan(d.scalar[0].at.epochs));
    CHECK_STR(d.said.data, "log:4: not 'MILLISECONDS VALUE STEP': '1708208375373 x 2'\n");

    /* The folder that was named is not on the path. */
    CHECK(drive_text(&d, "metrics/val/acc", "1708208368539 0.9 7\n") && d.sure == 100);
    CHECK_NEAR(number(&d, 0, "val/acc", 7), 0.9, 0);
    CHECK(drive_text(&d, "/anywhere/acc", "1708208368539 0.9 7\n"));
    CHECK_STR(d.format->name, "mlflow");
    CHECK_NEAR(number(&d, 0, "acc", 7), 0.9, 0);
    CHECK(drive_text(&d, "-", "1708208368539 0.9 7\n"));
    CHECK_NEAR(number(&d, 0, "metric", 7), 0.9, 0);

    CHECK(drive_text(&d, RUN "/params/epochs", "10") && d.n == 0);
    CHECK(drive_text(&d, RUN "/params/lr", "0.1") && d.n == 0 && d.said.len == 0);
    CHECK(drive_text(&d, RUN "/tags/mlflow.user", "me") && d.n == 0 && d.said.len == 0);
    CHECK(drive_text(&d, RUN "/meta.yaml", "run_id: 1\n") && d.n == 0 && d.said.len == 0);
    CHECK(drive_text(&d, "mlruns/0/meta.yaml", "experiment_id: '0'\n") && d.n == 0);
    CHECK_STR(d.format->name, "mlflow");
    /* A log kept as an artifact is what it is. */
    CHECK(drive_text(&d, RUN "/artifacts/log.csv", "epoch,loss,val_loss\n0,1,2\n1,0.5,1\n"));
    CHECK(strcmp(d.format->name, "mlflow") != 0 && d.n > 0);

    CHECK_STR(grouped("mlflow", RUN "/metrics/val/acc"), RUN " -");
    CHECK_STR(grouped("mlflow", "mlruns/0/metrics/acc"), "- -");
    CHECK_STR(grouped("mlflow", "metrics/acc"), ". -");
    CHECK_STR(grouped("mlflow", "/acc"), "- -");
    CHECK_STR(grouped("mlflow", "/"), "- -");
    drive_release(&d);
}

/* ---- Optuna ---- */

/* The bytes of a database made by `sql`. */
static void
make_database(const char *sql, struct a4nn_buf *out)
{
    sqlite3 *db = NULL;
    sqlite3_int64 len = 0;
    unsigned char *bytes;

    CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    CHECK(sqlite3_errcode(db) == SQLITE_OK);
    bytes = sqlite3_serialize(db, "main", &len, 0);
    CHECK(bytes != NULL);
    a4nn_buf_reset(out);
    a4nn_buf_add(out, bytes, (size_t)len);
    sqlite3_free(bytes);
    sqlite3_close(db);
}

#define STUDIES                                                                                    \
    "CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name VARCHAR(512));"                \
    "CREATE TABLE study_directions (study_direction_id INTEGER PRIMARY KEY, direction VARCHAR(8)," \
    " study_id INTEGER, objective INTEGER);"                                                       \
    "INSERT INTO studies VALUES (1, 'first'), (2, 'second');"                                      \
    "INSERT INTO study_directions VALUES (1, 'MINIMIZE', 1, 0), (2, 'MAXIMIZE', 2, 0);"
#define TRIALS                                                                                     \
    "CREATE TABLE trials (trial_id INTEGER PRIMARY KEY, number INTEGER, study_id INTEGER);"        \
    "INSERT INTO trials VALUES (1, 0, 1), (2, 0, 2);"
#define VALUES                                                                                     \
    "CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER PRIMARY KEY,"     \
    " trial_id INTEGER, step INTEGER, intermediate_value FLOAT, intermediate_value_type TEXT);"    \
    "INSERT INTO trial_intermediate_values VALUES (1, 2, 1, 0.25, 'FINITE'),"                      \
    " (2, 1, 0, 0.5, 'FINITE'), (3, 2, 0, NULL, 'NAN'), (4, 1, 1, 0, 'INF_NEG'),"                  \
    " (5, 1, 2, 0, 'INF_POS');"

static void
test_optuna(void)
{
    struct a4nn_buf db = {0};
    struct drive d = {0};

    make_database(STUDIES TRIALS VALUES, &db);
    for (d.chunk = 0; d.chunk < 3; d.chunk++) {
        CHECK(drive_bytes(&d, "o.db", db.data, db.len));
        CHECK_STR(d.format->name, "optuna");
        CHECK(d.n == 5 && d.said.len == 0);
    }
    CHECK_NEAR(number(&d, 0, "intermediate_value", 0), 0.5, 0);
    CHECK(isinf(number(&d, 1, "intermediate_value", 1)) && d.scalar[1].value < 0);
    CHECK(isinf(d.scalar[2].value) && d.scalar[2].value > 0);
    CHECK(isnan(number(&d, 3, "intermediate_value", 0)));
    CHECK_NEAR(number(&d, 4, "intermediate_value", 1), 0.25, 0);
    CHECK_STR(d.scalar[0].at.run, "first/trial_0");
    CHECK_STR(d.scalar[4].at.run, "second/trial_0");
    CHECK(d.scalar[0].at.mode == A4NN_MIN && d.scalar[4].at.mode == A4NN_MAX);
    CHECK(isnan(d.scalar[0].at.epoch) && isnan(d.scalar[0].at.time));

    /* Written with a log beside it. */
    db.data[18] = db.data[19] = 2;
    CHECK(drive_bytes(&d, "o.db", db.data, db.len) && d.n == 5);
    CHECK_STR(d.said.data, "log: what still lies in its -wal file is not read\n");

    /* Before Optuna 2.4. */
    make_database("CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name, direction);"
                  "INSERT INTO studies VALUES (1, 'only', 'MAXIMIZE');" TRIALS
                  "CREATE TABLE trial_values (trial_value_id INTEGER PRIMARY KEY, trial_id, step,"
                  " value); INSERT INTO trial_values VALUES (1, 1, 3, 0.75), (2, 1, 4, NULL)",
                  &db);
    CHECK(drive_bytes(&d, "o.db", db.data, db.len) && d.n == 2 && d.said.len == 0);
    CHECK_NEAR(number(&d, 0, "intermediate_value", 3), 0.75, 0);
    CHECK(isnan(d.scalar[1].value));
    CHECK_STR(d.scalar[0].at.run, "trial_0");
    CHECK(d.scalar[0].at.mode == A4NN_MAX);
    drive_release(&d);
    a4nn_buf_release(&db);
}

/* What a database says about itself is not believed. */
static void
test_hostile_database(void)
{
    struct a4nn_buf db = {0};
    struct drive d = {0};

    make_database("CREATE TABLE t (a)", &db);
    CHECK(drive_bytes(&d, "o.db", db.data, db.len) && d.n == 0);
    CHECK_STR(d.said.data, "log: an SQLite database, but it holds no Optuna study\n");
    make_database(STUDIES VALUES
                  "CREATE VIEW trials AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1"
                  " FROM c) SELECT n AS trial_id, n AS number, 1 AS study_id FROM c",
                  &db);
    CHECK(drive_bytes(&d, "o.db", db.data, db.len) && d.n == 0);
    CHECK_STR(d.said.data, "log: an SQLite database, but it holds no Optuna study\n");
    /* Every value matches every trial. */
    make_database(STUDIES "CREATE TABLE trials (trial_id, number, study_id);"
                          "CREATE TABLE trial_intermediate_values (trial_id, step,"
                          " intermediate_value, intermediate_value_type);"
                          "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT"
                          " 4000) INSERT INTO trials SELECT 1, n, 1 FROM c;"
                          "INSERT INTO trial_intermediate_values SELECT 1, number, 1, 'FINITE'"
                          " FROM trials",
                  &db);
    CHECK(drive_bytes(&d, "o.db", db.data, db.len) && d.diag.errors == 1);
    CHECK_STR(d.said.data,
              "log: cannot read the database: it asks for more work than its size explains\n");
    make_database(STUDIES TRIALS "CREATE TABLE trial_intermediate_values (trial_id, step,"
                                 " intermediate_value, intermediate_value_type)",
                  &db);
    CHECK(drive_bytes(&d, "o.db", db.data, db.len) && d.n == 0 && d.diag.errors == 0);
    CHECK_STR(d.said.data, "log: no intermediate values: its trials report final values only\n");
    drive_release(&d);
    a4nn_buf_release(&db);
}

/* Damage may lose numbers, but nothing else, and a database cut short is an error. */
static void
test_damaged_database(void)
{
    struct a4nn_buf db = {0};
    struct drive d = {.force = "optuna"};
    size_t at;

    make_database(STUDIES TRIALS VALUES, &db);
    for (at = 0; at < db.len; at += at < 1000 ? 1 : 13) {
        db.data[at] ^= 0x41;
        CHECK(drive_bytes(&d, "o.db", db.data, db.len));
        db.data[at] ^= 0x41;
    }
    for (at = 1; at < db.len; at += 509) {
        CHECK(drive_bytes(&d, "o.db", db.data, at));
        CHECK(d.n == 0 && d.diag.errors == 1);
    }
    CHECK(drive_bytes(&d, "o.db", "no database", 11) && d.diag.errors == 1);
    CHECK_STR(d.said.data, "log: cannot read the database: file is not a database\n");
    drive_release(&d);
    a4nn_buf_release(&db);
}

static void
test_wandb(void)
{
    struct drive d = {0};

    CHECK(drive_bytes(&d, "run-1.wandb", ":W&B\xe1\xbe\0 and more", 16));
    CHECK_STR(d.format->name, "wandb-binary");
    CHECK(d.format->unread != NULL);
    drive_release(&d);
}

/* Of a file of tests/data/log: its format, how many numbers of what name, the metric. */
static void
check_sample(const char *path, const char *format, const char *name, size_t count,
             const char *metric)
{
    struct drive d = {0};
    struct a4nn_buf bytes = {0};
    char full[256];

    snprintf(full, sizeof full, "tests/data/log/%s", path);
    CHECK(drive_slurp(full, &bytes));
    CHECK(drive_bytes(&d, path, bytes.data, bytes.len));
    CHECK_STR(d.format->name, format);
    CHECK(drive_count(&d, name) == count && d.said.len == 0);
    if (metric != NULL)
        CHECK_STR(drive_metric(&d), metric);
    drive_release(&d);
    a4nn_buf_release(&bytes);
}

static void
test_samples(void)
{
    check_sample("tensorboard/version_0/events.out.tfevents.1785441960.squirrels-iMac.local.1798.4",
                 "tensorboard", "val_accuracy", 1, "val_accuracy");
    check_sample("tensorboard/keras/validation/"
                 "events.out.tfevents.1664092916.DESKTOP-27TFO05.10720.1.v2",
                 "tensorboard", "epoch_accuracy", 1, NULL);
    check_sample("tensorboard/algoperf/events.out.tfevents.1716898436.4c3b27ea205b.1498.0.v2",
                 "tensorboard", "validation/wer", 32, "validation/wer");
    check_sample("mlflow/0/4f1c0d9e8b7a4c6d9e0f1a2b3c4d5e6f/metrics/val/acc", "mlflow", "val/acc",
                 3, "val/acc");
    check_sample("optuna.db", "optuna", "intermediate_value", 6, NULL);
}

int
main(void)
{
    test_samples();
    test_crc();
    test_events();
    test_truncated_events();
    test_damaged_events();
    test_tensors();
    test_epoch_tag();
    test_greedy_events();
    test_event_groups();
    test_mlflow();
    test_optuna();
    test_hostile_database();
    test_damaged_database();
    test_wandb();
    return unit_end();
}
