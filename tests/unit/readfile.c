/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files: what is read of them, and what is refused. */
#include "readfile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"

static struct a4nn_buf text;
static struct a4nn_err err;

static void
check_limits(void)
{
    scratch_put("five", "12345");
    CHECK(a4nn_readfile("five", &text, &err) == 0);
    CHECK(a4nn_readfile_most("five", 5, &text, &err) ==
          0); /* what is there already does not count */
    CHECK(a4nn_readfile_regular("five", 5, &text, &err) == 0);
    CHECK_STR(text.data, "123451234512345");
    CHECK(a4nn_readfile_most("five", 4, &text, &err) == -1);
    CHECK_STR(err.msg, "more than 4 bytes in 'five'");
    CHECK(a4nn_readfile_regular("five", 4, &text, &err) == -1);
    CHECK_STR(err.msg, "more than 4 bytes in 'five'");
    CHECK(a4nn_readfile_most("/dev/zero", 100000, &text, &err) == -1);
    CHECK_STR(err.msg, "more than 100000 bytes in '/dev/zero'");
}

static void
check_none(void)
{
    CHECK(a4nn_readfile("none", &text, &err) == -1);
    CHECK_STR(err.msg, "cannot open 'none': No such file or directory");
    CHECK(a4nn_readfile_most("none", 9, &text, &err) == -1);
    CHECK_STR(err.msg, "cannot open 'none': No such file or directory");
    CHECK(a4nn_readfile_regular("none", 9, &text, NULL) == -1);
    CHECK(a4nn_readfile(".", &text, &err) == -1);
    CHECK_STR(err.msg, "cannot read '.': Is a directory");
}

/* Only what is given by name may be no file: a pipe is read there, and not waited for elsewhere. */
static void
check_regular(void)
{
    char piped[9] = "";
    int fd;

    CHECK(mkfifo("pipe", 0600) == 0 && symlink("pipe", "to-pipe") == 0);
    CHECK(symlink("five", "to-five") == 0);
    CHECK(a4nn_readfile_regular("pipe", 9, &text, &err) == -1);
    CHECK_STR(err.msg, "'pipe' is no regular file");
    CHECK(a4nn_readfile_regular("to-pipe", 9, &text, &err) == -1);
    CHECK_STR(err.msg, "'to-pipe' is no regular file");
    CHECK(a4nn_readfile_regular(".", 9, &text, &err) == -1);
    CHECK_STR(err.msg, "'.' is no regular file");
    CHECK(a4nn_readfile_regular("/dev/zero", 9, &text, &err) == -1);
    CHECK(a4nn_readfile_regular("to-five", 9, &text, &err) == 0);
    /* a writer was there while it was refused: nothing of its bytes is gone */
    fd = open("pipe", O_RDWR);
    CHECK(fd >= 0 && write(fd, "bytes", 5) == 5);
    CHECK(a4nn_readfile_regular("pipe", 9, &text, &err) == -1);
    CHECK(read(fd, piped, 8) == 5);
    CHECK_STR(piped, "bytes");
    close(fd);
}

static void
check_input(void)
{
    int fd = open("five", O_RDONLY);

    CHECK(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
    a4nn_buf_reset(&text);
    CHECK(a4nn_readfile_most("-", 5, &text, &err) == 0);
    CHECK_STR(text.data, "12345");
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    CHECK(a4nn_readfile_most("-", 4, &text, &err) == -1);
    CHECK_STR(err.msg, "more than 4 bytes in 'standard input'");
    CHECK(a4nn_readfile("-", &text, &err) == -1); /* a name like any other */
    CHECK_STR(err.msg, "cannot open '-': No such file or directory");
    close(fd);
}

int
main(void)
{
    scratch_begin();
    check_limits();
    check_none();
    check_regular();
    check_input();
    a4nn_buf_release(&text);
    scratch_end();
    return unit_end();
}
