#!/bin/sh
# tools.sh FOLDER - what the tests of report formats take out of packages without installing them.
#
# The published schema of SARIF stands in an npm package, and what that depends on is not
# needed; the Debian package of Prometheus and promtool would start a service. Both are unpacked here,
# once.
set -eu
folder=$1
package=@microsoft/jest-sarif@1.0.0-beta.0
schema=package/lib/schemas/sarif-2.1.0-rtm.5.json
digest=2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8

again() { for _ in 1 2 3; do "$@" && return 0; sleep 5; done; return 1; }

mkdir -p "$folder"
here=$(cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -s "$here/sarif-2.1.0.json" ]; then
	(cd "$work" && again npm pack --silent "$package" >/dev/null && tar -xzf ./*.tgz "$schema")
	echo "$digest  $work/$schema" | sha256sum --check --quiet
	mv "$work/$schema" "$here/sarif-2.1.0.json"
fi
if { [ ! -x "$here/promtool" ] || [ ! -x "$here/prometheus" ]; } &&
	! { command -v promtool && command -v prometheus; } >/dev/null; then
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	cd "$work"
	apt-get download -q prometheus >/dev/null 2>&1 ||
		{ $sudo apt-get update -q >/dev/null && apt-get download -q prometheus >/dev/null; }
	dpkg-deb -x prometheus_*.deb unpacked
	mv "$work/unpacked/usr/bin/promtool" "$work/unpacked/usr/bin/prometheus" "$here/"
fi
