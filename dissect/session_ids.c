#include "dissect/session_ids.h"

#include "capture/base/map.h"

#include <stdlib.h>

/* Open addressing, at most half full; 0 is an empty place, so no id is 0. */
struct table {
    uint64_t *ids;
    size_t count;
    int64_t latest; /* start of a session in it */
};

struct session_ids {
    struct hash_key secret;
    struct table young, old;
    size_t most, mask;
    int64_t forgotten; /* the latest start of a session whose id is in neither */
};

static void table_init(struct table *t, size_t places)
{
    *t = (struct table){.ids = xcalloc(places, sizeof *t->ids), .latest = INT64_MIN};
}

/* Where the id is looked for first. A packet chooses the id, but not the place. */
static size_t first_place(const struct session_ids *ids, uint64_t id)
{
    return (size_t)hash_bytes(ids->secret, bytes_make(&id, sizeof id)) & ids->mask;
}

/* Where the id stands or would. */
static uint64_t *table_place(const struct session_ids *ids, const struct table *t, uint64_t id,
                             size_t at)
{
    while (t->ids[at] != 0 && t->ids[at] != id) {
        at = (at + 1) & ids->mask;
    }
    return &t->ids[at];
}

struct session_ids *session_ids_new(const struct limits *l)
{
    struct session_ids *ids = xcalloc(1, sizeof *ids);
    size_t places = 2;
    ids->most = (size_t)l->session_ids;
    while (places < 2 * ids->most) {
        places *= 2;
    }
    ids->mask = places - 1;
    ids->forgotten = INT64_MIN;
    ids->secret = hash_key_random();
    table_init(&ids->young, places);
    table_init(&ids->old, places);
    return ids;
}

void session_ids_free(struct session_ids **ids)
{
    if (*ids != NULL) {
        free((*ids)->young.ids);
        free((*ids)->old.ids);
        free(*ids);
        *ids = NULL;
    }
}

static bool known(const struct session_ids *ids, uint64_t id, size_t at)
{
    return *table_place(ids, &ids->young, id, at) == id ||
           (ids->old.count > 0 && *table_place(ids, &ids->old, id, at) == id);
}

/* The old table is forgotten and becomes the young one. */
static void turn_over(struct session_ids *ids)
{
    struct table oldest = ids->old;
    if (oldest.latest > ids->forgotten) {
        ids->forgotten = oldest.latest;
    }
    ids->old = ids->young;
    memset(oldest.ids, 0, (ids->mask + 1) * sizeof *oldest.ids);
    ids->young = (struct table){.ids = oldest.ids, .latest = INT64_MIN};
}

/* False: it is known already. */
static bool remember(struct session_ids *ids, uint64_t id, int64_t start)
{
    size_t at = first_place(ids, id);
    if (known(ids, id, at)) {
        return false;
    }
    if (ids->young.count == ids->most) {
        turn_over(ids);
    }
    *table_place(ids, &ids->young, id, at) = id;
    ids->young.count++;
    if (start > ids->young.latest) {
        ids->young.latest = start;
    }
    return true;
}

/* number: 0 where ends and start are enough. Never 0. */
static uint64_t hash_of(const struct flow_info *f, uint64_t number)
{
    struct {
        uint8_t ip[2][16];
        int64_t start;
        uint32_t number;
        uint16_t port[2];
    } key;
    memset(&key, 0, sizeof key);
    for (int d = 0; d < 2; d++) {
        memcpy(key.ip[d], f->end[d].ip, f->ip_version == 4 ? 4 : 16);
        key.port[d] = f->end[d].port;
    }
    key.start = f->start;
    key.number = (uint32_t)number;
    uint64_t h = hash_bytes((struct hash_key){0, 0}, bytes_make(&key, sizeof key));
    return h != 0 ? h : 1;
}

static uint64_t take_id(struct session_ids *ids, const struct flow_info *f, uint64_t number)
{
    uint64_t h = hash_of(f, f->start > ids->forgotten ? 0 : number);
    if (remember(ids, h, f->start)) {
        return h;
    }
    h = hash_of(f, number);
    while (!remember(ids, h, f->start)) { /* 64 bits met by chance */
        h = h + 1 != 0 ? h + 1 : 1;
    }
    return h;
}

void session_ids_make(struct session_ids *ids, const struct flow_info *f, uint64_t number,
                      char id[static SESSION_ID_ROOM])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t h = take_id(ids, f, number);
    for (int i = SESSION_ID_ROOM - 2; i >= 0; i--, h >>= 4) {
        id[i] = digits[h & 15];
    }
    id[SESSION_ID_ROOM - 1] = '\0';
}
