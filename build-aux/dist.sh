#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes $BUILD/a4nn-$VERSION.tar.gz from the last commit: the same bytes from the same commit, with
# the commit's time or SOURCE_DATE_EPOCH on every file.
set -eu
umask 022

git rev-parse --git-dir > /dev/null 2>&1 || {
    echo "dist: this is no git checkout; a release is made from one" >&2
    exit 1
}
name=a4nn-$VERSION
when=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
mkdir -p "$BUILD"
rm -rf "${BUILD:?}/$name" "$BUILD/$name.tar.gz"
git archive --prefix="$name/" HEAD | tar -x -C "$BUILD"
tar -c -C "$BUILD" --format=ustar --sort=name --mtime="@$when" --owner=0 --group=0 --numeric-owner --mode=go=u-w \
    "$name" | gzip -9n > "$BUILD/$name.tar.gz.tmp"
mv "$BUILD/$name.tar.gz.tmp" "$BUILD/$name.tar.gz"
rm -rf "${BUILD:?}/$name"
echo "$BUILD/$name.tar.gz"
