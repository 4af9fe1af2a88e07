#include "ui/options.h"

#include "capture/base/buf.h"
#include "capture/base/typo.h"
#include "ui/export/hashcat.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- what single options do ---- */

static bool take_file(struct options *o, const struct option_row *row, const char *value,
                      struct error *e)
{
    (void)row;
    (void)e;
    o->files = xrealloc(o->files, (o->file_count + 1) * sizeof *o->files);
    o->files[o->file_count++] = value;
    return true;
}

static bool take_geoip(struct options *o, const struct option_row *row, const char *value,
                       struct error *e)
{
    (void)row;
    (void)e;
    o->geoip = xrealloc(o->geoip, (o->geoip_count + 1) * sizeof *o->geoip);
    o->geoip[o->geoip_count++] = value;
    return true;
}

static bool take_view(struct options *o, const struct option_row *row, const char *value,
                      struct error *e)
{
    (void)row;
    const struct export_format *f = export_find(value);
    if (f != NULL && f->is_view) {
        o->view = f;
        return true;
    }
    struct buf views;
    buf_init(&views, 200);
    size_t count = 0;
    const struct export_format *const *all = export_formats(&count);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->is_view) {
            buf_printf(&views, "%s%s", views.n > 0 ? ", " : "", all[i]->name);
        }
    }
    error_set(e, "-T: \"%.60s\" is no view; there are %s", value, buf_cstr(&views));
    buf_done(&views);
    return false;
}

static bool take_export(struct options *o, const struct option_row *row, const char *value,
                        struct error *e)
{
    (void)e;
    o->exports = xrealloc(o->exports, (o->export_count + 1) * sizeof *o->exports);
    o->exports[o->export_count++] = (struct export_choice){export_find(row->name), value};
    return true;
}

static bool take_session(struct options *o, const struct option_row *row, const char *value,
                         struct error *e)
{
    (void)row;
    return selection_add(&o->selection, value, e);
}

/* hashcat, hashcat:MODE */
static bool take_credentials_format(struct options *o, const struct option_row *row,
                                    const char *value, struct error *e)
{
    (void)row;
    uint64_t mode = 0;
    bool known = strcmp(value, "hashcat") == 0;
    if (strncmp(value, "hashcat:", 8) == 0 && bytes_u64(bytes_of(value + 8), &mode)) {
        for (size_t i = 0; i < HASHCAT_MODES; i++) {
            known = known || hashcat_modes[i] == mode;
        }
    }
    o->hashcat = true;
    o->hashcat_mode = known ? (unsigned)mode : 0;
    return known ||
           error_set(e,
                     "--credentials-format: \"%.60s\" is no format; there are hashcat, and "
                     "hashcat:MODE for the modes %u, %u, %u and %u",
                     value, hashcat_modes[0], hashcat_modes[1], hashcat_modes[2], hashcat_modes[3]);
}

/* PROTO=N[,N] */
static bool take_port(struct options *o, const struct option_row *row, const char *value,
                      struct error *e)
{
    (void)row;
    struct bytes rest = bytes_of(value), number;
    struct port_hint hint = {0};
    size_t equals = bytes_find(rest, '=', 0);
    bool fine =
        equals != SIZE_MAX && equals > 0 && equals < sizeof hint.protocol && equals + 1 < rest.n;
    if (fine) {
        memcpy(hint.protocol, value, equals);
        rest = bytes_from(rest, equals + 1);
    }
    while (fine && bytes_split(&rest, ',', &number)) {
        uint64_t port = 0;
        if (!bytes_u64(number, &port) || port == 0 || port > UINT16_MAX) {
            return error_set(e, "--port: \"%.*s\" is no port; ports are numbers from 1 to 65535",
                             (int)(number.n < 60 ? number.n : 60), (const char *)number.p);
        }
        hint.port = (uint16_t)port;
        o->ports = xrealloc(o->ports, (o->port_count + 1) * sizeof *o->ports);
        o->ports[o->port_count++] = hint;
    }
    return fine || error_set(e,
                             "--port: \"%.60s\" is not of the form PROTO=N[,N], as in "
                             "smtp=2525,10025",
                             value);
}

static bool take_overlap(struct options *o, const struct option_row *row, const char *value,
                         struct error *e)
{
    (void)row;
    return overlap_policy_parse(value, &o->overlap) ||
           error_set(e,
                     "--overlap: \"%.60s\" is no policy; there are linux, first, last, bsd, "
                     "windows, solaris",
                     value);
}

static bool take_checksum(struct options *o, const struct option_row *row, const char *value,
                          struct error *e)
{
    (void)row;
    return checksum_rule_parse(value, &o->checksum) ||
           error_set(e, "--checksum: \"%.60s\" is no rule; there are auto, strict, ignore", value);
}

/* name: borrowed for as long as the options are. */
static bool set_limit(struct options *o, struct bytes name, const char *assignment, struct error *e)
{
    for (size_t i = 0; i < o->limit_count; i++) {
        if (bytes_equal(o->limit_names[i], name)) {
            return error_set(e, "the limit %.*s is set twice; set it once",
                             (int)(name.n < 60 ? name.n : 60), (const char *)name.p);
        }
    }
    o->limit_names = xrealloc(o->limit_names, (o->limit_count + 1) * sizeof *o->limit_names);
    o->limit_names[o->limit_count++] = name;
    return limits_set(&o->limits, assignment, e);
}

static bool take_limit(struct options *o, const struct option_row *row, const char *value,
                       struct error *e)
{
    (void)row;
    size_t equals = bytes_find(bytes_of(value), '=', 0);
    return set_limit(o, bytes_sub(bytes_of(value), 0, equals), value, e);
}

static bool take_memory(struct options *o, const struct option_row *row, const char *value,
                        struct error *e)
{
    struct buf b;
    (void)row;
    buf_init(&b, 100);
    buf_printf(&b, "memory=%.60s", value);
    bool fine = set_limit(o, bytes_of("memory"), buf_cstr(&b), e);
    buf_done(&b);
    return fine;
}

static bool set_action(struct options *o, enum option_action action)
{
    if (o->action == ACTION_RUN) { /* the first one counts */
        o->action = action;
    }
    return true;
}

#define ACTION(name, action)                                                                       \
    static bool name(struct options *o, const struct option_row *row, const char *value,           \
                     struct error *e)                                                              \
    {                                                                                              \
        (void)row;                                                                                 \
        (void)value;                                                                               \
        (void)e;                                                                                   \
        return set_action(o, action);                                                              \
    }

ACTION(take_help, ACTION_HELP)
ACTION(take_version, ACTION_VERSION)
ACTION(take_interfaces, ACTION_INTERFACES)
ACTION(take_limits, ACTION_LIMITS)
ACTION(take_list_findings, ACTION_LIST_FINDINGS)
ACTION(take_list_fields, ACTION_LIST_FIELDS)

/* ---- the table ---- */

#define FLAG(field)        OPTION_FLAG, offsetof(struct options, field), NULL, NULL, OPTION_MANY
#define TEXT(field)        OPTION_TEXT, offsetof(struct options, field), NULL, NULL, OPTION_ONCE
#define NUMBER(field)      OPTION_NUMBER, offsetof(struct options, field), NULL, NULL, OPTION_ONCE
#define COUNT(field)       OPTION_COUNT, offsetof(struct options, field), NULL, NULL, OPTION_ONCE
#define CALL(take)         OPTION_CALL, 0, take, NULL, OPTION_ONCE
#define CALLS(take)        OPTION_CALL, 0, take, NULL, OPTION_MANY
#define ONE_OF(take, all)  OPTION_CALL, 0, take, all, OPTION_ONCE
#define MANY_OF(take, all) OPTION_CALL, 0, take, all, OPTION_MANY

static const struct option_row rows[] = {
    {'r', NULL, "FILE", "Input",
     "read a capture: pcap or pcapng, also compressed with gzip, zstd or lz4; - is standard input; "
     "may be given many times",
     CALLS(take_file)},
    {'i', NULL, "INTERFACE", "Input", "capture live", TEXT(interface)},
    {'D', NULL, NULL, "Input", "list the interfaces", CALLS(take_interfaces)},
    {'p', NULL, NULL, "Input", "do not switch the interface to promiscuous mode",
     FLAG(no_promiscuous)},
    {'s', NULL, "BYTES", "Input", "capture so many bytes of each packet (snaplen)",
     NUMBER(snaplen)},
    {'B', NULL, "KIB", "Input", "size of the capture buffer", COUNT(buffer_kib)},
    {'c', NULL, "COUNT", "Input", "stop after so many packets", COUNT(max_packets)},
    {0, "after", "TIME", "Input",
     "only packets from then on: 2025-11-01T12:30[:45[.5]][Z], or 12:30", TEXT(after)},
    {0, "before", "TIME", "Input", "only packets before", TEXT(before)},
    {0, "port", "PROTO=N[,N]", "Input",
     "more ports for a protocol (content decides on every port, a "
     "port only breaks ties)",
     MANY_OF(take_port, "smtp= pop3= pop2=")},
    {0, "overlap", "POLICY", "Input",
     "whose reading of overlapping segments: linux (default), first, "
     "last, bsd, windows, solaris",
     ONE_OF(take_overlap, "linux first last bsd windows solaris")},
    {0, "checksum", "RULE", "Input", "TCP checksums: auto (default), strict, ignore",
     ONE_OF(take_checksum, "auto strict ignore")},

    {'T', NULL, "VIEW", "Output", "what goes to standard output; the views are listed below",
     CALL(take_view)},
    {'f', NULL, "EXPR", "Output", "only sessions that match (--list-fields tells the words)",
     TEXT(filter)},
    {0, "session", "N", "Output", "only this session, by number or id; may be given many times",
     CALLS(take_session)},
    {0, "commands", NULL, "Output", "-T json: a record for each command too", FLAG(commands)},
    {0, "parts", NULL, "Output",
     "decode messages whole: -T json tells their parts and attachments, findings tell what "
     "misleads",
     FLAG(parts)},
    {0, "bodies", NULL, "Output", "transcripts: messages in full", FLAG(bodies)},
    {0, "explain", NULL, "Output",
     "transcripts: what each reply means, whose side the cause is on, and what to do",
     FLAG(explain)},
    {0, "geoip", "FILE", "Output",
     "country, city and network of both ends by a MaxMind database (City, Country, ASN); may be "
     "given many times; without it the settings and the usual folders are searched, none looks "
     "nothing up",
     CALLS(take_geoip)},
    {0, "show-secrets", NULL, "Output", "passwords in clear; otherwise they are masked as ********",
     FLAG(show_secrets)},
    {0, "credentials-format", "FORMAT", "Output",
     "-T credentials: hashcat writes logins as lines for that program; hashcat:MODE only those of "
     "one mode; wants --show-secrets",
     ONE_OF(take_credentials_format, "hashcat")},
    {0, "utc", NULL, "Output", "times in UTC (JSON always has them so)", FLAG(utc)},
    {'l', NULL, NULL, "Output", "flush standard output after each line", FLAG(line_buffered)},

    {'w', NULL, "FILE", "Files",
     "write packets as pcap: live all of them, from files those of the "
     "sessions selected",
     TEXT(write_path)},
    {0, "export-eml", "DIR", "Files", "write each message as a .eml file", CALLS(take_export)},
    {0, "export-mbox", "FILE", "Files", "write all messages to one mboxrd file",
     CALLS(take_export)},
    {0, "export-transcripts", "DIR", "Files", "write each session's transcript as a .txt file",
     CALLS(take_export)},
    {0, "export-attachments", "DIR", "Files", "write each attachment to a file",
     CALLS(take_export)},

    {0, "memory", "SIZE", "Limits", "ceiling for reassembly and sessions (default 1G)",
     CALL(take_memory)},
    {0, "limit", "NAME=VALUE", "Limits", "set one limit", CALLS(take_limit)},
    {0, "limits", NULL, "Limits", "print every limit", CALLS(take_limits)},

    {'q', NULL, NULL, "General", "no progress, no remarks", FLAG(quiet)},
    {'v', NULL, NULL, "General", "tell more on standard error", FLAG(verbose)},
    {0, "user", "USER", "General",
     "who reads the packets when root starts mailwire (default: who called sudo, else nobody)",
     TEXT(user)},
    {0, "list-fields", NULL, "General", "list the fields of -f", CALLS(take_list_fields)},
    {0, "list-findings", NULL, "General", "list what findings there are",
     CALLS(take_list_findings)},
    {'h', "help", NULL, "General", "this text", CALLS(take_help)},
    {'V', "version", NULL, "General", "print the version", CALLS(take_version)},
};

#define ROWS (sizeof rows / sizeof rows[0])

const struct option_row *options_table(size_t *count)
{
    *count = ROWS;
    return rows;
}

/* ---- parsing ---- */

static void option_shown(const struct option_row *row, char out[static 40])
{
    if (row->letter != 0) {
        snprintf(out, 40, "-%c", row->letter);
    } else {
        snprintf(out, 40, "--%s", row->name);
    }
}

static bool apply(struct options *o, const struct option_row *row, const char *value,
                  struct error *e)
{
    char shown[40];
    uint8_t *field = (uint8_t *)o + row->at;
    option_shown(row, shown);
    if (row->kind == OPTION_CALL) {
        return row->take(o, row, value, e);
    }
    if (row->kind == OPTION_FLAG) {
        memcpy(field, &(bool){true}, sizeof(bool));
    } else if (row->kind == OPTION_TEXT) {
        memcpy(field, &value, sizeof value);
    } else {
        uint64_t number = 0;
        if (!bytes_u64(bytes_of(value), &number) || number > INT32_MAX ||
            (number == 0 && row->kind == OPTION_COUNT)) {
            return error_set(e, "%s: \"%.60s\" is no number from %d to %d", shown, value,
                             row->kind == OPTION_COUNT, INT32_MAX);
        }
        memcpy(field, &number, sizeof number);
    }
    return true;
}

static const struct option_row *by_name(struct bytes name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].name != NULL && bytes_equal(name, bytes_of(rows[i].name))) {
            return &rows[i];
        }
    }
    return NULL;
}

static const struct option_row *by_letter(char letter)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].letter == letter) {
            return &rows[i];
        }
    }
    return NULL;
}

struct words {
    char **argv;
    int argc, at;
    bool seen[ROWS];
};

/* The value that belongs to an option: what stands behind it, or the next word. */
static bool take_value(struct words *w, const struct option_row *row, const char *behind,
                       const char **value, struct error *e)
{
    char shown[40];
    option_shown(row, shown);
    if (behind != NULL) {
        *value = behind;
    } else if (w->at < w->argc) {
        *value = w->argv[w->at++];
    } else {
        return error_set(e, "%s wants a value: %s %s", shown, shown, row->value);
    }
    if ((*value)[0] == '\0' && row->letter != 'f') { /* an empty filter has a meaning: all */
        return error_set(e, "%s wants a value, not an empty one: %s %s", shown, shown, row->value);
    }
    bool *seen = &w->seen[row - rows];
    if (*seen && row->times == OPTION_ONCE) {
        return error_set(e, "%s is given twice; give it once", shown);
    }
    *seen = true;
    return true;
}

static bool unknown_option(struct bytes name, struct error *e)
{
    struct typo t = typo_of(name);
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].name != NULL) {
            typo_try(&t, rows[i].name);
        }
    }
    return t.best != NULL ? error_set(e, "there is no option --%.*s; is --%s meant?", (int)name.n,
                                      (const char *)name.p, t.best)
                          : error_set(e, "there is no option --%.*s; mailwire --help lists them",
                                      (int)(name.n < 60 ? name.n : 60), (const char *)name.p);
}

static bool long_option(struct options *o, struct words *w, const char *word, struct error *e)
{
    const char *equals = strchr(word, '=');
    size_t n = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct option_row *row = by_name(bytes_make(word, n));
    const char *value = NULL;
    if (row == NULL) {
        return unknown_option(bytes_make(word, n), e);
    }
    if (row->value == NULL && equals != NULL) {
        return error_set(e, "--%s takes no value", row->name);
    }
    if (row->value != NULL && !take_value(w, row, equals != NULL ? equals + 1 : NULL, &value, e)) {
        return false;
    }
    return apply(o, row, value, e);
}

/* "-lq", "-rFILE" */
static bool short_options(struct options *o, struct words *w, const char *letters, struct error *e)
{
    for (; *letters != '\0'; letters++) {
        const struct option_row *row = by_letter(*letters);
        const char *value = NULL;
        if (row == NULL) {
            return error_set(e, "there is no option -%.1s; mailwire --help lists them", letters);
        }
        if (row->value == NULL) {
            if (!apply(o, row, NULL, e)) {
                return false;
            }
            continue;
        }
        return take_value(w, row, letters[1] != '\0' ? letters + 1 : NULL, &value, e) &&
               apply(o, row, value, e);
    }
    return true;
}

static bool parse_words(struct options *o, struct words *w, struct buf *bpf, struct error *e)
{
    bool options_over = false;
    while (w->at < w->argc) {
        const char *word = w->argv[w->at++];
        bool fine = true;
        if (!options_over && strcmp(word, "--") == 0) {
            options_over = true;
        } else if (!options_over && word[0] == '-' && word[1] == '-') {
            fine = long_option(o, w, word + 2, e);
        } else if (!options_over && word[0] == '-' && word[1] != '\0') {
            fine = short_options(o, w, word + 1, e);
        } else {
            buf_printf(bpf, "%s%s", bpf->n > 0 ? " " : "", word);
        }
        if (!fine) {
            return false;
        }
    }
    return true;
}

bool options_parse(struct options *o, int argc, char **argv, struct error *e)
{
    *o = (struct options){.overlap = OVERLAP_LINUX, .checksum = CHECKSUM_AUTO};
    o->limits = limits_default();
    struct words w = {.argv = argv, .argc = argc, .at = 1};
    struct buf bpf;
    buf_init(&bpf, SIZE_MAX);
    bool fine = parse_words(o, &w, &bpf, e) && options_check(o, e);
    if (bpf.n > 0) {
        o->bpf = xstrdup(buf_cstr(&bpf));
    }
    buf_done(&bpf);
    return fine;
}

void options_done(struct options *o)
{
    selection_done(&o->selection);
    free(o->files);
    free(o->geoip);
    free(o->limit_names);
    free(o->ports);
    free(o->exports);
    free(o->bpf);
    *o = (struct options){0};
}
