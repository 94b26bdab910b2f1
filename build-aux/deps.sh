#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# deps.sh GROUP ...: makes sure that what the groups build, test, lint, real need is there.
#
# What is missing is found out by trying for it, so a machine that has everything needs neither
# network nor root.  On Debian and its children the missing packages are installed; elsewhere one
# message names them.
set -eu

# group  test  what it tests for  package on Debian, Fedora, Arch, Homebrew ("-": comes along)
table() {
    cat << 'TABLE'
build prog   cc                     gcc                 gcc                 gcc           -
build header stdio.h                libc6-dev           glibc-devel         glibc         -
build prog   pkg-config             pkg-config          pkgconf-pkg-config  pkgconf       pkgconf
build pkg    gsl                    libgsl-dev          gsl-devel           gsl           gsl
build header csv.h                  libcsv-dev          libcsv-devel        libcsv        libcsv
build pkg    jansson                libjansson-dev      jansson-devel       jansson       jansson
build pkg    libarchive             libarchive-dev      libarchive-devel    libarchive    libarchive
build pkg    libmd                  libmd-dev           libmd-devel         libmd         libmd
build pkg    libpq                  libpq-dev           libpq-devel         postgresql-libs libpq
build pkg    sqlite3                libsqlite3-dev      sqlite-devel        sqlite        sqlite
build pkg    libprotobuf-c          libprotobuf-c-dev   protobuf-c-devel    protobuf-c    protobuf-c
build prog   protoc-c               protobuf-c-compiler protobuf-c-compiler protobuf-c    protobuf-c
test  prog   bats                   bats                bats                bash-bats     bats-core
test  bats   bats-support           bats-support        bats-support        bats-support  kaos/shell/bats-support
test  bats   bats-assert            bats-assert         bats-assert         bats-assert   kaos/shell/bats-assert
test  prog   zstd                   zstd                zstd                zstd          zstd
test  prog   xz                     xz-utils            xz                  xz            xz
test  prog   zip                    zip                 zip                 zip           zip
test  prog   jq                     jq                  jq                  jq            jq
test  prog   sqlite3                sqlite3             sqlite              sqlite        sqlite
test  file   /usr/bin/python3       python3             python3             python        python
test  prog   pgrep                  procps              procps-ng           procps-ng     -
test  prog   tidy                   tidy                tidy                tidy          tidy-html5
test  prog   gnuplot                gnuplot-nox         gnuplot             gnuplot       gnuplot
test  file   /usr/share/i18n/locales/de_DE locales      glibc-locale-source glibc         -
lint  prog   clang                  clang               clang               clang         llvm
lint  prog   clang-format           clang-format        clang-tools-extra   clang         clang-format
lint  prog   clang-tidy             clang-tidy          clang-tools-extra   clang         llvm
lint  prog   cppcheck               cppcheck            cppcheck            cppcheck      cppcheck
lint  prog   shellcheck             shellcheck          ShellCheck          shellcheck    shellcheck
lint  prog   node                   nodejs              nodejs              nodejs        node
lint  prog   tidy                   tidy                tidy                tidy          tidy-html5
lint  prog   mandoc                 mandoc              mandoc              mandoc        mandoc
lint  prog   git                    git                 git                 git           git
real  python numpy                  python3-numpy       python3-numpy       python-numpy  numpy
real  python scipy                  python3-scipy       python3-scipy       python-scipy  scipy
real  python optuna                 python3-optuna      python3-optuna      python-optuna optuna
real  python torch                  python3-torch       python3-torch       python-pytorch pytorch
real  prog   /usr/sbin/slurmctld    slurm-wlm           slurm-slurmctld     slurm-llnl    -
real  prog   /usr/sbin/munged       munge               munge               munge         -
real  prog   faketime               faketime            libfaketime         libfaketime   -
real  prog   setsid                 util-linux          util-linux          util-linux    -
real  prog   parallel               parallel            parallel            parallel      parallel
real  prog   chromium               chromium            chromium            chromium      chromium
real  prog   psql                   postgresql-client   postgresql          postgresql    postgresql
real  server initdb                 postgresql          postgresql-server   postgresql    postgresql
real  file /usr/share/datasets/fashion-mnist dataset-fashion-mnist -        -             -
TABLE
}

have() { # test, what
    case $1 in
    prog) command -v "$2" ;;
    server) command -v "$2" || ls /usr/lib/postgresql/*/bin/"$2" ;;
    pkg) pkg-config --exists "$2" ;;
    file) [ -e "$2" ] ;;
    header) echo "#include <$2>" | "${CC:-cc}" -E - ;;
    bats) bats_library "$2" ;;
    # the system's, which is the one that gets these packages, not one that shadows it on PATH
    python) "${PYTHON:-/usr/bin/python3}" -c "import $2" ;;
    esac > /dev/null 2>&1
}

bats_library() {
    old_ifs=$IFS
    IFS=:
    for dir in ${BATS_LIB_PATH:-/usr/lib/bats:/usr/local/lib:/opt/homebrew/lib:/usr/lib}; do
        [ ! -e "$dir/$1/load.bash" ] || { IFS=$old_ifs && return 0; }
    done
    IFS=$old_ifs
    return 1
}

# The packages of a system whose tests fail now, each once.
missing() { # system, group ...
    case $1 in debian) column=4 ;; fedora) column=5 ;; arch) column=6 ;; brew) column=7 ;; esac
    shift
    for group in "$@"; do
        table | awk -v group="$group" -v column="$column" '$1 == group { print $2, $3, $column }'
    done | while read -r test what package; do
        have "$test" "$what" || [ "$package" = - ] || echo "$package"
    done | sort -u | tr '\n' ' '
}

system() {
    if [ "$(uname -s)" = Darwin ]; then
        echo brew
        return
    fi
    ID='' ID_LIKE=''
    # shellcheck disable=SC1091 # the system's own
    [ ! -r /etc/os-release ] || . /etc/os-release
    for id in $ID $ID_LIKE; do
        case $id in
        debian | ubuntu) echo debian && return ;;
        fedora | rhel | centos) echo fedora && return ;;
        arch) echo arch && return ;;
        esac
    done
    echo unknown
}

# Twice, because mirrors have bad moments; what apt says is shown only when it failed both times.
apt() {
    log=$(mktemp)
    for pause in 5 0; do
        if $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
            -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 "$@" > "$log" 2>&1 < /dev/null; then
            rm -f "$log"
            return 0
        fi
        sleep "$pause"
    done
    cat "$log" >&2
    rm -f "$log"
    return 1
}

by_hand() { # what to type
    echo "deps: missing here; install them with: $1" >&2
    exit 1
}

on_debian() {
    packages=$1
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo > /dev/null || by_hand "apt-get install $packages (as root; there is no sudo)"
        as_root=sudo
    fi
    echo "deps: installing $packages"
    # shellcheck disable=SC2086 # a list of packages
    if ! apt update || ! apt install --no-install-recommends $packages; then
        echo "deps: apt-get could not install: $packages" >&2
        exit 1
    fi
}

case $(system) in
debian)
    packages=$(missing debian "$@")
    [ -n "$packages" ] || exit 0
    command -v apt-get > /dev/null || by_hand "apt-get install $packages"
    on_debian "$packages"
    left=$(missing debian "$@")
    [ -z "$left" ] || by_hand "apt-get install $left (installed, and still not usable)"
    ;;
fedora)
    packages=$(missing fedora "$@")
    [ -z "$packages" ] || by_hand "dnf install $packages"
    ;;
arch)
    packages=$(missing arch "$@")
    [ -z "$packages" ] || by_hand "pacman -S --needed $packages (libcsv and the bats libraries may be in the AUR)"
    ;;
brew)
    packages=$(missing brew "$@")
    [ -z "$packages" ] || by_hand "brew install $packages"
    ;;
*)
    packages=$(missing debian "$@")
    [ -z "$packages" ] || by_hand "your system's packages for what Debian calls: $packages"
    ;;
esac
