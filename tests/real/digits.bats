# SPDX-License-Identifier: GPL-3.0-or-later
# The same digits from every build and processor.
load ../lib

forecasts() { # folder of the commands
    for forecaster in pool ensemble a4nn penguin curve; do
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

@test "digits: a processor without wide vectors and fused multiplication" {
    forecasts "$BUILD/bin" > wanted
    export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX512F,-FMA,-FMA4
    forecasts "$BUILD/bin" | cmp - wanted
}
