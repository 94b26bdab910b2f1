/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "process.h"

enum { MOST = 1 << 20, PIECE = 64 << 10 };

static void
tell(struct a4nn_relay *r)
{
    const uint64_t one = 1;

    if (write(r->told, &one, sizeof one) < 0)
        return; /* the counter is full: it has been told */
}

/* Waits until it may be written, or until something has changed for the relay. */
static void
wait_to_write(struct a4nn_relay *r, int to)
{
    struct pollfd p[2] = {{.fd = to, .events = POLLOUT}, {.fd = r->wake, .events = POLLIN}};
    uint64_t count;

    if (poll(p, 2, -1) > 0 && p[1].revents != 0 && read(r->wake, &count, sizeof count) < 0)
        return;
}

/* ---- the copy ---- */

static void
end_copy(struct a4nn_relay *r, bool lost)
{
    close(r->copy);
    r->copy = -1;
    if (!lost)
        return;
    atomic_store(&r->copy_lost, true);
    tell(r);
}

/* Waits until the copy can be written; when it is stuck, or its reader is gone, it is given up. */
static void
wait_for_copy(struct a4nn_relay *r)
{
    struct pollfd p = {.fd = r->copy, .events = POLLOUT};

    if (poll(&p, 1, (int)(A4NN_RELAY_STALL * 1000)) == 0 || (p.revents & POLLERR) != 0)
        end_copy(r, true);
}

static void
write_copy(struct a4nn_relay *r, const char *bytes, size_t len)
{
    while (len > 0 && r->copy >= 0) {
        ssize_t n = write(r->copy, bytes, len);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            wait_for_copy(r);
        } else if (n < 0 && errno != EINTR) {
            end_copy(r, true);
        }
    }
}

/* ---- what cannot be written ---- */

static void
fail(struct a4nn_relay *r, int error)
{
    int none = 0;

    atomic_store(&r->lost, true);
    if (atomic_compare_exchange_strong(&r->trouble, &none, error))
        tell(r);
    if (error == EPIPE || error == EBADF)
        r->to = r->nowhere; /* for good; a full disk may have room again */
}

/* ---- with splice ---- */

/* Reads up to `len` of the bytes that are there and are not passed on. */
static void
discard(struct a4nn_relay *r, size_t len)
{
    char scrap[4096];

    while (len > 0) {
        ssize_t n = read(r->from, scrap, len < sizeof scrap ? len : sizeof scrap);
        if (n == 0 || (n < 0 && errno != EINTR))
            return;
        len -= n > 0 ? (size_t)n : 0;
    }
}

/* That nothing was moved is not yet the end. */
static bool
at_end(const struct a4nn_relay *r)
{
    struct pollfd p = {.fd = r->from};
    int there = 0;

    return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP) != 0 &&
           (ioctl(r->from, FIONREAD, &there) < 0 || there == 0);
}

static bool copy_piece(struct a4nn_relay *r, size_t len, bool with_copy);

/* Passes on `len` bytes that are there. */
static void
push(struct a4nn_relay *r, size_t len)
{
    while (len > 0) {
        int to = atomic_load(&r->released) ? r->nowhere : r->to;
        ssize_t n = splice(r->from, NULL, to, NULL, len, 0);
        if (n > 0) {
            len -= (size_t)n;
        } else if (n < 0 && errno == EINVAL) { /* a terminal, a file opened for appending */
            r->copying = true;
            while (len > 0) {
                size_t part = len < PIECE ? len : PIECE;
                copy_piece(r, part, false);
                len -= part;
            }
        } else if (n < 0 && errno == EAGAIN) {
            wait_to_write(r, to);
        } else if (n < 0 && errno != EINTR) {
            fail(r, errno);
            discard(r, len);
            return;
        } else if (n == 0) {
            return;
        }
    }
}

/* Moves what is there; false at the end, or when nothing is there any more. */
static bool
splice_piece(struct a4nn_relay *r)
{
    ssize_t n;

    if (r->copy >= 0) {
        n = tee(r->from, r->copy, MOST, SPLICE_F_NONBLOCK);
        if (n > 0)
            push(r, (size_t)n);
        else if (n < 0 && errno == EAGAIN)
            wait_for_copy(r);
        else if (n < 0 && errno != EINTR)
            end_copy(r, true);
        return n != 0 || !at_end(r);
    }
    n = splice(r->from, NULL, atomic_load(&r->released) ? r->nowhere : r->to, NULL, MOST, 0);
    if (n < 0 && errno == EINVAL)
        r->copying = true;
    else if (n < 0 && errno == EAGAIN)
        wait_to_write(r, r->to);
    else if (n < 0 && errno != EINTR) {
        fail(r, errno);
        discard(r, PIECE);
    }
    return n != 0 || !at_end(r);
}

/* ---- with read and write ---- */

static void
write_all(struct a4nn_relay *r, const char *bytes, size_t len)
{
    while (len > 0 && !atomic_load(&r->released)) {
        ssize_t n = write(r->to, bytes, len);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            wait_to_write(r, r->to);
        } else if (n < 0 && errno != EINTR) {
            fail(r, errno);
            return;
        }
    }
}

/* A terminal whose last writer is gone gives EIO. */
static bool
copy_piece(struct a4nn_relay *r, size_t len, bool with_copy)
{
    char bytes[PIECE];
    ssize_t n = read(r->from, bytes, len);

    if (n < 0)
        return errno == EINTR || (errno == EAGAIN && !atomic_load(&r->draining));
    write_all(r, bytes, (size_t)n);
    if (with_copy)
        write_copy(r, bytes, (size_t)n);
    return n != 0;
}

/* ---- the thread ---- */

static void *
run(void *arg)
{
    struct a4nn_relay *r = arg;
    struct pollfd p[2] = {{.fd = r->from, .events = POLLIN}, {.fd = r->wake, .events = POLLIN}};
    bool more = true;
    uint64_t count;

    while (more) {
        bool draining = atomic_load(&r->draining);

        if (poll(p, draining ? 1 : 2, draining ? 0 : -1) < 0 && errno != EINTR)
            break;
        if (!draining && p[1].revents != 0 && read(r->wake, &count, sizeof count) < 0)
            break;
        /* what is written to a terminal takes its time to get through, so it is tried */
        if (p[0].revents != 0 || (draining && r->copying))
            more = r->copying ? copy_piece(r, PIECE, true) : splice_piece(r);
        else if (draining)
            more = false;
    }
    if (r->copy >= 0)
        end_copy(r, false);
    atomic_store(&r->done, true);
    tell(r);
    return NULL;
}

int
a4nn_relay_start(struct a4nn_relay *r, struct a4nn_err *err)
{
    int error, flags;

    r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r->nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    r->copying = isatty(r->from) != 0;
    flags = fcntl(r->from, F_GETFL);
    fcntl(r->from, F_SETFL, flags | O_NONBLOCK);
    if (r->to < 0)
        r->to = r->nowhere;
    if (r->wake < 0 || r->nowhere < 0)
        return a4nn_err_set(err, "cannot relay output: %s", strerror(errno));
    if ((error = pthread_create(&r->thread, NULL, run, r)) != 0)
        return a4nn_err_set(err, "cannot relay output: %s", strerror(error));
    return 0;
}

static void
wake(struct a4nn_relay *r)
{
    const uint64_t one = 1;

    if (write(r->wake, &one, sizeof one) < 0)
        return; /* it has been woken already */
}

void
a4nn_relay_drain(struct a4nn_relay *r)
{
    atomic_store(&r->draining, true);
    wake(r);
}

void
a4nn_relay_release(struct a4nn_relay *r)
{
    atomic_store(&r->released, true);
    wake(r);
}

void
a4nn_relay_join(struct a4nn_relay *r)
{
    pthread_join(r->thread, NULL);
    close(r->from);
    close(r->wake);
    close(r->nowhere);
}
