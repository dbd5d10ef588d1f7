# Makefile - the only one. `make help` lists the targets.

CC      ?= cc
PREFIX  ?= /usr/local
MODE    ?= release
B       ?= build/$(MODE)
VERSION := 0.1.0
PYTHON  ?= python3

PKGS    := libpcap libndpi jansson libssl libcrypto zlib libzstd
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wvla -Wformat=2 -Werror
CFLAGS.release  := -O2 -g -D_FORTIFY_SOURCE=2
CFLAGS.asan     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS.fuzz     := $(CFLAGS.asan) -fsanitize=fuzzer-no-link
CFLAGS.coverage := -O0 -g --coverage
LDFLAGS.asan    := -fsanitize=address,undefined
LDFLAGS.coverage:= --coverage

# The targets that install what they need ask pkg-config only after that, in a second make.
ifeq ($(filter deps demo test help clean,$(MAKECMDGOALS)),)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) | sed 's/-I\([^ ]*ndpi[^ ]*\)/-isystem \1/g')
PKG_LIBS   := $(shell pkg-config --libs $(PKGS)) -lpthread -lm
TEST_LIBS  := $(shell pkg-config --libs cmocka)
endif

CFLAGS_ALL  = -std=c11 -D_GNU_SOURCE -I. -MMD -MP -fstack-protector-strong $(WARN) \
              $(CFLAGS.$(MODE)) $(PKG_CFLAGS) $(CFLAGS)
LDFLAGS_ALL = $(LDFLAGS.$(MODE)) $(LDFLAGS)

# ROOMS narrows a build to some folders, to work on one room while another is being changed.
ROOMS ?= $(sort $(patsubst %/,%,$(wildcard analyzer/*/) $(wildcard analyzer/proto/*/))) rules rules/lang reports
MAIN  := analyzer/cmd/main.c
SRC   := $(sort $(filter-out $(MAIN),$(foreach r,$(ROOMS),$(wildcard $r/*.c))))
TESTS := $(sort $(wildcard tests/unit/test_*.c))
FUZZ  := $(sort $(wildcard tests/fuzz/fuzz_*.c))
HELP  := $(sort $(wildcard tests/lib/*.c))
OBJ   := $(SRC:%.c=$B/%.o)
ALL_C := $(SRC) $(MAIN) $(TESTS) $(FUZZ) $(HELP)

all: $B/earshot ## build the program

$B/libearshot.a: $(OBJ)
	@rm -f $@ && $(AR) rcs $@ $^
$B/earshot: $B/$(MAIN:.c=.o) $B/libearshot.a
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)
$B/analyzer/cmd/%.o: CFLAGS_ALL += -DEARSHOT_VERSION='"$(VERSION)"'
$B/reports/format_html.o: $(wildcard reports/html/*)
$B/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -c -o $@ $<
$B/tests/unit/test_%: $B/tests/unit/test_%.o $(HELP:%.c=$B/%.o) $B/libearshot.a
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(PKG_LIBS)
$B/tests/fuzz/fuzz_%: $B/tests/fuzz/fuzz_%.o $B/libearshot.a
	$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer,address,undefined -o $@ $^ $(PKG_LIBS)

unit: $(TESTS:%.c=$B/%) ## unit tests, one program per source file
	@for t in $^; do $$t >$$t.log 2>&1 || { cat $$t.log; exit 1; }; done; echo "unit: $(words $^) programs passed"

help:
	@awk -F':.*## ' '/^[a-z_-]+:.*## /{printf "  %-16s %s\n",$$1,$$2}' Makefile
clean: ## remove everything built
	rm -rf build compile_commands.json

.PHONY: all unit help clean
.SECONDARY:
-include $(patsubst %.c,$B/%.d,$(ALL_C))
