#include "dissect/mime_charset.h"

#include "capture/base/text.h"
#include "dissect/mime.h"

#include <errno.h>
#include <gmime/gmime.h>

#define REPLACEMENT  0xfffd
#define CHARSET_ROOM 40
#define BAD_MOST     100000

/* Names in lower case without punctuation, since mail writes them in every way ("ISO_8859-1:1987",
 * "iso8859-1", "Shift-JIS"). `wider` is a superset that takes what does not fit: senders name the
 * smaller set and use the larger one. ISO-2022-JP is stateful but in daily use. */
static const struct {
    const char *name;
    const char *iconv;
    const char *wider;
} charsets[] = {
    {"iso88591", "ISO-8859-1", NULL},
    {"iso885911987", "ISO-8859-1", NULL},
    {"latin1", "ISO-8859-1", NULL},
    {"l1", "ISO-8859-1", NULL},
    {"windows1252", "WINDOWS-1252", NULL},
    {"cp1252", "WINDOWS-1252", NULL},
    {"iso88592", "ISO-8859-2", NULL},
    {"latin2", "ISO-8859-2", NULL},
    {"iso88593", "ISO-8859-3", NULL},
    {"iso88594", "ISO-8859-4", NULL},
    {"iso88595", "ISO-8859-5", NULL},
    {"iso88596", "ISO-8859-6", NULL},
    {"iso88596e", "ISO-8859-6", NULL},
    {"iso88596i", "ISO-8859-6", NULL},
    {"iso88597", "ISO-8859-7", NULL},
    {"iso88598", "ISO-8859-8", NULL},
    {"iso88598e", "ISO-8859-8", NULL},
    {"iso88598i", "ISO-8859-8", NULL},
    {"iso88599", "ISO-8859-9", "WINDOWS-1254"},
    {"latin5", "ISO-8859-9", "WINDOWS-1254"},
    {"iso885910", "ISO-8859-10", NULL},
    {"iso885911", "TIS-620", NULL},
    {"iso885913", "ISO-8859-13", NULL},
    {"iso885914", "ISO-8859-14", NULL},
    {"iso885915", "ISO-8859-15", NULL},
    {"latin9", "ISO-8859-15", NULL},
    {"iso885916", "ISO-8859-16", NULL},
    {"windows1250", "WINDOWS-1250", NULL},
    {"cp1250", "WINDOWS-1250", NULL},
    {"windows1251", "WINDOWS-1251", NULL},
    {"cp1251", "WINDOWS-1251", NULL},
    {"windows1253", "WINDOWS-1253", NULL},
    {"cp1253", "WINDOWS-1253", NULL},
    {"windows1254", "WINDOWS-1254", NULL},
    {"cp1254", "WINDOWS-1254", NULL},
    {"windows1255", "WINDOWS-1255", NULL},
    {"cp1255", "WINDOWS-1255", NULL},
    {"windows1256", "WINDOWS-1256", NULL},
    {"cp1256", "WINDOWS-1256", NULL},
    {"windows1257", "WINDOWS-1257", NULL},
    {"cp1257", "WINDOWS-1257", NULL},
    {"windows1258", "WINDOWS-1258", NULL},
    {"cp1258", "WINDOWS-1258", NULL},
    {"windows874", "CP874", NULL},
    {"cp874", "CP874", NULL},
    {"tis620", "TIS-620", "CP874"},
    {"koi8r", "KOI8-R", NULL},
    {"koi8u", "KOI8-U", NULL},
    {"koi8ru", "KOI8-U", NULL},
    {"ibm866", "CP866", NULL},
    {"cp866", "CP866", NULL},
    {"cp437", "CP437", NULL},
    {"ibm437", "CP437", NULL},
    {"cp850", "CP850", NULL},
    {"ibm850", "CP850", NULL},
    {"cp852", "CP852", NULL},
    {"ibm852", "CP852", NULL},
    {"macintosh", "MACINTOSH", NULL},
    {"xmaccyrillic", "MAC-CYRILLIC", NULL},
    {"viscii", "VISCII", NULL},
    {"shiftjis", "SHIFT_JIS", "CP932"},
    {"sjis", "SHIFT_JIS", "CP932"},
    {"xsjis", "SHIFT_JIS", "CP932"},
    {"mskanji", "CP932", NULL},
    {"windows31j", "CP932", NULL},
    {"cp932", "CP932", NULL},
    {"eucjp", "EUC-JP", "EUC-JP-MS"},
    {"xeucjp", "EUC-JP", "EUC-JP-MS"},
    {"iso2022jp", "ISO-2022-JP", "ISO-2022-JP-2"},
    {"iso2022jp2", "ISO-2022-JP-2", NULL},
    {"gb2312", "GB2312", "GB18030"},
    {"euccn", "GB2312", "GB18030"},
    {"gb231280", "GB2312", "GB18030"},
    {"gbk", "GBK", "GB18030"},
    {"xgbk", "GBK", "GB18030"},
    {"cp936", "GBK", "GB18030"},
    {"ms936", "GBK", "GB18030"},
    {"gb18030", "GB18030", NULL},
    {"big5", "BIG5", "BIG5-HKSCS"},
    {"xxbig5", "BIG5", "BIG5-HKSCS"},
    {"cnbig5", "BIG5", "BIG5-HKSCS"},
    {"big5hkscs", "BIG5-HKSCS", NULL},
    {"cp950", "BIG5", "BIG5-HKSCS"},
    {"euctw", "EUC-TW", NULL},
    {"euckr", "EUC-KR", "UHC"},
    {"ksc56011987", "EUC-KR", "UHC"},
    {"ksc5601", "EUC-KR", "UHC"},
    {"cp949", "UHC", NULL},
    {"ms949", "UHC", NULL},
    {"uhc", "UHC", NULL},
    {"iso2022kr", "ISO-2022-KR", NULL},
};

#define CHARSETS   (sizeof charsets / sizeof charsets[0])
#define NO_CHARSET SIZE_MAX

/* The name as the table has it; empty when it holds what no name does. */
static size_t plain_name(struct bytes name, char out[static CHARSET_ROOM])
{
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        int c = ascii_lower(name.p[i]);
        if (ascii_is_alpha(c) || ascii_is_digit(c)) {
            if (n + 1 >= CHARSET_ROOM) {
                return 0;
            }
            out[n++] = (char)c;
        } else if (memchr("-_.:", c, 4) == NULL) {
            return 0;
        }
    }
    out[n] = '\0';
    return n;
}

static size_t find(const char *plain)
{
    for (size_t i = 0; i < CHARSETS; i++) {
        if (charsets[i].name[0] == plain[0] && strcmp(charsets[i].name, plain) == 0) {
            return i;
        }
    }
    return NO_CHARSET;
}

static bool is_utf8(const char *plain)
{
    return strcmp(plain, "utf8") == 0;
}

static bool is_ascii(const char *plain)
{
    return strcmp(plain, "usascii") == 0 || strcmp(plain, "ascii") == 0 ||
           strcmp(plain, "ansix341968") == 0;
}

bool mime_charset_known(struct bytes name)
{
    char plain[CHARSET_ROOM];
    return plain_name(name, plain) > 0 &&
           (is_utf8(plain) || is_ascii(plain) || find(plain) != NO_CHARSET);
}

void mime_charset_utf8(struct bytes in, struct buf *out)
{
    for (size_t at = 0; at < in.n && !out->full;) {
        size_t from = at;
        if (text_utf8_next(in, &at) < 0) {
            text_utf8_add(out, REPLACEMENT);
        } else {
            buf_add(out, bytes_sub(in, from, at - from));
        }
    }
}

/* Runs the converter over all of in. What it can not convert is U+FFFD, or with strict the end.
 * Each such byte costs a call: after very many the text is taken to be of no charset. */
static bool convert_all(iconv_t cd, struct bytes in, bool strict, struct buf *out)
{
    char *from = NULL; /* iconv does not write through it, though its type says so */
    memcpy(&from, &in.p, sizeof from);
    size_t left = in.n, bad = 0;
    while (left > 0 && !out->full) {
        if (bad > BAD_MOST) {
            mime_charset_utf8(bytes_make(from, left), out);
            return true;
        }
        char room[4096];
        char *to = room;
        size_t free_room = sizeof room;
        bool stuck = g_mime_iconv(cd, &from, &left, &to, &free_room) == (size_t)-1;
        int why = errno;
        buf_add(out, bytes_make(room, sizeof room - free_room));
        if (stuck && why != E2BIG) {
            if (strict) {
                return false;
            }
            text_utf8_add(out, REPLACEMENT);
            bad++;
            from++;
            left--;
        }
    }
    return true;
}

static bool by_iconv(const char *name, struct bytes in, bool strict, struct buf *out)
{
    mime_init();
    iconv_t cd = g_mime_iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1) {
        return false;
    }
    size_t before = out->n;
    bool fine = convert_all(cd, in, strict, out);
    g_mime_iconv_close(cd);
    if (!fine) {
        out->n = before;
    }
    return fine;
}

/* ASCII without what changes a stateful set: the same in every set of the list. */
static bool is_plain(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] >= 0x80 || b.p[i] == 0x1b || b.p[i] == 0x0e) {
            return false;
        }
    }
    return true;
}

static bool has_c1(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] >= 0x80 && b.p[i] <= 0x9f) {
            return true;
        }
    }
    return false;
}

/* ISO-8859-1 with bytes that are C1 controls there is windows-1252 (WHATWG Encoding, 4.2). */
static bool convert_known(size_t i, struct bytes in, bool strict, struct buf *out)
{
    if (strcmp(charsets[i].iconv, "ISO-8859-1") == 0 && has_c1(in) &&
        by_iconv("WINDOWS-1252", in, true, out)) {
        return true;
    }
    return by_iconv(charsets[i].iconv, in, true, out) ||
           (charsets[i].wider != NULL && by_iconv(charsets[i].wider, in, true, out)) ||
           (!strict && by_iconv(charsets[i].iconv, in, false, out));
}

bool mime_charset_convert(struct bytes name, struct bytes in, bool strict, struct buf *out)
{
    char plain[CHARSET_ROOM];
    if (plain_name(name, plain) == 0) {
        return false;
    }
    bool utf8 = is_utf8(plain) || is_ascii(plain);
    size_t i = utf8 ? 0 : find(plain);
    if (i == NO_CHARSET) {
        return false;
    }
    if (is_plain(in) || (utf8 && text_is_utf8(in))) {
        buf_add(out, in);
    } else if (!utf8) {
        return convert_known(i, in, strict, out);
    } else if (strict) {
        return false;
    } else {
        mime_charset_utf8(in, out);
    }
    return true;
}

void mime_charset_text(struct bytes declared, struct bytes in, struct buf *out)
{
    if (mime_charset_convert(declared, in, true, out)) {
        return;
    }
    if (text_is_utf8(in)) {
        buf_add(out, in);
        return;
    }
    char plain[CHARSET_ROOM];
    bool says_more = plain_name(declared, plain) > 0 && !is_ascii(plain);
    if (!(says_more && mime_charset_convert(declared, in, false, out))) {
        by_iconv("WINDOWS-1252", in, false, out);
    }
}

/* A function of its own also in the program: leak checkers, which step over one frame above the C
 * library, know these descriptors by the caller. */
__attribute__((noinline)) static void load(const char *name)
{
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd != (iconv_t)-1) {
        char in[1] = {'a'}, out[8];
        char *from = in, *to = out;
        size_t in_left = sizeof in, out_left = sizeof out;
        iconv(cd, &from, &in_left, &to, &out_left);
        /* left open on purpose: closing the last descriptor may unload the module */
    }
}

void mime_charsets_load(void)
{
    for (size_t i = 0; i < CHARSETS; i++) {
        if (i == 0 || strcmp(charsets[i].iconv, charsets[i - 1].iconv) != 0) {
            load(charsets[i].iconv);
            if (charsets[i].wider != NULL) {
                load(charsets[i].wider);
            }
        }
    }
}
