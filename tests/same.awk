# SPDX-License-Identifier: GPL-3.0-or-later
# same.awk GOT WANTED, with -v tolerance: see same_files in lib.bash.  Prints the first difference
# and exits with 1, or exits with 0.  Both files are cut into numbers and the text between them.

BEGIN { number = "[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?" }

FILENAME == ARGV[1] { wanted_count = 0; got[FNR] = $0; got_count = FNR; next }

{
    wanted_count = FNR
    if (FNR > got_count)
        differ("missing: " $0)
    compare(got[FNR], $0)
}

END {
    if (!differs && wanted_count < got_count)
        differ("too much: " got[wanted_count + 1])
    exit differs
}

function differ(what)
{
    if (!differs)
        print "line " FNR ": " what
    differs = 1
    exit 1
}

function compare(a, b,    whole_a, whole_b, x, y, limit)
{
    whole_a = a
    whole_b = b
    while (a != b) {
        x = cut(a); before_a = before; a = after
        y = cut(b)
        if (before_a != before || x == "" || y == "")
            differ("'" whole_a "', not '" whole_b "'")
        b = after
        limit = tolerance * (y < -1 ? -y : y > 1 ? y + 0 : 1)
        if (x - y > limit || y - x > limit)
            differ(x ", not " y " within " tolerance ": '" whole_a "', not '" whole_b "'")
    }
}

# Returns the first number in s, "" if there is none; sets before and after.
function cut(s)
{
    if (!match(s, number)) {
        before = s
        after = ""
        return ""
    }
    before = substr(s, 1, RSTART - 1)
    after = substr(s, RSTART + RLENGTH)
    return substr(s, RSTART, RLENGTH)
}
