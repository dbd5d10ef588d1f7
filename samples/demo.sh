#!/bin/sh
# demo.sh EARSHOT OUT - audits every scene, one capture point per scene and host, into one report.
set -eu
earshot=$1 out=$2
mkdir -p "$out"
set --
for f in samples/*/alice.pcap*; do
	scene=$(basename "$(dirname "$f")")
	set -- "$@" "$scene=$f"
done
code=0
"$earshot" audit -f html -f json -f text --all-as "$out/report" "$@" || code=$?
case $code in
0 | 1 | 4) ;;
*) exit "$code" ;;
esac
# The verdict is the last paragraph.
awk -v RS= '{ last = $0 } END { print last }' "$out/report.txt"
echo
echo "The report on $# captures of the samples is in $out/report.html: open it in a browser."
