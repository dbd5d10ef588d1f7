#!/bin/sh
# names.sh - a name that leaves a file begins with the file's name.
set -eu
bad=0
for o in $(find "$1/analyzer" "$1/rules" "$1/reports" -name '*.o' 2>/dev/null | LC_ALL=C sort); do
	room=$(basename "$o" .o)
	case $room in main) continue ;; esac
	for s in $(nm -g --defined-only "$o" | awk '{print $3}'); do
		case $s in "$room"|"${room}"_*) ;; _*|__*) ;; *)
			echo "$o: '$s' does not begin with '${room}_'"; bad=1 ;;
		esac
	done
done
[ $bad = 0 ] && echo "names: every exported name knows its file"
exit $bad
