# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn.  No configure step: `make demo` and `make check` install on Debian what is missing, then
# build and run.  `make` builds into $(BUILD) and writes nowhere else in the tree.

PREFIX  ?= /usr/local
DESTDIR ?=
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
INCDIR  ?= $(PREFIX)/include
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
BASHDIR ?= $(DATADIR)/bash-completion/completions
ZSHDIR  ?= $(DATADIR)/zsh/site-functions
INSTALL ?= install

BUILD  ?= build
CC     ?= cc
CFLAGS ?= -O2 -g
WARN    = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
          -Wformat=2 -Wundef
PKGS    = gsl jansson libarchive libmd libpq libprotobuf-c sqlite3
PKG_CONFIG ?= pkg-config

# Asked once, when the first recipe needs it: never by `make clean`, and by `make check` only in
# the make it starts after the dependencies are there.
pkg = $(if $(shell $(PKG_CONFIG) --exists $(PKGS) 2>/dev/null && echo yes),$(shell \
      $(PKG_CONFIG) $(1) $(PKGS)),$(error $(PKG_CONFIG) does not find all of $(PKGS): run 'make deps'))
PKG_CFLAGS = $(eval PKG_CFLAGS := $(patsubst -I%,-isystem %,$(call pkg,--cflags)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(call pkg,--libs))$(PKG_LIBS)

STD        = -std=c11 -D_GNU_SOURCE -iquote lib -iquote $(BUILD)/gen
ALL_CFLAGS = $(STD) $(PKG_CFLAGS) $(WARN) $(CFLAGS) $(CPPFLAGS)
# libcsv ships no .pc file; a command loads only what it uses
LIBS       = -Wl,--as-needed $(PKG_LIBS) -lcsv -lm -lpthread

# A new file in these folders is part of the build; nothing is listed twice.
LIB_SRC  := $(sort $(wildcard lib/*.c lib/log/*.c))
CMD_SRC  := $(sort $(wildcard cmd/*.c))
# The verbs of a command that has verbs lie in a folder of its name.
VERB_SRC := $(sort $(wildcard cmd/*/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
HEADERS  := $(sort $(wildcard lib/*.h lib/log/*.h cmd/*/*.h))
MANUALS  := $(sort $(wildcard man/*.[1-8]))
PROTOS   := $(sort $(wildcard lib/*.proto lib/log/*.proto))
GEN_SRC   = $(PROTOS:lib/%.proto=$(BUILD)/gen/%.pb-c.c)
GEN_HDR   = $(GEN_SRC:.c=.h)
# The web page of a publication is written as files, and put into the library as bytes.
WEB      := $(sort $(wildcard lib/web/*))
LIB_OBJ   = $(LIB_SRC:%.c=$(BUILD)/obj/%.o) $(GEN_SRC:.c=.o) $(BUILD)/gen/webfiles.o
CMD_NAMES = $(CMD_SRC:cmd/%.c=%)
CMDS      = $(CMD_NAMES:%=$(BUILD)/bin/%)
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
BENCHES   = $(BENCH_SRC:tests/bench/%.c=$(BUILD)/bench/%)
UNITS     = $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
FUZZERS   = $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)
LIBA      = $(BUILD)/liba4nn.a
BASH_COMP = $(CMD_NAMES:%=$(BUILD)/completions/bash/%)
ZSH_COMP  = $(CMD_NAMES:%=$(BUILD)/completions/zsh/_%)

.PHONY: all
all: $(LIBA) $(CMDS) $(BASH_COMP) $(ZSH_COMP)

$(LIBA): $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/obj/%.o: %.c | $(GEN_HDR)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(VECTORS) -MMD -MP -c -o $@ $<

# The loops of the ensemble are written to be run on vectors.  None of these flags changes a digit;
# the last one forbids what would: a multiplication and an addition rounded once.
$(BUILD)/obj/lib/ensemble.o $(BUILD)/obj/lib/ensemble_read.o \
$(BUILD)/obj/lib/ensemble_shapes.o: VECTORS = \
    -O3 -fno-math-errno -fno-trapping-math -ffp-contract=off

# Generated code is not ours to make free of warnings.
$(BUILD)/gen/%.pb-c.o: $(BUILD)/gen/%.pb-c.c
	$(CC) $(STD) $(PKG_CFLAGS) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

$(BUILD)/gen/webfiles.o: $(BUILD)/gen/webfiles.c lib/webfiles.h
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/gen/webfiles.c: $(WEB) build-aux/embed.sh
	@mkdir -p $(@D)
	sh build-aux/embed.sh $(WEB) > $@.tmp && mv $@.tmp $@

$(BUILD)/gen/%.pb-c.c $(BUILD)/gen/%.pb-c.h: lib/%.proto
	@mkdir -p $(@D)
	protoc-c --proto_path=lib --c_out=$(BUILD)/gen $<

.SECONDEXPANSION:
verbs = $(patsubst %.c,$(BUILD)/obj/%.o,$(filter cmd/$(1)/%,$(VERB_SRC)))
$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $$(call verbs,%) $(LIBA)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIBA) $(LIBS)

$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(LIBA)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(LIBA) $(LIBS)

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(LIBA)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(LIBA) $(LIBS)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(LIBA)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(LIBA) $(LIBS)

$(BUILD)/completions/bash/%: $(BUILD)/bin/%
	@mkdir -p $(@D)
	$< --completion bash > $@.tmp && mv $@.tmp $@

$(BUILD)/completions/zsh/_%: $(BUILD)/bin/%
	@mkdir -p $(@D)
	$< --completion zsh > $@.tmp && mv $@.tmp $@

C_SRC = $(LIB_SRC) $(CMD_SRC) $(VERB_SRC) $(UNIT_SRC) $(FUZZ_SRC) $(BENCH_SRC)
-include $(C_SRC:%.c=$(BUILD)/obj/%.d)

.PHONY: units benches
units: $(UNITS) $(FUZZERS)
benches: $(BENCHES)

# What follows starts a second make where flags depend on what `deps` has just installed, and uses
# every core unless told otherwise (-j1).
NPROC = $(eval NPROC := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2))$(NPROC)
AGAIN = $(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(NPROC))
DEPS  = sh build-aux/deps.sh

.PHONY: deps
deps:
	$(DEPS) build test lint real

.PHONY: demo run-demo
demo:
	@$(DEPS) build
	+@$(AGAIN) run-demo

run-demo: all
	@BUILD=$(abspath $(BUILD)) sh examples/demo.sh

# T="tests/log.bats" runs only these files (and no unit tests).
BATS      = $(sort $(wildcard tests/*.bats))
REAL_BATS = $(sort $(wildcard tests/real/*.bats tests/real/*.sh))
T         ?=
RUN       = BUILD=$(abspath $(BUILD)) JOBS=$(NPROC) tests/run

.PHONY: check run-check
check:
	@$(DEPS) build test
	+@$(AGAIN) run-check

SUITE = check
run-check: all $(if $(T),,units)
	@$(RUN) $(SUITE) $(or $(T),$(UNITS) $(FUZZERS) $(BATS))

# A sanitizer's report must not look like an answer a test expects, so it has a status of its own,
# and tests/run looks for reports that went unseen.
SAN = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

.PHONY: check-asan
check-asan:
	@$(DEPS) build test
	+@SANITIZED=yes $(AGAIN) BUILD=$(BUILD)/asan SUITE=check-asan CFLAGS="-O1 -g $(SAN)" \
	    LDFLAGS="$(SAN)" run-check

.PHONY: check-real run-check-real
check-real:
	@$(DEPS) build test real
	+@$(AGAIN) run-check-real

run-check-real: all
	@$(RUN) check-real $(or $(T),$(REAL_BATS))

.PHONY: bench run-bench
bench:
	@$(DEPS) build real
	+@$(AGAIN) run-bench

run-bench: all benches
	@BUILD=$(abspath $(BUILD)) sh build-aux/bench.sh $(sort $(wildcard tests/bench/*.sh))

.PHONY: lint run-lint
lint:
	@$(DEPS) build lint
	+@$(AGAIN) run-lint

run-lint:
	@BUILD=$(BUILD) MAKE="$(MAKE)" CFLAGS="$(STD) $(PKG_CFLAGS)" JOBS=$(NPROC) \
	    tests/run lint build-aux/lint.sh

# One file through clang-tidy; again only when it or a header it includes has changed.
TIDY = $(patsubst %.c,$(BUILD)/lint/%.tidy,$(C_SRC))
.PHONY: tidy
tidy: $(TIDY)
$(BUILD)/lint/%.tidy: $(BUILD)/obj/%.o .clang-tidy
	@mkdir -p $(@D)
	@clang-tidy --quiet $*.c -- $(STD) $(PKG_CFLAGS) > $@.out 2>&1 || \
	    { grep -E ' (error|warning): ' $@.out; exit 1; }
	@touch $@

.PHONY: format
format:
	clang-format -i $(C_SRC) $(HEADERS) $(wildcard tests/*/*.h)

VERSION = $(eval VERSION := $(shell sed -n 's/^.define A4NN_VERSION "\(.*\)"/\1/p' lib/version.h))$(VERSION)

# What is installed where stands once, in install.sh, for both.
export BUILD DESTDIR PREFIX BINDIR LIBDIR INCDIR MANDIR BASHDIR ZSHDIR INSTALL PKGS VERSION

.PHONY: install uninstall
install: all
	@sh build-aux/install.sh install

uninstall:
	@sh build-aux/install.sh uninstall

.PHONY: dist distcheck check-untracked
dist:
	@sh build-aux/dist.sh

distcheck: dist
	@$(DEPS) build test lint
	+@bash build-aux/distcheck.sh

check-untracked:
	@sh build-aux/untracked.sh

.PHONY: clean
clean:
	rm -rf $(BUILD)
.SECONDARY:
