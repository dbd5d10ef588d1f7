#!/bin/sh
# coverage.sh BUILD - lines covered by the unit tests, one line per file.
build=$1
find "$build/analyzer" "$build/rules" "$build/reports" -name '*.gcda' | LC_ALL=C sort | while read -r f; do
	gcov -n -o "$(dirname "$f")" "$f" 2>/dev/null | awk -v want="${f#"$build"/}" '
		/^File/ { gsub(/\x27/, ""); name = $2 }
		/^Lines executed/ { sub(/gcda$/, "c", want); if (name == want) print $0 "  " name }'
done
