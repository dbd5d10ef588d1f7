#!/bin/sh
# names.sh BUILD - a name that leaves a file begins with the file's name, and no two files share one.
set -eu
objects=$(find analyzer rules reports -name '*.c' ! -name main.c | sed "s,^,$1/,; s,c\$,o," | LC_ALL=C sort)
names=$(mktemp)
trap 'rm -f "$names"' EXIT
# shellcheck disable=SC2086 # one word a file
nm -A -g --defined-only $objects >"$names"
# Two files of one stem could each export the same name, and a reader could not tell whose it is.
echo "$objects" | awk '
function stem(path) { sub(/.*\//, "", path); sub(/\.o$/, "", path); return path }
FNR == NR {
	if (stem($0) in seen) {
		print $0 ": its name is taken by " seen[stem($0)]
		bad = 1
	}
	seen[stem($0)] = $0
	next
}
{
	file = $1
	sub(/:[^:]*$/, "", file)
	room = stem(file)
	if ($3 != room && index($3, room "_") != 1 && $3 !~ /^_/) {
		print file ": \"" $3 "\" does not begin with \"" room "_\""
		bad = 1
	}
}
END {
	if (!bad)
		print "names: every exported name knows its file"
	exit bad
}' - "$names"
