/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FOLLOW_PARTS_H
#define A4NN_FOLLOW_PARTS_H

#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "follow.h"
#include "strmap.h"

/*
 * What the parts of follow.h share: follow.c (when it is looked), follow_dir.c (what is followed),
 * follow_event.c (what inotify tells), follow_file.c (one file).
 */

enum { A4NN_FOLLOW_OPEN = 256, A4NN_FOLLOW_OLD = 4, A4NN_FOLLOW_PIECE = 65536 };

/* A file as it is told from others: FNV-1a of its first bytes and of those read last. */
struct a4nn_follow_print {
    uint64_t head, tail;
    uint16_t head_len, tail_len;
};

struct a4nn_follow_id {
    dev_t dev;
    ino_t ino;
};

struct a4nn_follow_old {
    struct a4nn_follow_id id;
    struct a4nn_follow_print print;
};

struct a4nn_follow_entry {
    struct a4nn_follow_file file; /* first: the receiver's pointer is this one */
    char *path;
    size_t dir, root;                /* numbers of the directory it is in and of its argument */
    struct a4nn_follow_entry *owner; /* this is a file of that one's, under another name */
    char *moved;                     /* where its file is now */

    struct a4nn_follow_id id;
    struct a4nn_follow_old old[A4NN_FOLLOW_OLD]; /* files that had its name before */
    unsigned olds;
    off_t at;
    off_t before; /* so much of its content was there when it was added */
    struct timespec mtime;
    struct a4nn_follow_print print;
    double due;    /* when a whole file will have been still long enough, else 0 */
    double lost;   /* since when its name leads nowhere, else 0 */
    int fd;        /* -1 when closed */
    int link;      /* watch of the file a symbolic link leads to, -1 */
    unsigned slot; /* among the open ones */
    bool begun, restart, dirty, told, event, closed, passed, is_dir;
};

struct a4nn_follow_dir {
    char *path; /* with the '/' at its end; "" is the working directory */
    size_t root;
    size_t next; /* number + 1 of another directory with the same watch */
    int wd;      /* -1: not watched */
    bool whole, top, pattern, polled, gone, told;
};

struct a4nn_follow_root {
    char *argument, *real;
    bool pattern;
};

struct a4nn_follow {
    struct a4nn_follow_sink sink;
    double poll;             /* as asked for */
    int inotify, no_inotify; /* -1, and why (errno) */
    bool started, told_limit, told_network, patterns_due;
    bool any_gone, shallow;

    struct a4nn_follow_root *root;
    size_t roots, cap_root;
    struct a4nn_strmap dir_map;
    struct a4nn_follow_dir *dir;
    size_t cap_dir;
    struct a4nn_strmap map; /* paths */
    struct a4nn_follow_entry **entry;
    size_t cap_entry;
    size_t begun, polled;

    size_t *by_wd; /* directory + 1 by watch */
    size_t wds;
    struct a4nn_follow_entry **link_by_wd;
    size_t links;

    struct a4nn_follow_entry **dirty, **settling;
    size_t dirties, cap_dirty, settlings, cap_settling;
    struct a4nn_follow_entry *open[A4NN_FOLLOW_OPEN];
    unsigned next_open;

    uint32_t cookie;                /* of the last name that was moved from ... */
    struct a4nn_follow_entry *from; /* ... and what it was */
    double next_poll, next_sweep, next_retry;
    char *piece;
};

/* ---- follow_dir.c ---- */

/* Seconds between two looks where inotify does not reach. */
#define A4NN_FOLLOW_USUAL_POLL 1.0

#define A4NN_FOLLOW_DIR_MASK                                                                       \
    (IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |            \
     IN_MOVE_SELF | IN_ONLYDIR)

/* Both, one behind the other, as a new string. */
char *a4nn_follow_join_path(const char *folder, const char *name);

/* The directory's path for a call and for a message. */
const char *a4nn_follow_shown_dir(const struct a4nn_follow_dir *d);

/* The entry of a path, made if it is new; `skip` bytes of it are not part of its name. */
struct a4nn_follow_entry *a4nn_follow_entry_of(struct a4nn_follow *f, const char *path, size_t root,
                                               size_t dir, size_t skip);

/* Finds out of changes in a directory from now on, by events if it can be. */
void a4nn_follow_watch_dir(struct a4nn_follow *f, size_t number);

/* Something is in a folder that is followed with all in it. True: it is a directory ... */
bool a4nn_follow_take(struct a4nn_follow *f, size_t number, const char *name, bool event);

/* ... which is then entered. */
void a4nn_follow_enter(struct a4nn_follow *f, const char *path, size_t root, unsigned depth);

/* Looks through a folder: its files are looked at in this step, in order; then its folders. */
void a4nn_follow_scan(struct a4nn_follow *f, size_t number, unsigned depth);

/* A folder that was named, or that is where a file was expected. */
void a4nn_follow_add_folder(struct a4nn_follow *f, const char *path, size_t root);

/* What a pattern finds now. */
void a4nn_follow_expand(struct a4nn_follow *f, size_t root);

/* ---- follow_event.c ---- */

void a4nn_follow_read_events(struct a4nn_follow *f);

/* A watch on the file behind a symbolic link. */
void a4nn_follow_watch_link(struct a4nn_follow *f, struct a4nn_follow_entry *e);

/* ---- follow_file.c, but for the first ---- */

/* To be looked at in this step (follow_dir.c). */
void a4nn_follow_touch(struct a4nn_follow *f, struct a4nn_follow_entry *e);

/*
 * Looks at what its path leads to now and gives what is new.  False when the path leads to a
 * directory.
 */
bool a4nn_follow_look(struct a4nn_follow *f, struct a4nn_follow_entry *e);

/* All of a file that is read as a whole. */
void a4nn_follow_look_whole(struct a4nn_follow *f, struct a4nn_follow_entry *e);

void a4nn_follow_close(struct a4nn_follow *f, struct a4nn_follow_entry *e);

#endif
