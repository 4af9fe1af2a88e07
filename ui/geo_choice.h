/* Which GeoIP databases a run opens: those of --geoip, else those of the settings file, else what
 * the usual folders hold.
 */
#ifndef MAILWIRE_UI_GEO_CHOICE_H
#define MAILWIRE_UI_GEO_CHOICE_H

#include "ui/config.h"
#include "ui/export/geo.h"
#include "ui/options.h"

/* config NULL: the settings are read for it. NULL when none is open; *failed counts databases
 * given by name that could not be used, each told through `say`. */
struct geo *geo_choose(const struct options *o, const struct config *config,
                       void (*say)(void *arg, const char *sentence), void *arg, size_t *failed);

#endif
