# SPDX-License-Identifier: GPL-3.0-or-later
# The same digits from every build and processor.
load ../lib

forecasts() { # folder of the commands
    for forecaster in ${2:-pool ensemble a4nn penguin curve}; do
        "$1"/a4nn-predict -q -E 25 -M "$forecaster" "$(data authors-1e16.csv)"
    done
    "$1"/a4nn-predict -q --schedule step:100,150 "$(data log/mxnet-cifar.log)"
    "$1"/a4nn-replay -q -E 25 -R converged -R converged@ensemble -R hopeless -R penguin --per-run "$(data authors-1e16.csv)"
}

@test "digits: not optimised, optimised for this processor, and as it is built" {
    local tree=$project_root
    forecasts "$BUILD/bin" > wanted
    [ "$(wc -l < wanted)" -gt 2500 ]
    for flags in -O0 "-O3 -march=native"; do
        make -C "$tree" -s -j2 BUILD="$PWD/build" CFLAGS="$flags" all > log 2>&1 || { cat log; false; }
        forecasts "$PWD/build/bin" | cmp - wanted
        rm -rf build
    done
}

# The C library's exponential and logarithm differ in their last bit there, and a fit may end an
# iteration earlier.
@test "digits: a processor without wide vectors and fused multiplication, but for the last two" {
    local all_but_curve="pool ensemble a4nn penguin" # whose far forecasts hang on little
    forecasts "$BUILD/bin" "$all_but_curve" > wanted
    export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX512F,-FMA,-FMA4
    forecasts "$BUILD/bin" "$all_but_curve" > got
    paste -d '\n' wanted got | awk -F, 'NR % 2 { n = split($0, a); next }
        { if (split($0, b) != n) bad++
          for (i = 1; i <= n; i++) if (a[i] != b[i]) {
              other++; d = a[i] - b[i]; if (a[i] == 0 || d * d > 4e-16 * a[i] * a[i]) bad++ } }
        END { print NR, other + 0, bad + 0; exit bad || NR < 4500 || other > 20 }'
}
