# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-history and the files that an SQLite database can lie in, or not.
load lib
load history

setup() {
    export A4NN_HISTORY=$BATS_TEST_TMPDIR/h.db
    curve acc 1 2 3 > in.csv
}

teardown() {
    ! mountpoint -q small || umount small
    [ ! -e closed ] || chmod u+w closed
}

# More than fits into the places below.
many() {
    echo run,epoch,value,metric
    awk 'BEGIN { for (r = 0; r < 600; r++) for (e = 1; e <= 50; e++) print "run" r "," e "," e / 3 ",acc" }'
}

# passes_on MESSAGE: add fails with the message, and passes all records on all the same.
passes_on() {
    run -2 --separate-stderr a4nn-history add in.csv
    [ "${stderr_lines[0]}" = "a4nn-history: $1" ] || fail "$stderr"
    [ -z "$output" ]
    run -2 --separate-stderr a4nn-history add --pass in.csv
    [ "$stderr" = "a4nn-history: $1
a4nn-history: from here on nothing is kept, all is passed on" ] || fail "$stderr"
    cmp in.csv <(printf '%s\n' "$output")
}

@test "history: a file that may not be written" {
    mkdir closed
    A4NN_HISTORY=closed/h.db
    a4nn-history add -q in.csv
    chmod 444 closed/h.db
    chmod 555 closed
    run -2 --separate-stderr "${bound[@]}" a4nn-history add --pass in.csv
    [ "${stderr_lines[0]}" = "a4nn-history: cannot open 'closed/h.db': Permission denied" ]
    cmp in.csv <(printf '%s\n' "$output")
    # but read, even where no lock can be made
    run -0 --separate-stderr "${bound[@]}" a4nn-history export -o csv
    [ "${#lines[@]}" -eq 4 ]
    [ -z "$stderr" ]
}

@test "history: folders that are not there, or not to be made" {
    A4NN_HISTORY=$PWD/a/b/c.db a4nn-history add -q in.csv # made
    [ "$(stat -c %a a a/b a/b/c.db | paste -sd ' ')" = "700 700 600" ]
    touch file
    A4NN_HISTORY=file/x.db passes_on "cannot open 'file/x.db': Not a directory"
    mkdir dir
    A4NN_HISTORY=dir passes_on "cannot open 'dir': Is a directory"
    A4NN_HISTORY=none/h.db run -2 --separate-stderr a4nn-history list
    [ "$stderr" = "a4nn-history: cannot open 'none/h.db': No such file or directory" ]
    [ ! -e none ]
    mkdir closed && chmod 555 closed
    A4NN_HISTORY=closed/x/h.db
    run -2 --separate-stderr "${bound[@]}" a4nn-history add --pass in.csv
    [ "${stderr_lines[0]}" = "a4nn-history: cannot open '$A4NN_HISTORY': Permission denied" ]
    cmp in.csv <(printf '%s\n' "$output")
}

@test "history: a newer schema, somebody else's database, and no database" {
    a4nn-history add -q in.csv
    sqlite3 h.db 'PRAGMA user_version = 99'
    passes_on "'$PWD/h.db' has schema 99, this a4nn knows 1: update a4nn"
    run -2 a4nn-history list
    sqlite3 other.db 'CREATE TABLE run (x)'
    A4NN_HISTORY=other.db passes_on "'other.db' is a database, but no history of a4nn"
    [ "$(sqlite3 other.db .schema)" = "CREATE TABLE run (x);" ]
    echo 'this is a file of text that is no database, and is long enough to be taken for one' > text.db
    cp text.db before
    A4NN_HISTORY=text.db passes_on "'text.db' is no SQLite database"
    cmp text.db before
}

@test "history: a file that may not grow" {
    many > big.csv
    run -0 bash -c "(ulimit -f 200; exec a4nn-history add -q --pass big.csv) 2> err | cat > out; echo \${PIPESTATUS[0]}"
    [ "$output" = 2 ]
    cmp big.csv out
    [ "$(head -n 1 err)" = "a4nn-history: '$PWD/h.db': disk I/O error (files may not grow beyond 204800 bytes: ulimit -f)" ] ||
        fail "$(cat err)"
    whole # it can be read, and written again
    a4nn-history add -q big.csv
    whole
}

@test "history: a full disk" {
    if ! mkdir small || ! mount -t tmpfs -o size=600k tmpfs small 2> err; then
        # who may not mount has /dev/full's kin: a limit on the file, above
        grep -q permitted err || grep -q denied err || grep -q superuser err
        return 0
    fi
    A4NN_HISTORY=$PWD/small/h.db
    a4nn-history add -q in.csv
    many > big.csv
    run -0 bash -c "a4nn-history add -q --pass big.csv 2> err | cat > out; echo \${PIPESTATUS[0]}"
    [ "$output" = 2 ]
    cmp big.csv out
    grep -qx "a4nn-history: '$A4NN_HISTORY': the disk is full" err || fail "$(cat err)"
    whole
    [ "$(fact observations)" -eq 3 ]
    # full to the last page: not even who reads can make the room that they need beside it
    rm small/*
    a4nn-history add -q in.csv
    head -c 1M /dev/zero > small/rest 2> none || true
    run -2 --separate-stderr a4nn-history list
    [ "$stderr" = "a4nn-history: '$A4NN_HISTORY': the disk is full" ]
    run -0 --separate-stderr a4nn-train-wrap -H -r r --on-stop report -- cat in.csv
    [ "$output" = "$(cat in.csv)" ]
    [[ $stderr == *"not all is in the history: '$A4NN_HISTORY': the disk is full"* ]]
    rm small/rest
    whole
}

@test "history: a damaged file is found out, and not made worse" {
    a4nn-log -q -E 25 -o csv "$(data authors-1e16.csv)" | a4nn-history add -q
    a4nn-history compact -q
    printf 'XXXXXXXXXXXXXXXX' | dd of=h.db bs=1 seek=$((3 * 4096 + 100)) conv=notrunc status=none
    printf '\377\377\377\377\377\377' | dd of=h.db bs=1 seek=$((4 * 4096)) conv=notrunc status=none
    run a4nn-history check
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ]
    [ -n "$output" ]
    head -c 10000 h.db > cut.db
    A4NN_HISTORY=cut.db run a4nn-history list
    [ "$status" -le 2 ]
    A4NN_HISTORY=cut.db run a4nn-history check
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ]
}
