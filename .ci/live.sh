#!/bin/sh
# live.sh OUT - the example of packaging/ci, with media under keys that nobody in between holds, then in clear: the
# first meets its requirement, the second is refuted, and both bundles hold. Skips, and says so, where it cannot run.
out=$1
place() { # NAME MEDIA SIP WANT
	MEDIA=$2 SIP=$3 TALK=3 timeout -k 5 60 packaging/ci/call.sh "$out/$1" >"$out/$1.log" 2>&1
	code=$?
	if [ $code = 77 ]; then
		sed -n 's/^call.sh: //p' "$out/$1.log"
		exit 0
	fi
	if [ $code != "$4" ]; then
		cat "$out/$1.log"
		echo "live: $1: exit $code, not $4"
		exit 1
	fi
	"$EARSHOT" verify "$out/$1/bundle.tar" >>"$out/$1.log" 2>&1 || { tail -20 "$out/$1.log"; exit 1; }
	echo "live: $1: $(sed -n '/ exit /p' "$out/$1.log" | tail -1)"
}
mkdir -p "$out"
place dtls-over-tls dtls_srtp tls 0
place clear none udp 1
