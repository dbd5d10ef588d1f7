#!/bin/sh
# fuzz.sh BUILD SECONDS NAME... - each fuzzer over its corpus for a while, two at a time.
# Seeds are tests/fuzz/corpus/NAME (see tests/fuzz/seeds.py); what is found stays in BUILD.
build=$1 seconds=$2; shift 2
if [ $# -gt 1 ]; then
	printf '%s\n' "$@" | xargs -n 1 -P 2 sh "$0" "$build" "$seconds"
	exit
fi
f=$1 seeds=tests/fuzz/corpus/$1
mkdir -p "$build/corpus/$f"
[ -d "$seeds" ] || { echo "fuzz: $f has no seeds in $seeds: FAILED"; exit 1; }
if ! "$build/tests/fuzz/$f" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
    -print_final_stats=1 -artifact_prefix="$build/corpus/$f-" "$build/corpus/$f" "$seeds" \
    >"$build/corpus/$f.log" 2>&1; then
	tail -60 "$build/corpus/$f.log"; echo "fuzz: $f FAILED"; exit 1
fi
echo "fuzz: $f $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/corpus/$f.log") executions, clean"
