# SPDX-License-Identifier: Apache-2.0
# Larch. `make help` lists the targets. One non-recursive makefile; objects go
# to build/VARIANT/. A new .c file in a room, a program or tests/unit is found
# by itself: there is no list to keep.

VERSION   := 0.1.0
VARIANT   ?= release
B         := build/$(VARIANT)
PREFIX    ?= /usr
LIBDIR    ?= $(PREFIX)/lib/$(shell gcc -print-multiarch)
DESTDIR   ?=
CC        := gcc
MAKEFLAGS += --no-builtin-rules
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
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
CFLAGS_cover   := -O0 -g --coverage -fprofile-update=atomic
LDFLAGS_asan   := -fsanitize=address,undefined
LDFLAGS_tsan   := -fsanitize=thread
LDFLAGS_fuzz   := -fsanitize=address,undefined
LDFLAGS_cover  := --coverage
ifneq ($(filter fuzz clang,$(VARIANT)),)
CC := clang
endif
ifeq ($(CFLAGS_$(VARIANT)),)
$(error no variant is called "$(VARIANT)": release clang asan tsan fuzz cover)
endif

CPPFLAGS := -Ilib -D_GNU_SOURCE -DLARCH_VERSION='"$(VERSION)"'
CFLAGS   := -std=c17 -fPIC -fvisibility=hidden $(WARN) $(HARDEN) $(CFLAGS_$(VARIANT))
LDFLAGS  := -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS_$(VARIANT))
LIBS     := -lfcgi -lsqlite3 -lpcre2-8 -lnetsnmp -lldap -llber -luv -lcrypto -ljansson -lyang -loath -largon2 -lqrencode -lm -lpthread
LIBS_CLI := -lcurl -largon2 -ledit -lncursesw -ltinfo -lcrypto -ljansson -lyang -lsqlite3 -lpcre2-8 -lm

# ---- what is built ----------------------------------------------------------
objs     = $(patsubst %.c,$(B)/%.o,$(wildcard $(1)))
LIB_OBJ := $(call objs,lib/*/*.c)
UNITS   := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
BENCHES := $(patsubst bench/%.c,$(B)/bench/%,$(sort $(wildcard bench/*.c)))

# A program and its main file: it is built once that file is there.
MAIN_login   := cgi/login.c
MAIN_pages   := cgi/pages.c
MAIN_power   := cgi/power.c
MAIN_larchd  := larchd/main.c
MAIN_larch   := cli/main.c
MAIN_bmc-sim := tests/sim/bmc_main.c
MAIN_pdu-sim := tests/sim/pdu_main.c
MAIN_ipmi-probe := tests/sim/ipmi_probe.c
MAIN_net-probe := tests/sim/net_probe.c
MAIN_login-probe := tests/sim/login_probe.c
MAIN_seed    := tests/sim/seed.c
MAIN_web-probe := tests/sim/web_probe.c
MAIN_slurm-probe := tests/sim/slurm_probe.c
have     = $(foreach p,$(1),$(if $(wildcard $(MAIN_$(p))),$(p)))
CGI     := $(call have,login pages power)
DAEMON  := $(call have,larchd)
CLI     := $(call have,larch)
PROGRAMS := $(addprefix $(B)/bin/,$(CGI) $(DAEMON) $(CLI))
SIMS    := $(addprefix $(B)/bin/,$(call have,bmc-sim pdu-sim ipmi-probe net-probe seed web-probe slurm-probe login-probe))

.PHONY: all deps demo test check reliability lint asan tsan fuzz cover bench install uninstall dist clean help \
	programs sims units fuzzers benches flags public FORCE
all programs: $(B)/liblarch.so $(B)/liblarch.a $(PROGRAMS) $(if $(CGI),$(B)/openapi.json) $(B)/nginx/larch.conf ## build the library and the programs
sims: $(SIMS)
units: $(UNITS)
fuzzers: $(FUZZERS)
benches: $(BENCHES)
all programs sims units fuzzers benches:
	@:

# Written anew only when what they hold differs: then everything is compiled, or linked, again.
keep = @mkdir -p $(B); printf '%s ' $(1) >$@.new; cmp -s $@ $@.new && rm $@.new || mv $@.new $@
$(B)/flags: FORCE
	$(call keep,$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LIBS) $(LIBS_CLI))
$(B)/members: FORCE
	$(call keep,$(LIB_OBJ))

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/liblarch.so.0: $(LIB_OBJ) $(B)/members
	@$(CC) -shared -Wl,-Bsymbolic-functions -Wl,-soname,liblarch.so.0 -Wl,-z,defs $(LDFLAGS) -o $@ $(LIB_OBJ) $(LIBS)
$(B)/liblarch.so: $(B)/liblarch.so.0
	@ln -sf liblarch.so.0 $@
$(B)/liblarch.a: $(LIB_OBJ) $(B)/members
	@rm -f $@ && ar rcs $@ $(LIB_OBJ)

# Each program is linked twice when it is installed: build/VARIANT/bin/ finds the library
# beside itself, build/VARIANT/stage/ leaves that to the system.
$(B)/bin/%: RUNPATH = -Wl,-rpath,'$$ORIGIN/..'
link = @mkdir -p $(@D) && $(CC) -pie $(LDFLAGS) $(RUNPATH) -o $@ $(filter %.o,$^)

# A FastCGI program is cgi/NAME.c and its page families cgi/NAME_*.c.
define cgi_program
$(B)/bin/$(1) $(B)/stage/$(1): $(call objs,cgi/$(1).c cgi/$(1)_*.c) $(B)/liblarch.so
	$$(link) -L$(B) -llarch $(LIBS)
endef
$(foreach p,$(CGI),$(eval $(call cgi_program,$(p))))

$(B)/bin/larchd $(B)/stage/larchd: $(call objs,larchd/*.c) $(B)/liblarch.so
	$(link) -L$(B) -llarch $(LIBS)

# The API's description is made from the rows that the programs route by (docs/decisions/006).
$(B)/openapi.json: $(addprefix $(B)/bin/,$(CGI))
	@echo '{}' >$@; for p in $^; do $$p --routes=- <$@ >$@.next && mv $@.next $@ || { rm -f $@; exit 1; }; done
# nginx's part as it is after an installation: the example that is installed.
NGINX := listen=443 names=larch.example.org certificate=/etc/ssl/private/larch.pem key=/etc/ssl/private/larch.key \
	assets=$(PREFIX)/share/larch/static openapi=$(PREFIX)/share/larch/openapi.json logs=/var/log/nginx \
	login=/run/larch/login/login.sock pages=/run/larch/pages/pages.sock power=/run/larch/power/power.sock \
	login_rate=10r/m power_rate=5r/s rate=50r/s
$(B)/nginx/larch.conf: etc/nginx/larch.conf.in
	@mkdir -p $(@D)
	@sed -e '/^#   @/d' -e 's/ The holes:$$//' $(foreach h,$(NGINX),-e 's|@$(subst =,@|,$(h))|') \
	  -e 's|@hsts@|add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;|' $< >$@

# The command stands alone: it takes base, yang and conf, what reads policies and queries, and no shared library of ours.
$(B)/bin/larch $(B)/stage/larch: $(call objs,cli/*.c) $(B)/liblarch.a
	$(link) $(B)/liblarch.a $(LIBS_CLI)

# The simulators share no code with the library.
$(B)/bin/bmc-sim: $(call objs,tests/sim/bmc_*.c tests/sim/sim_*.c)
	$(link) -lcrypto -lm
$(B)/bin/pdu-sim: $(call objs,tests/sim/pdu_*.c tests/sim/sim_*.c)
	$(link) -lnetsnmpagent -lnetsnmpmibs -lnetsnmp -lm
# seed stands in for login and larchd where a test looks at pages alone.
$(B)/bin/seed: $(call objs,tests/sim/seed.c) $(B)/liblarch.a
	$(link) $(B)/liblarch.a $(LIBS)
# ipmi-probe is one call of lib/ipmi from the command line, net-probe are lib/probe's ping and ssh.
$(B)/bin/ipmi-probe: $(call objs,tests/sim/ipmi_probe.c) $(B)/liblarch.a
	$(link) $(B)/liblarch.a $(LIBS)
$(B)/bin/net-probe: $(call objs,tests/sim/net_probe.c) $(B)/liblarch.a
	$(link) $(B)/liblarch.a $(LIBS)

# slurm-probe is what lib/probe asks of Slurm.
$(B)/bin/slurm-probe: $(call objs,tests/sim/slurm_probe.c) $(B)/liblarch.a
	$(link) $(B)/liblarch.a $(LIBS)

# login-probe is a round of lib/probe/login.h from the command line.
$(B)/bin/login-probe: $(call objs,tests/sim/login_probe.c) $(B)/liblarch.a
	$(link) $(B)/liblarch.a $(LIBS)

# web-probe is a web program that shows every guard and every format to tests/flow/test_web.
$(B)/bin/web-probe: $(call objs,tests/sim/web_probe.c) $(B)/liblarch.a
	$(link) $(B)/liblarch.a $(LIBS)

# Unit tests see the hidden symbols too: they link the archive.
$(B)/unit/%: $(B)/tests/unit/%.o $(B)/tests/unit/t.o $(B)/liblarch.a
	$(link) $(B)/liblarch.a $(LIBS)
$(B)/bench/%: $(B)/bench/%.o $(B)/liblarch.a
	$(link) $(B)/liblarch.a $(LIBS)
# What the command reads is fuzzed too: its importers, which are no part of the library.
$(B)/fuzz/fuzz_import: $(call objs,cli/import_*.c)
$(B)/fuzz/%: $(B)/tests/fuzz/%.o $(B)/liblarch.a $(if $(filter fuzz,$(VARIANT)),,$(B)/tests/fuzz/replay.o)
	$(link) $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer) $(B)/liblarch.a $(LIBS)

-include $(shell test -d $(B) && find $(B) -name '*.d')

# ---- what is run ------------------------------------------------------------
deps: ## install the Debian packages that are missing (etc/packages)
	@sh etc/deps build run
demo: ## a simulated room behind a real nginx: prints where to look (CHECK=1: drives it once, exits)
	@sh etc/deps build run
	@$(MAKE) --no-print-directory all sims
	@python3 tests/sim/demo.py $(if $(CHECK),--check)
test check: ## all tests: unit, fuzz seeds, data, flow, browser (TESTS=unit: only those)
	@sh etc/deps build run test
	@$(MAKE) --no-print-directory all sims units fuzzers benches
	@python3 tests/run --build $(B) $(TESTS)
reliability: ## the fault tests, whose counts it writes into docs/reliability.md
	@sh etc/deps build run test
	@$(MAKE) --no-print-directory all sims
	@python3 tests/reliability $(B)
lint: ## the rules of the house, clang-tidy, cppcheck (RULES="layers sql": only those)
	@sh etc/deps build run test
	@python3 tests/lint/lint $(RULES)
asan: ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory VARIANT=asan test
tsan: ## the unit tests under ThreadSanitizer
	@$(MAKE) --no-print-directory VARIANT=tsan test TESTS=$(or $(TESTS),unit)
fuzz: ## each fuzzer for FUZZ_SECONDS (30), from its seeds
	@sh etc/deps build run test
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzzers
	@sh tests/fuzz/run build/fuzz/fuzz $(or $(FUZZ_SECONDS),30)
cover: ## line coverage of the tests, a row a room, in build/cover/
	@$(MAKE) --no-print-directory VARIANT=cover test
	@python3 tests/run-cover build/cover
bench: ## the measures beside their peers; also in build/bench.json
	@sh etc/deps build run test bench
	@$(MAKE) --no-print-directory all sims benches
	@python3 bench/run --build $(B)
public: $(B)/liblarch.so.0 ## write lib/public.txt, the list of the library's public symbols
	@{ echo '# The public symbols of liblarch.so.0: what carries LARCH_API. `make public` writes this list.'; \
	   nm -D --defined-only $< | awk '{ print $$3 }' | LC_ALL=C sort; } >lib/public.txt
flags: # the compiler and its flags, a tab behind each word: for make lint
	@printf '%s\t' $(CC) $(CPPFLAGS) $(CFLAGS)

# ---- what is installed: rows MODE|FILE|DESTINATION ---------------------------
tree     = $(foreach f,$(shell find $(1) -type f 2>/dev/null | sort),644|$(f)|$(2)$(patsubst $(1)%,%,$(f)))
flat     = $(foreach f,$(wildcard $(1)),644|$(f)|$(2)/$(notdir $(f)))
manpages = $(foreach f,$(wildcard docs/man/*.[1-8]),644|$(f)|$(PREFIX)/share/man/man$(subst .,,$(suffix $(f)))/$(notdir $(f)))
INSTALLED = 644|$(B)/liblarch.so.0|$(LIBDIR)/liblarch.so.0 \
	$(foreach p,$(CGI),755|$(B)/stage/$(p)|$(PREFIX)/lib/larch/$(p)) \
	$(foreach p,$(DAEMON),755|$(B)/stage/$(p)|$(PREFIX)/sbin/$(p)) \
	$(foreach p,$(CLI),755|$(B)/stage/$(p)|$(PREFIX)/bin/$(p)) \
	$(foreach d,templates static mib,$(call tree,$(d),$(PREFIX)/share/larch/$(d))) \
	$(call flat,etc/yang/*.yang,$(PREFIX)/share/yang/modules/larch) \
	$(call flat,etc/systemd/*.service etc/systemd/*.socket,$(PREFIX)/lib/systemd/system) \
	$(call flat,etc/systemd/tmpfiles.d/*.conf,$(PREFIX)/lib/tmpfiles.d) \
	$(call flat,etc/systemd/sysusers.d/*.conf,$(PREFIX)/lib/sysusers.d) \
	$(call flat,etc/*.json etc/*.example,$(PREFIX)/share/doc/larch/examples) \
	$(if $(CGI),644|$(B)/openapi.json|$(PREFIX)/share/larch/openapi.json) \
	$(call flat,$(B)/nginx/larch.conf,$(PREFIX)/share/doc/larch/examples/nginx) \
	$(call flat,README.md LICENSE,$(PREFIX)/share/doc/larch) $(manpages)
# Folders that are ours alone: uninstall removes them when they are empty.
OWN_FOLDERS = $(addprefix $(PREFIX)/,lib/larch share/larch share/yang/modules/larch share/doc/larch)

install: all $(addprefix $(B)/stage/,$(CGI) $(DAEMON) $(CLI)) ## copy everything below DESTDIR and PREFIX (/usr)
	@printf '%s\n' $(foreach row,$(INSTALLED),'$(row)') | while IFS='|' read -r mode file to; do \
	   install -D -m "$$mode" "$$file" "$(DESTDIR)$$to" || exit; done
	@[ -n "$(DESTDIR)" ] || ldconfig
uninstall: ## remove exactly what install copied
	@printf '%s\n' $(foreach row,$(INSTALLED),'$(row)') | while IFS='|' read -r mode file to; do \
	   rm -f "$(DESTDIR)$$to" || exit; done
	@for d in $(OWN_FOLDERS); do [ ! -d "$(DESTDIR)$$d" ] || find "$(DESTDIR)$$d" -depth -type d -empty -delete; done
dist: ## a source archive of HEAD in build/
	@mkdir -p build
	git archive --prefix=larch-$(VERSION)/ -o build/larch-$(VERSION).tar.gz HEAD
clean: ## remove build/
	rm -rf build
help: ## this list
	@echo 'make TARGET        (VARIANT=release clang asan tsan fuzz cover; objects in build/VARIANT/)'
	@echo
	@sed -n 's/^\([a-z][a-z ]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14 | sed 's/^/  /'
