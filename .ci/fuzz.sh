#!/bin/sh
# fuzz.sh BUILD SECONDS NAME... - each fuzzer over its corpus for a while.
build=$1 seconds=$2; shift 2
for f in "$@"; do
	mkdir -p "build/corpus/$f" "tests/fuzz/corpus/$f"
	if ! "$build/tests/fuzz/$f" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	    -print_final_stats=1 -artifact_prefix="build/corpus/$f-" "build/corpus/$f" "tests/fuzz/corpus/$f" \
	    >"build/corpus/$f.log" 2>&1; then
		tail -60 "build/corpus/$f.log"; echo "fuzz: $f FAILED"; exit 1
	fi
	echo "fuzz: $f $(sed -n 's/^stat::number_of_executed_units: *//p' "build/corpus/$f.log") executions, clean"
done
