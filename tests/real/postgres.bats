# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-history and a PostgreSQL server: what SQLite has no like of.  What both have to do is tested
# by postgres.sh.
load ../lib
load ../history
load postgres

setup_file() {
    export STORE=postgres
    pg_start
}

teardown_file() { pg_stop; }

setup() {
    new_history
    curve acc 1 2 3 > in.csv
}

# passes_on MESSAGE: add fails with the message, and passes all records on all the same.
passes_on() {
    run -2 --separate-stderr a4nn-history add --pass in.csv
    [ "$stderr" = "a4nn-history: $1
a4nn-history: from here on nothing is kept, all is passed on" ] || fail "$stderr"
    cmp in.csv <(printf '%s\n' "$output")
}

uri() { echo "postgresql://$PGUSER@/$database?host=$PGHOST${1:+&$1}"; }

@test "postgres: no message shows a password" {
    local name
    for name in "postgresql://u:secret%40word@/none?host=$PGHOST" "postgres://u:se@cr:et@[::1]:1/db" \
        "postgresql:///none?host=$PGHOST&password=secret&user=u" "postgresql://u:secret@host:port/db" \
        "postgresql://u:secret@[::1/db" "postgresql://u:secr%zzet@h/db" "postgresql://u@h/db?password=secret&nonsense=1" \
        "postgresql://h/db?sslpassword=secret&connect_timeout=x" "postgresql:///none?password=secret&host=/nowhere"; do
        A4NN_HISTORY=$name A4NN_HISTORY_PATIENCE=1 run -2 --separate-stderr a4nn-history add --pass in.csv
        [[ $stderr != *se?r* ]] || fail "$stderr"
        [[ $stderr == "a4nn-history: "*"'postgres"*\*\*\**"'"* ]] || fail "$stderr"
        cmp in.csv <(printf '%s\n' "$output")
    done
}

@test "postgres: messages of a connection that does not come about" {
    A4NN_HISTORY="postgresql:///none?host=$PGHOST&user=$PGUSER" passes_on \
        "cannot open 'postgresql:///none?host=$PGHOST&user=$PGUSER': connection to server on socket \"$PGHOST/.s.PGSQL.5432\" failed: FATAL: database \"none\" does not exist"
    A4NN_HISTORY="postgresql:///x?host=/nowhere" passes_on \
        "cannot open 'postgresql:///x?host=/nowhere': connection to server on socket \"/nowhere/.s.PGSQL.5432\" failed: No such file or directory"
    A4NN_HISTORY="postgresql://x?nonsense=1" passes_on "'postgresql://x?nonsense=1' is no URI of PostgreSQL: invalid URI query parameter"
}

@test "postgres: a server that accepts and says nothing" {
    "$PYTHON" -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(".s.PGSQL.5432")
s.listen(5)
print("ready", flush=True)
time.sleep(60)' > ready 3>&- &
    local server=$!
    wait_for grep -q ready ready
    A4NN_HISTORY="postgresql:///x?host=$PWD" A4NN_HISTORY_PATIENCE=0.3 passes_on \
        "'postgresql:///x?host=$PWD' did not answer within 0.3 seconds"
    kill "$server"
}

@test "postgres: a schema of one's own, by the URI" {
    sql 'CREATE SCHEMA lab; CREATE TABLE run (x int)' # public has a table of that name
    passes_on "'$A4NN_HISTORY' is a database, but no history of a4nn"
    A4NN_HISTORY=$(uri 'options=-csearch_path%3Dlab,public')
    a4nn-history add -q in.csv
    [ "$(a4nn-history list -o csv | column runs)" = 1 ]
    [ "$(sql 'SELECT count(*) FROM lab.observation')" -eq 3 ]
    whole
    a4nn-history compact -q
    A4NN_HISTORY=$(uri 'options=-csearch_path%3Dnone') passes_on \
        "'$(uri 'options=-csearch_path%3Dnone')': no schema of the search path is there"
}

@test "postgres: other tables may be there, but not a mark that is not ours; a newer schema" {
    sql 'CREATE TABLE other (x int)'
    a4nn-history add -q in.csv
    sql 'UPDATE a4nn_history SET version = 99'
    passes_on "'$A4NN_HISTORY' has schema 99, this a4nn knows 1: update a4nn"
    new_history
    sql 'CREATE TABLE a4nn_history (x int)'
    passes_on "'$A4NN_HISTORY' is a database, but no history of a4nn"
    new_history
    run -2 --separate-stderr a4nn-history list
    [ "$stderr" = "a4nn-history: '$A4NN_HISTORY' is empty" ]
}

@test "postgres: who may read only" {
    a4nn-history add -q in.csv
    sql 'CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader'
    A4NN_HISTORY="postgresql://reader@/$database?host=$PGHOST" run -0 a4nn-history export -o csv
    [ "${#lines[@]}" -eq 4 ]
    A4NN_HISTORY="postgresql://reader@/$database?host=$PGHOST" passes_on \
        "'postgresql://reader@/$database?host=$PGHOST': permission denied for table run"
    A4NN_HISTORY=$(uri 'options=-cdefault_transaction_read_only%3Don') run -0 a4nn-history add in.csv
}

waits_for_a_lock() {
    sql "SELECT 'waits' FROM pg_stat_activity WHERE application_name = 'a4nn' AND wait_event_type = 'Lock'
         AND datname = current_database()" | grep -q waits
}

@test "postgres: who sums a run up sees what another has just written to it" {
    mkfifo in other
    a4nn-history add --pass < in > >(cat > out) 3>&- &
    local writer=$!
    exec 7> in
    head -n 2 in.csv >&7
    wait_for grep -q '^r,1,' out # it knows the run from here on
    psql -qAtX "$A4NN_HISTORY" < other > said 3>&- 7>&- &
    exec 8> other
    echo "BEGIN; INSERT INTO observation VALUES (1, 1, 2, 2, NULL); UPDATE run SET observations = 2; SELECT 'written';" >&8
    wait_for grep -q written said
    tail -n 1 in.csv >&7
    wait_for waits_for_a_lock
    echo 'COMMIT;' >&8
    exec 7>&- 8>&-
    wait $writer
    [ "$(fact observations,last_value)" = "3|3" ]
    whole
}

@test "postgres: a server that restarts while somebody writes" {
    mkfifo in
    a4nn-history add --pass < in > >(cat > out) 2> err 3>&- &
    local writer=$!
    exec 8> in
    cat in.csv >&8
    wait_for grep -q '^r,3,' out
    pg_ctl -m fast stop 3>&- 8>&-
    echo r,4,4,acc >&8 # it waits for the server
    sleep 0.3
    pg_ctl start > /dev/null 3>&- 8>&-
    wait_for grep -q '^r,4,' out
    sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'a4nn'" > /dev/null
    echo r,5,5,acc >&8
    exec 8>&-
    wait $writer
    [ ! -s err ]
    [ "$(points)" = "1|1 2|2 3|3 4|4 5|5" ]
    whole
}

@test "postgres: a server that is gone for longer than the patience" {
    mkfifo in
    A4NN_HISTORY_PATIENCE=0.3 a4nn-history add --pass < in > >(cat > out) 2> err 3>&- &
    local writer=$!
    exec 8> in
    cat in.csv >&8
    wait_for grep -q '^r,3,' out
    pg_ctl -m fast stop 3>&- 8>&-
    echo r,4,4,acc >&8
    wait_for grep -q '^r,4,' out # passed on all the same
    pg_ctl start > /dev/null 3>&- 8>&-
    exec 8>&-
    local status=0
    wait $writer || status=$?
    [ "$status" -eq 2 ]
    [ "$(tail -n 1 err)" = "a4nn-history: from here on nothing is kept, all is passed on" ]
    [[ $(head -n 1 err) == "a4nn-history: cannot open '$A4NN_HISTORY': "*"No such file or directory" ]] || fail "$(cat err)"
}

@test "postgres: more writers than the server takes wait for each other" {
    local i pids=()
    sql 'ALTER SYSTEM SET max_connections = 8'
    sql 'ALTER SYSTEM SET superuser_reserved_connections = 0'
    sql 'ALTER SYSTEM SET max_wal_senders = 0'
    pg_ctl restart > /dev/null 3>&-
    for i in {1..30}; do
        curve acc 1 2 3 4 | sed "s/^r,/r$i,/" | a4nn-history add > "$i.out" 2>&1 3>&- &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i" || cat ./*.out; done
    [ "$(sql 'SELECT count(*) FROM observation')" -eq 120 ]
    sql 'ALTER SYSTEM RESET ALL'
    pg_ctl restart > /dev/null 3>&-
    whole
}

@test "postgres: a training holds one connection, also when it has learned" {
    connections() { [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'a4nn' AND datname = current_database()")" -eq "$1" ]; }
    kept() { [ "$(sql 'SELECT count(*) FROM observation')" -eq "$1" ]; }
    a4nn-history add -q -t t < <(curve loss 9 8 7 6 5 4 3 2 1 | sed 's/^r,/before,/; s/$/,9/; 1s/,9$/,epochs/')
    script_epochs 9
    a4nn-train-wrap -q -H -t t -r r -m loss -- bash -c './epochs 1 3; while [ ! -e go ]; do sleep 0.05; done' > out 3>&- &
    local wrapper=$!
    wait_for kept $((9 + 6)) # of the new one its accuracy, too
    wait_for connections 1
    touch go
    wait $wrapper
    [ "$(fact status before) $(fact status)" = 'complete complete' ]
}
