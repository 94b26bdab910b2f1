# SPDX-License-Identifier: GPL-3.0-or-later
load lib

@test "readme: its commands print what it shows" {
    run -0 --separate-stderr "$project_root/build-aux/readme.sh"
    printf '%s\n' "$output" > got
    [ -z "$stderr" ]
    diff -u "$project_root/README.md" got
    # and it does show something: a forecast, a stop in words, a baseline
    grep -qE 'stop  +converged$' got
    grep -qE "^a4nn-predict: run 'mxnet-cifar' can stop after epoch" got
    grep -qE '^a4nn@a4nn,baseline,' got
}

@test "readme: what readme.sh prints depends on the commands" {
    mkdir -p tree/build-aux
    cp "$project_root/build-aux/readme.sh" tree/build-aux/
    cat > tree/README.md << 'END'
a line
```console
$ echo "new
> lines"; echo error >&2
old
$ true
old
```
the end
END
    run -0 tree/build-aux/readme.sh
    [ "$output" = 'a line
```console
$ echo "new
> lines"; echo error >&2
new
lines
error
$ true
```
the end' ]
}

@test "readme: every command is in its table" {
    local source
    for source in "$project_root"/cmd/*.c; do
        grep -qF "| \`$(basename "$source" .c)\` |" "$project_root/README.md"
    done
}
