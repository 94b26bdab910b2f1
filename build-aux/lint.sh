#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lint.sh: every check of the source, as TAP. Started by `make lint`, which gives it BUILD, MAKE,
# CFLAGS (language and include flags) and JOBS.
# shellcheck disable=SC2086,SC2317 # lists are meant to be split; the checks are called by name
set -u

if git rev-parse --git-dir > /dev/null 2>&1; then
    tracked() { git ls-files -co --exclude-standard; }
else
    tracked() { find . -path "./$BUILD" -prune -o -type f -print | sed 's|^\./||'; }
fi
C=$(ls lib/*.c lib/log/*.c cmd/*.c tests/*/*.c 2> /dev/null)
H=$(ls lib/*.h lib/log/*.h tests/*/*.h 2> /dev/null)

spdx() {
    tracked | grep -Ev '^(LICENSE$|tests/data/|examples/data/)' | while read -r f; do
        [ ! -s "$f" ] || head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' ||
            echo "$f: no SPDX line"
    done | failing_if_any
}

# Text on standard input is what is wrong.
failing_if_any() { ! grep .; }

format() {
    clang-format --dry-run -Werror $C $H 2>&1 | sed -n 's/:.*/: not as make format makes it/p' | sort -u |
        failing_if_any
}

# Clang also takes an enum for unsigned, which gcc (and the reader) does not.
compile() {
    flags="-O2 -Werror"
    [ "$1" = gcc ] || flags="$flags -Wno-sign-conversion"
    "$MAKE" --no-print-directory -k -s BUILD="$BUILD/$1" CC="$1" CFLAGS="$flags" all units benches
}

# Each header stands alone, in C and, as it is public, in C++.
headers() {
    status=0
    for h in lib/*.h lib/log/*.h; do
        for lang in c c++; do
            flags=$(echo "$CFLAGS" | sed "s/-std=c11/-std=${lang}11/")
            flags="$flags -Wall -Wextra -Wpedantic -Werror -Wno-empty-translation-unit"
            printf '#include "%s"\n' "${h#lib/}" | clang -x "$lang" $flags -fsyntax-only - || {
                echo "$h: does not compile alone as $lang"
                status=1
            }
        done
    done
    return $status
}

# unusedFunction and friends are off because a library has functions no command uses yet;
# ctuuninitvar does not see memset, and its twin within one file, uninitvar, stays on.
static_analysis() {
    mkdir -p "$BUILD/lint/cppcheck"
    cppcheck --quiet --std=c11 -D_GNU_SOURCE --enable=warning,performance,portability \
        --inline-suppr --suppress=missingIncludeSystem --suppress=ctuuninitvar \
        --error-exitcode=1 --cppcheck-build-dir="$BUILD/lint/cppcheck" -j "$JOBS" -I lib $C
}

tidy() { "$MAKE" --no-print-directory -k -s tidy; }

shell() {
    tracked | while read -r f; do
        case $f in
        *.bats | *.sh | *.bash) echo "$f" ;;
        tests/data/*) ;;
        *) head -n 1 "$f" 2> /dev/null | grep -aqE '^#!.*(sh|bash)$' && echo "$f" ;;
        esac
    done | xargs shellcheck -x
}

manuals() {
    ls man/*.[1-8] > /dev/null 2>&1 || return 0
    mandoc -Tlint -Wwarning man/*.[1-8]
}

# The page of a publication, with what publishing fills in filled in; data come by script, so that
# tables begin empty.
web() {
    status=0
    for f in lib/web/*.js; do
        node --check "$f" || status=1
    done
    sed 's/{{facts}}/<li>x<\/li>/; s/{{[a-z]*}}/x/g' lib/web/index.html |
        command tidy -q -e --drop-empty-elements no - || status=1
    return $status
}

number=0
failed=0
echo 1..10
for check in spdx format headers shell manuals web static_analysis "compile gcc" "compile clang" tidy; do
    number=$((number + 1))
    if out=$($check 2>&1); then
        echo "ok $number $check"
    else
        failed=1
        printf '%s\nnot ok %s %s\n' "$out" "$number" "$check"
    fi
done
exit "$failed"
