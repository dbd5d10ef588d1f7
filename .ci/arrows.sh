#!/bin/sh
# arrows.sh - every #include must follow the direction the data flows.
# One line per room: the room, then the rooms it may look into.
set -eu
rooms='
analyzer/base:
analyzer/capture: analyzer/base
analyzer/wire:    analyzer/base analyzer/capture
analyzer/proto:   analyzer/base
analyzer/crypto:  analyzer/base analyzer/proto
analyzer/model:   analyzer/base
analyzer/observe: analyzer/base analyzer/wire analyzer/proto analyzer/crypto analyzer/model
analyzer/track:   analyzer/base analyzer/crypto analyzer/model
rules:            analyzer/base analyzer/model
reports:          analyzer/base analyzer/model rules
analyzer/cmd:     analyzer/base analyzer/capture analyzer/wire analyzer/proto analyzer/crypto analyzer/model analyzer/observe analyzer/track rules reports
'
# Outside libraries, and the only files that may include them.
doors='
pcap analyzer/capture/
ndpi analyzer/observe/hint_ndpi.c
openssl analyzer/base/digest.c|analyzer/crypto/|reports/sink_syslog.c|reports/sign.c
zlib analyzer/capture/block.c
zstd analyzer/capture/block.c
jansson rules/|reports/
cmocka tests/
'
bad=0
for f in $(find analyzer rules reports -name '*.[ch]' -o -name '*.def' | LC_ALL=C sort); do
	room=$(echo "$f" | sed 's,^\(analyzer/[^/]*\)/.*,\1,; t; s,/.*,,')
	may=$(echo "$rooms" | sed -n "s,^$room:,,p")
	for inc in $(sed -n 's,^#include "\(.*\)".*,\1,p' "$f"); do
		to=$(echo "$inc" | sed 's,^\(analyzer/[^/]*\)/.*,\1,; t; s,/.*,,')
		case " $may $room " in *" $to "*) ;; *)
			echo "$f: $room may not look into $to ($inc)"; bad=1 ;;
		esac
		# Parsers know bytes only: one protocol's folder does not look into another's.
		if [ "$room" = analyzer/proto ] && [ "$to" = analyzer/proto ] &&
		   [ "$(dirname "$f")" != "$(dirname "$inc")" ]; then
			echo "$f: a protocol may not look into another ($inc)"; bad=1
		fi
	done
	while read -r lib where; do
		[ -n "$lib" ] || continue
		if grep -q "^#include <$lib" "$f" && ! echo "$f" | grep -Eq "^($where)"; then
			echo "$f: <$lib...> belongs behind $where"; bad=1
		fi
	done <<EOF
$doors
EOF
done
[ $bad = 0 ] && echo "arrows: every include follows the flow"
exit $bad
