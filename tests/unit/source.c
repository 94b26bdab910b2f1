/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files, directories and archives as sources: what is met, under which name, and what is said. */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive.h"
#include "buf.h"
#include "source.h"

/* "epoch,val_acc\n1,10\n", packed in the ways that not every system has a program for. */
static const unsigned char a_bz2[] = {
    0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x8e, 0x27, 0xa5, 0x3f, 0x00, 0x00,
    0x06, 0xdb, 0x80, 0x00, 0x10, 0x00, 0x04, 0x60, 0x00, 0x00, 0x00, 0xaa, 0x44, 0xc1, 0x00, 0x20,
    0x00, 0x22, 0x13, 0x68, 0x1a, 0x8f, 0x50, 0x80, 0x68, 0x02, 0xc4, 0xef, 0x26, 0x8e, 0x2d, 0x3e,
    0xc0, 0x12, 0x3f, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0x8e, 0x27, 0xa5, 0x3f};
static const unsigned char a_xz[] = {
    0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01,
    0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x12, 0x65, 0x70, 0x6f, 0x63, 0x68,
    0x2c, 0x76, 0x61, 0x6c, 0x5f, 0x61, 0x63, 0x63, 0x0a, 0x31, 0x2c, 0x31, 0x30, 0x0a, 0x00, 0x00,
    0xaf, 0x20, 0xda, 0xf5, 0x49, 0x5d, 0x73, 0x4b, 0x00, 0x01, 0x2b, 0x13, 0x9c, 0x09, 0x48, 0xd2,
    0x1f, 0xb6, 0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a};
static const unsigned char a_zst[] = {
    0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x13, 0x99, 0x00, 0x00, 0x65, 0x70, 0x6f, 0x63, 0x68, 0x2c, 0x76,
    0x61, 0x6c, 0x5f, 0x61, 0x63, 0x63, 0x0a, 0x31, 0x2c, 0x31, 0x30, 0x0a, 0xb8, 0xaf, 0xff, 0xea};
/* The same as a.csv, and sub/b.txt with "one\n". */
static const unsigned char two_zip[] = {
    0x50, 0x4b, 0x03, 0x04, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x36, 0x72, 0x78, 0x5d, 0xc1,
    0xbb, 0xbf, 0x50, 0x13, 0x00, 0x00, 0x00, 0x13, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00,
    0x61, 0x2e, 0x63, 0x73, 0x76, 0x65, 0x70, 0x6f, 0x63, 0x68, 0x2c, 0x76, 0x61, 0x6c, 0x5f,
    0x61, 0x63, 0x63, 0x0a, 0x31, 0x2c, 0x31, 0x30, 0x0a, 0x50, 0x4b, 0x03, 0x04, 0x0a, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x36, 0x72, 0x78, 0x5d, 0x9f, 0xa8, 0x17, 0xf8, 0x04, 0x00, 0x00,
    0x00, 0x04, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x73, 0x75, 0x62, 0x2f, 0x62, 0x2e,
    0x74, 0x78, 0x74, 0x6f, 0x6e, 0x65, 0x0a, 0x50, 0x4b, 0x01, 0x02, 0x1e, 0x03, 0x0a, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x36, 0x72, 0x78, 0x5d, 0xc1, 0xbb, 0xbf, 0x50, 0x13, 0x00, 0x00,
    0x00, 0x13, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
    0x00, 0x00, 0xa4, 0x81, 0x00, 0x00, 0x00, 0x00, 0x61, 0x2e, 0x63, 0x73, 0x76, 0x50, 0x4b,
    0x01, 0x02, 0x1e, 0x03, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x36, 0x72, 0x78, 0x5d, 0x9f,
    0xa8, 0x17, 0xf8, 0x04, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0xa4, 0x81, 0x36, 0x00, 0x00, 0x00, 0x73,
    0x75, 0x62, 0x2f, 0x62, 0x2e, 0x74, 0x78, 0x74, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00,
    0x00, 0x02, 0x00, 0x02, 0x00, 0x6a, 0x00, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00, 0x00, 0x00};
/* The same as a.csv under a password. */
static const unsigned char secret_zip[] = {
    0x50, 0x4b, 0x03, 0x04, 0x0a, 0x00, 0x09, 0x00, 0x00, 0x00, 0x36, 0x72, 0x78, 0x5d, 0xc1, 0xbb,
    0xbf, 0x50, 0x1f, 0x00, 0x00, 0x00, 0x13, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x61, 0x2e,
    0x63, 0x73, 0x76, 0x4c, 0xbb, 0xb2, 0xd7, 0x2a, 0x5d, 0x02, 0xe7, 0xda, 0x94, 0xa2, 0xc5, 0x67,
    0xb6, 0x6a, 0x94, 0xca, 0x4c, 0xbf, 0x5c, 0x56, 0x5d, 0x95, 0xb1, 0x25, 0xa6, 0xf8, 0x28, 0xdb,
    0x88, 0x43, 0x50, 0x4b, 0x07, 0x08, 0xc1, 0xbb, 0xbf, 0x50, 0x1f, 0x00, 0x00, 0x00, 0x13, 0x00,
    0x00, 0x00, 0x50, 0x4b, 0x01, 0x02, 0x1e, 0x03, 0x0a, 0x00, 0x09, 0x00, 0x00, 0x00, 0x36, 0x72,
    0x78, 0x5d, 0xc1, 0xbb, 0xbf, 0x50, 0x1f, 0x00, 0x00, 0x00, 0x13, 0x00, 0x00, 0x00, 0x05, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0xa4, 0x81, 0x00, 0x00, 0x00, 0x00,
    0x61, 0x2e, 0x63, 0x73, 0x76, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01,
    0x00, 0x33, 0x00, 0x00, 0x00, 0x52, 0x00, 0x00, 0x00, 0x00, 0x00};
/* The same, written to a pipe: sizes follow the data. */
static const unsigned char piped_zip[] = {
    0x50, 0x4b, 0x03, 0x04, 0x2d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x36, 0x72, 0x78, 0x5d, 0xc1, 0xbb,
    0xbf, 0x50, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00, 0x14, 0x00, 0x2d, 0x01,
    0x00, 0x10, 0x00, 0x13, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x13, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x65, 0x70, 0x6f, 0x63, 0x68, 0x2c, 0x76, 0x61, 0x6c, 0x5f, 0x61, 0x63, 0x63,
    0x0a, 0x31, 0x2c, 0x31, 0x30, 0x0a, 0x50, 0x4b, 0x01, 0x02, 0x1e, 0x03, 0x2d, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x36, 0x72, 0x78, 0x5d, 0xc1, 0xbb, 0xbf, 0x50, 0x13, 0x00, 0x00, 0x00, 0x13, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0xa4, 0x81,
    0x00, 0x00, 0x00, 0x00, 0x2d, 0x50, 0x4b, 0x06, 0x06, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x1e, 0x03, 0x2d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2f, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x46, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x50, 0x4b, 0x06,
    0x07, 0x00, 0x00, 0x00, 0x00, 0x75, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
    0x00, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x2f, 0x00, 0x00,
    0x00, 0x46, 0x00, 0x00, 0x00, 0x00, 0x00};

/* What a walk did, as text: "<path|name>bytes;" for each member and "!message" for each report. */
struct record {
    struct a4nn_buf text;
    size_t pieces, begun, ended;
    int enough; /* take one piece of each member only */
};

static int
on_begin(void *arg, const struct a4nn_source_member *m)
{
    struct record *r = arg;

    r->begun++;
    a4nn_buf_addf(&r->text, "<%s|%s%s>", m->path, m->name, m->live ? "|live" : "");
    if (strstr(m->name, "skip") == NULL)
        return 0;
    a4nn_buf_adds(&r->text, "skipped;");
    r->begun--;
    return 1;
}

static int
on_bytes(void *arg, const char *bytes, size_t len)
{
    struct record *r = arg;
    size_t i;

    r->pieces++;
    for (i = 0; i < len && i < 64 && r->text.len < 4096; i++)
        a4nn_buf_addc(&r->text, bytes[i] != '\0' ? bytes[i] : '~');
    return r->enough;
}

static void
on_end(void *arg)
{
    struct record *r = arg;

    r->ended++;
    a4nn_buf_addc(&r->text, ';');
}

static void
on_message(void *arg, enum a4nn_severity severity, const char *text)
{
    struct record *r = arg;

    if (severity == A4NN_ERROR)
        a4nn_buf_addf(&r->text, "!%s!", text);
}

static struct record record;

/* Walks and returns the transcript; its last character is '+' for success and '-' for trouble. */
static const char *
walked(const char *argument)
{
    struct a4nn_diag diag = {.emit = on_message, .arg = &record};
    struct a4nn_source_sink sink = {on_begin, on_bytes, on_end, &record, &diag};
    int r;

    a4nn_buf_reset(&record.text);
    record.pieces = record.begun = record.ended = 0;
    r = a4nn_source_walk(argument, &sink);
    a4nn_buf_addc(&record.text, r == 0 ? '+' : '-');
    CHECK((r != 0) == (diag.errors != 0));
    return record.text.data;
}

static void
put(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");

    CHECK(f != NULL && fwrite(bytes, 1, len, f) == len);
    if (f != NULL)
        fclose(f);
}

static void
sh(const char *command)
{
    int status = system(command);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fprintf(stderr, "failed: %s\n", command);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Walks "-" while `command` writes to it. */
static const char *
walked_pipe(const char *command)
{
    FILE *p = popen(command, "r");
    int saved = dup(STDIN_FILENO);
    const char *text;

    CHECK(p != NULL && saved >= 0);
    if (p == NULL)
        return "";
    dup2(fileno(p), STDIN_FILENO);
    text = walked("-");
    dup2(saved, STDIN_FILENO);
    close(saved);
    pclose(p);
    return text;
}

static void
test_plain(void)
{
    put("empty", "", 0);
    put("text", "epoch,val_acc\n", 14);
    CHECK_STR(walked("empty"), "<empty|empty>;+");
    CHECK_STR(walked("text"), "<text|text>epoch,val_acc\n;+");
    CHECK_STR(walked("./text"), "<./text|./text>epoch,val_acc\n;+");
    CHECK_STR(walked("none"), "!cannot open 'none': No such file or directory!-");
    CHECK_STR(walked_pipe("echo 1; echo 2"), "<-|-|live>1\n2\n;+");
    CHECK_STR(walked_pipe("printf B"), "<-|-|live>B;+");
    CHECK_STR(walked_pipe(":"), "<-|-|live>;+");
    sh("head -c 300000 /dev/zero > zeros");
    walked("zeros");
    CHECK(record.pieces > 1);
    record.enough = 1;
    walked("zeros");
    CHECK(record.pieces == 1);
    record.enough = 0;
}

static void
test_directory(void)
{
    sh("mkdir -p d/version_10 d/version_2 d/.hidden d/loop out && echo x > d/.hidden/log");
    sh("echo ten > d/version_10/log && echo two > d/version_2/log && echo no > d/.log");
    sh("echo b > d/b10 && echo b > d/b9 && echo s > d/skip && mkfifo d/fifo");
    sh("ln -s .. d/loop/up && ln -s version_2 d/latest && ln -s ../out d/out && echo o > out/o");
    sh("ln -s ../out out/self && ln -s ../d out/back && ln -s /dev/zero d/zero");
    CHECK_STR(walked("d"), "<d/b9|b9>b\n;<d/b10|b10>b\n;<d/skip|skip>skipped;<d/out/o|out/o>o\n;"
                           "<d/version_2/log|version_2/log>two\n;"
                           "<d/version_10/log|version_10/log>ten\n;+");
    CHECK_STR(walked("d/version_2/"), "<d/version_2/log|log>two\n;+");
    sh("ln -s nowhere d/version_2/gone");
    CHECK_STR(walked("d/version_2"), "!cannot open 'd/version_2/gone': No such file or directory!"
                                     "<d/version_2/log|log>two\n;-");
}

static void
test_compressed(void)
{
    static const char want[] = "epoch,val_acc\n1,10\n";
    char text[64];

    put("a.csv.bz2", a_bz2, sizeof a_bz2);
    put("a.csv.xz", a_xz, sizeof a_xz);
    put("a.csv.zst", a_zst, sizeof a_zst);
    snprintf(text, sizeof text, "<a.csv.bz2|a.csv>%s;+", want);
    CHECK_STR(walked("a.csv.bz2"), text);
    snprintf(text, sizeof text, "<a.csv.xz|a.csv>%s;+", want);
    CHECK_STR(walked("a.csv.xz"), text);
    snprintf(text, sizeof text, "<a.csv.zst|a.csv>%s;+", want);
    CHECK_STR(walked("a.csv.zst"), text);
    sh("mkdir gz && echo hello | gzip > gz/h.log.gz && gzip < /dev/null > gz/none.gz");
    CHECK_STR(walked("gz"), "<gz/h.log.gz|h.log>hello\n;<gz/none.gz|none>;+");
    CHECK_STR(walked_pipe("echo hello | gzip"), "<-|-|live>hello\n;+");
    /* Not compressed although it begins so. */
    put("bz", "BZh9 is a text\n", 15);
    CHECK_STR(walked("bz"), "<bz|bz>BZh9 is a text\n;+");
    put("gz1", "\x1f\x8b", 2);
    CHECK_STR(walked("gz1"), "<gz1|gz1>\x1f\x8b;+");
}

static void
test_truncated(void)
{
    sh("awk 'BEGIN { for (i = 0; i < 20000; i++) print i, i * i }' | gzip > cut.gz");
    sh("head -c 60000 cut.gz > t.gz");
    walked("t.gz");
    CHECK(record.pieces > 0);
    CHECK(strncmp(record.text.data, "<t.gz|t>0 0\n1 1\n", 16) == 0);
    CHECK(strstr(record.text.data, "!cannot read 't.gz': truncated gzip input!;-") != NULL);
    sh("mkdir c && awk 'BEGIN { for (i = 0; i < 20000; i++) print i }' > c/a && tar cf c.tar c");
    sh("head -c 50000 c.tar > t.tar");
    walked("t.tar");
    CHECK(strncmp(record.text.data, "<t.tar:c/a|c/a>0\n1\n", 19) == 0);
    CHECK(strstr(record.text.data, "!cannot read 't.tar:c/a': ") != NULL);
    CHECK(strstr(record.text.data, "!;-") != NULL);
    sh("head -c 5 cut.gz > t.gz");
    walked("t.gz");
    CHECK(strstr(record.text.data, "!cannot read 't.gz': ") != NULL);
}

static void
test_archives(void)
{
    sh("mkdir -p r/a r/.h && echo 1 > r/a/log && echo 2 > r/b && echo 3 > r/.h/c && ln r/b r/z &&"
       " ln -s b r/l && tar czf r.tgz -C r . && tar cf r.tar r && cp r.tar plain");
    walked("r.tgz");
    CHECK(strstr(record.text.data, "<r.tgz:a/log|a/log>1\n;") != NULL);
    CHECK(strstr(record.text.data, ">2\n;") != NULL);
    CHECK(strstr(record.text.data, ">3") == NULL);
    CHECK(strlen(record.text.data) ==
          strlen("<r.tgz:a/log|a/log>1\n;<r.tgz:b|b>2\n;+")); /* the hard link counts once */
    walked("r.tar");
    CHECK(strstr(record.text.data, "<r.tar:r/a/log|r/a/log>1\n;") != NULL);
    walked("plain");
    CHECK(strstr(record.text.data, "<plain:r/a/log|r/a/log>1\n;") != NULL);
    walked_pipe("cat r.tar");
    CHECK(strstr(record.text.data, "<-:r/a/log|r/a/log|live>1\n;") != NULL);
    /* Below a directory the name must say that it is an archive. */
    sh("mkdir n && mv plain n/plain && mv r.tar n/r.tar");
    walked("n");
    CHECK(strstr(record.text.data, "<n/plain|plain>") != NULL);
    CHECK(strstr(record.text.data, "<n/r.tar:r/a/log|r.tar/r/a/log>1\n;") != NULL);
}

static void
test_zip(void)
{
    put("t.zip", two_zip, sizeof two_zip);
    put("p.zip", piped_zip, sizeof piped_zip);
    put("e.zip", secret_zip, sizeof secret_zip);
    CHECK_STR(walked("t.zip"), "<t.zip:a.csv|a.csv>epoch,val_acc\n1,10\n;"
                               "<t.zip:sub/b.txt|sub/b.txt>one\n;+");
    CHECK_STR(walked_pipe("cat t.zip"), "<-:a.csv|a.csv|live>epoch,val_acc\n1,10\n;"
                                        "<-:sub/b.txt|sub/b.txt|live>one\n;+");
    CHECK_STR(walked_pipe("cat p.zip"), "<-:-|-|live>epoch,val_acc\n1,10\n;+");
    CHECK_STR(walked("e.zip"), "!cannot read 'e.zip:a.csv': it is encrypted!-");
}

/* Whatever a damaged archive does, every member that begins ends, and trouble is told. */
static void
test_damage(void)
{
    unsigned char bytes[sizeof two_zip];
    size_t i;

    for (i = 0; i < sizeof two_zip; i++) {
        memcpy(bytes, two_zip, sizeof bytes);
        bytes[i] ^= 0x55;
        put("damaged.zip", bytes, i % 2 == 0 ? sizeof bytes : i + 1);
        walked("damaged.zip");
        CHECK(record.begun == record.ended);
    }
}

static void
test_sniff(void)
{
    char line[600];

    memset(line, 'x', sizeof line);
    CHECK(a4nn_packed_sniff("", 0) == A4NN_PACKED_MAYBE);
    CHECK(a4nn_packed_sniff(line, 511) == A4NN_PACKED_MAYBE);
    CHECK(a4nn_packed_sniff(line, 512) == A4NN_PACKED_NOT);
    line[40] = '\n';
    CHECK(a4nn_packed_sniff(line, 40) == A4NN_PACKED_MAYBE);
    CHECK(a4nn_packed_sniff(line, 41) == A4NN_PACKED_NOT);
    CHECK(a4nn_packed_sniff("\x1f", 1) == A4NN_PACKED_MAYBE);
    CHECK(a4nn_packed_sniff("\x1f\x8b\x08", 3) == A4NN_PACKED_STREAM);
    CHECK(a4nn_packed_sniff("PK\x03\x04", 4) == A4NN_PACKED_ARCHIVE);
    CHECK(a4nn_archive_named("x/runs.TAR.gz") && a4nn_archive_named("a.zip"));
    CHECK(!a4nn_archive_named("model.pt") && !a4nn_archive_named("x/.tar"));
}

int
main(void)
{
    const char *tmp = getenv("TMPDIR");
    struct a4nn_buf dir = {0}, command = {0};

    a4nn_buf_addf(&dir, "%s/a4nn-source-XXXXXX", tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
    if (mkdtemp(dir.data) == NULL || chdir(dir.data) != 0) {
        perror(dir.data);
        return 1;
    }
    test_sniff();
    test_plain();
    test_directory();
    test_compressed();
    test_truncated();
    test_archives();
    test_zip();
    test_damage();
    a4nn_buf_release(&record.text);
    a4nn_buf_addf(&command, "rm -rf '%s'", dir.data);
    sh(command.data);
    a4nn_buf_release(&command);
    a4nn_buf_release(&dir);
    return unit_end();
}
