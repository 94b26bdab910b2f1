# SPDX-License-Identifier: GPL-3.0-or-later
# The helpers of lib.bash: a comparison that could not fail would make every test that uses it
# worthless.

load lib

@test "helpers: same accepts reals within the tolerance and no further" {
    run -0 printf 'run,epoch\na,-1.5e2,0.30\n'
    printf 'run,epoch\na,-150,0.3\n' > wanted
    same wanted
    run -0 printf 'run,epoch\na,-150.1,0.30\n'
    same wanted 1e-3
    run ! same_files .output wanted 1e-4
    run ! same_files .output wanted
}

@test "helpers: same sees missing, added and changed text" {
    printf 'a 1\nb 2\n' > got
    printf 'a 1\n' > shorter
    printf 'a 1\nb 2\nc 3\n' > longer
    printf 'a 1\nB 2\n' > other
    printf 'a 1\nb nan\n' > nan
    printf 'a 1\nb -2\n' > sign
    : > empty
    same_files got got
    for wanted in shorter longer other nan sign empty; do
        run ! same_files got "$wanted" 0.5
        run ! same_files "$wanted" got 0.5
    done
}

@test "helpers: piped wants the status of every member" {
    piped "0 3 0" "echo x | (cat; exit 3) | cat"
    [ "$output" = x ]
    run ! piped "0 0 0" "echo x | (cat; exit 3) | cat"
}

@test "helpers: data names only what exists" {
    [ -e "$(data SOURCES.md)" ]
    run ! data no-such-file
}

@test "helpers: tests/run counts what ran, and what it lost the count of has failed" {
    make_script good << 'END'
echo ok 1
echo ok 2
END
    make_script bad << 'END'
echo ok 1
echo not ok 2
END
    make_script thief << 'END'
rm -f "$REPORT"/good.count
END
    export BUILD=$PWD/out JOBS=1
    run -0 "$project_root/tests/run" mine "$PWD/good"
    [ "${lines[-1]}" = "mine: all 2 tests passed" ]
    [ "$(< out/report/mine)" = "2 0" ]
    run -1 "$project_root/tests/run" mine "$PWD/good" "$PWD/bad"
    [ "${lines[-1]}" = "mine: 1 of 4 tests FAILED" ]
    run -1 "$project_root/tests/run" mine "$PWD/good" "$PWD/thief"
    [[ $output == *"/good: nobody knows what became of it"* ]]
    [ "$(< out/report/mine)" = "1 1" ]
}
