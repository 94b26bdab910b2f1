# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-stop: what is done to processes and files, and to whom it must never be done.
# shellcheck disable=SC2016 # scripts are for inner shells, and names of runs are not to be expanded
load lib

setup() {
    mkdir runs
    : > started
}

teardown() { kill_started; }

# training RUN [COMMAND...]: a process with its PID in runs/RUN/pid, by default one that sleeps.
# It is nobody's child that would have to be waited for here: what ended is gone.
training() {
    local run=$1
    shift
    [ $# -gt 0 ] || set -- sleep 600
    mkdir -p "runs/$run"
    ( (exec "$@" > /dev/null 2>&1 3>&- < /dev/null) & echo $! > "runs/$run/pid")
    cat "runs/$run/pid" >> started
    wait_for alive "$run"
}

alive() { running "$(cut -d ' ' -f 1 "runs/$1/pid")"; }

dead() { ! alive "$1"; }

# start_of PID: in clock ticks since boot.
start_of() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20; }

# verdicts RUN...: each run goes on, then is to be stopped, twice.
verdicts() {
    local run
    echo run,epoch,value,forecast,verdict,reason
    for run; do
        printf '%s,1,0.5,0.8,continue,\n%s,2,0.6,0.75,stop,converged\n%s,3,0.6,0.7,stop,converged\n' "$run" "$run" "$run"
    done
}

# json RUN: one verdict, the run's name as JSON.
json() { printf '{"run":%s,"epoch":2,"value":0.6,"forecast":0.75,"verdict":"stop","reason":"converged"}\n' "$1"; }

results() { column result | paste -sd ' '; }

# ---- signals ----

@test "stop: the process of the run is ended, once, and no other" {
    training a
    training b
    run -0 --separate-stderr a4nn-stop -q --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$output" = "run,epoch,value,forecast,reason,action,result
a,2,0.6,0.75,converged,signal,ended" ]
    [ -z "$stderr" ]
    dead a
    alive b
}

@test "stop: a run that goes on is left alone, and the status says that nothing was done" {
    training a
    run -1 --separate-stderr a4nn-stop --pid-file 'runs/{run}/pid' <<< "$(verdicts a | head -n 2)"
    [ -z "$output$stderr" ]
    alive a
    run -1 a4nn-stop --pid-file 'runs/{run}/pid' <<< "$(verdicts)"
    run -1 a4nn-stop --pid-file 'runs/{run}/pid' < /dev/null
    alive a
}

@test "stop: what ignores TERM gets KILL after the grace, and so does all below it" {
    training a bash -c 'trap "" TERM; bash -c "trap \"\" TERM; echo \$\$ > runs/child; sleep 600; :" & wait; wait; :'
    wait_for test -s runs/child
    mkdir runs/child.d && mv runs/child runs/child.d/pid
    cat runs/child.d/pid >> started
    run -0 --separate-stderr a4nn-stop --grace 0.2 --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$(results <<< "$output")" = killed ]
    [[ $stderr =~ ^"a4nn-stop: run 'a': process "[0-9]+" ended "[0-9.]+" s after TERM, by KILL"$ ]]
    dead a
    wait_for dead child.d
}

# family RUN LEADER CHILD: a process that does LEADER on TERM, and below it one that does CHILD, with
# a third one below, alike.  PIDs go to runs/RUN.1/pid and runs/RUN.2/pid.
family() {
    mkdir -p "runs/$1.1" "runs/$1.2"
    export leader=$2 child=$3 name=runs/$1
    training "$1" bash -c 'trap "$leader" TERM
        setsid bash -c '\''trap "$child" TERM
            bash -c "trap \"\$child\" TERM; echo \$\$ > \$name.2/pid; while :; do sleep 0.05; done" &
            echo $$ > $name.1/pid; while :; do sleep 0.05; done'\'' &
        while :; do sleep 0.05; done'
    wait_for test -s "runs/$1.1/pid"
    wait_for test -s "runs/$1.2/pid"
    cat "runs/$1.1/pid" "runs/$1.2/pid" >> started
}

@test "stop: what a process that ends on TERM leaves behind gets TERM, then KILL" {
    family a 'exit 0' '' # the two below ignore TERM
    run -0 --separate-stderr a4nn-stop --grace 0.3 --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$(results <<< "$output")" = killed ]
    [[ $stderr =~ ^"a4nn-stop: run 'a': process "[0-9]+" ended "[0-9.]+" s after TERM, what it left behind by KILL"$ ]]
    dead a && dead a.1 && dead a.2
    family b 'exit 0' 'touch $name.termed; exit 0'
    run -0 --separate-stderr a4nn-stop --grace 600 --pid-file 'runs/{run}/pid' <<< "$(verdicts b)"
    [ "$(results <<< "$output")" = ended ]
    [[ $stderr =~ ^"a4nn-stop: run 'b': process "[0-9]+" ended "[0-9.]+" s after TERM"$ ]]
    [ -e runs/b.termed ]
    dead b && dead b.1 && dead b.2
    # one that ended by itself has not been asked to leave nothing
    family c 'exit 0' ''
    kill -KILL "$(cat runs/c/pid)"
    run -0 --separate-stderr a4nn-stop --grace 0 --pid-file 'runs/{run}/pid' <<< "$(verdicts c)"
    [ "$(results <<< "$output")" = gone ]
    alive c.1 && alive c.2
}

@test "stop: the first signal may be another, then come TERM and KILL; names and numbers" {
    training a bash -c 'trap "touch runs/a/usr1; exit" USR1; touch runs/a/up; while :; do sleep 0.05; done'
    wait_for test -e runs/a/up
    run -0 a4nn-stop -q --signal USR1 --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ -e runs/a/usr1 ]
    dead a
    training b bash -c 'trap "" USR1; trap "touch runs/b/term; exit" TERM; touch runs/b/up; while :; do sleep 0.05; done'
    wait_for test -e runs/b/up
    run -0 a4nn-stop -q --signal SIGUSR1 --grace 0.2 --pid-file 'runs/{run}/pid' <<< "$(verdicts b)"
    [ "$(results <<< "$output")" = ended ]
    [ -e runs/b/term ]
    training c
    run -0 a4nn-stop -q --signal 9 --pid-file 'runs/{run}/pid' <<< "$(verdicts c)"
    [ "$(results <<< "$output")" = ended ]
    for name in 0 -1 64 99 TERMINATE term '' 9x; do
        run -2 --separate-stderr a4nn-stop --signal "$name" --pid-file p < /dev/null
        [ "$stderr" = "a4nn-stop: --signal: unknown: '$name'" ]
    done
}

@test "stop: a process that is stopped ends all the same" {
    training a
    kill -STOP "$(cat runs/a/pid)"
    run -0 a4nn-stop -q --grace 600 --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$(results <<< "$output")" = ended ]
    dead a
}

@test "stop: --settle gives the process time to end by itself" {
    training a bash -c 'trap "" TERM; until [ -e runs/a.stop ]; do sleep 0.05; done; sleep 1'
    run -0 --separate-stderr a4nn-stop --settle 600 --touch 'runs/{run}.stop' --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$(results <<< "$output")" = "done gone" ]
    [[ ${stderr_lines[1]} =~ ^"a4nn-stop: run 'a': process "[0-9]+" ended by itself"$ ]]
}

@test "stop: hundreds of runs side by side, while the input goes on" {
    local n names=()
    for ((n = 0; n < 150; n++)); do
        names+=("r$n")
        mkdir "runs/r$n"
        sleep 600 3>&- &
        echo $! > "runs/r$n/pid"
        echo $! >> started
    done
    verdicts "${names[@]}" > v.csv
    a4nn-stop -q -j 20 --pid-file 'runs/{run}/pid' v.csv > out.csv
    [ "$(column result < out.csv | sort | uniq -c | tr -s ' ')" = " 150 ended" ]
    for n in "${names[@]}"; do dead "$n"; done
}

@test "stop: reading does not wait for a process that takes its time" {
    training slow bash -c 'trap "" TERM; touch runs/slow/up; while :; do sleep 0.05; done'
    training quick
    wait_for test -e runs/slow/up
    mkfifo in
    a4nn-stop -q --grace 600 --pid-file 'runs/{run}/pid' < in > out.csv 3>&- &
    local stop=$!
    exec 4> in
    verdicts slow >&4
    verdicts quick >&4
    wait_for dead quick
    alive slow
    kill -KILL "$(cat runs/slow/pid)"
    exec 4>&-
    wait "$stop"
    [ "$(sort out.csv | cut -d , -f 1,7 | paste -sd ' ')" = "quick,ended run,result slow,ended" ]
}

@test "stop: a process that got TERM gets KILL, also when nobody reads the results any more" {
    training a bash -c 'trap "" TERM; touch runs/a/up; while :; do sleep 0.05; done'
    wait_for test -e runs/a/up
    verdicts a b > v.csv
    piped "2 0" 'a4nn-stop -q --grace 0.3 --touch "runs/{run}.stop" --pid-file "runs/{run}/pid" v.csv | true'
    dead a
    [[ $stderr == *"a4nn-stop: cannot write standard output: Broken pipe" ]]
}

# ---- the right process ----

@test "stop: a process that started after its PID file was written is not signalled" {
    training a
    touch -d '1 minute ago' runs/a/pid
    run -2 --separate-stderr a4nn-stop --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$(results <<< "$output")" = refused ]
    [ "$stderr" = "a4nn-stop: run 'a': signal: process $(cat runs/a/pid) is left alone: it is not the one the PID file was written for" ]
    alive a
}

@test "stop: a PID file may state when the process started" {
    local pid
    training a
    pid=$(cat runs/a/pid)
    echo "$pid $(($(start_of "$pid") - 1))" > runs/a/pid
    run -2 a4nn-stop -q --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$(tail -n 1 <<< "$output" | results)" = "" ]
    alive a
    echo "$pid $(start_of "$pid")" > runs/a/pid
    touch -d '1 minute ago' runs/a/pid
    run -0 a4nn-stop -q --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    dead a
}

@test "stop: a process that has ended is gone, also when its PID file went with it" {
    local stop
    training a
    kill -KILL "$(cat runs/a/pid)"
    wait_for dead a
    run -0 --separate-stderr a4nn-stop --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$(results <<< "$output")" = gone ]
    [ "$stderr" = "a4nn-stop: run 'a': process $(cat runs/a/pid) has ended" ]
    training b
    mkfifo in
    a4nn-stop --touch 'runs/{run}' --pid-file 'runs/{run}/pid' < in > out.csv 2> err 3>&- &
    stop=$!
    exec 4> in
    # the touched file tells that the first lines have been read
    verdicts b | head -n 2 >&4
    json '"x"' > /dev/null
    printf 'x,1,1,1,stop,z\n' >&4
    wait_for test -e runs/x
    kill -KILL "$(cat runs/b/pid)"
    rm runs/b/pid
    printf 'b,2,1,1,stop,z\n' >&4
    exec 4>&-
    wait "$stop" && fail "x has no PID file"
    grep -q "^b,2,1,1,z,signal,gone$" out.csv
    grep -qx "a4nn-stop: run 'b': its PID file is gone" err
}

@test "stop: a missing PID file is trouble, and the other runs are stopped" {
    training b
    run -2 --separate-stderr a4nn-stop -q --pid-file 'runs/{run}/pid' <<< "$(verdicts a b)"
    [ "$(results <<< "$output")" = "failed ended" ]
    [ "$stderr" = "a4nn-stop: run 'a': signal: cannot open 'runs/a/pid': No such file or directory" ]
    dead b
}

@test "stop: what is no PID is refused" {
    local text
    mkdir runs/a
    for text in '' 0 1 -1 -5 +7 x 0x10 1.5 99999999999999999999 '12 x' '12 -3' '12 13 14' $'\n12'; do
        printf '%s\n' "$text" > runs/a/pid
        run -2 --separate-stderr a4nn-stop --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
        [ "$(results <<< "$output")" = refused ]
        [ "$stderr" = "a4nn-stop: run 'a': signal: 'runs/a/pid' holds no PID" ]
    done
}

@test "stop: a PID file that anyone may write to, or that is no file, is not used" {
    training a
    chmod o+w runs/a/pid
    run -2 --separate-stderr a4nn-stop --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$stderr" = "a4nn-stop: run 'a': signal: 'runs/a/pid' is not used: anyone may write to it" ]
    chmod o-w runs/a/pid
    mkdir runs/link runs/fifo runs/dir runs/dir/pid
    ln -s ../a/pid runs/link/pid
    ln -s a runs/deep
    mkfifo runs/fifo/pid
    run -2 --separate-stderr a4nn-stop -q --pid-file 'runs/{run}/pid' <<< "$(verdicts link deep fifo dir)"
    [ "$(results <<< "$output")" = "refused refused refused refused" ]
    [ "$stderr" = "a4nn-stop: run 'link': signal: cannot open 'runs/link/pid': a symbolic link is not followed
a4nn-stop: run 'deep': signal: cannot open 'runs/deep/pid': Not a directory
a4nn-stop: run 'fifo': signal: 'runs/fifo/pid' is not a regular file
a4nn-stop: run 'dir': signal: 'runs/dir/pid' is not a regular file" ]
    alive a
}

@test "stop: a file without {run} in its name is that of the first run" {
    training a
    run -2 --separate-stderr a4nn-stop -q --pid-file runs/a/pid <<< "$(verdicts first | head -n 2; verdicts second | tail -n 1)"
    [ "$stderr" = "a4nn-stop: run 'second': left alone: a file without {run} in its name is that of the first run" ]
    alive a
    run -0 a4nn-stop -q --pid-file runs/a/pid <<< "$(verdicts first)"
    dead a
}

# ---- names of runs ----

@test "stop: no name of a run leads out of the folder" {
    local name
    training victim
    mkdir -p runs/in/x
    cp -p runs/victim/pid pid
    mkdir -p outside && cp -p pid outside/pid
    for name in '".."' '"../outside"' '"../../x"' '"x/../../outside"' "\"$PWD/outside\"" '""' '"."' '"x/"' '"/x"' '"x//y"' '"a/./b"'; do
        run -2 --separate-stderr a4nn-stop --pid-file 'runs/in/{run}/pid' --touch 'runs/in/{run}/stop' <<< "$(json "$name")"
        [ "$(jq -r .result <<< "$output" | sort -u)" = "$([ "$name" = '""' ] && echo failed || echo refused)" ] || fail "$name: $output"
    done
    alive victim
    [ "$(find . -name stop)" = "" ]
}

@test "stop: names that are odd are names" {
    local name long
    long=$(printf '%0300d' 0)
    for name in '$(touch x)' ';touch x' '`touch x`' '-rf' '{forecast}' '{run}' 'a b' "'" '*'; do
        training "$name"
        run -0 a4nn-stop -q --pid-file 'runs/{run}/pid' <<< "$(json "$(jq -Rn --arg n "$name" '$n')")"
        dead "$name"
    done
    training $'new\nline'
    run -0 a4nn-stop -q --pid-file 'runs/{run}/pid' <<< "$(json '"new\nline"')"
    dead $'new\nline'
    training deeper/name
    run -0 a4nn-stop -q --pid-file 'runs/{run}/pid' <<< "$(json '"deeper/name"')"
    dead deeper/name
    run -2 --separate-stderr a4nn-stop --pid-file 'runs/{run}/pid' <<< "$(json "\"$long\"")"
    [[ $stderr == *": File name too long" ]]
    [ ! -e x ]
}

@test "stop: a name is not cut at a NUL" {
    training a
    run -2 --separate-stderr a4nn-stop --pid-file 'runs/{run}/pid' <<< "$(json '"a\u0000b"')"
    [ "$stderr" = "a4nn-stop: -:1: run holds a NUL" ]
    verdicts a | sed 's/^a/a@b/' | tr @ '\0' > v.csv
    run -2 --separate-stderr a4nn-stop --pid-file 'runs/{run}/pid' v.csv
    [ "${stderr_lines[0]}" = "a4nn-stop: v.csv:2: run holds a NUL" ]
    [ -z "$output" ]
    alive a
}

# ---- other actions ----

@test "stop: --touch creates the file, or renews it, and leaves what is in it" {
    echo kept > runs/b.stop
    touch -d '1 day ago' runs/b.stop
    run -0 a4nn-stop -q --touch 'runs/{run}.stop' <<< "$(verdicts a b)"
    [ "$(results <<< "$output")" = "done done" ]
    [ -e runs/a.stop ]
    [ "$(cat runs/b.stop)" = kept ]
    [ runs/b.stop -nt runs ] || [ -n "$(find runs/b.stop -mmin -5)" ]
    ln -s "$PWD/elsewhere" runs/c.stop
    run -2 --separate-stderr a4nn-stop -q --touch 'runs/{run}.stop' <<< "$(verdicts c)"
    [ "$stderr" = "a4nn-stop: run 'c': touch: cannot open 'runs/c.stop': a symbolic link is not followed" ]
    [ ! -e elsewhere ]
    run -2 --separate-stderr a4nn-stop -q --touch 'none/{run}' <<< "$(verdicts c)"
    [ "$stderr" = "a4nn-stop: run 'c': touch: cannot open 'none/c': No such file or directory" ]
}

@test "stop: --exec gets words, not a script, and the fields in its environment" {
    cat > show << 'SHOW'
#!/bin/sh
printf '[%s]' "$@" > words
printf '[%s]' "$A4NN_RUN" "$A4NN_EPOCH" "$A4NN_VALUE" "$A4NN_FORECAST" "$A4NN_REASON" > environment
echo to standard output
[ "$(readlink /proc/self/fd/0)" = /dev/null ]
SHOW
    chmod +x show
    local name='a b$(touch x)";touch x #'
    run -0 --separate-stderr a4nn-stop -q --exec ./show -n 'r={run},{run}' '{epoch}' '{value}' '{forecast}' '{reason}' '{other}' '' \
        <<< "$(json "$(jq -Rn --arg n "$name" '$n')")"
    [ "$(cat words)" = "[-n][r=$name,$name][2][0.6][0.75][converged][{other}][]" ]
    [ "$(cat environment)" = "[$name][2][0.6][0.75][converged]" ]
    [ "$(jq -r .result <<< "$output")" = "done" ]
    [ "$stderr" = "to standard output" ]
    [ ! -e x ]
}

@test "stop: --exec ends at a semicolon, so that files and options may follow" {
    verdicts a > v.csv
    run -0 a4nn-stop -q --exec true -o jsonl ';' -o csv v.csv
    [ "$(results <<< "$output")" = "done" ]
    run -2 --separate-stderr a4nn-stop --exec
    [ "$stderr" = "a4nn-stop: --exec: no command" ]
    run -2 --separate-stderr a4nn-stop --exec=true v.csv
    [ "$stderr" = "a4nn-stop: --exec: write the command as words of their own behind it" ]
}

@test "stop: a name is not put into a script, nor taken for an option" {
    local words
    for words in 'sh -c' 'bash -ec' 'env X=1 /bin/bash -c' 'nohup dash -c'; do
        # shellcheck disable=SC2086 # words
        run -2 --separate-stderr a4nn-stop --exec $words 'echo {run}' <<< "$(verdicts a)"
        [ "$stderr" = "a4nn-stop: --exec: what is in a log must not become part of a script: write \"\$A4NN_RUN\" and the like instead of 'echo {run}'" ]
    done
    run -0 a4nn-stop -q --exec sh -c 'echo "$A4NN_RUN" "$1" > out' sh '{run}' <<< "$(verdicts a)"
    [ "$(cat out)" = "a a" ]
    run -2 --separate-stderr a4nn-stop -q --exec touch '{run}' <<< "$(json '"--help"')"
    [ "$stderr" = "a4nn-stop: run '--help': exec: '--help' would be taken for an option (write -- before it)" ]
    run -0 a4nn-stop -q --exec touch -- '{run}' <<< "$(json '"--help"')"
    [ -e --help ]
}

@test "stop: a command that fails, or does not end, is trouble" {
    run -2 --separate-stderr a4nn-stop -q --exec sh -c 'exit 3' <<< "$(verdicts a)"
    [ "$stderr" = "a4nn-stop: run 'a': exec: ended with status 3" ]
    [ "$(results <<< "$output")" = failed ]
    run -2 --separate-stderr a4nn-stop -q --exec sh -c 'kill -SEGV $$' <<< "$(verdicts a)"
    [ "$stderr" = "a4nn-stop: run 'a': exec: ended by SIGSEGV" ]
    run -2 --separate-stderr a4nn-stop -q --exec ./none <<< "$(verdicts a)"
    [ "$(results <<< "$output")" = failed ]
    [[ $stderr == "a4nn-stop: run 'a': exec: "*"No such file or directory"* ]]
    run -2 --separate-stderr a4nn-stop -q --timeout 0.2 --exec sh -c 'sleep 600 & echo $! > child; wait' <<< "$(verdicts a)"
    [ "$stderr" = "a4nn-stop: run 'a': exec: not done in 0.2 seconds, killed" ]
    mkdir runs/child && cp child runs/child/pid
    wait_for dead child
}

@test "stop: --scancel takes the job from the name or a file, and nothing else for one" {
    local name
    mkdir bin
    printf '#!/bin/sh\necho "$@" >> cancelled\n' > bin/scancel
    chmod +x bin/scancel
    PATH=$PWD/bin:$PATH
    run -0 a4nn-stop -q --scancel <<< "$(verdicts 1234 1234_5 slurm-77 slurm-77_8)"
    [ "$(sort cancelled | paste -sd ' ')" = "1234 1234_5 77 77_8" ] # they are run side by side
    for name in x 12x -12 1_ _1 1_2_3 slurm- '12 13' '--user=me' 1,2 '1234567890123456789'; do
        run -2 --separate-stderr a4nn-stop -q --scancel <<< "$(json "$(jq -Rn --arg n "$name" '$n')")"
        [ "$(jq -r .result <<< "$output")" = refused ] || fail "$name"
        [[ $stderr == *": scancel: no job id: '"*"'" ]]
    done
    echo 4321 > runs/a.job
    echo '4 3' > runs/b.job
    run -2 --separate-stderr a4nn-stop -q --scancel --job-file 'runs/{run}.job' <<< "$(verdicts a b)"
    [ "$(cut -d , -f 1,7 <<< "$output" | sort | paste -sd ' ')" = "a,done b,refused run,result" ]
    [ "$stderr" = "a4nn-stop: run 'b': scancel: no job id: '4 3'" ]
    [ "$(wc -l < cancelled)" -eq 5 ]
    [ "$(tail -n 1 cancelled)" = 4321 ]
}

@test "stop: actions follow one another, and one that fails does not keep back the next" {
    training a
    run -2 --separate-stderr a4nn-stop -q --pid-file 'runs/{run}/pid' --touch 'none/{run}' --exec false <<< "$(verdicts a)"
    [ "$(column action <<< "$output" | paste -sd ' ')" = "touch exec signal" ]
    [ "$(results <<< "$output")" = "failed failed ended" ]
    dead a
}

# ---- dry run, state, input ----

@test "stop: --dry-run says what it would do and does nothing" {
    training a
    run -2 --separate-stderr a4nn-stop --dry-run --state state --touch 'runs/{run}.stop' --pid-file 'runs/{run}/pid' \
        --exec touch 'x {run}' <<< "$(verdicts a b)"
    [ "$(results <<< "$output")" = "would would would would would failed" ]
    [ "$stderr" = "a4nn-stop: run 'a': would touch 'runs/a.stop'
a4nn-stop: run 'a': would run 'touch' 'x a'
a4nn-stop: run 'a': would send TERM to process $(cat runs/a/pid)
a4nn-stop: run 'b': would touch 'runs/b.stop'
a4nn-stop: run 'b': would run 'touch' 'x b'
a4nn-stop: run 'b': signal: cannot open 'runs/b/pid': No such file or directory" ]
    alive a
    [ ! -e runs/a.stop ] && [ ! -e 'x a' ] && [ ! -s state ]
}

@test "stop: --state keeps a restart from doing it again" {
    run -0 a4nn-stop -q --state state --exec sh -c 'echo "$A4NN_RUN" >> done' <<< "$(verdicts a b)"
    run -1 a4nn-stop -q --state state --exec sh -c 'echo "$A4NN_RUN" >> done' <<< "$(verdicts a b)"
    [ -z "$output" ]
    run -0 a4nn-stop -q --state state --exec sh -c 'echo "$A4NN_RUN" >> done' <<< "$(verdicts b c)"
    [ "$(sort "done" | paste -sd ' ')" = "a b c" ]
    # what failed is tried again
    run -2 a4nn-stop -q --state state --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    training a
    run -0 a4nn-stop -q --state state --pid-file 'runs/{run}/pid' <<< "$(verdicts a)"
    [ "$(results <<< "$output")" = ended ]
}

@test "stop: killed while a command ran, it says so and does not run it again" {
    a4nn-stop -q --state state --exec sh -c 'echo $$ >> started; touch up; exec sleep 600' <<< "$(verdicts a)" 3>&- &
    local stop=$!
    wait_for test -e up
    kill -KILL "$stop"
    wait "$stop" || :
    rm up
    printf '{"run":"half' >> state
    run -2 --separate-stderr a4nn-stop -q --state state --exec touch up <<< "$(verdicts a b)"
    [ "$(results <<< "$output")" = "unknown done" ]
    [ "$stderr" = "a4nn-stop: run 'a': exec: a command was begun before, and how it ended is not known" ]
    run -1 a4nn-stop -q --state state --exec touch up <<< "$(verdicts a b)"
}

@test "stop: two processes do not share a state; one that cannot be written is trouble" {
    mkfifo in
    a4nn-stop --state state --exec true < in 3>&- &
    local stop=$!
    exec 4> in
    wait_for test -e state
    # looked up, as trying the lock could take it from the program
    wait_for sh -c 'grep -q "FLOCK .*:$(stat -c %i state) " /proc/locks'
    run -2 --separate-stderr a4nn-stop --state state --exec true < /dev/null
    [ "$stderr" = "a4nn-stop: --state: 'state' is in use by another process" ]
    exec 4>&-
    wait "$stop" || [ $? -eq 1 ]
    verdicts a > v.csv
    piped "2 0" 'trap "" XFSZ; (ulimit -f 0; exec a4nn-stop -q --state state v.csv --exec touch acted) 2>&1 | cat'
    [[ $output == *"a4nn-stop: cannot write 'state': File too large"* ]]
    [ -e acted ]
    run -2 --separate-stderr a4nn-stop --state /dev/full --exec true < /dev/null
    [ "$stderr" = "a4nn-stop: --state: '/dev/full' is not a regular file" ]
    run -2 --separate-stderr a4nn-stop --state none/state --exec true < /dev/null
    [ "$stderr" = "a4nn-stop: --state: cannot open 'none/state': No such file or directory" ]
}

@test "stop: answers in the encoding of the input, JSON Lines without what is not its own" {
    run -0 a4nn-stop -q --touch 'runs/{run}' <<< "$(json '"a"' | sed 's/}$/,"lr":1,"mine":[1]}/')"
    [ "$output" = '{"run":"a","epoch":2,"value":0.6,"forecast":0.75,"reason":"converged","action":"touch","result":"done"}' ]
    run -0 a4nn-stop -q -o csv --touch 'runs/{run}' <<< "$(json '"a"')"
    [ "${lines[1]}" = "a,2,0.6,0.75,converged,touch,done" ]
    run -0 a4nn-stop -q -o table --touch 'runs/{run}' <<< "$(verdicts a)"
    [[ ${lines[1]} == "a "*" touch "*"done"* ]]
}

@test "stop: an input without verdicts is trouble; each line that is none is left out" {
    a4nn-log -q "$(data penguin.txt 2> /dev/null || data authors-1e16.csv)" > obs.csv
    run -2 --separate-stderr a4nn-stop --touch 'runs/{run}' obs.csv
    [ -z "$output" ]
    [ "$stderr" = "a4nn-stop: no verdict: the input should come from a4nn-predict" ]
    run -2 --separate-stderr a4nn-stop -q --touch 'runs/{run}' <<< "$(verdicts a; echo rubbish; verdicts b)"
    [ "$(results <<< "$output")" = "done done" ]
    [ "$stderr" = "a4nn-stop: -:5: expected 6 columns, got 1" ]
    run -2 --separate-stderr a4nn-stop --touch 'runs/{run}' none.csv
    [ "$stderr" = "a4nn-stop: cannot open 'none.csv': No such file or directory" ]
    run -2 --separate-stderr a4nn-stop
    [ "$stderr" = "a4nn-stop: nothing to do: say --pid-file, --exec, --touch or --scancel" ]
    run -2 --separate-stderr a4nn-stop --touch x --job-file y
    [ "$stderr" = "a4nn-stop: --job-file goes with --scancel" ]
}

@test "stop: supervises a training: log, verdict, end" {
    training r
    mkfifo in
    a4nn-predict -q -M last -R patience:n=2 < in 3>&- | a4nn-stop -q --pid-file 'runs/{run}/pid' > out.csv 3>&- &
    exec 4> in
    curve val_acc 10 20 20 >&4
    [ ! -s out.csv ]
    alive r
    echo r,4,20,val_acc >&4
    wait_for dead r # while the input is still open
    exec 4>&-
    wait
    [ "$(cut -d , -f 1-4,7,8 out.csv | tail -n 1)" = r,4,20,val_acc,signal,ended ]
}
