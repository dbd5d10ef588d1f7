#!/bin/sh
# arrows.sh - every #include must follow the direction the data flows.
# One line per room: the room, then the rooms it may look into.
set -eu
rooms='
analyzer/base:
analyzer/capture: analyzer/base
analyzer/wire:    analyzer/base analyzer/capture
analyzer/proto:   analyzer/base
analyzer/crypto:  analyzer/base analyzer/proto analyzer/model
analyzer/model:   analyzer/base
analyzer/observe: analyzer/base analyzer/wire analyzer/proto analyzer/crypto analyzer/model
analyzer/track:   analyzer/base analyzer/crypto analyzer/model
rules:            analyzer/base analyzer/model
reports:          analyzer/base analyzer/model rules
analyzer/feed:    analyzer/base analyzer/capture
analyzer/watch:   analyzer/base analyzer/model rules reports
analyzer/cmd:     analyzer/base analyzer/capture analyzer/feed analyzer/watch analyzer/wire analyzer/proto analyzer/crypto analyzer/model analyzer/observe analyzer/track rules reports
'
# Outside libraries, and the only files that may include them.
doors='
pcap analyzer/capture/|analyzer/feed/
ndpi analyzer/observe/hint_ndpi.c
openssl analyzer/base/digest.c|analyzer/crypto/|reports/sign.c|analyzer/watch/syslog_tls.c
zlib analyzer/capture/block.c
zstd analyzer/capture/block.c|reports/spool.c
seccomp analyzer/cmd/sandbox.c
jansson rules/|reports/|analyzer/watch/|analyzer/crypto/passport_check.c
cmocka tests/
'
find analyzer rules reports -name '*.[ch]' -o -name '*.def' | LC_ALL=C sort |
	xargs awk -v rooms="$rooms" -v doors="$doors" '
function wrong(why) { print FILENAME ": " why; bad = 1 }
function room_of(path) {
	if (match(path, /^analyzer\/[^\/]*\//))
		return substr(path, 1, RLENGTH - 1)
	sub(/\/.*/, "", path)
	return path
}
function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
BEGIN {
	n = split(rooms, line, "\n")
	for (i = 1; i <= n; i++)
		if (split(line[i], part, /: */) && part[1] != "")
			may[part[1]] = " " part[2] " " part[1] " "
	n = split(doors, line, "\n")
	for (i = 1; i <= n; i++)
		if (split(line[i], part, " ") == 2)
			door[part[1]] = part[2]
}
FNR == 1 {
	room = room_of(FILENAME)
	if (!(room in may))
		wrong("a room that the table does not know")
}
/^#include "/ {
	split($0, part, "\"")
	to = room_of(part[2])
	if (!index(may[room], " " to " "))
		wrong(room " may not look into " to " (" part[2] ")")
	# Parsers know bytes only: one protocol may not look into another.
	if (room == "analyzer/proto" && to == room && folder(FILENAME) != folder(part[2]))
		wrong("a protocol may not look into another (" part[2] ")")
}
/^#include </ {
	for (lib in door)
		if (index($0, "#include <" lib) == 1 && FILENAME !~ "^(" door[lib] ")")
			wrong("<" lib "...> belongs behind " door[lib])
}
END {
	if (!bad)
		print "arrows: every include follows the flow"
	exit bad
}'
