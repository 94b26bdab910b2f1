/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are written whole or not at all. */
#include "outfile.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "scratch.h"

static struct a4nn_err err;

static int
put(const char *path, const char *text)
{
    err.msg[0] = '\0';
    return a4nn_outfile_put(path, text, strlen(text), &err);
}

static const char *
content(const char *path)
{
    static char text[256];
    FILE *in = fopen(path, "r");
    size_t n = in != NULL ? fread(text, 1, sizeof text - 1, in) : 0;

    text[n] = '\0';
    if (in != NULL)
        fclose(in);
    return in != NULL ? text : "not there";
}

/* Files in the folder, but "." and "..". */
static int
files(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *e;
    int n = 0;

    while (dir != NULL && (e = readdir(dir)) != NULL)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    if (dir != NULL)
        closedir(dir);
    return n;
}

static mode_t
mode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void
check_files(void)
{
    umask(027);
    CHECK(put("new", "one") == 0);
    CHECK_STR(content("new"), "one");
    CHECK(mode_of("new") == 0640);
    CHECK(chmod("new", 0604) == 0);
    CHECK(put("new", "") == 0); /* in its place, with its mode */
    CHECK_STR(content("new"), "");
    CHECK(mode_of("new") == 0604);
    CHECK(files(".") == 1);
}

static void
check_links(void)
{
    struct stat st;

    CHECK(mkdir("deep", 0700) == 0);
    CHECK(symlink("deep/real", "link") == 0);
    CHECK(put("link", "first") == 0); /* leads to nothing yet */
    CHECK_STR(content("deep/real"), "first");
    CHECK(put("link", "second") == 0);
    CHECK_STR(content("deep/real"), "second");
    CHECK(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(symlink("../new", "deep/up") == 0);
    CHECK(put("deep/up", "above") == 0);
    CHECK_STR(content("new"), "above");
    CHECK(symlink("circle", "circle") == 0);
    CHECK(put("circle", "x") < 0 || lstat("circle", &st) != 0 || !S_ISLNK(st.st_mode) ||
          strcmp(content("circle"), "x") == 0);
    CHECK(unlink("circle") == 0);
}

static void
check_what_is_no_file(void)
{
    char text[8] = "";
    struct stat st;
    int fd;

    CHECK(put("/dev/null", "x") == 0);
    CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
    CHECK(mkfifo("pipe", 0600) == 0);
    CHECK(put("pipe", "x") < 0); /* nobody reads it: not to be waited for */
    CHECK_STR(err.msg, "cannot write 'pipe': No such device or address");
    fd = open("pipe", O_RDONLY | O_NONBLOCK);
    CHECK(put("pipe", "abc") == 0);
    CHECK(read(fd, text, sizeof text) == 3 && memcmp(text, "abc", 3) == 0);
    CHECK(close(fd) == 0);
    CHECK(put("deep", "x") < 0);
    CHECK_STR(err.msg, "cannot write 'deep': Is a directory");
    CHECK(put("/dev/full", "x") < 0);
    CHECK_STR(err.msg, "cannot write '/dev/full': No space left on device");
}

/* The old file stays, and nothing else. */
static void
check_trouble(void)
{
    const struct rlimit small = {100, RLIM_INFINITY}, large = {RLIM_INFINITY, RLIM_INFINITY};
    char much[1000];
    int n = files(".");

    CHECK(put("no/such/folder", "x") < 0);
    CHECK_STR(err.msg, "cannot write 'no/such/folder': No such file or directory");
    memset(much, 'x', sizeof much);
    signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0); /* as a disk that fills up */
    CHECK(a4nn_outfile_put("new", much, sizeof much, &err) < 0);
    CHECK(setrlimit(RLIMIT_FSIZE, &large) == 0);
    CHECK_STR(err.msg, "cannot write 'new': File too large");
    CHECK_STR(content("new"), "above");
    CHECK(files(".") == n);
}

int
main(void)
{
    scratch_begin();
    check_files();
    check_links();
    check_what_is_no_file();
    check_trouble();
    scratch_end();
    return unit_end();
}
