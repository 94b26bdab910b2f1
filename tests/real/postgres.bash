# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# A PostgreSQL of one's own: a Unix socket and all else in one private folder.

# Debian does not put the server on PATH.
pg_bin() {
    local bin
    for bin in "$(pg_config --bindir 2> /dev/null)" /usr/lib/postgresql/*/bin /usr/bin; do
        [ ! -x "$bin/initdb" ] || { echo "$bin" && return; }
    done
    echo "no initdb" >&2
    return 1
}

# The server does not run as root.
pg_as_user() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && setpriv --reuid "$PGUSER" --regid "$(id -g "$PGUSER")" --clear-groups "$@")
    else
        "$@"
    fi
}

pg_ctl() {
    pg_as_user "$(pg_bin)/pg_ctl" -s -w -D "$PGHOST/data" -l "$PGHOST/log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$PGHOST' -c fsync=${PG_FSYNC:-off}" "$@"
}

# Starts one; sets PGHOST and PGUSER.
pg_start() {
    PGHOST=$(mktemp -d "${TMPDIR:-/tmp}/a4nn-pg.XXXXXX")
    PGUSER=$(id -un)
    [ "$PGUSER" != root ] || PGUSER=nobody
    export PGHOST PGUSER
    [ "$(id -u)" -ne 0 ] || chown "$PGUSER" "$PGHOST"
    pg_as_user "$(pg_bin)/initdb" -D "$PGHOST/data" -U "$PGUSER" -A trust -E UTF8 --locale=C -N \
        > "$PGHOST/initdb.log" 2>&1 || { cat "$PGHOST/initdb.log" && return 1; }
    pg_ctl start > /dev/null
}

pg_stop() {
    pg_ctl -m immediate stop || :
    rm -rf "$PGHOST"
}
