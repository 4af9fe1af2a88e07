#include "ui/relay.h"

#include "capture/base/map.h"
#include "ui/pack_fields.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define BATCH_BYTES    (128u << 10)
#define BATCHES        32
#define BATCH_KEEP     (1u << 20) /* a batch that one large event blew up shrinks again */
#define SNAPSHOT_NS    200000000  /* between two rounds of snapshots */
#define SNAPSHOTS_MOST 500        /* sessions a round */
#define LINGER_NS      50000000   /* a batch is not filled for longer */
#define LOOK_AT_CLOCK  256        /* events between two looks */

struct batch {
    struct batch *next;
    struct buf data;
};

#define PORTS_WAITING 16

struct batch_list {
    struct batch *head, **tail;
};

/* A message whose body is being written. */
struct carried_message {
    struct carried_message *next;
    uint32_t number;
    bool grown; /* since the last snapshot */
    struct body_writer body;
};

/* An open session, as the capture thread's side remembers it. */
struct carried {
    struct map_node node;
    struct carried *next, **prev; /* in `quiet` or `changed` */
    bool is_changed;
    uint64_t number;
    const struct session_info *info; /* the dissector's; lives until EV_CLOSE */
    struct pack_session pack;
    struct carried_message *messages;
};

struct relay {
    struct sink sink; /* first */
    /* capture thread */
    struct relay_config config;
    struct batch *filling;
    int64_t filling_since, last_round;
    uint32_t until_clock;
    struct map sessions;
    struct carried *latest; /* the session of the last event */
    struct carried *quiet, *changed;
    struct atoms atoms;
    /* both, under the lock */
    pthread_mutex_t lock;
    pthread_cond_t given_back, goes_on;
    struct relay_port ports[PORTS_WAITING];
    size_t port_count;
    struct batch_list full;
    struct batch *empty;
    size_t made;
    bool ended;
    /* both */
    int fd;
    _Atomic bool stopping, discarding, pausing;
    _Atomic uint64_t events, bytes, batches, waits;
    /* viewer's thread */
    struct batch *taken;
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- batches ---- */

static void wake(struct relay *r)
{
    uint64_t one = 1;
    while (write(r->fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

static struct batch *new_batch(void)
{
    struct batch *b = xcalloc(1, sizeof *b);
    buf_init(&b->data, SIZE_MAX / 2);
    return b;
}

static void free_batches(struct batch *b)
{
    while (b != NULL) {
        struct batch *next = b->next;
        buf_done(&b->data);
        free(b);
        b = next;
    }
}

/* An empty batch: from the pool, or a new one while there may be more, or after waiting for the
 * viewer. */
static struct batch *take_empty(struct relay *r)
{
    pthread_mutex_lock(&r->lock);
    if (r->empty == NULL && r->made >= r->config.batches && !atomic_load(&r->discarding)) {
        atomic_fetch_add(&r->waits, 1);
        while (r->empty == NULL && !atomic_load(&r->discarding)) {
            pthread_cond_wait(&r->given_back, &r->lock);
        }
    }
    struct batch *b = r->empty;
    if (b != NULL) {
        r->empty = b->next;
    } else {
        r->made++;
    }
    pthread_mutex_unlock(&r->lock);
    if (b == NULL) {
        b = new_batch();
    }
    b->next = NULL;
    return b;
}

static struct buf *filling(struct relay *r)
{
    if (r->filling == NULL) {
        r->filling = take_empty(r);
        r->filling_since = now_ns();
    }
    return &r->filling->data;
}

/* Bodies first: whoever hears of one must be able to read it. */
static void hand_over(struct relay *r)
{
    if (r->filling == NULL || r->filling->data.n == 0) {
        return;
    }
    if (r->config.spool != NULL) {
        spool_flush(r->config.spool);
    }
    atomic_fetch_add(&r->batches, 1);
    atomic_fetch_add(&r->bytes, r->filling->data.n);
    pthread_mutex_lock(&r->lock);
    *r->full.tail = r->filling;
    r->full.tail = &r->filling->next;
    pthread_mutex_unlock(&r->lock);
    r->filling = NULL;
    wake(r);
}

/* ---- sessions ---- */

static void list_remove(struct carried *c)
{
    *c->prev = c->next;
    if (c->next != NULL) {
        c->next->prev = c->prev;
    }
}

static void list_add(struct carried **list, struct carried *c)
{
    c->next = *list;
    c->prev = list;
    if (*list != NULL) {
        (*list)->prev = &c->next;
    }
    *list = c;
}

static void set_changed(struct relay *r, struct carried *c, bool changed)
{
    if (c->is_changed != changed) {
        list_remove(c);
        list_add(changed ? &r->changed : &r->quiet, c);
        c->is_changed = changed;
    }
}

/* What is carried of the session an event belongs to; made at its first event. */
static struct carried *carried_of(struct relay *r, const struct session_info *info)
{
    if (r->latest != NULL && r->latest->info == info && r->latest->number == info->number) {
        return r->latest;
    }
    /* numbers are given in order by the engine: no packet chooses them, so they need no hash */
    for (struct map_node *n = map_first(&r->sessions, info->number); n != NULL; n = map_next(n)) {
        struct carried *c = (struct carried *)n; /* node is the first member */
        return r->latest = c;
    }
    struct carried *c = xcalloc(1, sizeof *c);
    c->number = info->number;
    c->info = info;
    map_add(&r->sessions, &c->node, info->number);
    list_add(&r->quiet, c);
    return r->latest = c;
}

static void free_carried(struct relay *r, struct carried *c)
{
    while (c->messages != NULL) {
        struct carried_message *m = c->messages;
        c->messages = m->next;
        spool_drop(&m->body);
        free(m);
    }
    map_remove(&r->sessions, &c->node);
    list_remove(c);
    if (r->latest == c) {
        r->latest = NULL;
    }
    free(c);
}

/* ---- bodies ---- */

static struct carried_message **find_message(struct carried *c, uint32_t number)
{
    struct carried_message **at = &c->messages;
    while (*at != NULL && (*at)->number != number) {
        at = &(*at)->next;
    }
    return at;
}

static void take_body(struct relay *r, struct carried *c, const struct event *e)
{
    struct carried_message **at = find_message(c, e->u.body.message->number);
    if (r->config.spool == NULL) {
        return;
    }
    if (*at == NULL) {
        *at = xcalloc(1, sizeof **at);
        (*at)->number = e->u.body.message->number;
    }
    spool_write(r->config.spool, &(*at)->body, e->u.body.data);
    (*at)->grown = true;
}

static void tell_body(struct relay *r, struct carried *c, uint32_t message,
                      const struct body_ref *ref)
{
    struct buf *out = filling(r);
    pack_number(out, c->number);
    pack_body_ref(out, message, ref);
}

static void end_body(struct relay *r, struct carried *c, uint32_t number)
{
    struct carried_message **at = find_message(c, number), *m = *at;
    if (m == NULL) {
        return;
    }
    struct body_ref ref = spool_finish(r->config.spool, &m->body);
    tell_body(r, c, number, &ref);
    *at = m->next;
    free(m);
}

static void cut_body(struct carried *c, const struct event *e)
{
    struct carried_message *m = *find_message(c, e->u.body.message->number);
    if (m != NULL) {
        spool_cut(&m->body, e->u.body.count);
    }
}

/* ---- snapshots ---- */

static void tell_snapshot(struct relay *r, struct carried *c)
{
    struct event e = {.kind = EV_OPEN, .session = c->info, .time = c->info->last};
    struct buf *out = filling(r);
    pack_number(out, c->number);
    pack_snapshot(out, &r->atoms, RECORD_SESSION, &e, true);
    for (struct carried_message *m = c->messages; m != NULL; m = m->next) {
        if (m->grown) {
            struct body_ref ref = spool_so_far(r->config.spool, &m->body);
            tell_body(r, c, m->number, &ref);
            m->grown = false;
        }
    }
}

/* Open sessions that changed since the last round; some of them when there are very many. */
static void snapshot_round(struct relay *r, int64_t now)
{
    if (now - r->last_round < SNAPSHOT_NS) {
        return;
    }
    r->last_round = now;
    for (int i = 0; i < SNAPSHOTS_MOST && r->changed != NULL; i++) {
        struct carried *c = r->changed;
        tell_snapshot(r, c);
        set_changed(r, c, false);
    }
}

/* ---- the sink ---- */

static void look_at_clock(struct relay *r)
{
    if (r->filling != NULL && r->filling->data.n >= r->config.batch_bytes) {
        hand_over(r);
    } else if (--r->until_clock > 0) {
        return;
    }
    r->until_clock = LOOK_AT_CLOCK;
    int64_t now = now_ns();
    snapshot_round(r, now);
    if (r->filling != NULL && now - r->filling_since > LINGER_NS) {
        hand_over(r);
    }
}

static void take_session_event(struct relay *r, const struct event *e)
{
    struct carried *c = carried_of(r, e->session);
    if (e->kind == EV_MESSAGE_DATA) {
        take_body(r, c, e);
        set_changed(r, c, true);
        return;
    }
    uint64_t at = e->kind == EV_MESSAGE_GAP ? e->u.body.message->bytes : 0;
    struct buf *out = filling(r);
    pack_number(out, c->number);
    pack_event(out, &r->atoms, &c->pack, e, at);
    if (e->kind == EV_MESSAGE_END) {
        end_body(r, c, e->u.message->number);
    } else if (e->kind == EV_MESSAGE_CUT) {
        cut_body(c, e);
    }
    if (e->kind == EV_CLOSE) {
        free_carried(r, c);
    } else if (e->kind != EV_OPEN) {
        set_changed(r, c, true);
    }
}

static void relay_event(struct sink *self, const struct event *e)
{
    struct relay *r = (struct relay *)self;
    if (atomic_load_explicit(&r->discarding, memory_order_relaxed)) {
        return;
    }
    atomic_fetch_add_explicit(&r->events, 1, memory_order_relaxed);
    if (e->session != NULL) {
        take_session_event(r, e);
    } else {
        struct pack_session none = {0};
        struct buf *out = filling(r);
        pack_number(out, 0);
        pack_event(out, &r->atoms, &none, e, 0);
    }
    look_at_clock(r);
}

static bool relay_close(struct sink *self, struct error *err)
{
    (void)err;
    struct relay *r = (struct relay *)self;
    hand_over(r);
    pthread_mutex_lock(&r->lock);
    r->ended = true;
    pthread_mutex_unlock(&r->lock);
    wake(r);
    return true;
}

void relay_tick(struct relay *r)
{
    if (!atomic_load(&r->discarding)) {
        snapshot_round(r, now_ns());
        hand_over(r);
    }
}

bool relay_pausing(const struct relay *r)
{
    return atomic_load(&r->pausing);
}

void relay_rest(struct relay *r)
{
    if (!relay_pausing(r) || atomic_load(&r->discarding)) {
        return;
    }
    while (r->changed != NULL) {
        struct carried *c = r->changed;
        tell_snapshot(r, c);
        set_changed(r, c, false);
    }
    hand_over(r);
    pthread_mutex_lock(&r->lock);
    while (relay_pausing(r) && !atomic_load(&r->stopping)) {
        pthread_cond_wait(&r->goes_on, &r->lock);
    }
    pthread_mutex_unlock(&r->lock);
}

bool relay_take_port(struct relay *r, struct relay_port *out)
{
    pthread_mutex_lock(&r->lock);
    bool any = r->port_count > 0;
    if (any) {
        *out = r->ports[--r->port_count];
    }
    pthread_mutex_unlock(&r->lock);
    return any;
}

void relay_tell_progress(struct relay *r, const struct relay_progress *p)
{
    if (atomic_load(&r->discarding)) {
        return;
    }
    struct buf *out = filling(r);
    pack_number(out, 0);
    struct put o = begin_record(out, RECORD_PROGRESS, NUMBERS_MOST);
    put_totals(&o, &p->totals);
    put_num(&o, p->input_done);
    put_num(&o, p->input_total);
    put_num(&o, p->file);
    put_u8(&o, (uint8_t)(p->ended | p->stopped << 1));
    for (size_t i = 0; i < PORTS_TOLD; i++) {
        put_num(&o, p->ports[i].connections);
        put_num(&o, p->ports[i].port);
    }
    end_record(out, &o);
}

void relay_say(struct relay *r, const char *sentence)
{
    if (!atomic_load(&r->discarding)) {
        struct buf *out = filling(r);
        pack_number(out, 0);
        pack_record(out, RECORD_SAYING, bytes_of(sentence));
    }
}

bool relay_stopping(const struct relay *r)
{
    return atomic_load(&r->stopping);
}

struct sink *relay_sink(struct relay *r)
{
    return &r->sink;
}

/* ---- life ---- */

struct relay *relay_new(const struct relay_config *c, struct error *e)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        error_set(e, "the viewer can not be woken: %s", strerror(errno));
        return NULL;
    }
    struct relay *r = xcalloc(1, sizeof *r);
    r->sink = (struct sink){.event = relay_event, .close = relay_close};
    r->config = *c;
    r->config.batch_bytes = c->batch_bytes ? c->batch_bytes : BATCH_BYTES;
    r->config.batches = c->batches ? c->batches : BATCHES;
    r->fd = fd;
    r->full.tail = &r->full.head;
    r->until_clock = LOOK_AT_CLOCK;
    r->last_round = now_ns();
    atoms_init(&r->atoms);
    map_init(&r->sessions);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->given_back, NULL);
    pthread_cond_init(&r->goes_on, NULL);
    return r;
}

void relay_free(struct relay **rp)
{
    struct relay *r = *rp;
    if (r == NULL) {
        return;
    }
    while (r->quiet != NULL) {
        free_carried(r, r->quiet);
    }
    while (r->changed != NULL) {
        free_carried(r, r->changed);
    }
    map_done(&r->sessions);
    free_batches(r->full.head);
    free_batches(r->empty);
    free_batches(r->taken);
    free_batches(r->filling);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->given_back);
    pthread_cond_destroy(&r->goes_on);
    close(r->fd);
    free(r);
    *rp = NULL;
}

const struct atoms *relay_atoms(const struct relay *r)
{
    return &r->atoms;
}

/* ---- viewer's thread ---- */

int relay_fd(const struct relay *r)
{
    return r->fd;
}

static void give_back(struct relay *r, struct batch *b)
{
    buf_clear(&b->data);
    if (b->data.room > BATCH_KEEP) {
        buf_done(&b->data);
    }
    pthread_mutex_lock(&r->lock);
    b->next = r->empty;
    r->empty = b;
    pthread_cond_signal(&r->given_back);
    pthread_mutex_unlock(&r->lock);
}

/* Whatever lies ready becomes the viewer's; true when the capture side has ended. */
static bool take_full(struct relay *r)
{
    uint64_t count;
    while (read(r->fd, &count, sizeof count) < 0 && errno == EINTR) {
    }
    struct batch **end = &r->taken;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    pthread_mutex_lock(&r->lock);
    *end = r->full.head;
    r->full.head = NULL;
    r->full.tail = &r->full.head;
    bool ended = r->ended;
    pthread_mutex_unlock(&r->lock);
    return ended;
}

enum relay_state relay_drain(struct relay *r, int64_t budget_ns,
                             void (*take)(void *arg, struct bytes batch), void *arg)
{
    int64_t until = now_ns() + budget_ns;
    bool ended = take_full(r);
    while (r->taken != NULL) {
        struct batch *b = r->taken;
        r->taken = b->next;
        take(arg, buf_bytes(&b->data));
        give_back(r, b);
        if (r->taken != NULL && now_ns() >= until) {
            return RELAY_MORE;
        }
    }
    return ended ? RELAY_ENDED : RELAY_EMPTY;
}

void relay_stop(struct relay *r, bool discard)
{
    pthread_mutex_lock(&r->lock);
    atomic_store(&r->stopping, true);
    if (discard) {
        atomic_store(&r->discarding, true);
        pthread_cond_signal(&r->given_back);
    }
    pthread_cond_signal(&r->goes_on);
    pthread_mutex_unlock(&r->lock);
}

void relay_pause(struct relay *r, bool on)
{
    pthread_mutex_lock(&r->lock);
    atomic_store(&r->pausing, on);
    pthread_cond_signal(&r->goes_on);
    pthread_mutex_unlock(&r->lock);
}

bool relay_want_port(struct relay *r, const struct relay_port *p)
{
    pthread_mutex_lock(&r->lock);
    bool room = r->port_count < PORTS_WAITING;
    if (room) {
        r->ports[r->port_count++] = *p;
    }
    pthread_mutex_unlock(&r->lock);
    return room;
}

struct relay_counters relay_counters(struct relay *r)
{
    return (struct relay_counters){atomic_load(&r->events), atomic_load(&r->bytes),
                                   atomic_load(&r->batches), atomic_load(&r->waits)};
}
