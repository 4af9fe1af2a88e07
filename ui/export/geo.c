#include "ui/export/geo.h"

#include "capture/base/text.h"
#include "capture/base/when.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATABASES_MOST 16
#define FILE_MOST      (INT64_C(1) << 31)
#define CACHE_ROWS     1024
#define NODES_MOST     4096 /* values in one record, those behind pointers included */
#define DEPTH_MOST     24

struct database {
    MMDB_s mmdb;
    char name[80]; /* "GeoLite2-City of 2025-10-28" */
    bool city, asn;
};

struct cached {
    uint8_t ip[16];
    uint8_t version; /* 0: empty */
    bool known;
    struct geo_place place;
};

struct geo {
    struct database *databases[DATABASES_MOST];
    size_t count;
    struct cached *cache;
    char description[DATABASES_MOST * 82];
};

struct opening {
    struct geo *geo;
    void (*say)(void *arg, const char *sentence);
    void *arg;
    size_t failed;
};

static bool complain(struct opening *o, const char *path, const char *what)
{
    struct error e;
    error_set(&e, "GeoIP database %s: %s", path, what);
    if (o->say != NULL) {
        o->say(o->arg, e.text);
    }
    return false;
}

/* ---- records that can be trusted ---------------------------------------------------------------
 * The library's way through a record follows nested values without a limit, so a record is looked
 * through here first (MaxMind DB File Format 2.0, "Data Field Format"). */

enum { FIELD_POINTER = 1, FIELD_TEXT = 2, FIELD_MAP = 7, FIELD_ARRAY = 11, FIELD_BOOLEAN = 14 };

struct look {
    const uint8_t *data;
    size_t n;
    unsigned nodes;
};

static bool look_at(struct look *l, size_t *at, unsigned depth);

static bool read_number(const struct look *l, size_t *at, unsigned bytes, uint32_t *out)
{
    if (*at > l->n || l->n - *at < bytes) {
        return false;
    }
    *out = 0;
    while (bytes-- > 0) {
        *out = *out << 8 | l->data[(*at)++];
    }
    return true;
}

/* A pointer's target, which must not be a pointer itself. */
static bool look_at_pointer(struct look *l, size_t *at, uint8_t control, unsigned depth)
{
    static const uint32_t bias[] = {0, 2048, 526336, 0};
    unsigned size = control >> 3 & 3;
    uint32_t value;
    if (!read_number(l, at, size + 1, &value)) {
        return false;
    }
    if (size < 3) {
        value += (uint32_t)(control & 7) << (8 * (size + 1));
    }
    size_t target = (size_t)value + bias[size];
    return target < l->n && l->data[target] >> 5 != FIELD_POINTER && look_at(l, &target, depth + 1);
}

static bool look_at_many(struct look *l, size_t *at, uint64_t count, unsigned depth)
{
    while (count-- > 0) {
        if (!look_at(l, at, depth + 1)) {
            return false;
        }
    }
    return true;
}

static bool read_size(const struct look *l, size_t *at, uint8_t control, uint32_t *size)
{
    static const uint32_t base[] = {29, 285, 65821};
    unsigned low = control & 31;
    if (low < 29) {
        *size = low;
        return true;
    }
    if (!read_number(l, at, low - 28, size)) {
        return false;
    }
    *size += base[low - 29];
    return true;
}

static bool look_at(struct look *l, size_t *at, unsigned depth)
{
    uint32_t control, size, more = 0;
    if (depth > DEPTH_MOST || ++l->nodes > NODES_MOST || !read_number(l, at, 1, &control)) {
        return false;
    }
    unsigned type = control >> 5;
    if (type == FIELD_POINTER) {
        return look_at_pointer(l, at, (uint8_t)control, depth);
    }
    if (type == 0) {
        if (!read_number(l, at, 1, &more) || more > 8) {
            return false;
        }
        type = 7 + more;
    }
    if (!read_size(l, at, (uint8_t)control, &size)) {
        return false;
    }
    if (type == FIELD_MAP || type == FIELD_ARRAY) {
        return look_at_many(l, at, type == FIELD_MAP ? 2 * (uint64_t)size : size, depth);
    }
    if (type == FIELD_BOOLEAN) {
        return true; /* its size is its value */
    }
    *at += size;
    return *at <= l->n;
}

static bool is_sound(const MMDB_s *db, uint32_t offset)
{
    struct look l = {.data = db->data_section, .n = db->data_section_size};
    size_t at = offset;
    return at < l.n && look_at(&l, &at, 0);
}

/* ---- opening ---- */

static bool copy_all(int from, int to)
{
    uint8_t *room = xmalloc(1 << 16);
    ssize_t n;
    bool fine = true;
    while (fine && ((n = read(from, room, 1 << 16)) > 0 || (n < 0 && errno == EINTR))) {
        for (ssize_t at = 0; fine && at < n;) {
            ssize_t done = write(to, room + at, (size_t)(n - at));
            fine = done > 0 || (done < 0 && errno == EINTR);
            at += done > 0 ? done : 0;
        }
    }
    free(room);
    return fine && n == 0;
}

/* The file's bytes in memory that nobody can change or cut any more; -1 and a reason. */
static int seal(int file, const char **why)
{
    int fd = memfd_create("mailwire-geoip", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || !copy_all(file, fd) ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
        *why = strerror(errno);
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

static int open_sealed(struct opening *o, const char *path)
{
    struct stat st;
    const char *why = "";
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        complain(o, path, strerror(errno));
        return -1;
    }
    int sealed = -1;
    if (fstat(file, &st) != 0 || !S_ISREG(st.st_mode)) {
        complain(o, path, "this is no file");
    } else if (st.st_size > FILE_MOST) {
        complain(o, path, "larger than 2 GiB: this is no GeoIP database");
    } else if ((sealed = seal(file, &why)) < 0) {
        complain(o, path, why);
    }
    close(file);
    return sealed;
}

/* A few addresses of all regions: a damaged search tree or damaged records show here. */
static bool try_out(const MMDB_s *db)
{
    for (uint32_t i = 0; i < 64; i++) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(i << 26 | 0x00010101u)}};
        int code = MMDB_SUCCESS;
        MMDB_lookup_result_s r =
            MMDB_lookup_sockaddr(db, (const struct sockaddr *)(const void *)&in, &code);
        if (code != MMDB_SUCCESS || (r.found_entry && !is_sound(db, r.entry.offset))) {
            return false;
        }
    }
    return true;
}

static void describe(struct database *d)
{
    char day[WHEN_ROOM] = "";
    const char *type = d->mmdb.metadata.database_type;
    uint64_t built = d->mmdb.metadata.build_epoch;
    if (built < UINT64_C(9000000000)) {
        when_rfc3339((int64_t)built * 1000000000, WHEN_MICRO, day);
    }
    struct buf name;
    buf_init(&name, sizeof d->name - 16);
    text_escape(&name, bytes_of(type));
    snprintf(d->name, sizeof d->name, "%s of %.10s", buf_cstr(&name), day);
    buf_done(&name);
    d->city = bytes_search(bytes_of(type), "city", 0) != SIZE_MAX;
    d->asn = bytes_search(bytes_of(type), "asn", 0) != SIZE_MAX ||
             bytes_search(bytes_of(type), "isp", 0) != SIZE_MAX;
}

/* Databases with cities come first: they know the countries too. */
static void insert(struct geo *g, struct database *d)
{
    size_t at = g->count++;
    while (at > 0 && d->city && !g->databases[at - 1]->city) {
        g->databases[at] = g->databases[at - 1];
        at--;
    }
    g->databases[at] = d;
}

static const char *open_cause(int code, int error)
{
    bool unknown =
        code == MMDB_INVALID_METADATA_ERROR || code == MMDB_UNKNOWN_DATABASE_FORMAT_ERROR;
    return unknown                 ? "this is no MaxMind database (.mmdb), or only a part of one"
           : code == MMDB_IO_ERROR ? strerror(error)
                                   : MMDB_strerror(code);
}

static bool open_one(struct opening *o, const char *path)
{
    char name[40];
    if (o->geo->count == DATABASES_MOST) {
        return complain(o, path, "too many databases");
    }
    int fd = open_sealed(o, path);
    if (fd < 0) {
        return false;
    }
    struct database *d = xcalloc(1, sizeof *d);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int code = MMDB_open(name, MMDB_MODE_MMAP, &d->mmdb);
    int why = errno;
    close(fd); /* the mapping stays */
    if (code != MMDB_SUCCESS) {
        free(d);
        return complain(o, path, open_cause(code, why));
    }
    if (d->mmdb.metadata.database_type == NULL || !try_out(&d->mmdb)) {
        MMDB_close(&d->mmdb);
        free(d);
        return complain(o, path, "its contents are damaged; download it again");
    }
    describe(d);
    insert(o->geo, d);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Files that can not be used are told and left out; order does not depend on the file system. */
static void open_folder(struct opening *o, const char *folder)
{
    DIR *d = opendir(folder);
    char *paths[DATABASES_MOST];
    size_t count = 0;
    const struct dirent *f;
    while (d != NULL && count < DATABASES_MOST && (f = readdir(d)) != NULL) {
        if (bytes_ends(bytes_of(f->d_name), ".mmdb")) {
            struct buf path;
            buf_init(&path, 8192);
            buf_printf(&path, "%s/%s", folder, f->d_name);
            paths[count++] = xstrdup(buf_cstr(&path));
            buf_done(&path);
        }
    }
    if (d != NULL) {
        closedir(d);
    }
    qsort(paths, count, sizeof paths[0], by_name);
    for (size_t i = 0; i < count; i++) {
        open_one(o, paths[i]);
        free(paths[i]);
    }
}

static void describe_all(struct geo *g)
{
    size_t at = 0;
    for (size_t i = 0; i < g->count; i++) {
        int n = snprintf(g->description + at, sizeof g->description - at, "%s%s", i > 0 ? ", " : "",
                         g->databases[i]->name);
        at += n > 0 ? (size_t)n : 0;
    }
}

struct geo *geo_open(const char *const *paths, size_t count,
                     void (*say)(void *arg, const char *sentence), void *arg, size_t *failed)
{
    static const char *const folders[] = {"/usr/share/GeoIP", "/var/lib/GeoIP",
                                          "/usr/local/share/GeoIP"};
    struct geo *g = xcalloc(1, sizeof *g);
    struct opening o = {.geo = g, .say = say, .arg = arg};
    for (size_t i = 0; i < count; i++) {
        o.failed += !open_one(&o, paths[i]);
    }
    for (size_t i = 0; count == 0 && g->count == 0 && i < sizeof folders / sizeof folders[0]; i++) {
        open_folder(&o, folders[i]);
    }
    if (failed != NULL) {
        *failed = o.failed;
    }
    if (g->count == 0) {
        free(g);
        return NULL;
    }
    g->cache = xcalloc(CACHE_ROWS, sizeof *g->cache);
    describe_all(g);
    return g;
}

void geo_close(struct geo **gp)
{
    struct geo *g = *gp;
    if (g == NULL) {
        return;
    }
    for (size_t i = 0; i < g->count; i++) {
        MMDB_close(&g->databases[i]->mmdb);
        free(g->databases[i]);
    }
    free(g->cache);
    free(g);
    *gp = NULL;
}

size_t geo_databases(const struct geo *g)
{
    return g->count;
}

bool geo_has_city(const struct geo *g)
{
    return g->databases[0]->city;
}

bool geo_has_asn(const struct geo *g)
{
    for (size_t i = 0; i < g->count; i++) {
        if (g->databases[i]->asn) {
            return true;
        }
    }
    return false;
}

const char *geo_describe(const struct geo *g)
{
    return g->description;
}

/* ---- values ---- */

/* A text of the record, cut at a character; false when there is none or it is no UTF-8. */
static bool get_text(MMDB_entry_s *entry, const char *const *path, char *out, size_t room)
{
    MMDB_entry_data_s v;
    if (MMDB_aget_value(entry, &v, path) != MMDB_SUCCESS || !v.has_data ||
        v.type != MMDB_DATA_TYPE_UTF8_STRING || v.data_size == 0) {
        return false;
    }
    struct bytes text = bytes_make(v.utf8_string, v.data_size);
    if (!text_is_utf8(bytes_sub(text, 0, 4096)) || memchr(text.p, '\0', text.n) != NULL) {
        return false;
    }
    size_t n = text.n;
    if (n >= room) {
        for (n = room - 1; n > 0 && (text.p[n] & 0xc0) == 0x80; n--) {
        }
    }
    memcpy(out, text.p, n);
    out[n] = '\0';
    return true;
}

static uint32_t get_number(MMDB_entry_s *entry, const char *const *path)
{
    MMDB_entry_data_s v;
    if (MMDB_aget_value(entry, &v, path) != MMDB_SUCCESS || !v.has_data) {
        return 0;
    }
    switch (v.type) {
    case MMDB_DATA_TYPE_UINT16:
        return v.uint16;
    case MMDB_DATA_TYPE_UINT32:
        return v.uint32;
    case MMDB_DATA_TYPE_UINT64:
        return v.uint64 <= UINT32_MAX ? (uint32_t)v.uint64 : 0;
    default:
        return 0;
    }
}

/* Where databases keep a fact: MaxMind's and DB-IP's nested form, then flat ones. */
#define PATH(...) ((const char *const[]){__VA_ARGS__, NULL})

static void get_code(MMDB_entry_s *e, const char *const *const *paths, char out[static 3])
{
    for (size_t i = 0; out[0] == '\0' && paths[i] != NULL; i++) {
        char code[8] = "";
        if (get_text(e, paths[i], code, sizeof code) && strlen(code) == 2 &&
            ascii_is_alpha(code[0]) && ascii_is_alpha(code[1])) {
            out[0] = (char)ascii_upper(code[0]);
            out[1] = (char)ascii_upper(code[1]);
        }
    }
}

static void get_name(MMDB_entry_s *e, const char *const *const *paths, char *out, size_t room)
{
    for (size_t i = 0; out[0] == '\0' && paths[i] != NULL; i++) {
        get_text(e, paths[i], out, room);
    }
}

static void get_asn(MMDB_entry_s *e, struct geo_place *p)
{
    char text[16] = "";
    uint64_t n = 0;
    p->asn = p->asn ? p->asn : get_number(e, PATH("autonomous_system_number"));
    p->asn = p->asn ? p->asn : get_number(e, PATH("asn"));
    if (p->asn == 0 && get_text(e, PATH("asn"), text, sizeof text) &&
        bytes_starts(bytes_of(text), "AS") && bytes_u64(bytes_from(bytes_of(text), 2), &n) &&
        n <= UINT32_MAX) {
        p->asn = (uint32_t)n;
    }
}

static void get_place(MMDB_entry_s *e, struct geo_place *p)
{
    get_code(e,
             (const char *const *const[]){PATH("country", "iso_code"), PATH("country_code"),
                                          PATH("registered_country", "iso_code"), PATH("country"),
                                          NULL},
             p->country);
    get_code(e,
             (const char *const *const[]){PATH("continent", "code"), PATH("continent_code"), NULL},
             p->continent);
    get_name(e,
             (const char *const *const[]){PATH("country", "names", "en"),
                                          PATH("registered_country", "names", "en"),
                                          PATH("country_name"), NULL},
             p->country_name, sizeof p->country_name);
    get_name(e,
             (const char *const *const[]){PATH("city", "names", "en"), PATH("city"),
                                          PATH("city", "names", "de"), PATH("city", "names", "fr"),
                                          PATH("city", "names", "es"), NULL},
             p->city, sizeof p->city);
    get_asn(e, p);
    get_name(e,
             (const char *const *const[]){PATH("autonomous_system_organization"), PATH("as_name"),
                                          PATH("organization"), NULL},
             p->org, sizeof p->org);
}

/* ---- looking up ---- */

static void look_up(const struct database *d, const uint8_t *ip, uint8_t version,
                    struct geo_place *out)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    const struct sockaddr *address = (const struct sockaddr *)(const void *)&in4;
    if (version == 4) {
        memcpy(&in4.sin_addr, ip, 4);
    } else {
        memcpy(&in6.sin6_addr, ip, 16);
        address = (const struct sockaddr *)(const void *)&in6;
    }
    int code = MMDB_SUCCESS;
    MMDB_lookup_result_s r = MMDB_lookup_sockaddr(&d->mmdb, address, &code);
    if (code == MMDB_SUCCESS && r.found_entry && is_sound(&d->mmdb, r.entry.offset)) {
        get_place(&r.entry, out);
    }
}

static struct cached *cache_row(struct geo *g, const uint8_t *ip, uint8_t version)
{
    uint32_t h = version;
    for (size_t i = 0; i < (version == 4 ? 4u : 16u); i++) {
        h = (h ^ ip[i]) * 16777619u;
    }
    return &g->cache[(h ^ h >> 16) % CACHE_ROWS];
}

bool geo_lookup(struct geo *g, const uint8_t ip[static 16], uint8_t ip_version,
                struct geo_place *out)
{
    struct cached *c = cache_row(g, ip, ip_version);
    size_t n = ip_version == 4 ? 4 : 16;
    if (c->version != ip_version || memcmp(c->ip, ip, n) != 0) {
        *c = (struct cached){.version = ip_version};
        memcpy(c->ip, ip, n);
        for (size_t i = 0; i < g->count; i++) {
            look_up(g->databases[i], ip, ip_version, &c->place);
        }
        c->known = c->place.country[0] != '\0' || c->place.city[0] != '\0' || c->place.asn != 0 ||
                   c->place.org[0] != '\0';
    }
    *out = c->place;
    return c->known;
}
