# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # the scripts of trainings are expanded by their own shell
# a4nn-train-wrap at a terminal: its keys, its jobs, its size and its end (terminal.py).
load ../lib

setup() {
    mark_processes
    cat > in_state << 'END'
#!/bin/bash
# in_state PID STATE: it is so, as in ps(1)
[ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat")" = "$2" ]
END
    chmod +x in_state
}

teardown() { kill_left; }

# script FILE: what is on standard input, as a training that tells its number.
script() {
    { echo '#!/bin/bash'; echo 'echo $$ > leader; echo $PPID > supervisor'; cat; } > "$1"
    chmod +x "$1"
}

# The front, whose child the supervisor is, into the file `front`.
front='pgrep -P $(cat supervisor) > /dev/null && sed "s/.*) //" /proc/$(cat supervisor)/stat | cut -d " " -f 2 > front'

sit() { timeout 120 "$PYTHON" "$project_root/tests/real/terminal.py" 3>&-; }

@test "terminal: the interrupt key reaches the training once; the second time ends it" {
    script train <<< 'trap "echo interrupted >> got" INT; sleep 1000 & touch ready; while :; do sleep 0.02; done'
    sit << 'END'
        type a4nn-train-wrap -q -- ./train; echo "status=$?"
        until [ -e ready ]
        key C
        until [ -s got ]
        until sleep 0.3; [ "$(wc -l < got)" -eq 1 ]
        key C
        see status=137
        end
END
    wait_for none_left
    # and with the default action, as without the wrapper
    script train <<< 'touch ready2; exec sleep 1000'
    sit << 'END'
        type a4nn-train-wrap -q -- ./train; echo "status=$?"
        until [ -e ready2 ]
        key C
        see status=130
        type a4nn-train-wrap -q --pty -- sh -c 'rm ready2; touch ready3; exec sleep 1000'; echo "status=$?"
        until [ -e ready3 ]
        key C
        see status=130
        end
END
    wait_for none_left
}

@test "terminal: the quit key" {
    script train <<< 'ulimit -c 0; setsid sleep 1000 & touch ready; exec sleep 1000'
    sit << 'END'
        type a4nn-train-wrap -q --grace 0.2 -- ./train; echo "status=$?"
        until [ -e ready ]
        key \
        see status=131
        end
END
    wait_for none_left
}

@test "terminal: the suspend key stops all of it; fg and bg let it go on, and no byte is lost" {
    local how
    script train <<< 'touch ready; for ((i = 0; ; i++)); do echo "line $i"; [ ! -e go ] || exit 8; sleep 0.02; done'
    for how in '' --pty; do
        rm -f ready go
        front=$front how=$how sit << 'END'
            type a4nn-train-wrap -q $how -- ./train | cat > out; echo "status=${PIPESTATUS[0]}"
            until [ -e ready ]
            until eval "$front"
            key Z
            see Stopped
            until ./in_state $(cat front) T && ./in_state $(cat leader) T
            type fg
            until ! ./in_state $(cat front) T && ! ./in_state $(cat leader) T
            key Z
            see Stopped
            until ./in_state $(cat front) T && ./in_state $(cat leader) T
            type bg
            until ! ./in_state $(cat front) T && ! ./in_state $(cat leader) T
            type touch go; wait -f; echo "over=$?"
            see Exit 8|Done
            see ^over=
            end
END
        [ "$(wc -l < out)" -gt 3 ]
        tr -d '\r' < out | cmp - <(seq -f 'line %g' 0 $(($(wc -l < out) - 1)))
        wait_for none_left
    done
}

@test "terminal: it goes away, and so does the training, unless it is not to" {
    script train <<< 'trap "touch told" HUP; setsid sleep 1000 & touch ready; while :; do echo x; sleep 0.02; [ ! -e told ] || exit 0; done'
    sit << 'END'
        type a4nn-train-wrap -q --grace 0.2 --result result -- ./train
        until [ -e ready ]
        see x
        hangup
        until [ -s result ]
END
    wait_for none_left
    [ -e told ]
    [ "$(jq -r '.outcome, .exit_status' result | paste -sd ' ')" = 'ended 0' ]
    rm ready result
    # what it writes then can go nowhere, which ends nothing
    script train <<< 'touch ready; until [ -e go ]; do echo x; sleep 0.02; done; for i in {1..5000}; do echo $i; done; touch finished; exit 4'
    sit << 'END'
        type trap "" HUP; a4nn-train-wrap --result result -- ./train
        until [ -e ready ]
        see x
        hangup
        until touch go
        until [ -s result ]
END
    wait_for none_left
    [ -e finished ]
    [ "$(jq -r '.outcome, .exit_status, .output_lost' result | paste -sd ' ')" = 'ended 4 true' ]
}

@test "terminal: its size reaches the training, with and without --pty" {
    local how
    cat > train.py << 'END'
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
changed = True
while not os.path.exists("go"):
    if changed:
        size = os.get_terminal_size(int(sys.argv[1]))
        with open("sizes", "a") as file:
            print(size.lines, size.columns, file=file)
        open("ready", "w").close()
    changed = signal.sigtimedwait([signal.SIGWINCH], 0.02)
END
    # standard error is the terminal itself where standard output is a pipe of ours
    for how in "--pty -- $PYTHON train.py 1" "-- $PYTHON train.py 2"; do
        rm -f ready go sizes
        how=$how sit << 'END'
            size 31 91
            type a4nn-train-wrap -q $how
            until [ -e ready ]
            until [ "$(tail -n 1 sizes)" = "31 91" ]
            size 41 101
            until [ "$(tail -n 1 sizes)" = "41 101" ]
            size 25 81
            until [ "$(tail -n 1 sizes)" = "25 81" ]
            until touch go
            see [$] $
            end
END
        wait_for none_left
    done
}

@test "terminal: in the background, it waits for its input like any job, or has none" {
    script train <<< 'touch ready; read -r line; echo "read: $line"; exit 6'
    front=$front sit << 'END'
        type a4nn-train-wrap -q -- ./train & wait $!; echo "first=$?"
        see Stopped
        until eval "$front"
        until ./in_state $(cat front) T && ./in_state $(cat leader) T
        type fg; echo "status=$?"
        until ! ./in_state $(cat front) T && ! ./in_state $(cat leader) T
        type a word
        see ^read: a word
        see status=6
        type a4nn-train-wrap -q -- ./train <&- & wait $!; echo "status=$?"
        see ^read:
        see status=6
        end
END
    wait_for none_left
}
