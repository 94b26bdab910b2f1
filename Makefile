# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn: no configure step; `make demo` and `make check` install what is missing on Debian.

PREFIX  ?= /usr/local
DESTDIR ?=
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
INCDIR  ?= $(PREFIX)/include
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share

BUILD  ?= build
CC     ?= cc
CFLAGS ?= -O2 -g
WARN    = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
          -Wformat=2 -Wundef
PKGS    = gsl jansson libarchive sqlite3 libprotobuf-c
PKG_CONFIG ?= pkg-config

ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -iquote lib -iquote $(BUILD)/gen $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null) \
             $(WARN) $(CFLAGS) $(CPPFLAGS)
# libcsv ships no .pc file
LIBS       = $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lcsv -lm -lpthread

LIB_SRC  := $(sort $(wildcard lib/*.c lib/log/*.c))
CMD_SRC  := $(sort $(wildcard cmd/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
LIB_OBJ   = $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
CMDS      = $(CMD_SRC:cmd/%.c=$(BUILD)/bin/%)
UNITS     = $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
LIBA      = $(BUILD)/liba4nn.a

.PHONY: all
all: $(LIBA) $(CMDS)

$(LIBA): $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(LIBA)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(LIBA) $(LIBS)

$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(LIBA)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(LIBA) $(LIBS)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(LIBA)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(LIBA) $(LIBS)

-include $(LIB_OBJ:.o=.d) $(CMD_SRC:%.c=$(BUILD)/obj/%.d) $(UNIT_SRC:%.c=$(BUILD)/obj/%.d)

.PHONY: units
units: $(UNITS)

.PHONY: clean
clean:
	rm -rf $(BUILD)
.SECONDARY:
