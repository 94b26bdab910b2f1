/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a folder is a publication, whole and as it was published. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "package_parts.h"
#include "readfd.h"
#include "sha256.h"

enum { METADATA_LIMIT = 64 << 20, FORMAT = 1 };

/* A name of one part, that is no way out of the folder; "page/" may stand before it in sums. */
static bool
is_inside(const char *path)
{
    return path[0] != '\0' && strpbrk(path, "/\\") == NULL && strcmp(path, ".") != 0 &&
           strcmp(path, "..") != 0;
}

/* Only what is a file itself: no link, which may lead anywhere, no pipe, which may never end. */
static int
open_inside(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

static int
read_inside(int folder, const char *where, const char *name, struct a4nn_buf *out,
            struct a4nn_err *err)
{
    int fd = open_inside(folder, name), result = 0;

    if (fd < 0 || a4nn_readfd_all(fd, METADATA_LIMIT, out) < 0)
        result = a4nn_err_set(err, "%.300s/%s: %s", where, name, strerror(errno));
    if (fd >= 0)
        close(fd);
    a4nn_buf_adds(out, "");
    return result;
}

static int
sum_of(int fd, char out[65])
{
    struct a4nn_sha256 *sum = a4nn_sha256_new();
    char piece[1 << 15];
    ssize_t n;

    while ((n = a4nn_readfd(fd, piece, sizeof piece)) > 0)
        a4nn_sha256_add(sum, piece, (size_t)n);
    a4nn_sha256_finish(sum, out);
    return n < 0 || lseek(fd, 0, SEEK_SET) != 0 ? -1 : 0;
}

/* Opens a file if its sum is that. */
static int
open_verified(int folder, const char *where, const char *name, const char *wanted,
              struct a4nn_err *err)
{
    int fd = open_inside(folder, name);
    char sum[65];

    if (fd < 0 || sum_of(fd, sum) < 0) {
        a4nn_err_set(err, "%.300s/%.100s: %s", where, name, strerror(errno));
    } else if (strcmp(sum, wanted) != 0) {
        a4nn_err_set(err, "%.300s/%.100s is not as it was published: its checksum is another",
                     where, name);
    } else {
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* ---- SHA256SUMS ---- */

static int
verify_line(int folder, const char *where, char *line, struct a4nn_err *err)
{
    char *name = strstr(line, "  ");
    const char *file;
    int fd, page = -1;

    if (name == NULL || name - line != 64)
        return a4nn_err_set(err, "%.300s/SHA256SUMS: not a checksum and a name: '%.100s'", where,
                            line);
    *name = '\0';
    name += 2;
    file = strncmp(name, "page/", 5) == 0 ? name + 5 : name;
    if (!is_inside(file))
        return a4nn_err_set(err, "%.300s/SHA256SUMS: not a file of the publication: '%.100s'",
                            where, name);
    if (file != name &&
        (page = openat(folder, "page", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
        return a4nn_err_set(err, "%.300s/page: %s", where, strerror(errno));
    fd = open_verified(file != name ? page : folder, where, file, line, err);
    if (page >= 0)
        close(page);
    if (fd < 0)
        return -1;
    close(fd);
    return 0;
}

static int
verify_all(int folder, const char *where, struct a4nn_err *err)
{
    struct a4nn_buf text = {0};
    int result = read_inside(folder, where, "SHA256SUMS", &text, err);
    char *line, *rest = NULL;

    if (result == 0)
        for (line = strtok_r(text.data, "\n", &rest); line != NULL && result == 0;
             line = strtok_r(NULL, "\n", &rest))
            result = verify_line(folder, where, line, err);
    a4nn_buf_release(&text);
    return result;
}

/* ---- datapackage.json ---- */

static const char *
text_of(const struct a4nn_json *object, const char *name)
{
    const char *text = a4nn_json_string(a4nn_json_get(object, name));

    return text != NULL ? text : "";
}

static const struct a4nn_json *
find_resource(const struct a4nn_json *resources, const char *name)
{
    size_t i;

    for (i = 0; i < a4nn_json_size(resources); i++)
        if (strcmp(text_of(a4nn_json_at(resources, i), "name"), name) == 0)
            return a4nn_json_at(resources, i);
    return NULL;
}

static int
check_metadata(const char *where, const struct a4nn_json *package, struct a4nn_err *err)
{
    const struct a4nn_json *resources = a4nn_json_get(package, "resources"), *path;
    double format = NAN;
    size_t i;

    if (a4nn_json_kind(a4nn_json_get(package, "a4nn")) != A4NN_JSON_OBJECT)
        return a4nn_err_set(err, "'%.300s' is no publication of a4nn", where);
    a4nn_json_number(a4nn_json_get(a4nn_json_get(package, "a4nn"), "format"), &format);
    if (!(format == FORMAT))
        return a4nn_err_set(err, "'%.300s' has format %g, this a4nn knows %d: update a4nn", where,
                            format, (int)FORMAT);
    for (i = 0; i < a4nn_json_size(resources); i++) {
        path = a4nn_json_get(a4nn_json_at(resources, i), "path");
        if (a4nn_json_string(path) == NULL || a4nn_json_string_cut(path) ||
            !is_inside(a4nn_json_string(path)))
            return a4nn_err_set(
                err, "%.300s/datapackage.json: not a file of the publication: '%.100s'", where,
                a4nn_json_string(path) != NULL ? a4nn_json_string(path) : "");
    }
    return 0;
}

static int
open_table(int folder, const char *where, const struct a4nn_json *package, size_t table,
           struct a4nn_err *err)
{
    const char *name = a4nn_pub_table(table)->name;
    const struct a4nn_json *r = find_resource(a4nn_json_get(package, "resources"), name);
    const char *hash = text_of(r, "hash");

    if (r == NULL)
        return a4nn_err_set(err, "%.300s/datapackage.json: there is no table '%s'", where, name);
    if (strncmp(hash, "sha256:", 7) != 0)
        return a4nn_err_set(err, "%.300s/datapackage.json: '%s' has no SHA-256", where, name);
    return open_verified(folder, where, text_of(r, "path"), hash + 7, err);
}

static int
open_tables(int folder, const char *where, int fd[A4NN_PUB_TABLES], struct a4nn_err *err)
{
    struct a4nn_buf text = {0};
    struct a4nn_json *package = NULL;
    struct a4nn_err why;
    int result = read_inside(folder, where, "datapackage.json", &text, err);
    size_t i;

    if (result == 0 && (package = a4nn_json_parse(text.data, text.len, NULL, &why)) == NULL)
        result = a4nn_err_set(err, "%.300s/datapackage.json: %.300s", where, why.msg);
    if (result == 0)
        result = check_metadata(where, package, err);
    if (result == 0)
        result = verify_all(folder, where, err);
    for (i = 0; i < A4NN_PUB_TABLES && result == 0; i++)
        if ((fd[i] = open_table(folder, where, package, i, err)) < 0)
            result = -1;
    a4nn_json_free(package);
    a4nn_buf_release(&text);
    return result;
}

int
a4nn_package_open(const char *where, int fd[A4NN_PUB_TABLES], struct a4nn_err *err)
{
    int folder = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;
    size_t i;

    for (i = 0; i < A4NN_PUB_TABLES; i++)
        fd[i] = -1;
    if (folder < 0)
        return a4nn_err_set(err, "%.300s: %s", where, strerror(errno));
    result = open_tables(folder, where, fd, err);
    close(folder);
    for (i = 0; i < A4NN_PUB_TABLES && result < 0; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    return result;
}
