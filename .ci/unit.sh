#!/bin/sh
# unit.sh - runs unit test programs, prints the log of those that fail, and counts their tests.
passed=0 failed=0 bad=0
for t in "$@"; do
	if timeout 300 "$t" >"$t.log" 2>&1; then :; else bad=$((bad + 1)); cat "$t.log"; echo "FAILED: $t"; fi
	passed=$((passed + $(grep -c '^\[       OK ]' "$t.log")))
	failed=$((failed + $(grep -c '^\[  FAILED  ] [a-z_0-9]*$' "$t.log")))
done
[ "$bad" = 0 ] || [ "$failed" != 0 ] || failed=$bad
echo "unit: $# programs, $passed tests passed, $failed failed"
[ "$bad" = 0 ]
