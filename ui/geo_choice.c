#include "ui/geo_choice.h"

#include <stdlib.h>

/* Mistakes in the settings are told by the viewer, which all of them are for. */
static void tell_nobody(void *arg, const char *sentence)
{
    (void)arg;
    (void)sentence;
}

static void read_settings(struct config *c)
{
    char path[4096];
    config_init(c);
    if (config_path(path, sizeof path)) {
        config_read(c, path, tell_nobody, NULL);
    }
}

static bool wants_none(const struct options *o)
{
    for (size_t i = 0; i < o->geoip_count; i++) {
        if (strcmp(o->geoip[i], "none") == 0) {
            return true;
        }
    }
    return false;
}

static struct geo *choose_by_settings(const struct config *config,
                                      void (*say)(void *arg, const char *sentence), void *arg,
                                      size_t *failed)
{
    const char *paths[CONFIG_LIST_MOST];
    for (size_t i = 0; i < config->geoip.count; i++) {
        paths[i] = config->geoip.pair[i].value;
    }
    return geo_open(paths, config->geoip.count, say, arg, failed);
}

struct geo *geo_choose(const struct options *o, const struct config *config,
                       void (*say)(void *arg, const char *sentence), void *arg, size_t *failed)
{
    *failed = 0;
    if (wants_none(o)) {
        return NULL;
    }
    if (o->geoip_count > 0) {
        return geo_open(o->geoip, o->geoip_count, say, arg, failed);
    }
    if (config != NULL) {
        return choose_by_settings(config, say, arg, failed);
    }
    struct config *own = xcalloc(1, sizeof *own);
    read_settings(own);
    struct geo *g = choose_by_settings(own, say, arg, failed);
    config_done(own);
    free(own);
    return g;
}
