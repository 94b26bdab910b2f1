/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commit of a working tree, from repositories as Git lays them out, and from what is none. */
#include "commit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"

#define ID    "0123456789abcdef0123456789abcdef01234567"
#define OTHER "89abcdef0123456789abcdef0123456789abcdef"
#define LONG  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *
found(const char *folder)
{
    static char id[65];

    return a4nn_commit_find(folder, id) ? id : "none";
}

static void
check_references(void)
{
    scratch_put("r/.git/HEAD", "ref: refs/heads/main\n");
    CHECK_STR(found("r"), "none"); /* nothing is committed yet */
    scratch_put("r/.git/packed-refs",
                "# pack-refs with: peeled fully-peeled sorted \n" OTHER " refs/heads/mai\n" OTHER
                " refs/heads/main2\n" ID " refs/heads/main\n^" OTHER "\n");
    CHECK_STR(found("r"), ID);
    CHECK_STR(found("r/a/b"), ID);
    scratch_put("r/.git/refs/heads/main", OTHER "\n"); /* newer than the packed one */
    CHECK_STR(found("r/a"), OTHER);
    scratch_put("r/.git/refs/heads/main", "ref: refs/heads/main\n"); /* in a circle */
    CHECK_STR(found("r"), "none");
    scratch_put("r/.git/HEAD", LONG "\n");
    CHECK_STR(found("r"), LONG);
}

static void
check_working_trees(void)
{
    scratch_put("r/.git/HEAD", ID "\n");
    scratch_put("r/.git/refs/heads/side", OTHER "\n");
    CHECK(mkdir("r/.git/worktrees", 0700) == 0 && mkdir("r/.git/worktrees/w", 0700) == 0);
    CHECK(mkdir("w", 0700) == 0);
    scratch_put("w/.git", "gitdir: ../r/.git/worktrees/w\n");
    scratch_put("r/.git/worktrees/w/HEAD", "ref: refs/heads/side\n");
    scratch_put("r/.git/worktrees/w/commondir", "../..\n");
    CHECK_STR(found("w"), OTHER);
    CHECK_STR(found("r"), ID);
}

static void
check_what_is_none(void)
{
    static const char *const heads[] = {"",
                                        "\n",
                                        "ref: ",
                                        "ref: refs/../../../secret\n",
                                        "ref: /etc/passwd\n",
                                        "ref: refs/heads\n",
                                        "0123456789abcdef\n",
                                        "g123456789abcdef0123456789abcdef01234567\n",
                                        (ID "0\n")};
    size_t i;

    scratch_put("r/secret", ID "\n");
    for (i = 0; i < sizeof heads / sizeof *heads; i++) {
        scratch_put("r/.git/HEAD", heads[i]);
        CHECK_STR(found("r"), "none");
    }
    CHECK(unlink("r/.git/HEAD") == 0);
    CHECK_STR(found("r"), "none");
    CHECK(mkfifo("r/.git/HEAD", 0600) == 0); /* nobody ever writes to it */
    CHECK_STR(found("r"), "none");
    CHECK_STR(found("not there"), "none");
    scratch_put("w/.git", "gitdir: nowhere\n");
    CHECK_STR(found("w"), "none");
}

int
main(void)
{
    scratch_begin();
    CHECK_STR(found("."), "none");
    CHECK(mkdir("r", 0700) == 0 && mkdir("r/a", 0700) == 0 && mkdir("r/a/b", 0700) == 0);
    CHECK(mkdir("r/.git", 0700) == 0 && mkdir("r/.git/refs", 0700) == 0 &&
          mkdir("r/.git/refs/heads", 0700) == 0);
    check_references();
    check_working_trees();
    check_what_is_none();
    scratch_end();
    return unit_end();
}
