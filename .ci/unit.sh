#!/bin/sh
# unit.sh - runs unit test programs, prints the log of those that fail, names the tests, and counts.
# A program that ends badly without a failed test (a crash, a sanitizer, a hang) counts as one.
passed=0 failed=0 list=
for t in "$@"; do
	code=0
	timeout 300 "$t" >"$t.log" 2>&1 || code=$?
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
