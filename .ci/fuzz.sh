#!/bin/sh
# fuzz.sh BUILD HOW NAME... - each fuzzer over its corpus, two at a time.
# HOW is a number of seconds; or `long`: as many runs as its kind needs (tests/fuzz/targets),
# RUNS_EACH=n for another number. Seeds are tests/fuzz/corpus/NAME (see tests/fuzz/seeds.py);
# what is found stays in BUILD.
build=$1 how=$2; shift 2
known=$(sed 's/#.*//; /^ *$/d' tests/fuzz/targets)
if [ $# -gt 1 ]; then
	for f in "$@"; do
		echo "$known" | grep -q "^${f#fuzz_} " || { echo "fuzz: $f is not in tests/fuzz/targets"; exit 1; }
	done
	# In the order of the list; those not asked for are left out.
	echo "$known" | while read -r name _; do
		for f in "$@"; do [ "$f" = "fuzz_$name" ] && echo "$f"; done
	done | xargs -n 1 -P 2 sh "$0" "$build" "$how"
	exit
fi
f=$1 seeds=tests/fuzz/corpus/$1
read -r _ kind longest <<END
$(echo "$known" | grep "^${f#fuzz_} ")
END
case $kind in
parser) runs=10000000 ;;
decryption) runs=1000000 ;;
pipeline | user) runs=100000 ;;
*) echo "fuzz: $f is not in tests/fuzz/targets: FAILED"; exit 1 ;;
esac
if [ "$how" = long ]; then
	amount=-runs=${RUNS_EACH:-$runs}
else
	amount=-max_total_time=$how
fi
# Most of what a run cost was the sanitizer's: whole stacks of every allocation, and so much
# memory held back from use again that each came fresh from the kernel.
ASAN_OPTIONS=malloc_context_size=${FUZZ_STACKS:-2}:quarantine_size_mb=1:thread_local_quarantine_size_kb=64
export ASAN_OPTIONS
mkdir -p "$build/corpus/$f"
[ -d "$seeds" ] || { echo "fuzz: $f has no seeds in $seeds: FAILED"; exit 1; }
if ! "$build/tests/fuzz/$f" "$amount" -max_len="$longest" -timeout=10 -report_slow_units=1 \
    -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 -artifact_prefix="$build/corpus/$f-" \
    "$build/corpus/$f" "$seeds" >"$build/corpus/$f.log" 2>&1; then
	tail -60 "$build/corpus/$f.log"; echo "fuzz: $f FAILED"; exit 1
fi
of() { sed -n "s/^stat::$1: *//p" "$build/corpus/$f.log"; }
echo "fuzz: $f ($kind) $(of number_of_executed_units) executions, $(of average_exec_per_sec) a second," \
    "slowest under $(($(of slowest_unit_time_sec) + 1)) s, clean"
