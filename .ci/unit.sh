#!/bin/sh
# unit.sh - runs unit test programs, two at a time, prints the log of those that fail, names the
# tests, and counts. A program that ends badly without a failed test (a crash, a sanitizer, a hang)
# counts as one.
passed=0 failed=0 list=
for t in "$@"; do echo "$t"; done |
	xargs -P 2 -I '{}' sh -c 'code=0; timeout 300 "$1" >"$1.log" 2>&1 || code=$?; echo $code >"$1.code"' run '{}'
for t in "$@"; do
	read -r code <"$t.code"
	passed=$((passed + $(grep -c '^\[       OK ]' "$t.log")))
	names=$(sed -n 's/^\[  FAILED  ] \([a-zA-Z_0-9]*\)$/\1/p' "$t.log" | LC_ALL=C sort -u)
	if [ "$code" != 0 ] && [ -z "$names" ]; then
		names="$(sed -n 's/^\[ RUN      ] //p' "$t.log" | tail -n 1):exit-$code"
	fi
	[ -z "$names" ] || cat "$t.log"
	for n in $names; do
		failed=$((failed + 1)) list="$list
  $(basename "$t") $n"
	done
done
[ -z "$list" ] || echo "unit: failing tests$list"
echo "unit: $# programs, $passed tests passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
