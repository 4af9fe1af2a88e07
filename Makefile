# mailwire. On a fresh Debian 12 `make run` and `make check` do everything, packages included.
#
#   make          build (build/mailwire, ./mailwire)     make run     install what is missing, build, show a sample
#   make test     tests of this build only               make check   every test: gcc, clang, sanitizers, analysers
#   make install  PREFIX=/usr/local DESTDIR=             make bench   speed and memory beside a bare libpcap loop
#   make fuzz     long fuzzing (FUZZ_SECONDS each)        make golden  write the expected outputs of the samples anew
#   make flood    floods and bombs at full size           make mutate  mutated captures under the sanitizers
#   make coverage lines that the fuzzing corpus reaches
#   make tsan     races between the viewer's threads    make soak    the viewer live for 20 minutes (root)
#
# BUILD names the folder of a build, CC the compiler, SAN sanitizers (address,undefined), WERROR=1
# makes warnings errors. Each combination wants a BUILD of its own; changed flags rebuild all the same.
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
WERROR  ?= 0
SAN     ?=
FUZZER  ?= 0
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
ifeq ($(origin CC),default)
CC = gcc
endif
ifeq ($(SAN),)
OPT ?= -O3
else
OPT ?= -O1
endif
# What every packet passes through is optimised as a whole (a sixth less time); tests link the same
# objects as they are. LTO=0 turns it off. clang would need another linker for it.
LTO ?= $(if $(SAN)$(filter-out gcc%,$(notdir $(CC))),0,1)
ifneq ($(LTO),0)
LTO_CFLAGS  = -flto=auto -ffat-lto-objects
LTO_LDFLAGS = -flto=auto $(OPT)
TEST_LDFLAGS = -fno-lto
endif
# gcc learns from a run over the samples which way packets usually take (another sixth). PROFILE=0 turns
# it off.
PROFILE ?= $(LTO)

PKGS       = gmime-3.0 libcrypto zlib libzstd liblz4 ncursesw libmaxminddb libseccomp
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I\([^ ]*\)/-isystem \1/g')
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpcap -lpthread -lm

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
       -Wcast-qual -Wvla -Wformat=2 -Wundef -Wpointer-arith -Wwrite-strings
ifeq ($(WERROR),1)
WARN += -Werror
endif

# clang before 16 wants to be told twice that variables may be zeroed.
ZERO_INIT := $(shell $(CC) -ftrivial-auto-var-init=zero -fsyntax-only -x c /dev/null 2>/dev/null && \
               echo -ftrivial-auto-var-init=zero || echo -ftrivial-auto-var-init=zero \
               -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
ifeq ($(SAN),)
HARDEN    = -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fPIE $(ZERO_INIT) \
            -fno-strict-aliasing -fno-delete-null-pointer-checks
HARDEN_LD = -pie -Wl,-z,relro,-z,now,-z,noexecstack
else
HARDEN    = -fPIE -fno-omit-frame-pointer -fsanitize=$(SAN) -fno-sanitize-recover=all
HARDEN_LD = -pie -fsanitize=$(SAN)
endif
ifeq ($(FUZZER),1)
HARDEN += -fsanitize=fuzzer-no-link -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
endif
ALL_CFLAGS  = -std=c17 -D_GNU_SOURCE -I. $(OPT) -g $(WARN) $(HARDEN) $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) -Wl,--as-needed $(LDFLAGS)

# Everything but main.c is a library, so that tests link what they test.
SRC := $(sort $(filter-out ui/main.c ui/train.c,$(wildcard capture/base/*.c capture/*.c dissect/*.c ui/*.c \
         ui/export/*.c ui/tui/*.c)))
OBJ := $(SRC:%.c=$(BUILD)/%.o)
LIB := $(BUILD)/libmailwire.a

MANUAL := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard ui/manual/*.c)))
UNIT   := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/unit/*_test.c)))
SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/support/*.c)))
PLAYS  := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/*_test.c)))
FUZZ_COMMON := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_fuzz.c %/replay.c,$(wildcard tests/fuzz/*.c)))
FUZZ   := $(patsubst tests/fuzz/%_fuzz.c,$(BUILD)/tests/fuzz/%_fuzz,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
BENCH  := $(BUILD)/tests/bench/generate $(BUILD)/tests/bench/bare
BENCH_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(sort $(filter-out tests/bench/bare.c,$(wildcard tests/bench/*.c))))

# V=1 shows the whole commands.
ifeq ($(V),1)
say =
else
say = @printf '  %-4s %s\n' $(1) '$(patsubst $(BUILD)/%,%,$@)';
endif

all: mailwire docs

ifeq ($(BUILD),build)
mailwire: $(BUILD)/mailwire
	@ln -sf $(BUILD)/mailwire $@
else
mailwire: $(BUILD)/mailwire
.PHONY: mailwire
endif

lib: $(LIB)

LTO_OBJ := $(filter $(BUILD)/capture/% $(BUILD)/dissect/%,$(filter-out $(BUILD)/dissect/mime%,$(OBJ)))
$(LTO_OBJ): ALL_CFLAGS += $(LTO_CFLAGS)

TRAINED := $(LTO_OBJ) $(filter $(BUILD)/ui/export/%,$(OBJ))
ifeq ($(PROFILE),1)
$(TRAINED): ALL_CFLAGS += -fprofile-use -dumpdir $(dir $(BUILD)/profile/$*) \
                          -fprofile-partial-training -Wno-coverage-mismatch
$(TRAINED): | $(BUILD)/profile/.made
endif
ifeq ($(PROFILE),count)
ALL_CFLAGS += -fprofile-generate -g0
endif
# Asked each time: what was edited is counted anew before it is compiled.
$(BUILD)/profile/.made: FORCE
	@$(MAKE) --no-print-directory BUILD=$(@D) LTO=0 PROFILE=count $(@D)/train
	@[ $@ -nt $(@D)/train ] || { echo '  RUN  profile/train' && find $(@D) -name '*.gcda' -delete && \
	    $(@D)/train samples/*.pcap && touch $@; }
$(BUILD)/train: $(BUILD)/ui/train.o $(filter $(BUILD)/capture/% $(BUILD)/dissect/% $(BUILD)/ui/export/%,$(OBJ))
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) -fprofile-generate -o $@ $^ $(PKG_LIBS)

$(BUILD)/mailwire: $(BUILD)/ui/main.o $(LIB)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) $(LTO_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# The manual and the completions of shells, made from the program's own tables.
DOCS := $(addprefix $(BUILD)/doc/,mailwire.1 mailwire.bash _mailwire mailwire.fish)
docs: $(DOCS)
$(BUILD)/manual: $(MANUAL) $(LIB)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
$(BUILD)/doc/mailwire.1: $(BUILD)/manual ui/manual/mailwire.1.in
	$(call made_by,page ui/manual/mailwire.1.in)
$(BUILD)/doc/mailwire.bash: $(BUILD)/manual
	$(call made_by,bash)
$(BUILD)/doc/_mailwire: $(BUILD)/manual
	$(call made_by,zsh)
$(BUILD)/doc/mailwire.fish: $(BUILD)/manual
	$(call made_by,fish)
made_by = @mkdir -p $(@D); $< $(1) >$@.new && mv $@.new $@

$(LIB): $(OBJ) $(BUILD)/.sources
	@rm -f $@
	@$(AR) rcs $@ $(OBJ)

$(BUILD)/%.o: %.c $(BUILD)/.flags
	$(if $(PKG_CFLAGS),,$(error Libraries are missing. Run tests/install-packages build, or make run))
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# A stamp is touched only when what it holds changes: other flags, or files that came or went.
stamp = @mkdir -p $(BUILD); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@
$(BUILD)/.flags: FORCE
	$(call stamp,$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(LTO) $(PROFILE))
$(BUILD)/.sources: FORCE
	$(call stamp,$(SRC))

-include $(OBJ:.o=.d) $(MANUAL:.o=.d) $(BUILD)/ui/main.d $(BUILD)/ui/train.d $(UNIT:=.d) $(SUPPORT:.o=.d) $(PLAYS:=.d) $(FUZZ:=.d) $(FUZZ_COMMON:.o=.d) $(BUILD)/tests/fuzz/replay.d $(BENCH_OBJ:.o=.d) $(BUILD)/tests/bench/bare.d

# ---- tests of one build ------------------------------------------------------------------------

$(UNIT) : %: %.o $(LIB)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) $(TEST_LDFLAGS) -o $@ $^ -lcmocka $(PKG_LIBS)
$(PLAYS) : %: %.o $(SUPPORT) $(LIB)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) $(TEST_LDFLAGS) -o $@ $^ $(PKG_LIBS)
$(BUILD)/tests/bench/generate: $(BENCH_OBJ)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) $(TEST_LDFLAGS) -o $@ $^ -lcrypto -lm
$(BUILD)/tests/bench/bare: $(BUILD)/tests/bench/bare.o
	$(CC) $(ALL_LDFLAGS) $(TEST_LDFLAGS) -o $@ $^ -lpcap

# Loaded in front of the C library: never with sanitizers of its own.
FAULTS := $(BUILD)/tests/tools/faults.so
$(FAULTS): tests/tools/faults.c
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) -std=c17 -D_GNU_SOURCE -O2 $(WARN) -shared -fPIC -o $@ $<

tests: $(UNIT) $(PLAYS) $(FAULTS)

unit: $(UNIT)
	@tests/run-unit $^
streams: $(BUILD)/tests/stream_test
	@$< tests/streams
screens: $(BUILD)/tests/screen_test
	@$< samples tests/screens
samples-check: mailwire
	@tests/samples_test $(BUILD)/mailwire
corpus: mailwire
	@tests/corpus $(BUILD)/mailwire
faults: $(BUILD)/mailwire $(FAULTS)
	@tests/faults $(BUILD)/mailwire $(FAULTS)
test: unit streams screens samples-check corpus

golden: mailwire $(BUILD)/tests/screen_test
	@tests/samples_test --write $(BUILD)/mailwire
	@$(BUILD)/tests/screen_test --write samples tests/screens
# Captures built from dialog scripts; the others in samples/ are recordings.
samples:
	@tests/dialogs/build samples

# ---- everything ----------------------------------------------------------------------------------

run:
	@tests/install-packages build
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@if [ -t 0 ] && [ -t 1 ]; then ./mailwire -r $(SAMPLE); else ./mailwire -r $(SAMPLE) -T sessions; fi
SAMPLE ?= samples/tour.pcap

check:
	@tests/install-packages build check
	@tests/check $(BUILD)/check

# Floods and bombs at full size; make check runs them at a twentieth.
flood: $(BUILD)/mailwire $(BUILD)/tests/bench/generate
	@tests/floods $^
# Races between the viewer's two threads; the viewer live for 20 minutes in a network namespace (root).
tsan:
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)/tsan SAN=thread all tests
	@tests/tsan $(BUILD)/tsan
SOAK_SECONDS ?= 1200
soak: mailwire
	@tests/install-packages soak
	@tests/soak $(BUILD)/mailwire $(SAMPLE) $(SOAK_SECONDS)

bench-programs: $(BENCH)
bench: mailwire $(BENCH)
	@tests/bench/run $(BUILD)

# ---- fuzzing: libFuzzer with clang; every target is also a program that replays files --------------

$(BUILD)/tests/libfuzz.a: $(FUZZ_COMMON) $(SUPPORT)
	@rm -f $@
	@$(AR) rcs $@ $^

ifeq ($(FUZZER),1)
$(FUZZ) : %: %.o $(BUILD)/tests/libfuzz.a $(LIB)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) $(TEST_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)
else
$(FUZZ) : %: %.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/tests/libfuzz.a $(LIB)
	$(call say,LINK)$(CC) $(ALL_LDFLAGS) $(TEST_LDFLAGS) -o $@ $^ $(PKG_LIBS)
endif
fuzz-targets: $(FUZZ)

FUZZ_SECONDS ?= 600
fuzz:
	@tests/install-packages build check
	@tests/fuzz/run $(BUILD)/fuzz $(FUZZ_SECONDS)
fuzz-smoke:
	@tests/fuzz/run --smoke $(BUILD)/fuzz 120

# The same targets under AFL++ (AFL_SECONDS each); lines of capture/ and dissect/ that the kept inputs reach; mutated captures (MUTATIONS of them).
AFL_SECONDS ?= 600
afl:
	@tests/fuzz/afl $(BUILD)/afl $(AFL_SECONDS)
coverage:
	@tests/fuzz/run --coverage $(BUILD)/fuzz
MUTATIONS ?= 20000
mutate:
	@$(MAKE) --no-print-directory -j$(JOBS) CC=clang SAN=address,undefined BUILD=$(BUILD)/mutate WERROR=1 $(BUILD)/mutate/mailwire
	@tests/mutate $(BUILD)/mutate/mailwire $(MUTATIONS)

# ---- install ---------------------------------------------------------------------------------------

install: all
	install -D -m 755 $(BUILD)/mailwire $(DESTDIR)$(PREFIX)/bin/mailwire
	install -D -m 644 $(BUILD)/doc/mailwire.1 $(DESTDIR)$(PREFIX)/share/man/man1/mailwire.1
	install -D -m 644 $(BUILD)/doc/mailwire.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/mailwire
	install -D -m 644 $(BUILD)/doc/_mailwire $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_mailwire
	install -D -m 644 $(BUILD)/doc/mailwire.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/mailwire.fish

clean:
	rm -rf build mailwire

# For the analysers: what a plain build compiles with.
print-flags:
	@echo '$(ALL_CFLAGS)'

FORCE:
.PHONY: all docs lib tests unit streams screens samples-check corpus faults test golden samples run check tsan soak bench bench-programs fuzz \
        fuzz-targets fuzz-smoke afl coverage mutate flood install clean print-flags FORCE
