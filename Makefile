# SPDX-License-Identifier: Apache-2.0
# Larch. `make help` lists the targets. One non-recursive makefile; objects go
# to build/VARIANT/. A new .c file in a room, a program or tests/unit is found
# by itself: there is no list to keep.

VERSION   := 0.1.0
VARIANT   ?= release
B         := build/$(VARIANT)
PREFIX    ?= /usr
DESTDIR   ?=
CC        := gcc
MAKEFLAGS += --no-builtin-rules
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
.SUFFIXES:
.SECONDARY:
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# ---- flags, a row a variant -------------------------------------------------
WARN     := -Wall -Wextra -Wshadow -Wconversion -Werror -Wmissing-prototypes -Wvla -Wformat=2
HARDEN   := -fstack-protector-strong -fstack-clash-protection -fcf-protection
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2
CFLAGS_clang   := -O1 -g
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
CFLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_cover   := -O0 -g --coverage
LDFLAGS_asan   := -fsanitize=address,undefined
LDFLAGS_tsan   := -fsanitize=thread
LDFLAGS_fuzz   := -fsanitize=address,undefined
LDFLAGS_cover  := --coverage
ifneq ($(filter fuzz clang,$(VARIANT)),)
CC := clang
endif

CPPFLAGS := -Ilib -D_GNU_SOURCE -DLARCH_VERSION='"$(VERSION)"'
CFLAGS   := -std=c17 -fPIC -fvisibility=hidden $(WARN) $(HARDEN) $(CFLAGS_$(VARIANT))
LDFLAGS  := -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS_$(VARIANT))
LIBS     := -lfcgi -lsqlite3 -lnetsnmp -lldap -llber -luv -lcrypto -ljansson -lyang -loath -largon2 -lqrencode -lm -lpthread
LIBS_CLI := -lcurl -ledit -lncursesw -ltinfo -lcrypto -ljansson -lyang -lsqlite3 -lm

# ---- what is built ----------------------------------------------------------
objs      = $(patsubst %.c,$(B)/%.o,$(1))
LIB_SRC  := $(sort $(wildcard lib/*/*.c))
LIB_OBJ  := $(call objs,$(LIB_SRC))
PROGRAMS := $(addprefix $(B)/bin/,login pages power larchd larch)
SIMS     := $(addprefix $(B)/bin/,bmc-sim pdu-sim)
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNITS    := $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT_SRC))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(FUZZ_SRC))
# a program is built once its main file is there
have      = $(foreach p,$(1),$(if $(wildcard $(2)),$(p)))
BUILD    := $(B)/liblarch.so $(B)/liblarch.a
ifneq ($(wildcard cgi/login.c),)
BUILD += $(B)/bin/login
endif
ifneq ($(wildcard cgi/pages.c),)
BUILD += $(B)/bin/pages
endif
ifneq ($(wildcard cgi/power.c),)
BUILD += $(B)/bin/power
endif
ifneq ($(wildcard larchd/main.c),)
BUILD += $(B)/bin/larchd
endif
ifneq ($(wildcard cli/main.c),)
BUILD += $(B)/bin/larch
endif
SIM_BUILD :=
ifneq ($(wildcard tests/sim/bmc_main.c),)
SIM_BUILD += $(B)/bin/bmc-sim
endif
ifneq ($(wildcard tests/sim/pdu_main.c),)
SIM_BUILD += $(B)/bin/pdu-sim
endif

.PHONY: all deps demo test check lint asan tsan fuzz cover bench install uninstall dist clean help programs sims units fuzzers
all: $(BUILD)   ## build the library and the programs
programs: $(BUILD)
sims: $(SIM_BUILD)
units: $(UNITS)
fuzzers: $(FUZZERS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/liblarch.so.0: $(LIB_OBJ)
	@$(CC) -shared -Wl,-soname,liblarch.so.0 -Wl,-z,defs $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/liblarch.so: $(B)/liblarch.so.0
	@ln -sf liblarch.so.0 $@
$(B)/liblarch.a: $(LIB_OBJ)
	@rm -f $@ && ar rcs $@ $^

# A FastCGI program is cgi/NAME.c and its page families cgi/NAME_*.c.
define cgi_program
$(B)/bin/$(1): $(call objs,$(wildcard cgi/$(1).c cgi/$(1)_*.c)) $(B)/liblarch.so
	@mkdir -p $$(@D)
	@$(CC) -pie $(LDFLAGS) -Wl,-rpath,'$$$$ORIGIN/..' -o $$@ $$(filter %.o,$$^) -L$(B) -llarch $(LIBS)
endef
$(foreach p,login pages power,$(eval $(call cgi_program,$(p))))

$(B)/bin/larchd: $(call objs,$(wildcard larchd/*.c)) $(B)/liblarch.so
	@mkdir -p $(@D)
	@$(CC) -pie $(LDFLAGS) -Wl,-rpath,'$$ORIGIN/..' -o $@ $(filter %.o,$^) -L$(B) -llarch $(LIBS)

# The command stands alone: it takes base, yang and conf, and no shared library of ours.
$(B)/bin/larch: $(call objs,$(wildcard cli/*.c) $(wildcard lib/base/*.c lib/yang/*.c lib/conf/*.c)) $(B)/liblarch.a
	@mkdir -p $(@D)
	@$(CC) -pie $(LDFLAGS) -o $@ $(filter %.o,$^) $(B)/liblarch.a $(LIBS_CLI)

# The simulators share no code with the library.
$(B)/bin/bmc-sim: $(call objs,$(wildcard tests/sim/bmc_*.c tests/sim/sim_*.c))
	@mkdir -p $(@D)
	@$(CC) -pie $(LDFLAGS) -o $@ $^ -lcrypto -lm
$(B)/bin/pdu-sim: $(call objs,$(wildcard tests/sim/pdu_*.c tests/sim/sim_*.c))
	@mkdir -p $(@D)
	@$(CC) -pie $(LDFLAGS) -o $@ $^ -lnetsnmpagent -lnetsnmpmibs -lnetsnmp -lm

# Unit tests see the hidden symbols too: they link the archive.
$(B)/unit/%: $(B)/tests/unit/%.o $(B)/tests/unit/t.o $(B)/liblarch.a
	@mkdir -p $(@D)
	@$(CC) -pie $(LDFLAGS) -o $@ $(filter %.o,$^) $(B)/liblarch.a $(LIBS)
$(B)/fuzz/%: $(B)/tests/fuzz/%.o $(B)/liblarch.a $(if $(filter fuzz,$(VARIANT)),,$(B)/tests/fuzz/replay.o)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer) -o $@ $(filter %.o,$^) $(B)/liblarch.a $(LIBS)

-include $(shell test -d build && find $(B) -name '*.d' 2>/dev/null)

# ---- what is run ------------------------------------------------------------
deps:           ## install the Debian packages that are missing (etc/packages)
	@sh etc/deps build run
demo: ## a simulated room with a web server: prints where to look (CHECK=1: drives it once, exits)
	@sh etc/deps build run
	@$(MAKE) --no-print-directory all sims
	@python3 tests/sim/demo.py $(if $(CHECK),--check)
test check: ## all tests: unit, data, flow, browser
	@sh etc/deps build run test
	@$(MAKE) --no-print-directory all sims units fuzzers
	@python3 tests/run --build $(B) $(TESTS)
lint: ## layers, banned functions, SQL, templates, lengths, clang-tidy, cppcheck
	@sh etc/deps build run test
	@python3 tests/lint/lint $(RULES)
asan: ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory VARIANT=asan test
tsan: ## the unit tests under ThreadSanitizer
	@$(MAKE) --no-print-directory VARIANT=tsan test TESTS=unit
fuzz: ## each fuzzer for FUZZ_SECONDS (30)
	@sh etc/deps build run test
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzzers
	@sh tests/fuzz/run build/fuzz/fuzz $(or $(FUZZ_SECONDS),30)
cover: ## line coverage of the unit and flow tests, in build/cover/
	@$(MAKE) --no-print-directory VARIANT=cover test
	@sh tests/run-cover build/cover
bench: ## the measures, beside their peers; also in build/bench.json
	@sh etc/deps build run test bench
	@$(MAKE) --no-print-directory all sims
	@python3 bench/run --build $(B)
flags: # the compiler and its flags, a tab behind each word: for make lint
	@printf '%s\t' $(CC) $(CPPFLAGS) $(CFLAGS)
help: ## this list
	@sed -n 's/^\([a-z][a-z ]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

clean: ## remove build/
	rm -rf build
dist: ## a source archive of HEAD in build/
	@mkdir -p build
	git archive --prefix=larch-$(VERSION)/ -o build/larch-$(VERSION).tar.gz HEAD
