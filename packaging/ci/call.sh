#!/bin/sh
# call.sh OUT - brings up two telephones, places a call between them, captures both access links, audits them.
#
# The system under test stands between the links: here a router in a network namespace of its own and two
# baresip telephones. Put your own proxy, SBC or PBX in its place (function `system`), and register the
# telephones there. Everything lives in namespaces of this run and ends with it.
#
#   EARSHOT=earshot   the program            MEDIA=dtls_srtp  or srtp-mand, or none: what the telephones do
#   TALK=4            seconds of talk         SIP=tls          or udp
#   REQUIRE=media=pass                        what must be seen to hold
#
# OUT gets alice.pcap, bob.pcap, network.json and the reports: earshot.json, .html, .sarif, .xml where this
# version writes them, bundle.tar. Exit: earshot's own; 77 where namespaces or baresip are missing.
set -eu
out=${1:?usage: call.sh OUT}
: "${EARSHOT:=earshot}" "${MEDIA:=dtls_srtp}" "${SIP:=tls}" "${TALK:=4}" "${REQUIRE:=media=pass}"
tag=ec$$ net=10.199
work=$(mktemp -d "${TMPDIR:-/tmp}/earshot-ci.XXXXXX")
pids=''

skip() { echo "call.sh: skipped: $*"; exit 77; }
in_ns() { where=$1; shift; ip netns exec "$tag-$where" "$@"; }
end() {
	for p in $pids; do kill "$p" 2>/dev/null || :; done
	for p in $pids; do wait "$p" 2>/dev/null || :; done
	for n in alice bob rtr; do ip netns del "$tag-$n" 2>/dev/null || :; done
	rm -rf "$work"
}
host_of() { case $1 in alice) echo "$net.1.10" ;; *) echo "$net.2.10" ;; esac; }
gate_of() { case $1 in alice) echo "$net.1.1" ;; *) echo "$net.2.1" ;; esac; }

# ---- what is needed ------------------------------------------------------------------------------------------------
for tool in ip tcpdump baresip openssl; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
trap end EXIT
trap 'exit 1' INT TERM
ip netns add "$tag-rtr" 2>/dev/null || skip "no network namespaces here (they need root)"
mkdir -p "$out"

# ---- two access links, and what is between them --------------------------------------------------------------------
link() { # HOST: its namespace, and the link that is captured on the router's side
	ip netns add "$tag-$1"
	ip link add "$1" netns "$tag-rtr" type veth peer name eth0 netns "$tag-$1"
	in_ns rtr ip addr add "$(gate_of "$1")/24" dev "$1"
	in_ns rtr ip link set "$1" up
	in_ns "$1" ip link set lo up
	in_ns "$1" ip addr add "$(host_of "$1")/24" dev eth0
	in_ns "$1" ip link set eth0 up
	in_ns "$1" ip route add default via "$(gate_of "$1")"
	# A capture shall hold packets as the wire would: whole segments, right checksums.
	if command -v ethtool >/dev/null; then
		in_ns "$1" ethtool -K eth0 tx off gso off tso off gro off >/dev/null 2>&1 || :
	fi
}
system() { # the system under test
	in_ns rtr ip link set lo up
	in_ns rtr sysctl -qw net.ipv4.ip_forward=1
}
capture() { # LABEL
	in_ns rtr tcpdump -Z root -n -U -i "$1" -w "$out/$1.pcap" 'not arp and not ip6' 2>"$work/tcpdump-$1.log" &
	pids="$pids $!"
}
stop_captures() {
	sleep 0.5
	for p in $captures; do kill "$p" 2>/dev/null || :; done
	for p in $captures; do wait "$p" 2>/dev/null || :; done
}

# ---- telephones ----------------------------------------------------------------------------------------------------
telephone() { # HOST TONE
	d=$work/$1
	mkdir -p "$d"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1.test" -keyout "$d/key.pem" -out "$d/cert.pem" \
		2>/dev/null
	cat "$d/key.pem" "$d/cert.pem" >"$d/both.pem"
	enc=''
	[ "$MEDIA" = none ] || enc=";mediaenc=$MEDIA"
	echo "<sip:$1@$(host_of "$1");transport=$SIP>;regint=0;audio_codecs=PCMU;answermode=auto$enc" >"$d/accounts"
	: >"$d/contacts"
	cat >"$d/config" <<-END
		poll_method epoll
		sip_listen $(host_of "$1"):5060
		sip_certificate $d/both.pem
		audio_source ausine,$2
		audio_player none
		audio_alert none
		ausrc_srate 48000
		ausrc_channels 2
		rtp_ports 20000-20100
		module_path $(modules)
		module g711.so
		module ausine.so
		module srtp.so
		module dtls_srtp.so
		module_tmp uuid.so
		module_tmp account.so
		module_app contact.so
		module_app menu.so
	END
	printf %s "$(cat /proc/sys/kernel/random/uuid)" >"$d/uuid"
}
modules() { for d in /usr/lib/baresip/modules /usr/lib/*/baresip/modules; do [ -d "$d" ] && echo "$d" && return; done; }
ring() { # HOST SECONDS [WORDS...]: the telephone; it hangs up and ends after so long
	who=$1 long=$2
	shift 2
	in_ns "$who" baresip -f "$work/$who" -t "$long" "$@" >"$work/$who.log" 2>&1 </dev/null &
	pids="$pids $!"
	telephones="$telephones $!"
}
call() {
	port=5060
	[ "$SIP" = tls ] && port=5061
	# Who called hangs up, while the other still listens on the connection of the call.
	ring bob $((TALK + 7))
	sleep 1
	ring alice $((TALK + 3)) -e "/dial sip:bob@$(host_of bob):$port;transport=$SIP"
	for p in $telephones; do wait "$p" 2>/dev/null || :; done
}

# ---- the run -------------------------------------------------------------------------------------------------------
telephones=''
link alice
link bob
system
telephone alice 440
telephone bob 660
capture alice
capture bob
captures=$pids
sleep 1
call
stop_captures

# What no packet says, and this script knows: who the ends are, and that both captures are of their access links.
cat >"$out/network.json" <<END
{ "schema": "earshot.inventory/1",
  "entries": [ {"address": "$(host_of alice)", "role": "endpoint", "name": "alice"},
               {"address": "$(host_of bob)", "role": "endpoint", "name": "bob"} ],
  "taps": [ {"label": "alice", "place": "access"}, {"label": "bob", "place": "access"} ] }
END

# The reports a pipeline takes, as far as this version writes them.
known=$("$EARSHOT" audit -f '?' x 2>&1 || :)
set -- -f json -f html
for f in junit sarif markdown; do case $known in *"$f"*) set -- "$@" -f $f ;; esac; done
code=0
"$EARSHOT" audit "$@" --all-as "$out/earshot" --bundle "$out/bundle.tar" --inventory "$out/network.json" \
	--require "$REQUIRE" "alice=$out/alice.pcap" "bob=$out/bob.pcap" || code=$?
"$EARSHOT" render -f text "$out/earshot.json"
exit $code
