/* The inside of the store, shared by the store_*.c files only. */
#ifndef MAILWIRE_UI_STORE_PRIVATE_H
#define MAILWIRE_UI_STORE_PRIVATE_H

#include "capture/base/map.h"
#include "ui/pack_fields.h"
#include "ui/segments.h"
#include "ui/store.h"

#define NO_SLOT      UINT32_MAX
#define PAGE_SLOTS   1024
#define CHANGES_KEPT 65536
#define SAYINGS_KEPT 64
#define ROOMS        8

struct held_message {
    uint32_t number, bytes; /* of packed */
    uint8_t *packed;
    struct body_ref body;
};

/* The body of a CREDENTIAL or NOTE record. */
struct held_fact {
    uint8_t *body;
    uint32_t bytes;
};

/* What a session told that outlives its dialog; made with the first of them. */
struct facts {
    struct held_message *messages;
    struct held_fact *credentials, *findings;
    uint32_t message_count, message_room;
    uint32_t credential_count, credential_room;
    uint32_t finding_count, finding_room;
    uint64_t held; /* bytes of all of it */
};

/* Where a session stands in line when memory is wanted. */
enum queue {
    QUEUE_OPEN,
    QUEUE_CLOSED,
    QUEUE_CLOSED_BARE,
    QUEUE_MARKED,
    QUEUE_MARKED_BARE,
    QUEUE_COUNT
};

/* A session held. */
struct entry {
    struct map_node node; /* hash: the session's number */
    int64_t start;        /* base of its records */
    uint64_t first_packet;
    uint8_t *core;   /* packed core; while open its extra part behind it */
    uint8_t *dialog; /* records one behind the other */
    const char *state;
    int64_t slowest;
    uint64_t changed;    /* place in the list of changes + 1 */
    struct facts *facts; /* NULL: none */
    uint32_t dialog_bytes, dialog_room;
    uint32_t extra_at, extra_bytes; /* in the dialog; while open in `core` */
    uint32_t generation;            /* of the slot */
    uint32_t slot, before, after;   /* in its queue */
    uint16_t core_bytes;
    uint16_t flags; /* STORE_... */
    uint8_t queue;  /* enum queue */
    bool packed;    /* the dialog is complete and stands in a segment */
    bool core_packed;
    bool used;
};

struct queue_ends {
    uint32_t first, last, count;
};

struct item_list {
    struct store_item *items;
    size_t count, room, dead;
    uint64_t epoch;
};

struct rooms {
    struct session_room room[ROOMS];
    struct message_room message; /* for figures */
    unsigned next;
};

struct store {
    struct store_config config;
    uint64_t ceiling, used, dialog_held;
    uint64_t heap;                      /* of `used`, what stands in blocks of its own */
    struct segments dialogs, summaries; /* of closed sessions; summaries: their cores */
    struct entry **pages;
    uint32_t page_count, slots_made, free_slot; /* free slots are linked by `after` */
    struct map by_number;
    struct queue_ends queues[QUEUE_COUNT];
    struct item_list lists[LIST_COUNT];
    struct store_ref *changes; /* a ring of CHANGES_KEPT */
    uint64_t change_count, change_mark;
    struct held_fact *loose; /* findings over several sessions */
    uint32_t loose_count, loose_room;
    struct store_counters counters;
    struct relay_progress progress;
    char *sayings[SAYINGS_KEPT];
    uint64_t saying_count;
    struct rooms *rooms;
    struct stats *stats;
    struct store_dialog *reading; /* for figures */
    struct message_room message;
    struct buf scratch;
    struct entry *latest;
};

static inline struct entry *entry_at(const struct store *s, uint32_t slot)
{
    return &s->pages[slot / PAGE_SLOTS][slot % PAGE_SLOTS];
}

static inline struct store_ref ref_of(const struct entry *e)
{
    return (struct store_ref){e->slot, e->generation};
}

static inline uint64_t number_of(const struct entry *e)
{
    return e->node.hash;
}

static inline struct pack_base base_of(const struct entry *e)
{
    return (struct pack_base){e->start, e->first_packet};
}

/* The session of a ref, or NULL when it is gone. */
struct entry *entry_of(const struct store *s, struct store_ref ref);
struct entry *entry_by_number(const struct store *s, uint64_t number);

/* What a block of n bytes really takes from the heap (glibc: 8 bytes before it, steps of 16). */
static inline uint64_t heap_cost(size_t n)
{
    return n == 0 ? 0 : n + 8 < 32 ? 32 : (n + 8 + 15) & ~(size_t)15;
}

/* store_memory.c */
struct entry *entry_make(struct store *s, uint64_t number);
void entry_remove(struct store *s, struct entry *e);
/* Into the queue that fits its flags, at its end. */
void entry_requeue(struct store *s, struct entry *e);
/* Room for more of the dialog. */
void entry_resize_dialog(struct store *s, struct entry *e, uint32_t room);
/* Nothing more will come: the dialog takes no more than it needs. */
void entry_pack_dialog(struct store *s, struct entry *e);
void entry_pack_core(struct store *s, struct entry *e);
void entry_free_core(struct store *s, struct entry *e);
/* Bytes that holding what is held takes. */
uint64_t store_takes(const struct store *s);
/* Resizes a block and keeps the account; n == 0 frees. */
void *store_resize(struct store *s, void *p, size_t before, size_t n);
struct facts *entry_facts(struct store *s, struct entry *e);
/* NULL when the session has taken its share. */
struct held_message *entry_message(struct store *s, struct entry *e, uint32_t number);
/* False, and the session's dialog counts as cut, when n more bytes are beyond its share. */
bool entry_may_grow(struct store *s, struct entry *e, uint64_t n);
void list_add_item(struct store *s, enum store_list l, struct store_item item);
void note_change(struct store *s, struct entry *e);

/* store_take.c, store_dialog.c */
void store_dialog_begin(struct store_dialog *d, const struct store *s, const struct entry *e);
struct store_dialog *store_dialog_new(const struct store *s);
bool entry_unpack(const struct store *s, const struct entry *e, bool full,
                  struct session_room *out);

#endif
