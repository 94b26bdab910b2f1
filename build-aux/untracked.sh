#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fails if building and testing has left files in the tree that git does not know, build/ apart.
set -eu
left=$(git status --porcelain --ignored --untracked-files=all | grep -E '^(\?\?|!!)' | grep -v " $BUILD/" || true)
[ -z "$left" ] || {
    printf 'not tracked:\n%s\n' "$left" >&2
    exit 1
}
