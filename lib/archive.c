/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "readfd.h"

enum { PIECE = 65536 };

/* What libarchive's callbacks need: the bytes read for sniffing come first, then the rest. */
struct input {
    int fd;
    const char *head;
    size_t head_len;
    int head_given;
    off_t base; /* where the archive begins in a file that can seek, else -1 */
    char piece[PIECE];
};

struct magic {
    const char *bytes;
    size_t len;
    enum a4nn_packed kind;
};

static const struct magic magics[] = {
    {"\x1f\x8b\x08", 3, A4NN_PACKED_STREAM},
    {"\xfd"
     "7zXZ\0",
     6, A4NN_PACKED_STREAM},
    {"\x28\xb5\x2f\xfd", 4, A4NN_PACKED_STREAM},
    {"PK\x03\x04", 4, A4NN_PACKED_ARCHIVE},
    {"PK\x05\x06", 4, A4NN_PACKED_ARCHIVE},
};

/* "BZh", the level, and the first block's or the end's magic. */
static enum a4nn_packed
sniff_bzip2(const char *head, size_t len)
{
    static const char block[] = "1AY&SY", end[] = "\x17\x72\x45\x38\x50\x90";
    size_t rest = len > 4 ? (len - 4 < 6 ? len - 4 : 6) : 0;

    if (memcmp(head, "BZh", len < 3 ? len : 3) != 0)
        return A4NN_PACKED_NOT;
    if (len > 3 && (head[3] < '1' || head[3] > '9'))
        return A4NN_PACKED_NOT;
    if (memcmp(head + (len > 4 ? 4 : 0), block, rest) != 0 &&
        memcmp(head + (len > 4 ? 4 : 0), end, rest) != 0)
        return A4NN_PACKED_NOT;
    return len >= 10 ? A4NN_PACKED_STREAM : A4NN_PACKED_MAYBE;
}

/* The header's own checksum: the sum of its bytes, those of the checksum read as blanks. */
static int
tar_sum_holds(const char *head)
{
    unsigned long sum = 8 * ' ', want = 0;
    size_t i;

    for (i = 0; i < 512; i++)
        if (i < 148 || i >= 156)
            sum += (unsigned char)head[i];
    for (i = 148; i < 156 && head[i] == ' '; i++)
        ;
    if (i == 156 || head[i] < '0' || head[i] > '7')
        return 0;
    for (; i < 156 && head[i] >= '0' && head[i] <= '7'; i++)
        want = want * 8 + (unsigned long)(head[i] - '0');
    return sum == want;
}

/*
 * A tar begins with the name of a file, so that a live text could look like one until its first
 * line ends; names with a line end in them are not waited for.
 */
static enum a4nn_packed
sniff_tar(const char *head, size_t len)
{
    size_t name = len < 257 ? len : 257;

    if (memchr(head, '\n', name) != NULL || memchr(head, '\r', name) != NULL)
        return A4NN_PACKED_NOT;
    if (len < A4NN_PACKED_HEAD)
        return A4NN_PACKED_MAYBE;
    if (memcmp(head + 257, "ustar\0", 6) == 0 || memcmp(head + 257, "ustar  \0", 8) == 0 ||
        tar_sum_holds(head))
        return A4NN_PACKED_ARCHIVE;
    return A4NN_PACKED_NOT;
}

enum a4nn_packed
a4nn_packed_sniff(const char *head, size_t len)
{
    enum a4nn_packed bzip2;
    size_t i;

    if (len == 0)
        return A4NN_PACKED_MAYBE;
    for (i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (memcmp(head, magics[i].bytes, len < magics[i].len ? len : magics[i].len) == 0)
            return len < magics[i].len ? A4NN_PACKED_MAYBE : magics[i].kind;
    bzip2 = sniff_bzip2(head, len);
    return bzip2 != A4NN_PACKED_NOT ? bzip2 : sniff_tar(head, len);
}

/* The length of `path` without `suffix`, or 0 when it does not end so or is nothing else. */
static size_t
without(const char *path, const char *suffix)
{
    size_t len = strlen(path), n = strlen(suffix);

    return len > n && path[len - n - 1] != '/' && strcasecmp(path + len - n, suffix) == 0 ? len - n
                                                                                          : 0;
}

int
a4nn_archive_named(const char *path)
{
    static const char *const suffixes[] = {".tar",    ".zip",     ".tgz",    ".txz",
                                           ".tbz",    ".tbz2",    ".tzst",   ".tar.gz",
                                           ".tar.xz", ".tar.zst", ".tar.bz2"};
    size_t i;

    for (i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (without(path, suffixes[i]) != 0)
            return 1;
    return 0;
}

static la_ssize_t
input_read(struct archive *a, void *arg, const void **bytes)
{
    struct input *in = arg;
    ssize_t n;

    if (!in->head_given) {
        in->head_given = 1;
        *bytes = in->head;
        return (la_ssize_t)in->head_len;
    }
    *bytes = in->piece;
    n = a4nn_readfd(in->fd, in->piece, sizeof in->piece);
    if (n < 0)
        archive_set_error(a, errno, "%s", strerror(errno));
    return n;
}

/* Zip keeps its list of members at the end; where seeking works libarchive reads it first. */
static la_int64_t
input_seek(struct archive *a, void *arg, la_int64_t offset, int whence)
{
    struct input *in = arg;
    off_t at;

    if (whence == SEEK_SET)
        offset += in->base;
    if ((at = lseek(in->fd, offset, whence)) < 0) {
        archive_set_error(a, errno, "%s", strerror(errno));
        return ARCHIVE_FATAL;
    }
    return at - in->base;
}

static struct archive *
open_input(struct input *in, enum a4nn_packed kind)
{
    struct archive *a = archive_read_new();

    if (a == NULL)
        return NULL;
    archive_read_support_format_tar(a);
    archive_read_support_format_zip(a);
    if (kind == A4NN_PACKED_STREAM) {
        archive_read_support_filter_gzip(a);
        archive_read_support_filter_xz(a);
        archive_read_support_filter_zstd(a);
        archive_read_support_filter_bzip2(a);
        archive_read_support_format_raw(a);
        archive_read_support_format_empty(a);
    }
    archive_read_set_callback_data(a, in);
    archive_read_set_read_callback(a, input_read);
    if (in->base >= 0)
        archive_read_set_seek_callback(a, input_seek);
    return a;
}

/* One archive being walked. */
struct walk {
    struct archive *a;
    const struct a4nn_source_member *whole;
    const struct a4nn_source_sink *sink;
    struct a4nn_buf path, name; /* of the member at hand */
    unsigned long members;
    int below; /* the archive lies below a directory: its own name leads those of its members */
    int failed;
};

static void
complain(struct walk *w, const char *path, const char *why)
{
    a4nn_diag(w->sink->diag, A4NN_ERROR, NULL, 0, "cannot read '%s': %s", path,
              why != NULL ? why : "damaged");
    w->failed = 1;
}

/* "./a/b" and "a/b" are the same member. */
static const char *
skip_dots(const char *name)
{
    while (name[0] == '.' && name[1] == '/')
        for (name += 2; *name == '/'; name++)
            ;
    return name;
}

static int
hidden(const char *name)
{
    const char *part = name;

    if (strncmp(name, "__MACOSX/", 9) == 0)
        return 1;
    while (part != NULL) {
        if (part[0] == '.' && part[1] != '/' && strncmp(part, "../", 3) != 0)
            return 1;
        part = strchr(part, '/');
        if (part != NULL)
            part++;
    }
    return 0;
}

/* The path as its bytes are, or as UTF-8 where the archive says that it is. */
static const char *
entry_name(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);

    if (name == NULL)
        name = archive_entry_pathname_utf8(entry);
    return name != NULL ? skip_dots(name) : NULL;
}

static void
name_member(struct walk *w, const char *name)
{
    a4nn_buf_reset(&w->path);
    a4nn_buf_reset(&w->name);
    a4nn_buf_addf(&w->path, "%s:", w->whole->path);
    if (w->below)
        a4nn_buf_addf(&w->name, "%s/", w->whole->name);
    if (name != NULL) {
        a4nn_buf_adds(&w->path, name);
        a4nn_buf_adds(&w->name, name);
    } else {
        a4nn_buf_addf(&w->path, "%lu", w->members);
        a4nn_buf_addf(&w->name, "%lu", w->members);
    }
}

/* A single compressed file is its own only member. */
static void
name_single(struct walk *w)
{
    static const char *const suffixes[] = {".gz", ".xz", ".zst", ".bz2"};
    size_t i, len = strlen(w->whole->name);

    for (i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (without(w->whole->name, suffixes[i]) != 0)
            len = without(w->whole->name, suffixes[i]);
    a4nn_buf_reset(&w->path);
    a4nn_buf_reset(&w->name);
    a4nn_buf_adds(&w->path, w->whole->path);
    a4nn_buf_add(&w->name, w->whole->name, len);
}

/*
 * Passes the member's data on.  Holes of sparse members are left out: a header of a few bytes
 * can promise exabytes of them.  Returns libarchive's last word.
 */
static int
feed_member(struct walk *w)
{
    const void *bytes;
    size_t len;
    la_int64_t offset;
    int r;

    while ((r = archive_read_data_block(w->a, &bytes, &len, &offset)) == ARCHIVE_OK ||
           r == ARCHIVE_WARN)
        if (len != 0 && w->sink->bytes(w->sink->arg, bytes, len) != 0)
            return ARCHIVE_EOF;
    return r;
}

/* Returns what libarchive said, ARCHIVE_EOF when all is well. */
static int
walk_member(struct walk *w)
{
    struct a4nn_source_member m = *w->whole;
    int r;

    m.path = w->path.data;
    m.name = w->name.data;
    if (w->sink->begin(w->sink->arg, &m) != 0)
        return ARCHIVE_EOF;
    r = feed_member(w);
    if (r != ARCHIVE_EOF)
        complain(w, m.path, archive_error_string(w->a));
    w->sink->end(w->sink->arg);
    return r;
}

static int
walk_entry(struct walk *w, struct archive_entry *entry)
{
    const char *name = entry_name(entry);

    w->members++;
    if (archive_format(w->a) == ARCHIVE_FORMAT_RAW) {
        /* It began like a compressed file, but libarchive found that it is none. */
        if (archive_filter_code(w->a, 0) == ARCHIVE_FILTER_NONE) {
            complain(w, w->whole->path, NULL);
            return ARCHIVE_FATAL;
        }
        name_single(w);
        return walk_member(w);
    }
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL ||
        (name != NULL && hidden(name)))
        return ARCHIVE_EOF;
    name_member(w, name);
    if (archive_entry_is_encrypted(entry)) {
        complain(w, w->path.data, "it is encrypted");
        return ARCHIVE_EOF;
    }
    return walk_member(w);
}

/* A compressed file of no bytes at all is still a file. */
static void
walk_empty(struct walk *w)
{
    struct a4nn_source_member m = *w->whole;

    if (w->members != 0 || archive_format(w->a) != ARCHIVE_FORMAT_EMPTY)
        return;
    name_single(w);
    m.name = w->name.data;
    if (w->sink->begin(w->sink->arg, &m) == 0)
        w->sink->end(w->sink->arg);
}

static void
walk_all(struct walk *w)
{
    struct archive_entry *entry;
    int r;

    if (archive_read_open1(w->a) != ARCHIVE_OK) {
        complain(w, w->whole->path, archive_error_string(w->a));
        return;
    }
    for (;;) {
        r = archive_read_next_header(w->a, &entry);
        if (r == ARCHIVE_RETRY)
            continue;
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
            break;
        /* After a fatal error the archive cannot go on, and the error has been told. */
        if (walk_entry(w, entry) == ARCHIVE_FATAL)
            return;
    }
    if (r == ARCHIVE_EOF)
        walk_empty(w);
    else
        complain(w, w->whole->path, archive_error_string(w->a));
}

int
a4nn_archive_walk(int fd, const char *head, size_t len, enum a4nn_packed kind,
                  const struct a4nn_source_member *whole, const struct a4nn_source_sink *sink)
{
    struct walk w = {.whole = whole, .sink = sink};
    struct input in = {.fd = fd, .head = head, .head_len = len, .base = -1};
    off_t at = lseek(fd, 0, SEEK_CUR);
    struct stat st;

    if (at >= (off_t)len && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        in.base = lseek(fd, at - (off_t)len, SEEK_SET);
    in.head_given = in.base >= 0;
    w.below = strcmp(whole->path, whole->argument) != 0;
    w.a = open_input(&in, kind);
    if (w.a != NULL) {
        walk_all(&w);
        archive_read_free(w.a);
    } else {
        complain(&w, whole->path, "out of memory");
    }
    a4nn_buf_release(&w.path);
    a4nn_buf_release(&w.name);
    return w.failed ? -1 : 0;
}
