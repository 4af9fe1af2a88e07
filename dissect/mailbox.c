#include "dissect/mailbox.h"

#include "capture/base/error.h"

#include <inttypes.h>
#include <stdlib.h>

#define FIRST_ENTRIES 16
#define FIRST_NUMBERS 2
#define UID_MOST      255 /* RFC 1939 7 allows 70 */
#define UID_ROOM      80  /* an entry, on average */

#define ENTRY_SIZE      0x01u
#define ENTRY_RETRIEVED 0x02u
#define ENTRY_DELETED   0x04u

struct mailbox_entry {
    uint64_t octets;
    uint32_t uid_at;
    uint8_t uid_n;
    uint8_t flags;
};

struct mailbox_index {
    struct buf uids; /* texts of the entries */
    uint32_t known;
    struct mailbox_entry *entries; /* by number - 1 */
};

void mailbox_init(struct mailbox_book *b, const struct limits *l)
{
    *b = (struct mailbox_book){.limits = l};
}

static void index_free(struct mailbox_book *b)
{
    if (b->index != NULL) {
        buf_done(&b->index->uids);
        free(b->index->entries);
        free(b->index);
        b->index = NULL;
    }
}

/* The lists in `shown` are the book's own; sinks see them const. */
static uint64_t *own(const uint64_t *list)
{
    return (uint64_t *)(uintptr_t)list;
}

static struct mailbox *own_box(const struct mailbox *m)
{
    return (struct mailbox *)(uintptr_t)m;
}

void mailbox_done(struct mailbox_book *b)
{
    index_free(b);
    for (struct mailbox *m = own_box(b->shown.before), *next; m != NULL; m = next) {
        next = own_box(m->before);
        free(own(m->retrieved));
        free(own(m->deleted));
        free(m);
    }
    free(own(b->shown.retrieved));
    free(own(b->shown.deleted));
    mailbox_init(b, b->limits);
}

size_t mailbox_held(const struct mailbox_book *b)
{
    size_t n = ((size_t)b->retrieved_room + b->deleted_room) * sizeof *b->shown.retrieved;
    for (const struct mailbox *m = b->shown.before; m != NULL; m = m->before) {
        n += sizeof *m + ((size_t)m->retrieved_count + m->deleted_count) * sizeof *m->retrieved;
    }
    if (b->index != NULL) {
        n += sizeof *b->index + b->index->known * sizeof *b->index->entries + b->index->uids.room;
    }
    return n;
}

/* The entry, or NULL when nothing was told of that message. */
static struct mailbox_entry *entry(const struct mailbox_book *b, uint64_t number)
{
    struct mailbox_index *x = b->index;
    return x != NULL && number >= 1 && number <= x->known ? &x->entries[number - 1] : NULL;
}

static struct mailbox_index *index_get(struct mailbox_book *b)
{
    if (b->index == NULL) {
        uint64_t room = b->limits->mailbox_entries * UID_ROOM;
        b->index = xcalloc(1, sizeof *b->index);
        buf_init(&b->index->uids, room < UINT32_MAX ? (size_t)room : UINT32_MAX);
    }
    return b->index;
}

/* The entry, made when there is none yet; NULL at the limit. */
static struct mailbox_entry *entry_get(struct mailbox_book *b, uint64_t number)
{
    if (number == 0 || number > b->limits->mailbox_entries || number > UINT32_MAX / 2) {
        b->cut |= number != 0;
        return NULL;
    }
    struct mailbox_index *x = index_get(b);
    if (number > x->known) {
        uint32_t room = x->known + x->known / 2;
        room = room < FIRST_ENTRIES ? FIRST_ENTRIES : room;
        room = room < number ? (uint32_t)number : room;
        x->entries = xrealloc(x->entries, room * sizeof *x->entries);
        memset(x->entries + x->known, 0, (room - x->known) * sizeof *x->entries);
        x->known = room;
    }
    return &x->entries[number - 1];
}

void mailbox_set_size(struct mailbox_book *b, uint64_t number, uint64_t octets)
{
    struct mailbox_entry *e = entry_get(b, number);
    if (e != NULL) {
        e->octets = octets;
        e->flags |= ENTRY_SIZE;
    }
}

bool mailbox_size(const struct mailbox_book *b, uint64_t number, uint64_t *octets)
{
    const struct mailbox_entry *e = entry(b, number);
    if (e == NULL || !(e->flags & ENTRY_SIZE)) {
        return false;
    }
    *octets = e->octets;
    return true;
}

struct bytes mailbox_uid(const struct mailbox_book *b, uint64_t number)
{
    const struct mailbox_entry *e = entry(b, number);
    if (e == NULL || e->uid_n == 0) {
        return (struct bytes){NULL, 0};
    }
    return bytes_sub(buf_bytes(&b->index->uids), e->uid_at, e->uid_n);
}

void mailbox_set_uid(struct mailbox_book *b, uint64_t number, struct bytes uid)
{
    struct mailbox_entry *e = entry_get(b, number);
    if (e == NULL || uid.n == 0 || bytes_equal(mailbox_uid(b, number), uid)) {
        return;
    }
    struct buf *uids = &b->index->uids;
    if (uid.n > UID_MOST || uid.n > uids->ceiling - uids->n) {
        b->cut = true;
        return;
    }
    e->uid_at = (uint32_t)uids->n;
    e->uid_n = (uint8_t)uid.n;
    buf_add(uids, uid);
}

/* -- the lists */

static bool push(struct mailbox_book *b, const uint64_t **list, uint32_t *n, uint32_t *room,
                 uint64_t number)
{
    if (*n > 0 && (*list)[*n - 1] == number) {
        return false;
    }
    if (*n >= b->limits->mailbox_entries) {
        b->cut = true;
        return false;
    }
    uint64_t *p = own(*list);
    if (*n == *room) {
        *room = *room == 0 ? FIRST_NUMBERS : *room * 2;
        p = xrealloc(p, *room * sizeof *p);
    }
    p[(*n)++] = number;
    *list = p;
    return true;
}

/* Numbers with an entry are listed once; others may repeat until mailbox_finish. */
static bool is_listed(const struct mailbox_book *b, uint64_t number, uint8_t flag)
{
    const struct mailbox_entry *e = entry(b, number);
    return number == 0 || (e != NULL && (e->flags & flag));
}

static void mark(struct mailbox_book *b, uint64_t number, uint8_t flag)
{
    struct mailbox_entry *e = entry(b, number);
    if (e != NULL) {
        e->flags |= flag;
    }
}

void mailbox_add_retrieved(struct mailbox_book *b, uint64_t number)
{
    struct mailbox *m = &b->shown;
    if (!is_listed(b, number, ENTRY_RETRIEVED) &&
        push(b, &m->retrieved, &m->retrieved_count, &b->retrieved_room, number)) {
        mark(b, number, ENTRY_RETRIEVED);
    }
}

void mailbox_add_deleted(struct mailbox_book *b, uint64_t number)
{
    struct mailbox *m = &b->shown;
    if (!is_listed(b, number, ENTRY_DELETED) &&
        push(b, &m->deleted, &m->deleted_count, &b->deleted_room, number)) {
        mark(b, number, ENTRY_DELETED);
    }
}

bool mailbox_is_deleted(const struct mailbox_book *b, uint64_t number)
{
    return number > 0 && is_listed(b, number, ENTRY_DELETED);
}

void mailbox_set_total(struct mailbox_book *b, uint64_t messages, uint64_t octets)
{
    struct mailbox *m = &b->shown;
    if (m->has_messages && m->deleted_count > 0) {
        return;
    }
    uint64_t all = messages + m->deleted_count;
    m->has_messages = true;
    m->messages = all < messages ? messages : all;
    m->octets = octets;
}

void mailbox_undelete(struct mailbox_book *b)
{
    for (uint32_t i = 0; i < b->shown.deleted_count; i++) {
        struct mailbox_entry *e = entry(b, b->shown.deleted[i]);
        if (e != NULL) {
            e->flags &= (uint8_t)~ENTRY_DELETED;
        }
    }
    b->shown.deleted_count = 0;
}

void mailbox_change(struct mailbox_book *b)
{
    struct mailbox *m = &b->shown;
    index_free(b);
    if (m->retrieved_count + m->deleted_count > 0) {
        if (b->folders == MAILBOX_FOLDERS) {
            b->cut = true; /* the numbers of one go on beside another's */
            return;
        }
        struct mailbox *left = xcalloc(1, sizeof *left);
        *left = *m;
        *m = (struct mailbox){.before = left};
        b->retrieved_room = b->deleted_room = 0;
        b->folders++;
    } else {
        m->has_messages = false;
    }
}

static int ascending(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static uint32_t sort_unique(uint64_t *p, uint32_t n)
{
    if (n == 0) {
        return 0;
    }
    qsort(p, n, sizeof *p, ascending);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < n; i++) {
        if (p[i] != p[kept - 1]) {
            p[kept++] = p[i];
        }
    }
    return kept;
}

void mailbox_finish(struct mailbox_book *b, enum tri committed)
{
    for (struct mailbox *m = &b->shown; m != NULL; m = own_box(m->before)) {
        m->retrieved_count = sort_unique(own(m->retrieved), m->retrieved_count);
        m->deleted_count = sort_unique(own(m->deleted), m->deleted_count);
        m->committed = committed;
    }
}

#define RANGES_SHOWN 20

void mailbox_put_numbers(struct buf *out, const uint64_t *number, uint32_t count)
{
    for (uint32_t i = 0, ranges = 0; i < count; ranges++) {
        uint32_t last = i;
        while (last + 1 < count && number[last + 1] == number[last] + 1) {
            last++;
        }
        if (ranges == RANGES_SHOWN) {
            buf_printf(out, " and %" PRIu32 " more", count - i);
            return;
        }
        buf_printf(out, "%s%" PRIu64, ranges > 0 ? ", " : "", number[i]);
        if (last > i) {
            buf_printf(out, "%s%" PRIu64, last == i + 1 ? ", " : "-", number[last]);
        }
        i = last + 1;
    }
}
