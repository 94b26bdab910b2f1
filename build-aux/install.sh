#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# install.sh install|uninstall: run by make, which exports the variables.
set -eu

# A header that calls itself internal to the library stays at home.
public() { grep -L 'internal to the library' "$@"; }

# One line for each installed file: mode, source, destination.
files() {
    for f in cmd/*.c; do
        [ -e "$f" ] || continue
        f=${f#cmd/}
        f=${f%.c}
        echo "755 $BUILD/bin/$f $BINDIR/$f"
        echo "644 $BUILD/completions/bash/$f $BASHDIR/$f"
        echo "644 $BUILD/completions/zsh/_$f $ZSHDIR/_$f"
    done
    for f in man/*.[1-8]; do
        [ -e "$f" ] && echo "644 $f $MANDIR/man${f##*.}/${f##*/}"
    done
    public lib/*.h lib/log/*.h | while read -r f; do
        echo "644 $BUILD/include/${f#lib/} $INCDIR/a4nn/${f#lib/}"
    done
    echo "644 $BUILD/liba4nn.a $LIBDIR/liba4nn.a"
    echo "644 $BUILD/liba4nn.pc $LIBDIR/pkgconfig/liba4nn.pc"
}

# Headers name each other from lib/; installed, only relative to themselves, so that no user of
# <a4nn/fit.h> needs a folder on the search path in which err.h would hide the system's.
headers() {
    rm -rf "$BUILD/include"
    mkdir -p "$BUILD/include/log"
    public lib/*.h | while read -r f; do
        cp "$f" "$BUILD/include/"
    done
    public lib/log/*.h | while read -r f; do
        sed -e '/^#include "log\//!s|^#include "|&../|' -e 's|^#include "log/|#include "|' "$f" \
            > "$BUILD/include/log/${f##*/}"
    done
}

pc() {
    cat > "$BUILD/liba4nn.pc" << PC
prefix=$PREFIX
libdir=$LIBDIR
includedir=$INCDIR

Name: liba4nn
Description: forecasts and early stopping of neural-network training
Version: $VERSION
# There is only a static library, so its libraries are the user's too; libcsv ships no .pc file.
Requires: $PKGS
Libs: -L\${libdir} -la4nn -lcsv -lm -lpthread
Cflags: -I\${includedir}
PC
}

case $1 in
install)
    headers
    pc
    files | while read -r mode from to; do
        mkdir -p "$DESTDIR${to%/*}"
        $INSTALL -m "$mode" "$from" "$DESTDIR$to"
    done
    echo "installed below $DESTDIR$PREFIX"
    ;;
uninstall)
    files | while read -r _ _ to; do
        rm -f "$DESTDIR$to"
    done
    # our own folders; shared ones stay
    for d in "$DESTDIR$INCDIR/a4nn/log" "$DESTDIR$INCDIR/a4nn"; do
        [ ! -d "$d" ] || rmdir "$d"
    done
    ;;
esac
