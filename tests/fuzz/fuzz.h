/* What the fuzz targets share.
 *
 * A target is a file NAME_fuzz.c with LLVMFuzzerTestOneInput. It builds as a libFuzzer program
 * (clang, FUZZER=1), under AFL++, and as a plain program that replays files (replay.c).
 * An oracle that fails prints what differs and aborts.
 */
#ifndef MAILWIRE_FUZZ_H
#define MAILWIRE_FUZZ_H

#include "capture/base/bytes.h"
#include "capture/base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Prints both texts from where they differ, then aborts. */
_Noreturn void fuzz_differ(const char *what, struct bytes a, struct bytes b);
/* A copy of exactly that size: a read past its end is caught. */
uint8_t *fuzz_copy(struct bytes b);
/* Every limit at its least. */
struct limits fuzz_tiny_limits(void);
/* A number that depends on the input alone. */
uint64_t fuzz_hash(struct bytes b);

/* Plays the input as a dialog of that protocol: byte 0x1e changes the side, 0x1d N is a gap of N
 * bytes, 0x1c the end of that side; the first byte holds options. Whole, byte by byte and cut
 * at places that depend on the input must tell the same. */
int fuzz_dialog(const char *protocol, struct bytes input);

/* Is text one JSON value (RFC 8259), valid UTF-8 throughout? */
bool fuzz_is_json(struct bytes text);

#endif
