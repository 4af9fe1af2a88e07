#include "ui/confine.h"

#include "ui/sandbox.h"

static struct sandbox_config configure(const struct options *o, bool viewer)
{
    return (struct sandbox_config){.user = o->user, .interface = o->interface, .viewer = viewer};
}

bool confine_begin(struct confine *c, const struct options *o, bool viewer, struct error *e)
{
    struct sandbox_config sc = configure(o, viewer);
    uid_t uid;
    gid_t gid;
    *c = (struct confine){.viewer = viewer};
    if (!sandbox_identity(&sc, &uid, &gid, e)) {
        return false;
    }
    bool writes = o->write_path != NULL && !options_write_standard_output(o);
    if (o->export_count == 0 && !writes && !viewer) {
        return true;
    }
    struct broker_config bc = {.write_path = writes ? o->write_path : NULL, .viewer = viewer};
    return broker_start(&c->broker, &bc, e);
}

/* Does this run ask GMime for anything? */
static bool decodes(const struct confine *c, const struct options *o)
{
    bool json = o->view != NULL && strcmp(o->view->name, "json") == 0;
    return json || c->viewer || o->parts || o->filter != NULL || o->export_count > 0;
}

bool confine_enter(struct confine *c, const struct options *o, void (*say)(const char *sentence),
                   struct error *e)
{
    struct sandbox_config sc = configure(o, c->viewer);
    struct sandbox_state state;
    if (!sandbox_prepare(decodes(c, o), e) || (c->broker != NULL && !broker_seal(c->broker, e)) ||
        !sandbox_enter(&sc, &state, e) || !sandbox_self_test(&state, e)) {
        return false;
    }
    if (say != NULL) {
        char text[200] = "packets are read as ";
        size_t n = strlen(text);
        sandbox_describe(&state, text + n, sizeof text - n);
        say(text);
    }
    return true;
}

void confine_end(struct confine *c)
{
    broker_free(&c->broker);
}
