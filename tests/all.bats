# SPDX-License-Identifier: GPL-3.0-or-later
# What every command has to get right, checked for each that has a source in cmd/.

load lib

# each FUNCTION: calls it with every command's name; says for which it failed.
each() {
    local source command status bad=
    for source in "$project_root"/cmd/*.c; do
        command=$(basename "$source" .c)
        [ -x "$BUILD/bin/$command" ] || fail "$command is not built"
        set +e # an errexit inside a condition would be ignored
        (set -e; "$1" "$command")
        status=$?
        set -e
        [ "$status" -eq 0 ] || bad+=" $command"
    done
    [ -z "$bad" ] || fail "not so:$bad"
}

# The verbs of a command that has verbs.
verbs() {
    grep -q '^usage: [^ ]* verb ' <("$1" --help) || return 0
    "$1" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

# The options --help lists, one a line: -E, --epochs, ...; of a command with verbs, those of all.
help_options() {
    local verb
    if [ -n "$(verbs "$1")" ]; then
        for verb in $(verbs "$1"); do options_of "$1" "$verb"; done | sort -u
    else
        options_of "$1" | sort
    fi
}

options_of() {
    "$@" --help | sed -n 's/^  *\(-[-A-Za-z0-9, ]*\).*/\1/p' | grep -oE -- '(^|[ ,])--?[A-Za-z0-9][-A-Za-z0-9]*' |
        tr -d ' ,'
}

# The options a manual describes: the flags in its list items.
manual_options() {
    sed -n 's/\\//g; s/ , -/ , Fl -/g; s/^\.It Fl /Fl /p' "$1" | grep -oE -- 'Fl -?[A-Za-z0-9][-A-Za-z0-9]*' |
        sed 's/^Fl /-/' | sort
}

help_and_version() {
    "$1" --help > help 2> err
    grep -q "^usage: $1 " help
    [ ! -s err ]
    "$1" -h | cmp - help
    [ "$("$1" --version 2>&1)" = "$1 $version" ]
    [ "$("$1" -V 2>&1)" = "$1 $version" ]
}

@test "all: --help and --version answer on standard output" {
    version=$(sed -n 's/^#define A4NN_VERSION "\(.*\)"/\1/p' "$project_root/lib/version.h")
    [ -n "$version" ]
    each help_and_version
}

# A wrapper passes on another command's status, so that its own trouble is another one.
trouble() { if [ "$1" = a4nn-train-wrap ]; then echo 125; else echo 2; fi; }

unknown_option() {
    local trouble
    trouble=$(trouble "$1")
    run -"$trouble" --separate-stderr "$1" --no-such-option
    [ -z "$output" ]
    [[ $stderr == "$1: unrecognized option '--no-such-option'"$'\n'"Try '$1 --help'." ]]
    run -"$trouble" --separate-stderr "$1" -$'\001'
    [ -z "$output" ]
    [ -n "$stderr" ]
}

@test "all: an unknown option is trouble, told on standard error" {
    each unknown_option
}

full_disk() {
    local option status=0
    for option in --help --version; do
        "$1" $option > /dev/full 2> err || status=$?
        [ "$status" -eq "$(trouble "$1")" ]
        [ "$(cat err)" = "$1: cannot write standard output: No space left on device" ]
    done
}

@test "all: a full disk is trouble, not success" {
    each full_disk
}

closed_output() {
    local status=0
    "$1" --help >&- 2> err || status=$?
    [ "$status" -eq "$(trouble "$1")" ]
    [ "$(cat err)" = "$1: cannot write standard output: Bad file descriptor" ]
}

@test "all: a closed standard output is trouble" {
    each closed_output
}

closed_pipe() {
    rm -f gate
    mkfifo gate
    # the command starts when its reader is gone, also from the shell that made the pipe
    piped "141 0" "{ cat gate > go; exec $1 --help; } | { exec <&-; sleep 0.1; echo > gate; }"
    [ -z "$stderr" ]
    # also when it was started by something that ignores SIGPIPE
    piped "141 0" "trap '' PIPE; { cat gate > go; exec $1 --help; } | { exec <&-; sleep 0.1; echo > gate; }"
    [ -z "$stderr" ]
}

@test "all: a closed pipe ends a command quietly" {
    each closed_pipe
}

manual() {
    local page=$project_root/man/$1.1
    [ -f "$page" ] || fail "no man/$1.1"
    grep -q "^\.Dt $(echo "$1" | tr '[:lower:]' '[:upper:]') 1$" "$page"
    help_options "$1" > help
    manual_options "$page" | if [ -n "$(verbs "$1")" ]; then uniq; else cat; fi > manual
    diff -u manual help
}

@test "all: the manual lists exactly the options of --help" {
    each manual
}

overview() {
    grep -qE "^\.(Xr|It Xr) $1 1" "$project_root/man/a4nn.7"
}

@test "all: a4nn(7) names every command" {
    each overview
}

# What bash offers behind "CMD [VERB]" for a "-".
offered() {
    bash -c '
        . "$BUILD/completions/bash/$1"
        COMP_WORDS=("$@" -) COMP_CWORD=$#
        "_$1"
        printf "%s\n" "${COMPREPLY[@]}"' complete "$@" | sort
}

completion() {
    local option verb
    bash -n "$BUILD/completions/bash/$1"
    grep -q "^#compdef $1\$" "$BUILD/completions/zsh/_$1"
    help_options "$1" | grep '^--' > help
    if [ -n "$(verbs "$1")" ]; then
        for verb in $(verbs "$1"); do
            offered "$1" "$verb" | diff -u - <(options_of "$1" "$verb" | grep '^--' | sort)
            grep -q "^    '$verb\[" "$BUILD/completions/zsh/_$1"
        done
    else
        offered "$1" | diff -u - help
    fi
    while read -r option; do
        grep -qE -- "(^|[^-a-z])$option(=|,|}|\\[)" "$BUILD/completions/zsh/_$1" || fail "zsh: no $option"
    done < help
}

@test "all: bash and zsh complete every option" {
    each completion
}
