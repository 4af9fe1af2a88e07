/* Items that belong together: logins of one account, findings of one kind. */
#include "ui/store_private.h"

#include <stdlib.h>

#define CLIENTS_KEPT 8

struct client {
    struct endpoint end;
    uint8_t version;
    uint32_t count;
};

struct group {
    struct map_node node; /* first */
    struct store_group shown;
    size_t index;
    uint8_t *key;
    size_t key_bytes;
    struct client clients[CLIENTS_KEPT];
};

/* "This session (or secret) was counted in that group." */
struct seen {
    struct map_node node; /* first */
    size_t group;
    uint64_t what;
    uint8_t kind;
};

struct store_groups {
    enum store_grouping by;
    struct hash_key hash_key;
    struct map map, seen;
    struct group **groups;
    size_t count, room;
    struct buf key;
    struct arena ids;
};

struct store_groups *store_groups_new(enum store_grouping by)
{
    struct store_groups *g = xcalloc(1, sizeof *g);
    g->by = by;
    g->hash_key = hash_key_random();
    map_init(&g->map);
    map_init(&g->seen);
    buf_init(&g->key, 1u << 20);
    return g;
}

static void free_seen(struct map *m)
{
    for (size_t i = 0; m->buckets != NULL && i <= m->mask; i++) {
        while (m->buckets[i] != NULL) {
            struct map_node *n = m->buckets[i];
            m->buckets[i] = n->next;
            free(n); /* node is the first member */
        }
    }
    map_done(m);
    map_init(m);
}

void store_groups_clear(struct store_groups *g)
{
    for (size_t i = 0; i < g->count; i++) {
        free(g->groups[i]->key);
        free(g->groups[i]);
    }
    g->count = 0;
    map_done(&g->map);
    map_init(&g->map);
    free_seen(&g->seen);
}

void store_groups_free(struct store_groups **gp)
{
    struct store_groups *g = *gp;
    if (g != NULL) {
        store_groups_clear(g);
        map_done(&g->map);
        map_done(&g->seen);
        free(g->groups);
        buf_done(&g->key);
        free(g);
        *gp = NULL;
    }
}

/* ---- keys ---- */

static void key_text(struct buf *key, struct bytes b)
{
    uint64_t n = b.n;
    buf_add(key, bytes_make(&n, sizeof n));
    buf_add(key, b);
}

static void login_key(struct store_groups *g, const char *protocol, const struct credential *c)
{
    key_text(&g->key, bytes_of(protocol));
    key_text(&g->key, c->user);
    if (g->by == GROUP_LOGIN) {
        key_text(&g->key, bytes_of(c->mechanism));
        key_text(&g->key, c->authorization_id);
        key_text(&g->key, c->secret);
        buf_add_byte(&g->key, (uint8_t)c->success);
        buf_add_byte(&g->key, c->encrypted);
        buf_add_byte(&g->key, (uint8_t)(c->malformed | c->cancelled << 1));
    }
}

static struct group *group_for(struct store_groups *g, struct store_item item)
{
    struct bytes key = buf_bytes(&g->key);
    uint64_t hash = hash_bytes(g->hash_key, key);
    for (struct map_node *n = map_first(&g->map, hash); n != NULL; n = map_next(n)) {
        struct group *group = (struct group *)n;
        if (bytes_equal(bytes_make(group->key, group->key_bytes), key)) {
            return group;
        }
    }
    struct group *group = xcalloc(1, sizeof *group);
    group->key = xmalloc(key.n);
    memcpy(group->key, key.p, key.n);
    group->key_bytes = key.n;
    group->index = g->count;
    group->shown =
        (struct store_group){.first = item, .first_time = INT64_MAX, .last_time = INT64_MIN};
    map_add(&g->map, &group->node, hash);
    if (g->count == g->room) {
        g->room = g->room ? g->room * 2 : 64;
        g->groups = xrealloc(g->groups, g->room * sizeof *g->groups);
    }
    return g->groups[g->count++] = group;
}

/* ---- counting ---- */

enum { SEEN_SESSION, SEEN_SECRET };

/* True the first time. */
static bool first_time(struct store_groups *g, size_t group, uint8_t kind, uint64_t what)
{
    uint64_t parts[3] = {group, kind, what};
    uint64_t hash = hash_bytes(g->hash_key, bytes_make(parts, sizeof parts));
    for (struct map_node *n = map_first(&g->seen, hash); n != NULL; n = map_next(n)) {
        const struct seen *s = (const struct seen *)n;
        if (s->group == group && s->kind == kind && s->what == what) {
            return false;
        }
    }
    struct seen *s = xcalloc(1, sizeof *s);
    *s = (struct seen){.group = group, .kind = kind, .what = what};
    map_add(&g->seen, &s->node, hash);
    return true;
}

/* The most frequent of few candidates (Misra and Gries): right when one stands out. */
static void count_client(struct group *group, const struct session_info *info)
{
    const struct endpoint *end = session_endpoint(info, FROM_CLIENT);
    struct client *least = &group->clients[0];
    for (size_t i = 0; i < CLIENTS_KEPT; i++) {
        struct client *c = &group->clients[i];
        if (c->count > 0 && c->version == info->flow->ip_version &&
            memcmp(c->end.ip, end->ip, sizeof end->ip) == 0) {
            c->count++;
            return;
        }
        least = c->count < least->count ? c : least;
    }
    if (least->count > 0) {
        least->count--;
        return;
    }
    *least = (struct client){*end, info->flow->ip_version, 1};
}

static void name_top_client(struct group *group)
{
    const struct client *top = &group->clients[0];
    for (size_t i = 1; i < CLIENTS_KEPT; i++) {
        top = group->clients[i].count > top->count ? &group->clients[i] : top;
    }
    group->shown.top_client = top->end;
    group->shown.top_client_version = top->count > 0 ? top->version : 0;
    group->shown.client_sessions = top->count;
}

static void count_item(struct store_groups *g, struct group *group, const struct store *s,
                       struct store_item item, int64_t time)
{
    struct store_group *shown = &group->shown;
    shown->last = item;
    shown->count++;
    shown->first_time = time < shown->first_time ? time : shown->first_time;
    shown->last_time = time > shown->last_time ? time : shown->last_time;
    struct store_session session;
    if (store_session(s, item.session, false, &session)) {
        shown->sessions += first_time(g, group->index, SEEN_SESSION, session.number);
        count_client(group, &session.info);
        name_top_client(group);
    }
}

static void add_login(struct store_groups *g, const struct store *s, struct store_item item)
{
    struct credential c;
    struct store_session session;
    if (!store_credential(s, item, &c) || !store_session(s, item.session, false, &session)) {
        return;
    }
    login_key(g, session.info.protocol, &c);
    struct group *group = group_for(g, item);
    count_item(g, group, s, item, c.time);
    group->shown.succeeded += c.success == TRI_YES;
    group->shown.failed += c.success == TRI_NO;
    uint64_t secret = hash_bytes(g->hash_key, c.secret);
    group->shown.secrets += c.secret.n > 0 && first_time(g, group->index, SEEN_SECRET, secret);
}

static void add_finding(struct store_groups *g, const struct store *s, struct store_item item)
{
    struct note n;
    arena_init(&g->ids, 1u << 20);
    bool held = store_finding(s, item, &n, &g->ids);
    if (held) {
        uint32_t id = (uint32_t)n.id;
        buf_add(&g->key, bytes_make(&id, sizeof id));
        struct group *group = group_for(g, item);
        count_item(g, group, s, item, n.time);
        if (store_ref_none(item.session)) {
            group->shown.sessions += n.session_count;
        }
        if (n.severity > group->shown.severity) {
            group->shown.severity = (uint8_t)n.severity;
        }
    }
    arena_done(&g->ids);
}

void store_groups_add(struct store_groups *g, const struct store *s, struct store_item item)
{
    buf_clear(&g->key);
    if (g->by == GROUP_FINDING) {
        add_finding(g, s, item);
    } else {
        add_login(g, s, item);
    }
}

size_t store_groups_count(const struct store_groups *g)
{
    return g->count;
}

const struct store_group *store_groups_at(const struct store_groups *g, size_t i)
{
    return i < g->count ? &g->groups[i]->shown : NULL;
}
