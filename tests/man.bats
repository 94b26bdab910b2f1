# SPDX-License-Identifier: GPL-3.0-or-later
# What the manuals show must work: every example that needs nothing but the sample logs is run.

load lib

# The commands of the EXAMPLES of a page and of the teaching part of a4nn(7), each ended by a NUL.
commands() {
    awk '
        function give() { if (text != "") printf "%s%c", text, 0; text = "" }
        /^\.Dl \$ / { print_one = substr($0, 7); give(); text = print_one; give(); next }
        /^\.Bd -literal/ { literal = 1; next }
        /^\.Ed/ { give(); literal = 0; next }
        literal && /^\$ / { give(); text = substr($0, 3); next }
        literal && text != "" { text = text "\n" $0 }
    ' "$1" | sed 's/\\e/\\/g; s/\\(dq/"/g; s/\\&//g'
}

# Those with names in them that only a user has.
needs_more() { grep -qE 'train\.|pid|runs|archive|logs/|part[ 0-9]' <<< "$1"; }

# Runs one; any stage may have ended because its reader had enough, and diff finds differences.
works() {
    local statuses
    bash -c "$1"$'\nprintf "%s " "${PIPESTATUS[@]}" > statuses' > out 2> err < /dev/null
    statuses=$(sed 's/141 /0 /g; s/ $//' statuses)
    if [[ $1 == diff* ]]; then
        statuses=${statuses/#1/0}
    fi
    [[ $statuses =~ ^0( 0)*$ ]] || fail "status $statuses: $1
$(cat err)"
    # a command without output into a file of its own shows something
    [ -s out ] || [[ $1 == *'>'* ]] || fail "no output: $1"
}

samples() {
    cp "$(data log/penguin.txt)" "$(data log/a4nn-history.csv)" "$(data authors-1e16.csv)" .
    cp -R "$(data log/tensorboard)" .
}

@test "man: the examples work" {
    local page command ran
    samples
    for page in "$project_root"/man/*.[157]; do
        ran=0
        while IFS= read -r -d '' command; do
            needs_more "$command" && continue
            works "$command"
            ran=$((ran + 1))
        done < <(commands "$page")
        echo "$ran of $(basename "$page")"
        [ "$ran" -gt 0 ] || fail "nothing was run of $page"
    done
}

@test "man: a4nn-log(1) describes every format" {
    a4nn-log --list-formats | sed 's/ .*//' | sort > formats
    [ -s formats ]
    sed -n '/^\.Sh FORMATS/,/^\.Sh EXIT/s/^\.It Ic \([-a-z0-9]*\).*/\1/p' "$project_root/man/a4nn-log.1" | sort > described
    diff -u formats described
}

@test "man: a4nn-fit(1) gives every family with its formula" {
    local name formula rest
    a4nn-fit --list-models | sed -n 's/^\([a-z0-9]*\)  *y = /\1 /p' > families
    [ -s families ]
    while read -r name formula; do
        rest=$(sed -n "/^\.It Ic $name\$/{n;p;}" "$project_root/man/a4nn-fit.1")
        [[ $rest == "$formula"[.\;]* ]] || fail "$name: '$rest', not '$formula'"
    done < families
}

@test "man: a4nn-predict(1) has every forecaster, rule and key" {
    local page=$project_root/man/a4nn-predict.1 name
    a4nn-predict --list | awk '/^[a-z]/ { next } { print $1 }' | sort -u > names
    [ -s names ]
    while read -r name; do
        grep -qE "^\.(It Ic|Cm|Ns Cm|.*Cm) ?.*\b$name\b" "$page" || fail "a4nn-predict.1: no $name"
    done < names
}

@test "man: a4nn-stream(5) has every field" {
    local field
    sed -n 's/^ *\[A4NN_[A-Z_]*\] = {"\([a-z_]*\)", .*/\1/p' "$project_root/lib/record.c" > fields
    [ -s fields ]
    while read -r field; do
        grep -qE "^\.It Ic (.* )?$field( |\$)" "$project_root/man/a4nn-stream.5" || fail "no field $field"
    done < fields
}

@test "man: every page names itself in one line" {
    local page
    for page in "$project_root"/man/*.[157]; do
        grep -q "^\.Nm $(basename "${page%.*}")\$" "$page"
        [ "$(grep -cE '^\.Nd [a-z].*[^.]$' "$page")" -eq 1 ]
    done
}
