# SPDX-License-Identifier: GPL-3.0-or-later
# The comparison of `make bench` with SciPy, on fewer prefixes.  Its bars are checked but for the
# one of speed, which no test may depend on.
load ../lib

@test "scipy: no fit of ours is worse than curve_fit's, and where it fails we answer" {
    make -s -C "$project_root" BUILD="$BUILD" benches
    run env EVERY=60 PYTHON="$PYTHON" BUILD="$BUILD" sh "$project_root/tests/bench/fit.sh"
    [ "$(grep -c '^ok ' <<< "$output")" -ge 8 ]
    missed=$(grep '^MISSED' <<< "$output" | grep -v 'fits/s against') || true
    [ -z "$missed" ]
}
