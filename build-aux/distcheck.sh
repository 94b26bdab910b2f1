#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Takes the release that `make dist` has just written through what its user will do with it.
set -Eeuo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'echo "distcheck: FAILED" >&2' ERR
release=$PWD/$BUILD/a4nn-$VERSION.tar.gz
make=${MAKE:-make}

step() { echo "distcheck: $*"; }
# The release is built as by a user, whatever this make was given.
user_make() {
    env -u MAKEFLAGS -u MAKELEVEL -u BUILD -u PREFIX -u BINDIR -u LIBDIR -u INCDIR -u MANDIR \
        -u BASHDIR -u ZSHDIR -u DESTDIR "$make" --no-print-directory -j "$(getconf _NPROCESSORS_ONLN)" "$@"
}

step "CHANGELOG.md names $VERSION"
grep -q "^## $VERSION " CHANGELOG.md

step "the manuals are clean"
for page in man/*.[1-8]; do
    [ ! -e "$page" ] || mandoc -Tlint -Wwarning "$page"
done

step "unpack, build and test"
tar -xzf "$release" -C "$work"
cd "$work/a4nn-$VERSION"
user_make check
left=$(find . -newer "$release" -type f ! -path './build/*')
[ -z "$left" ] || { echo "written outside build/: $left" && false; }

step "install"
user_make install DESTDIR="$work/root" PREFIX=/opt/a4nn
for command in cmd/*.c; do
    [ -e "$command" ] || continue
    command=$(basename "$command" .c)
    [ "$("$work/root/opt/a4nn/bin/$command" --version)" = "$command $VERSION" ]
done

step "a program of a user compiles, in C and C++, and runs"
{
    echo '#include <err.h> /* the system one, which ours must not hide */'
    echo '#include <stdio.h>'
    (cd "$work/root/opt/a4nn/include" && find a4nn -name '*.h' | sort | sed 's/.*/#include <&>/')
    echo 'int main(void) { char n[32]; puts(a4nn_number_format(n, 0.5)); warnx("fine"); return 0; }'
} > "$work/user.c"
export PKG_CONFIG_PATH=$work/root/opt/a4nn/lib/pkgconfig
flags() { pkg-config "$1" liba4nn | sed "s|/opt/a4nn|$work/root&|g"; }
# shellcheck disable=SC2046 # flags
cc -Wall -Werror $(flags --cflags) -o "$work/user" "$work/user.c" $(flags --libs)
[ "$("$work/user")" = 0.5 ]
if command -v c++ > /dev/null; then
    # shellcheck disable=SC2046 # flags
    c++ -x c++ -Wall -Werror -fsyntax-only $(flags --cflags) "$work/user.c"
fi

step "uninstall leaves nothing"
user_make uninstall DESTDIR="$work/root" PREFIX=/opt/a4nn
left=$(find "$work/root" ! -type d)
[ -z "$left" ] || { echo "left: $left" && false; }

trap - ERR
echo "distcheck: ok, $release"
