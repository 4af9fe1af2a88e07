#include "dissect/mime_sniff.h"

enum group {
    PDF = 0x1,
    IMAGE = 0x2,
    PROGRAM = 0x4,
    SCRIPT = 0x8,
    ZIP = 0x10,
    ARCHIVE = 0x20,
    OLE = 0x40,
    RTF = 0x80,
    MAIL = 0x100,
    DATA = 0x200,
    MEDIA = 0x400,
    TEXT = 0x800,
};

struct magic_row {
    size_t offset;
    const char *text;
    size_t length;
    struct mime_magic magic;
};

static const struct magic_row rows[] = {
#define MAGIC(offset, text, type, label, group, extension)                                         \
    {offset, text, sizeof(text) - 1, {type, label, extension, group}},
#include "dissect/mime_magic.def"
#undef MAGIC
};

#define ROWS (sizeof rows / sizeof rows[0])

static bool stands_at(struct bytes b, size_t at, const char *text, size_t n)
{
    return b.n >= n && at <= b.n - n && memcmp(b.p + at, text, n) == 0;
}

static unsigned le16(struct bytes b, size_t at)
{
    return at + 2 <= b.n ? b.p[at] | (unsigned)b.p[at + 1] << 8 : 0;
}

/* ---- what a row can not say ---- */

/* DOS and Windows programs: a header behind "MZ" that names a newer one, or that is at least no
 * text and counts like one. */
static const struct mime_magic *program(struct bytes b)
{
    static const struct mime_magic windows = {"application/vnd.microsoft.portable-executable",
                                              "Windows program", "exe", PROGRAM};
    static const struct mime_magic dos = {"application/x-dosexec", "DOS program", "exe", PROGRAM};
    if (!stands_at(b, 0, "MZ", 2) || b.n < 10) {
        return NULL;
    }
    size_t at = b.n >= 0x40 ? le16(b, 0x3c) | (size_t)le16(b, 0x3e) << 16 : 0;
    if (at > 0 && (stands_at(b, at, "PE\0\0", 4) || stands_at(b, at, "NE", 2))) {
        return &windows;
    }
    bool counts = le16(b, 2) < 512 && le16(b, 4) > 0 && le16(b, 8) >= 2 && le16(b, 8) < 0x1000;
    return counts ? &dos : NULL;
}

static struct bytes without_blanks(struct bytes b)
{
    if (stands_at(b, 0, "\xef\xbb\xbf", 3)) {
        b = bytes_from(b, 3);
    }
    size_t n = 0;
    while (n < b.n && n < 1024 && (ascii_is_blank(b.p[n]) || b.p[n] == '\r' || b.p[n] == '\n')) {
        n++;
    }
    return bytes_from(b, n);
}

static const struct mime_magic *markup(struct bytes b)
{
    static const struct mime_magic html = {"text/html", "HTML", "html", TEXT};
    static const struct mime_magic svg = {"image/svg+xml", "SVG image", "svg", TEXT};
    static const struct mime_magic xml = {"application/xml", "XML", "xml", TEXT};
    static const char *const begins[] = {"<!doctype html", "<html", "<head", "<body", "<script"};
    b = without_blanks(b);
    if (bytes_at(b, 0) != '<') {
        return NULL;
    }
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        if (bytes_starts(b, begins[i])) {
            return &html;
        }
    }
    if (bytes_starts(b, "<svg")) {
        return &svg;
    }
    if (!bytes_starts(b, "<?xml")) {
        return NULL;
    }
    return bytes_search(bytes_sub(b, 0, 1024), "<svg", 0) != SIZE_MAX ? &svg : &xml;
}

/* The name of the first entries of a ZIP archive tells what it carries. */
static const struct {
    const char *name; /* or its beginning */
    struct mime_magic magic;
} zip_entries[] = {
    {"word/",
     {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document",
      "docx", ZIP}},
    {"xl/",
     {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel workbook", "xlsx",
      ZIP}},
    {"ppt/",
     {"application/vnd.openxmlformats-officedocument.presentationml.presentation",
      "PowerPoint presentation", "pptx", ZIP}},
    {"AndroidManifest.xml",
     {"application/vnd.android.package-archive", "Android package", "apk", ZIP}},
    {"META-INF/", {"application/java-archive", "Java archive", "jar", ZIP}},
    {"mimetypeapplication/vnd.oasis.opendocument.text",
     {"application/vnd.oasis.opendocument.text", "OpenDocument text", "odt", ZIP}},
    {"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
     {"application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet", "ods", ZIP}},
    {"mimetypeapplication/vnd.oasis.opendocument.presentation",
     {"application/vnd.oasis.opendocument.presentation", "OpenDocument presentation", "odp", ZIP}},
    {"mimetypeapplication/epub+zip", {"application/epub+zip", "EPUB book", "epub", ZIP}},
};

static const struct mime_magic *zip_content(struct bytes b, const struct mime_magic *plain)
{
    size_t at = 0;
    for (unsigned entries = 0; entries < 16; entries++) {
        const uint8_t *hit = at < b.n ? memmem(b.p + at, b.n - at, "PK\3\4", 4) : NULL;
        if (hit == NULL) {
            break;
        }
        at = (size_t)(hit - b.p) + 30; /* the name stands behind the fixed part */
        struct bytes name = bytes_from(b, at);
        for (size_t i = 0; i < sizeof zip_entries / sizeof zip_entries[0]; i++) {
            size_t n = strlen(zip_entries[i].name);
            if (stands_at(name, 0, zip_entries[i].name, n)) {
                return &zip_entries[i].magic;
            }
        }
    }
    return plain;
}

const struct mime_magic *mime_sniff(struct bytes first)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct magic_row *r = &rows[i];
        if (!stands_at(first, r->offset, r->text, r->length) ||
            (r->offset == 8 && !stands_at(first, 0, "RIFF", 4))) {
            continue;
        }
        return r->magic.group == ZIP ? zip_content(first, &r->magic) : &r->magic;
    }
    const struct mime_magic *m = program(first);
    return m != NULL ? m : markup(first);
}

/* ---- does it fit? ---- */

enum expect_kind { TYPE, NAME };

static const struct {
    enum expect_kind kind;
    const char *text;
    unsigned groups;
} expectations[] = {
#define EXPECT(kind, text, groups) {kind, text, groups},
#include "dissect/mime_expect.def"
#undef EXPECT
};

/* The groups it may be of; 0: any. */
static unsigned expected(enum expect_kind kind, struct bytes what)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        if (expectations[i].kind == kind && (kind == TYPE ? bytes_starts(what, expectations[i].text)
                                                          : bytes_is(what, expectations[i].text))) {
            return expectations[i].groups;
        }
    }
    return 0;
}

static enum severity how_bad(unsigned group, unsigned promised)
{
    if (promised == 0 || (group & promised) != 0) {
        return SEVERITY_NONE;
    }
    if ((group & (PROGRAM | SCRIPT)) != 0) {
        return SEVERITY_HIGH;
    }
    bool harmless = (promised & (PDF | IMAGE | TEXT | MEDIA)) != 0;
    return harmless && (group & (ZIP | ARCHIVE | OLE)) != 0 ? SEVERITY_MEDIUM : SEVERITY_LOW;
}

enum severity mime_sniff_conflict(const struct mime_magic *m, struct bytes declared,
                                  struct bytes name)
{
    if (m == NULL) {
        return SEVERITY_NONE;
    }
    enum severity by_type = how_bad(m->group, expected(TYPE, declared));
    enum severity by_name = how_bad(m->group, expected(NAME, mime_name_extension(name)));
    return by_type > by_name ? by_type : by_name;
}

struct bytes mime_name_extension(struct bytes name)
{
    for (size_t i = name.n; i-- > 1;) {
        if (name.p[i] == '.') {
            return bytes_from(name, i + 1);
        }
        if (name.p[i] == '/' || name.p[i] == '\\') {
            break;
        }
    }
    return (struct bytes){NULL, 0};
}
