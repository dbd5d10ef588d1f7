# Makefile - the only one. `make help` lists the targets.

CC      ?= cc
PREFIX  ?= /usr/local
MODE    ?= release
B       ?= build/$(MODE)
VERSION := 0.1.0
PYTHON  := /usr/bin/python3
SHARED  ?= ../shared
Q       := $(if $(V),,@)

PKGS    := libpcap libndpi jansson libssl libcrypto zlib libzstd libseccomp
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wvla -Wformat=2 -Werror
# Of the time per packet a tenth is calls from file to file: gcc links the program with all files
# in sight. Its objects hold machine code too, so that tests link as fast as before.
LTO             := $(if $(shell $(CC) -dumpspecs >/dev/null 2>&1 && echo gcc),-flto=auto)
CFLAGS.release  := -O2 -g -D_FORTIFY_SOURCE=2 $(if $(LTO),$(LTO) -ffat-lto-objects)
# Instrumentation hides value ranges from gcc's -Wconversion; the other builds hold that line.
CFLAGS.asan     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
                   -Wno-conversion
# clang's own view of all conversions: no other build of `make test` has it.
CFLAGS.fuzz     := $(filter-out -Wno-conversion,$(CFLAGS.asan)) -O2 -fsanitize=fuzzer-no-link
CFLAGS.coverage := -O0 -g --coverage
LDFLAGS.asan    := -fsanitize=address,undefined
LDFLAGS.fuzz    := $(LDFLAGS.asan)
LDFLAGS.coverage:= --coverage

# What a bare Debian lacks; `make deps` and `make deps-test` install what is missing.
BUILD_DEPS := gcc libc6-dev binutils pkg-config libpcap-dev libndpi-dev libjansson-dev libssl-dev \
              zlib1g-dev libzstd-dev libseccomp-dev linux-libc-dev
TEST_DEPS  := $(BUILD_DEPS) libcmocka-dev libsrtp2-dev clang libclang-rt-14-dev python3 python3-jsonschema \
               mandoc gzip zstd libxml2-utils cmark-gfm chromium openssl python3-yaml \
               iproute2 tcpdump tcpreplay rsyslog rsyslog-gnutls
# Schemas and tools that only unpacking is needed of.
TOOLS      := build/tools

# Targets that install come before pkg-config can be asked: they call make again.
INSTALLING := deps deps-test deps-these build/npm/installed demo test help clean dist
ifneq ($(or $(filter-out $(INSTALLING),$(MAKECMDGOALS)),$(if $(MAKECMDGOALS),,all)),)
# nDPI's header is not pedantic-clean: a system header, and only hint_ndpi.c includes it.
PKG_CFLAGS := $(patsubst -I%ndpi,-isystem %ndpi,$(shell pkg-config --cflags $(PKGS)))
PKG_LIBS   := $(shell pkg-config --libs $(PKGS)) -lpthread -lm
TEST_LIBS  := $(shell pkg-config --libs cmocka 2>/dev/null)
endif

CFLAGS_ALL  = -std=c11 -D_GNU_SOURCE -I. -MMD -MP -fstack-protector-strong $(WARN) \
              $(CFLAGS.$(MODE)) $(PKG_CFLAGS) $(CFLAGS)
LDFLAGS_ALL = $(LDFLAGS.$(MODE)) $(LDFLAGS)

# ROOMS narrows a build to some folders, to work on one room while another is being changed.
ROOMS ?= $(sort $(patsubst %/,%,$(wildcard analyzer/*/ analyzer/proto/*/))) rules reports
MAIN  := analyzer/cmd/main.c
SRC   := $(sort $(filter-out $(MAIN),$(foreach r,$(ROOMS),$(wildcard $r/*.c))))
TESTS := $(sort $(wildcard tests/unit/test_*.c))
FUZZ  := $(sort $(wildcard tests/fuzz/fuzz_*.c))
HELP  := $(sort $(wildcard tests/lib/*.c))
BENCH := $(sort $(wildcard tests/bench/*.c))
NET   := $(sort $(wildcard tests/net/*.c))
OFTEN := tests/golden/often.c
OBJ   := $(SRC:%.c=$B/%.o)
ALL_C := $(SRC) $(MAIN) $(TESTS) $(FUZZ) $(HELP) $(BENCH) $(NET) $(OFTEN)
HDRS   = $(shell find analyzer rules reports tests -name '*.h')

all: $B/earshot ## build the program

$B/libearshot.a: $(OBJ)
	$Qrm -f $@ && $(AR) qcs $@ $^
$B/earshot: $B/$(MAIN:.c=.o) $B/libearshot.a
	@echo "  link    $@"
	$Q$(CC) $(if $(filter release,$(MODE)),$(LTO)) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)
$B/analyzer/cmd/%.o: CFLAGS_ALL += -DEARSHOT_VERSION='"$(VERSION)"'
$B/rules/topic.o: $(wildcard rules/topics/*)
$B/reports/format_html.o $B/reports/html_page.o $B/reports/format_brief.o: $(wildcard reports/html/*)
$B/rules/pack_builtin.o: $(wildcard rules/packs/*)
$B/rules/shipped.o: $(wildcard rules/policies/* rules/frameworks/* rules/topics/*)
$B/%.o: %.c
	@mkdir -p $(@D)
	@echo "  compile $<"
	$Q$(CC) $(CFLAGS_ALL) -c -o $@ $<
# Hundreds of test programs are linked: the quicker of binutils' two linkers will do, where no
# sanitizer has symbols it warns of.
QUICK_LD := $(if $(filter release,$(MODE)),$(if $(shell command -v ld.gold),-fuse-ld=gold))
# Objects made for linking across files are otherwise compiled anew in each of the test programs.
$B/tests/unit/test_%: $B/tests/unit/test_%.o $(HELP:%.c=$B/%.o) $B/libearshot.a
	$Q$(CC) -fno-lto $(QUICK_LD) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(PKG_LIBS)
$B/tests/fuzz/fuzz_%: $B/tests/fuzz/fuzz_%.o $(HELP:%.c=$B/%.o) $B/libearshot.a
	$Q$(CC) $(QUICK_LD) $(LDFLAGS_ALL) -fsanitize=fuzzer,address,undefined -o $@ $^ $(TEST_LIBS) $(PKG_LIBS)
$B/tests/bench/%: $B/tests/bench/%.o $B/libearshot.a
	$Q$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)
$(OFTEN:%.c=$B/%): $(OFTEN:%.c=$B/%.o) $B/libearshot.a
	$Q$(CC) $(QUICK_LD) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)
$B/tests/net/%: $B/tests/net/%.o $B/libearshot.a
	$Q$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)

# Loaded before somebody else's program.
$B/tests/net/%.so: tests/net/%.c
	@mkdir -p $(@D)
	$Q$(CC) $(CFLAGS_ALL) -fno-lto -fPIC -shared -o $@ $< $(shell pkg-config --libs libpcap) -lpthread

# apt is asked only for what dpkg does not know; a stale package list is renewed once.
define install_missing
	@missing=; for p in $(1); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "please install:$$missing"; exit 1; fi; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	echo "installing:$$missing"; \
	export DEBIAN_FRONTEND=noninteractive; \
	$$sudo apt-get install -y -q --no-install-recommends $$missing >/dev/null || \
	{ $$sudo apt-get update -q && $$sudo apt-get install -y -q --no-install-recommends $$missing >/dev/null; }
endef

deps: ## install what building needs (Debian)
	$(call install_missing,$(BUILD_DEPS))
# Programs that a machine may have from elsewhere: asked for by name, not by package.
define install_commands
	@missing=$$(for c in $(1); do command -v $${c%:*} >/dev/null || echo $${c#*:}; done | tr '\n' ' '); \
	[ -z "$$missing" ] || $(MAKE) --no-print-directory deps-these THESE="$$missing"
endef
deps-these:
	$(call install_missing,$(THESE))
deps-test: ## install what the tests need too
	$(call install_missing,$(TEST_DEPS))
	$(call install_commands,node:nodejs npm:npm java:default-jre-headless)
	@$(MAKE) --no-print-directory build/npm/installed
	@sh .ci/tools.sh $(TOOLS)

# Versions and digests are pinned by the lock file; nothing that a package brings is run.
build/npm/installed: tests/npm/package.json tests/npm/package-lock.json
	@mkdir -p build/npm && cp $^ build/npm/
	@cd build/npm && for i in 1 2 3; do \
	  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && touch installed && exit 0; \
	  sleep 5; done; exit 1

demo: deps ## install, build, audit the samples, say where the report is
	@$(MAKE) --no-print-directory -j2 all
	@sh samples/demo.sh build/release/earshot build/demo

test: deps-test ## everything: install, unit, golden, lint, sanitizers, a short fuzz
	@sh .ci/test.sh

check: unit golden lint ## everything a commit must pass

unit: $(TESTS:%.c=$B/%) ## unit tests, one program per source file
	@EARSHOT_SHARED=$(SHARED) sh .ci/unit.sh $^

# One after the other each would leave a core idle: they share nothing but the program.
GOLDEN := run front_door evidence copies flawless before_after snapped formats formats_hostile metamorphic page bundle ci_files dashboards watch
golden: $(GOLDEN:%=golden-%) ## samples against the verdicts beside them, the front door, tampered evidence, each deciding rule, every format, parts of samples, the page in a browser, bundles, pipeline examples
$(GOLDEN:%=golden-%): golden-%: $B/earshot
	@$(PYTHON) tests/golden/$*.py $B/earshot $(or $(WITH_$*),samples)
WITH_ci_files        := .
WITH_dashboards      := samples $B/tests/net/serve_metrics $(TOOLS)
golden-dashboards: $B/tests/net/serve_metrics
WITH_metamorphic     := samples 12 1 --often $(OFTEN:%.c=$B/%)
golden-metamorphic: $(OFTEN:%.c=$B/%)
WITH_flawless        := samples $(SHARED)/captures/lab
WITH_formats         := samples $(if $(filter asan fuzz,$(MODE)),none,$(SHARED)/captures/lab) $(TOOLS)
WITH_formats_hostile := $(TOOLS)

metamorphic: $B/earshot $(OFTEN:%.c=$B/%) ## the same packets in other order, pieces and parts: SUBSETS=500 SEED=1 SCENES=samples MORE=--inventory
	@$(PYTHON) tests/golden/metamorphic.py $B/earshot $(or $(SCENES),samples) $(or $(SUBSETS),500) $(or $(SEED),1) \
	  --often $(OFTEN:%.c=$B/%) $(MORE)

net-outputs: $B/tests/net/send_events $B/earshot ## events to files whose writer is killed, and to an rsyslog that is, read back
	@$(PYTHON) tests/net/event_files.py $<
	@$(PYTHON) tests/net/rsyslog.py $< $B/earshot
net-live: $B/earshot ## a watch on mirror ports while telephones talk through a proxy (baresip, kamailio)
	@$(PYTHON) tests/net/live_watch.py $B/earshot build/net-live

net-replay: $B/earshot $B/tests/bench/traffic ## captures replayed inside mirror encapsulations: SCENES=all WRAPS=vxlan,...
	@$(PYTHON) tests/net/replay.py $^ build/net/replay samples $(SHARED)/captures/lab

net-flood: $B/earshot $B/tests/bench/traffic $B/tests/bench/flood ## Call-IDs in numbers around real calls: N=1000000 CALLS=100 MEMORY=256M RATE=10000
	@$(PYTHON) tests/net/flood.py $^ build/net/flood

net-soak: $B/earshot $B/tests/bench/traffic $B/tests/net/tally.so ## the rate without loss, beside tcpdump and sngrep; MINUTES=30 at it; twice of it
	@$(PYTHON) tests/net/soak.py $^ build/net/soak samples
net: net-outputs net-replay net-flood ## what a live run needs a network for: receivers, mirror encapsulations, a flood

live-lab: $B/earshot ## the pipeline example: a call between two telephones in namespaces, captured and judged
	@EARSHOT=$B/earshot sh .ci/live.sh build/live

captures: $B/earshot ## every capture of SHARED, when it is there: no crash, a valid report
	@$(PYTHON) tests/golden/captures.py $B/earshot $(SHARED) $(EACH)

lint: ## rooms, arrows, doors and manual page
	@sh .ci/arrows.sh
	@$(MAKE) --no-print-directory $B/libearshot.a >/dev/null
	@sh .ci/names.sh $B
	@mandoc -T lint -W warning man/*.1 && echo "manual: clean"

asan: ## unit, golden and captures under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory MODE=asan unit golden captures
# The fuzzers' own objects: nothing is compiled twice.
SANITIZED := run front_door evidence copies before_after formats formats_hostile bundle
sanitized: ## what `make test` runs under clang's sanitizers: unit, most of golden, a part of the captures (EACH=4)
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang unit $(SANITIZED:%=golden-%)
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang captures EACH=$(or $(EACH),4)
fuzz: ## build the fuzzers (clang)
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang $(FUZZ:%.c=build/fuzz/%)
fuzz-smoke: fuzz ## a short run of every fuzzer over its corpus; SECONDS_EACH=n for longer
	@sh .ci/fuzz.sh build/fuzz $${SECONDS_EACH:-2} $(FUZZ:tests/fuzz/%.c=%)
fuzz-long: fuzz ## every fuzzer as often as its kind needs, for an hour or more; RUNS_EACH=n
	@nice -n 19 sh .ci/fuzz.sh build/fuzz long $(FUZZ:tests/fuzz/%.c=%)
coverage: ## unit tests with gcov, one line per file
	@$(MAKE) --no-print-directory MODE=coverage unit
	@sh .ci/coverage.sh build/coverage
bench: $B/earshot $B/tests/bench/traffic $B/tests/bench/loop ## CPU against a bare libpcap loop, and against peers where installed
	@$(PYTHON) tests/bench/run.py $B build/bench

compile_commands.json: Makefile $(ALL_C) ## for editors and clang tools
	@{ echo '['; for f in $(ALL_C); do printf '%s{"directory":"%s","file":"%s","command":"%s -c %s"}\n' \
	  "$$sep" "$(CURDIR)" "$$f" '$(CC) $(CFLAGS_ALL)' "$$f"; sep=,; done; echo ']'; } > $@
format: ## clang-format in place
	clang-format -i $(ALL_C) $(HDRS)
install: $B/earshot ## into $(DESTDIR)$(PREFIX)
	install -D -m 755 $B/earshot $(DESTDIR)$(PREFIX)/bin/earshot
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 man/earshot.1 man/earshot-watch.1
	install -D -m 644 completions/earshot.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/earshot
	install -D -m 644 docs/report.schema.json $(DESTDIR)$(PREFIX)/share/earshot/report.schema.json
	install -D -m 644 packaging/earshot-watch.env $(DESTDIR)$(PREFIX)/share/earshot/earshot-watch.env
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/share/earshot/dashboards
	sed 's,/usr/bin/earshot,$(PREFIX)/bin/earshot,' packaging/earshot-watch.service \
	  >$(DESTDIR)$(PREFIX)/lib/systemd/system/earshot-watch.service
	cp -r dashboards/* $(DESTDIR)$(PREFIX)/share/earshot/dashboards
dist: ## a source archive
	@mkdir -p build && tar --exclude=./build --exclude=./.git --exclude=./compile_commands.json \
	  --exclude=__pycache__ --sort=name --owner=0 --group=0 --numeric-owner \
	  --transform 's,^\.,earshot-$(VERSION),' -czf build/earshot-$(VERSION).tar.gz . && \
	  echo build/earshot-$(VERSION).tar.gz
clean: ## remove everything built
	rm -rf build compile_commands.json
help: ## this list
	@awk -F':.*## ' '/^[a-z_.-]+:.*## /{printf "  %-22s %s\n",$$1,$$2}' Makefile

.PHONY: all deps deps-test deps-these demo test check unit golden metamorphic net net-outputs net-live net-replay net-flood net-soak \
        live-lab captures lint asan sanitized fuzz fuzz-smoke fuzz-long \
        coverage \
        bench format install dist clean help
.SECONDARY:
-include $(patsubst %.c,$B/%.d,$(ALL_C))
