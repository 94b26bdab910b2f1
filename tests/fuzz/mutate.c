/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mutate [-n MUTATIONS] [-s SEED] [FILE|FOLDER ...]: damages logs at random and reads them.
 *
 * Each file (default: all in tests/data) is changed MUTATIONS times (default 40) and read as a
 * file, as part of a folder, or live from a pipe, through recognition, a policy of every rule and
 * the stream's writer; what was written is then read again.  It must not crash, not hang, not
 * write what it cannot read, and not stop a run on a forecast that is no number.  The same seed
 * gives the same mutations.  The input at hand lies in a file, which is left behind, and named,
 * when something is wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "buf.h"
#include "log/reader.h"
#include "session.h"
#include "stream.h"
#include "xalloc.h"

enum { MAX_SAMPLE = 64 << 10, MAX_INPUT = 256 << 10, HANG = 5, FEW_FITS = 60 };

static char at_hand[400]; /* the file that holds the input being read */
static char folder[100];
static uint64_t state;

/* ---- chance ---- */

static uint64_t
chance(void) /* splitmix64 */
{
    uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static size_t
below(size_t n)
{
    return n != 0 ? (size_t)(chance() % n) : 0;
}

/* ---- failing ---- */

static void
fail(const char *what)
{
    printf("%s: %s\n", at_hand, what);
    exit(1);
}

static void
on_alarm(int signal)
{
    static const char text[] = ": hangs\n";
    ssize_t n;

    (void)signal;
    n = write(STDOUT_FILENO, at_hand, strlen(at_hand));
    n += write(STDOUT_FILENO, text, sizeof text - 1);
    _exit(n > 0 ? 1 : 2);
}

/* ---- samples ---- */

static struct a4nn_buf *sample;
static char **sample_name;
static size_t samples, cap_sample, cap_name;

static int
add_sample(const char *path, const struct stat *st, int type, struct FTW *where)
{
    char *bytes;
    size_t len;
    FILE *in;

    (void)st;
    (void)where;
    if (type != FTW_F || strstr(path, "/SOURCES.md") != NULL || (in = fopen(path, "rb")) == NULL)
        return 0;
    bytes = a4nn_xcalloc(1, MAX_SAMPLE);
    len = fread(bytes, 1, MAX_SAMPLE, in);
    fclose(in);
    sample = a4nn_xgrow(sample, samples, &cap_sample, sizeof *sample);
    sample_name = a4nn_xgrow(sample_name, samples, &cap_name, sizeof *sample_name);
    sample[samples] = (struct a4nn_buf){0};
    a4nn_buf_add(&sample[samples], bytes, len);
    sample_name[samples++] = a4nn_xstrdup(path);
    free(bytes);
    return 0;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Paths in one order on every machine, so that a seed means the same there. */
static void
add_samples(char *const *path, int count)
{
    struct a4nn_buf *unsorted;
    char **names;
    size_t i, k, n;
    int p;

    for (p = 0; p < count; p++)
        if (nftw(path[p], add_sample, 16, FTW_PHYS) != 0 || samples == 0) {
            printf("%s: cannot read: %s\n", path[p], strerror(errno));
            exit(2);
        }
    n = samples;
    unsorted = sample;
    names = a4nn_xcalloc(n, sizeof *names);
    memcpy(names, sample_name, n * sizeof *names);
    qsort(names, n, sizeof *names, by_name);
    sample = a4nn_xcalloc(n, sizeof *sample);
    for (i = 0; i < n; i++)
        for (k = 0; k < n; k++)
            if (names[i] == sample_name[k])
                sample[i] = unsorted[k];
    free(unsorted);
    free(sample_name);
    sample_name = names;
}

/* ---- mutations ---- */

/* What has broken readers before. */
static const char *const tokens[] = {
    "\n",
    "\r",
    "\r\n",
    "\r\r\n",
    ",",
    "\"",
    "\t",
    ":",
    "=",
    "{",
    "}",
    "[",
    "]",
    "{\"a\":",
    "|",
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "null",
    "1e309",
    "-1e309",
    "1e-320",
    "-1",
    "0",
    "1",
    "99999999999",
    "epoch",
    "value",
    "run",
    "step",
    "val_acc",
    "accuracy",
    "loss",
    "Epoch 3/5",
    "\b\b\b",
    "\033[2J",
    "\033]0",
    "\xff\xfe",
    "\xfe\xff",
    "\xef\xbb\xbf",
    "\xc2\x9b",
    "\xff",
    "\xe2\x80\xae",
    "../../x",
    "'=1+1",
    "=1+1",
    "epochs",
    "0x1p3",
};

static void
insert(struct a4nn_buf *b, size_t at, const char *bytes, size_t len)
{
    struct a4nn_buf rest = {0};

    if (b->len + len > MAX_INPUT)
        return;
    a4nn_buf_add(&rest, b->data + at, b->len - at);
    b->len = at;
    a4nn_buf_add(b, bytes, len);
    a4nn_buf_add(b, rest.data, rest.len);
    a4nn_buf_release(&rest);
}

static void
erase(struct a4nn_buf *b, size_t at, size_t len)
{
    memmove(b->data + at, b->data + at + len, b->len - at - len);
    b->len -= len;
}

/* Start and length of a random line, with its end. */
static size_t
some_line(const struct a4nn_buf *b, size_t *len)
{
    size_t at = below(b->len), end;

    while (at > 0 && b->data[at - 1] != '\n')
        at--;
    for (end = at; end < b->len && b->data[end] != '\n'; end++)
        ;
    *len = end + (end < b->len) - at;
    return at;
}

static void
copy_within(struct a4nn_buf *b, size_t from, size_t len, size_t to, size_t times)
{
    char *copy = a4nn_xcalloc(1, len + 1);

    memcpy(copy, b->data + from, len);
    for (; times > 0; times--)
        insert(b, to, copy, len);
    free(copy);
}

static void
mutate_bytes(struct a4nn_buf *b, size_t at)
{
    char random[16];
    size_t i, len = 1 + below(sizeof random);

    switch (below(4)) {
    case 0: b->data[at] = (char)(b->data[at] ^ (1 << below(8))); break;
    case 1: b->data[at] = (char)below(256); break;
    case 2: erase(b, at, 1 + below(b->len - at < 64 ? b->len - at : 64)); break;
    case 3:
        for (i = 0; i < len; i++)
            random[i] = (char)below(256);
        insert(b, at, random, len);
        break;
    }
}

static void
mutate_words(struct a4nn_buf *b, size_t at)
{
    const struct a4nn_buf *other = &sample[below(samples)];
    const char *token = tokens[below(sizeof tokens / sizeof tokens[0])];
    size_t from, len = strlen(token);

    switch (below(5)) {
    case 0: insert(b, at, "\0\0\0\0", 1 + below(4)); break;
    case 1: insert(b, at, token, len); break;
    case 2: /* in place of a number or a word */
        while (at > 0 && strchr(",:=\" \t\n", b->data[at - 1]) == NULL)
            at--;
        for (from = at; from < b->len && strchr(",:=\" \t\r\n", b->data[from]) == NULL; from++)
            ;
        erase(b, at, from - at);
        insert(b, at, token, len);
        break;
    case 3:
        if (other->len != 0) {
            from = below(other->len);
            insert(b, at, other->data + from,
                   below(other->len - from < 4096 ? other->len - from : 4096));
        }
        break;
    case 4: b->len = at; break;
    }
}

static void
mutate_lines(struct a4nn_buf *b)
{
    size_t len, at = some_line(b, &len), other_len, other = some_line(b, &other_len);

    switch (below(4)) {
    case 0: copy_within(b, at, len, other, 1); break;
    case 1: copy_within(b, at, len, at, 1 + below(200)); break;
    case 2: erase(b, at, len); break;
    case 3:
        copy_within(b, at, len, b->len, 1);
        erase(b, at, len);
        break;
    }
}

static void
mutate(struct a4nn_buf *b)
{
    size_t times = 1 + below(6);

    for (; times > 0 && b->len > 0; times--)
        switch (below(3)) {
        case 0: mutate_bytes(b, below(b->len)); break;
        case 1: mutate_words(b, below(b->len)); break;
        case 2: mutate_lines(b); break;
        }
}

/* ---- reading ---- */

struct reading {
    struct a4nn_policy *policy;
    struct a4nn_stream_writer *writer;
    size_t records, again;
    bool few; /* the forecasts are dear */
};

static void
on_diag(void *arg, enum a4nn_severity severity, const char *text)
{
    char safe[1000];
    const char *c;

    (void)arg;
    (void)severity;
    for (c = a4nn_escape(safe, sizeof safe, text); *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            fail("a control character in a message");
}

static int
on_record(void *arg, struct a4nn_record *r)
{
    struct reading *reading = arg;
    bool stop = a4nn_policy_feed(reading->policy, r);
    const char *reason = a4nn_record_text(r, A4NN_REASON, "");

    if (!isfinite(r->num[A4NN_EPOCH]))
        fail("an epoch that is no number");
    if (a4nn_record_has(r, A4NN_FORECAST) && !isfinite(r->num[A4NN_FORECAST]))
        fail("a forecast that is not finite");
    if (strcmp(a4nn_record_text(r, A4NN_VERDICT, ""), stop ? "stop" : "continue") != 0)
        fail("no verdict");
    if (stop &&
        (strcmp(reason, "a4nn") == 0 || strcmp(reason, "penguin") == 0 ||
         strcmp(reason, "converged") == 0) &&
        !a4nn_record_has(r, A4NN_FORECAST))
        fail("a stop without a forecast");
    a4nn_stream_write(reading->writer, r);
    reading->records++;
    return reading->few && reading->records >= FEW_FITS;
}

static void
on_name(void *arg, const char *file, const char *run, const char *format, const char *name,
        unsigned long count)
{
    (void)arg;
    if (file == NULL || run == NULL || format == NULL || name == NULL || count == 0)
        fail("a name without its file, run, format or count");
}

static int
count_again(void *arg, struct a4nn_record *r)
{
    struct reading *reading = arg;

    (void)r;
    reading->again++;
    return 0;
}

/* What was written, but for the table, must be legal input with as many records. */
static void
read_again(struct reading *reading, const char *text, size_t len)
{
    struct a4nn_diag diag = {.emit = on_diag};
    struct a4nn_stream_reader *in =
        a4nn_stream_reader_new(count_again, reading, &diag, "again", "again");

    a4nn_stream_feed(in, text, len);
    a4nn_stream_finish(in);
    a4nn_stream_reader_free(in);
    if (diag.errors != 0 || reading->again != reading->records)
        fail("what is written is not read the same");
}

static struct a4nn_policy *
some_policy(bool fits, struct a4nn_diag *diag)
{
    static const char *const values[] = {"patience:n=3", "budget:epochs=20,seconds=60",
                                         "median:startup=1", "asha", "diverged:n=2"};
    static const char *const settled[] = {"a4nn", "penguin", "converged"};
    static const char *const models[] = {"a4nn", "penguin", "curve", "given", "ensemble"};
    static const char *const cheap[] = {"last", "best", "given"};
    struct a4nn_policy_opts opts = {.forecaster = fits ? models[below(5)] : cheap[below(3)],
                                    .rules = fits ? settled : values,
                                    .nrules = fits ? 3 : 5,
                                    .epochs = below(2) != 0 ? 30 : NAN,
                                    .mode = below(4) == 0 ? A4NN_MAX : A4NN_MODE_UNKNOWN,
                                    .diag = diag};
    struct a4nn_err err;
    struct a4nn_policy *p = a4nn_policy_new(&opts, &err);

    if (p == NULL)
        fail(err.msg);
    return p;
}

/* Reads what `argument` names with options by chance. */
static void
read_input(char *argument)
{
    struct a4nn_diag diag = {.emit = on_diag};
    bool fits = below(16) == 0;
    struct reading reading = {.policy = some_policy(fits, &diag), .few = fits};
    struct a4nn_reader_opts opts = {.select = {.all = below(2) == 0,
                                               .loss = below(4) == 0 ? "val_loss" : NULL,
                                               .epochs = below(4) == 0 ? 50 : NAN,
                                               .by_count = below(16) == 0,
                                               .list = below(8) == 0},
                                    .record = on_record,
                                    .name = on_name,
                                    .arg = &reading,
                                    .diag = &diag};
    enum a4nn_encoding encoding = (enum a4nn_encoding)(A4NN_CSV + below(3));
    struct a4nn_reader *reader = a4nn_reader_new(&opts);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        fail("no memory");
    reading.writer = a4nn_stream_writer_new(out, encoding,
                                            A4NN_OBSERVATION_FIELDS | A4NN_FIT_FIELDS |
                                                A4NN_FORECAST_FIELDS | A4NN_ACTION_FIELDS);
    a4nn_reader_read(reader, &argument, 1);
    a4nn_reader_free(reader);
    a4nn_policy_free(reading.policy);
    a4nn_stream_writer_free(reading.writer);
    fclose(out);
    if (encoding != A4NN_TABLE)
        read_again(&reading, text, len);
    free(text);
}

/* As standard input that is a pipe; one that is too small for all the bytes gets what it takes. */
static void
read_live(const struct a4nn_buf *b)
{
    char dash[] = "-";
    int ends[2];
    ssize_t n;

    if (pipe(ends) != 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0)
        fail(strerror(errno));
    n = write(ends[1], b->data, b->len);
    if ((n < 0 && b->len > 0) || dup2(ends[0], STDIN_FILENO) < 0)
        fail(strerror(errno));
    close(ends[0]);
    close(ends[1]);
    read_input(dash);
}

/* Below `folder` by the names the sample has, as some formats go by them. */
static void
place(const char *name, const struct a4nn_buf *b)
{
    char *slash = at_hand + strlen(folder);
    FILE *out;

    snprintf(at_hand, sizeof at_hand, "%s/%s", folder, name);
    while ((slash = strchr(slash + 1, '/')) != NULL) {
        *slash = '\0';
        mkdir(at_hand, 0700);
        *slash = '/';
    }
    out = fopen(at_hand, "wb");
    if (out == NULL || fwrite(b->data, 1, b->len, out) != b->len || fclose(out) != 0)
        fail(strerror(errno));
}

static void
try_one(size_t which)
{
    const struct itimerval limit = {.it_value.tv_sec = HANG}, none = {0};
    struct a4nn_buf b = {0};

    a4nn_buf_add(&b, sample[which].data != NULL ? sample[which].data : "", sample[which].len);
    mutate(&b);
    place(sample_name[which][0] == '/' ? strrchr(sample_name[which], '/') + 1 : sample_name[which],
          &b);
    setitimer(ITIMER_PROF, &limit, NULL); /* its own time: others may need the machine too */
    alarm(20 * HANG);
    switch (below(4)) {
    case 0: read_live(&b); break;
    case 1: read_input(folder); break;
    default: read_input(at_hand); break;
    }
    alarm(0);
    setitimer(ITIMER_PROF, &none, NULL);
    unlink(at_hand);
    a4nn_buf_release(&b);
}

static int
erase_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

int
main(int argc, char **argv)
{
    static char all[] = "tests/data";
    char *default_path = all;
    unsigned long mutations = 40, seed = 1, k;
    const char *tmp = getenv("TMPDIR");
    size_t i;
    int c;

    while ((c = getopt(argc, argv, "n:s:")) != -1)
        switch (c) {
        case 'n': mutations = strtoul(optarg, NULL, 10); break;
        case 's': seed = strtoul(optarg, NULL, 10); break;
        default: return 2;
        }
    add_samples(optind < argc ? argv + optind : &default_path, optind < argc ? argc - optind : 1);
    snprintf(folder, sizeof folder, "%s/a4nn-mutate.XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(folder) == NULL) {
        printf("%s: %s\n", folder, strerror(errno));
        return 2;
    }
    signal(SIGALRM, on_alarm);
    signal(SIGPROF, on_alarm);
    for (k = 0; k < mutations; k++)
        for (i = 0; i < samples; i++) {
            state = (uint64_t)seed << 40 ^ (uint64_t)k << 16 ^ i;
            try_one(i);
        }
    nftw(folder, erase_entry, 16, FTW_DEPTH | FTW_PHYS);
    printf("%zu samples, %lu mutations each\n", samples, mutations);
    for (i = 0; i < samples; i++) {
        a4nn_buf_release(&sample[i]);
        free(sample_name[i]);
    }
    free(sample);
    free(sample_name);
    return 0;
}
