/* Findings over several sessions: bounded tables, oldest entry first to go.
 *
 * Keys are keyed hashes; of secrets nothing else is kept. A table's content never
 * reaches an output in hash order: findings are told when an event completes them.
 */
#include "dissect/judge_private.h"

#include "capture/base/error.h"
#include "capture/base/map.h"
#include "capture/base/pool.h"

#include <stdlib.h>

#define IDS_MOST         8  /* sessions named by one finding */
#define PROBING_REFUSED  20 /* refused recipients of one client */
#define GUESSING_REFUSED 5  /* refused logins of one client */
#define FETCHED_SESSIONS 3  /* sessions that fetched the same message */

struct entry {
    struct map_node node;
    struct entry *newer; /* by age, for eviction */
    uint64_t key;
    uint64_t other; /* what is compared: an account, a verdict */
    uint32_t count;
    bool told;
    uint8_t ids;
    char id[IDS_MOST][17];
};

struct table {
    struct map map;
    struct entry *oldest, *newest;
    uint64_t most;
};

enum table_name {
    TABLE_OFFERED,
    TABLE_NOT_OFFERED,
    TABLE_SECRETS,
    TABLE_LOGINS,
    TABLE_REFUSED,
    TABLE_FETCHED,
    TABLE_RELAYED,
    TABLE_COUNT
};

struct across {
    struct hash_key key;
    struct pool *pool; /* of the entries */
    struct table table[TABLE_COUNT];
};

static struct entry *table_find(const struct table *t, uint64_t key)
{
    for (struct map_node *n = map_first(&t->map, key); n != NULL; n = map_next(n)) {
        struct entry *e = (struct entry *)n;
        if (e->key == key) {
            return e;
        }
    }
    return NULL;
}

static void drop_oldest(struct across *a, struct table *t)
{
    struct entry *e = t->oldest;
    t->oldest = e->newer;
    if (t->oldest == NULL) {
        t->newest = NULL;
    }
    map_remove(&t->map, &e->node);
    pool_give(a->pool, e, sizeof *e);
}

static struct entry *table_get(struct across *a, enum table_name name, uint64_t key)
{
    struct table *t = &a->table[name];
    struct entry *e = table_find(t, key);
    if (e != NULL) {
        return e;
    }
    if (t->map.count >= t->most) {
        drop_oldest(a, t);
    }
    e = pool_take_zeroed(a->pool, sizeof *e);
    e->key = key;
    map_add(&t->map, &e->node, key);
    *(t->newest ? &t->newest->newer : &t->oldest) = e;
    t->newest = e;
    return e;
}

struct across *across_new(const struct limits *l)
{
    struct across *a = xcalloc(1, sizeof *a);
    a->key = hash_key_random();
    a->pool = pool_new(l->judge_entries * TABLE_COUNT * sizeof(struct entry));
    for (int i = 0; i < TABLE_COUNT; i++) {
        map_init(&a->table[i].map);
        a->table[i].most = l->judge_entries;
    }
    return a;
}

void across_free(struct across **ap)
{
    struct across *a = *ap;
    if (a == NULL) {
        return;
    }
    for (int i = 0; i < TABLE_COUNT; i++) {
        while (a->table[i].oldest != NULL) {
            drop_oldest(a, &a->table[i]);
        }
        map_done(&a->table[i].map);
    }
    pool_free(&a->pool);
    free(a);
    *ap = NULL;
}

/* ---- keys ---- */

static uint64_t mix(const struct across *a, uint64_t h, struct bytes b)
{
    return hash_bytes((struct hash_key){a->key.k0 ^ h, a->key.k1}, b);
}

static struct bytes address_of(const struct session_info *s, enum dir d)
{
    return bytes_make(session_endpoint(s, d)->ip, s->flow->ip_version == 4 ? 4 : 16);
}

static uint64_t server_key(const struct across *a, const struct session_info *s)
{
    uint16_t port = session_endpoint(s, FROM_SERVER)->port;
    return mix(a, hash_bytes(a->key, address_of(s, FROM_SERVER)), bytes_make(&port, sizeof port));
}

static void remember(struct entry *e, const struct session_info *s)
{
    for (uint8_t i = 0; i < e->ids; i++) {
        if (memcmp(e->id[i], s->id, sizeof s->id) == 0) {
            return;
        }
    }
    if (e->ids < IDS_MOST) {
        memcpy(e->id[e->ids++], s->id, sizeof s->id);
    }
}

static void tell_entry(const struct event *e, enum note_id id, struct bytes evidence,
                       const struct entry *en)
{
    const char *ids[IDS_MOST];
    for (uint8_t i = 0; i < en->ids; i++) {
        ids[i] = en->id[i];
    }
    judge_tell_over(e, id, evidence, ids, en->ids);
}

static void tell_count(const struct event *e, enum note_id id, const char *what,
                       const struct entry *en)
{
    struct buf text;
    buf_init(&text, 200);
    buf_printf(&text, "%u %s", en->count, what);
    tell_entry(e, id, buf_bytes(&text), en);
    buf_done(&text);
}

/* ---- STARTTLS here and not there ---- */

void across_offer(struct across *a, const struct event *e, bool offered)
{
    uint64_t key = server_key(a, e->session);
    struct entry *mine = table_get(a, offered ? TABLE_OFFERED : TABLE_NOT_OFFERED, key);
    remember(mine, e->session);
    struct entry *without = offered ? table_find(&a->table[TABLE_NOT_OFFERED], key) : mine;
    struct entry *with = offered ? mine : table_find(&a->table[TABLE_OFFERED], key);
    if (with == NULL || without == NULL) {
        return;
    }
    if (!offered || !without->told) {
        without->told = true;
        tell_entry(e, NOTE_ID_STARTTLS_NOT_OFFERED, e->session->banner, without);
    }
}

/* ---- logins ---- */

static void count_failure(struct across *a, const struct event *e)
{
    uint64_t key = mix(a, server_key(a, e->session), address_of(e->session, FROM_CLIENT));
    struct entry *en = table_get(a, TABLE_LOGINS, key);
    en->count++;
    remember(en, e->session);
    if (en->count >= GUESSING_REFUSED && !en->told) {
        en->told = true;
        tell_count(e, NOTE_ID_PASSWORD_GUESSING, "refused logins of one client", en);
    }
}

void across_credential(struct across *a, const struct event *e)
{
    const struct credential *c = e->u.credential;
    if (c->success == TRI_NO && !c->cancelled && c->user.n > 0) {
        count_failure(a, e);
    }
    if (c->secret_kind != SECRET_PASSWORD || c->secret.n == 0 || c->success == TRI_NO) {
        return;
    }
    uint64_t account = mix(a, hash_bytes(a->key, address_of(e->session, FROM_SERVER)), c->user);
    account = mix(a, account, bytes_of(e->session->protocol));
    struct entry *en = table_get(a, TABLE_SECRETS, hash_bytes(a->key, c->secret));
    remember(en, e->session);
    if (en->count++ == 0) {
        en->other = account;
    } else if (en->other != account) {
        en->other = account; /* told again only when yet another account shows it */
        if (!en->told) {
            en->told = true;
            tell_entry(e, NOTE_ID_SECRET_REUSED, c->user, en);
        }
    }
}

/* ---- recipients ---- */

void across_recipient_refused(struct across *a, const struct event *e)
{
    uint64_t key = hash_bytes(a->key, address_of(e->session, FROM_CLIENT));
    struct entry *en = table_get(a, TABLE_REFUSED, key);
    en->count++;
    remember(en, e->session);
    if (en->count >= PROBING_REFUSED && !en->told) {
        en->told = true;
        tell_count(e, NOTE_ID_RECIPIENT_PROBING, "refused recipients of one client", en);
    }
}

/* ---- messages ---- */

/* Private, loopback and link-local addresses are nobody's outside (RFC 1918, 4193, 4291, 6598). */
static bool is_outside(const struct session_info *s, enum dir d)
{
    const uint8_t *ip = session_endpoint(s, d)->ip;
    if (s->flow->ip_version != 4) {
        return (ip[0] & 0xe0) == 0x20; /* 2000::/3 */
    }
    return !(ip[0] == 10 || ip[0] == 127 || ip[0] == 0 || (ip[0] == 172 && (ip[1] & 0xf0) == 16) ||
             (ip[0] == 192 && ip[1] == 168) || (ip[0] == 169 && ip[1] == 254) ||
             (ip[0] == 100 && (ip[1] & 0xc0) == 64) || ip[0] >= 224);
}

/* Taken from outside without a login, and then carried on by the same host to another outside
 * host: both halves must be in the capture. */
static void judge_relay(struct across *a, const struct event *e, const struct message *m)
{
    const struct session_info *s = e->session;
    struct bytes id = m->message_id;
    if (id.n == 0 || m->outcome != OUTCOME_ACCEPTED) {
        return;
    }
    bool to_outside = is_outside(s, FROM_SERVER);
    bool from_outside = is_outside(s, FROM_CLIENT) && s->login != TRI_YES;
    uint64_t message = to_outside || from_outside ? hash_bytes(a->key, id) : 0;
    if (to_outside) { /* did the sender take it from outside before? */
        struct entry *en =
            table_find(&a->table[TABLE_RELAYED], mix(a, message, address_of(s, FROM_CLIENT)));
        uint64_t next = hash_bytes(a->key, address_of(s, FROM_SERVER));
        if (en != NULL && !en->told && en->other != next) {
            en->told = true;
            remember(en, s);
            tell_entry(e, NOTE_ID_OPEN_RELAY, id, en);
        }
    }
    if (from_outside) {
        struct entry *en = table_get(a, TABLE_RELAYED, mix(a, message, address_of(s, FROM_SERVER)));
        en->other = hash_bytes(a->key, address_of(s, FROM_CLIENT));
        remember(en, s);
    }
}

static void judge_fetched(struct across *a, const struct event *e, const struct message *m)
{
    const struct session_info *s = e->session;
    if (m->uid.n == 0 || m->transfer != TRANSFER_RETR) {
        return;
    }
    uint64_t key = mix(a, mix(a, server_key(a, s), s->user), m->uid);
    struct entry *en = table_get(a, TABLE_FETCHED, key);
    uint8_t before = en->ids;
    remember(en, s);
    en->count += en->ids > before;
    if (en->count >= FETCHED_SESSIONS && !en->told) {
        en->told = true;
        tell_entry(e, NOTE_ID_FETCHED_AGAIN, m->uid, en);
    }
}

void across_message(struct across *a, const struct event *e)
{
    const struct message *m = e->u.message;
    if (m->has_envelope) {
        judge_relay(a, e, m);
    } else {
        judge_fetched(a, e, m);
    }
}
