/* Country, city and network of an address: the one room of libmaxminddb.
 *
 * Any number of databases (City, Country, ASN) answer together; the first that
 * knows a fact wins. Each file is copied into sealed memory before it is opened,
 * so that no change of the file can hurt a running program (hostile.md F6), and
 * only single values are asked for. A database that is damaged gives a sentence
 * when it is opened, or no facts later; never a crash.
 */
#ifndef MAILWIRE_UI_EXPORT_GEO_H
#define MAILWIRE_UI_EXPORT_GEO_H

#include "capture/base/bytes.h"
#include "capture/base/error.h"
#include "capture/stream.h"

struct geo;

/* Texts are UTF-8 as the database has them, cut at a character. Empty or 0: not known. */
struct geo_place {
    char country[3]; /* ISO 3166-1, "DE" */
    char country_name[64];
    char city[64];     /* English name, else the local one */
    char continent[3]; /* "EU" */
    uint32_t asn;
    char org[96]; /* of the AS */
};

/* Opens the files given; with none, what the usual folders hold (/usr/share/GeoIP,
 * /var/lib/GeoIP, /usr/local/share/GeoIP). Each file that can not be used is told through `say`
 * (may be NULL) and left out. NULL when no database is open; `failed` counts files given by name
 * that could not be used. */
struct geo *geo_open(const char *const *paths, size_t count,
                     void (*say)(void *arg, const char *sentence), void *arg, size_t *failed);
void geo_close(struct geo **g);
size_t geo_databases(const struct geo *g);
/* What is asked for: lets columns be absent. */
bool geo_has_city(const struct geo *g);
bool geo_has_asn(const struct geo *g);
/* One sentence on what is open: "GeoLite2-City of 2025-10-28, GeoLite2-ASN of ...". */
const char *geo_describe(const struct geo *g);
/* False (and an empty *out) when nothing is known. ip_version is 4 or 6. The latest answers are
 * kept, so asking for every row of a screen is cheap. */
bool geo_lookup(struct geo *g, const uint8_t ip[static 16], uint8_t ip_version,
                struct geo_place *out);

#endif
