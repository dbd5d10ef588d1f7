#!/bin/sh
# test.sh - what `make test` runs once everything is installed: each step is counted.
passed=0 failed=0
step() {
	name=$1; shift
	start=$(date +%s)
	if "$@"; then passed=$((passed + 1)); verdict=passed; else failed=$((failed + 1)); verdict=FAILED; fi
	echo "== $name: $verdict ($(($(date +%s) - start)) s)"
}
mk() { make --no-print-directory -j2 "$@"; }
step "build" mk all
step "unit tests" mk unit
step "golden samples and front door" mk golden
step "lint" mk lint
step "a live call (where it can be placed)" mk live-lab
step "network (where namespaces can be had)" mk net
step "sanitizers: unit, golden, captures" mk sanitized
step "fuzz smoke" mk fuzz-smoke
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
