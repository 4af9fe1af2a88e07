#include "dissect/mailbox.h"

#include "capture/base/error.h"

#include <stdlib.h>

#define FIRST_ENTRIES 16
#define FIRST_NUMBERS 8
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

void mailbox_init(struct mailbox_book *b, const struct limits *l)
{
    *b = (struct mailbox_book){.limits = l};
    uint64_t room = l->mailbox_entries * UID_ROOM;
    buf_init(&b->uids, room < UINT32_MAX ? (size_t)room : UINT32_MAX);
}

void mailbox_done(struct mailbox_book *b)
{
    free(b->entries);
    free(b->retrieved.p);
    free(b->deleted.p);
    buf_done(&b->uids);
    mailbox_init(b, b->limits);
}

size_t mailbox_held(const struct mailbox_book *b)
{
    return b->known * sizeof *b->entries + b->uids.room +
           ((size_t)b->retrieved.room + b->deleted.room) * sizeof *b->retrieved.p;
}

static const struct mailbox_entry *entry(const struct mailbox_book *b, uint64_t number)
{
    return number >= 1 && number <= b->known ? &b->entries[number - 1] : NULL;
}

/* The entry, made when there is none yet; NULL at the limit. */
static struct mailbox_entry *entry_get(struct mailbox_book *b, uint64_t number)
{
    if (number == 0 || number > b->limits->mailbox_entries || number > UINT32_MAX / 2) {
        b->cut |= number != 0;
        return NULL;
    }
    if (number > b->known) {
        uint32_t room = b->known + b->known / 2;
        room = room < FIRST_ENTRIES ? FIRST_ENTRIES : room;
        room = room < number ? (uint32_t)number : room;
        b->entries = xrealloc(b->entries, room * sizeof *b->entries);
        memset(b->entries + b->known, 0, (room - b->known) * sizeof *b->entries);
        b->known = room;
    }
    return &b->entries[number - 1];
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
    return bytes_sub(buf_bytes(&b->uids), e->uid_at, e->uid_n);
}

void mailbox_set_uid(struct mailbox_book *b, uint64_t number, struct bytes uid)
{
    struct mailbox_entry *e = entry_get(b, number);
    if (e == NULL || uid.n == 0 || bytes_equal(mailbox_uid(b, number), uid)) {
        return;
    }
    if (uid.n > UID_MOST || uid.n > b->uids.ceiling - b->uids.n) {
        b->cut = true;
        return;
    }
    e->uid_at = (uint32_t)b->uids.n;
    e->uid_n = (uint8_t)uid.n;
    buf_add(&b->uids, uid);
}

/* -- the lists */

static bool push(struct mailbox_book *b, struct mailbox_numbers *list, uint64_t number)
{
    if (list->n > 0 && list->p[list->n - 1] == number) {
        return false;
    }
    if (list->n >= b->limits->mailbox_entries) {
        b->cut = true;
        return false;
    }
    if (list->n == list->room) {
        uint32_t room = list->room == 0 ? FIRST_NUMBERS : list->room * 2;
        list->p = xrealloc(list->p, room * sizeof *list->p);
        list->room = room;
    }
    list->p[list->n++] = number;
    return true;
}

static void show(struct mailbox_book *b)
{
    b->shown.retrieved = b->retrieved.p;
    b->shown.retrieved_count = b->retrieved.n;
    b->shown.deleted = b->deleted.p;
    b->shown.deleted_count = b->deleted.n;
}

/* Numbers with an entry are listed once; others may repeat until mailbox_finish. */
static void add(struct mailbox_book *b, struct mailbox_numbers *list, uint64_t number, uint8_t flag)
{
    struct mailbox_entry *e = number >= 1 && number <= b->known ? &b->entries[number - 1] : NULL;
    if (number == 0 || (e != NULL && (e->flags & flag))) {
        return;
    }
    if (push(b, list, number) && e != NULL) {
        e->flags |= flag;
    }
    show(b);
}

void mailbox_add_retrieved(struct mailbox_book *b, uint64_t number)
{
    add(b, &b->retrieved, number, ENTRY_RETRIEVED);
}

void mailbox_add_deleted(struct mailbox_book *b, uint64_t number)
{
    add(b, &b->deleted, number, ENTRY_DELETED);
}

void mailbox_undelete(struct mailbox_book *b)
{
    for (uint32_t i = 0; i < b->deleted.n; i++) {
        if (b->deleted.p[i] <= b->known) {
            b->entries[b->deleted.p[i] - 1].flags &= (uint8_t)~ENTRY_DELETED;
        }
    }
    b->deleted.n = 0;
    show(b);
}

void mailbox_change(struct mailbox_book *b)
{
    free(b->entries);
    b->entries = NULL;
    b->known = 0;
    buf_clear(&b->uids);
}

static int ascending(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static void sort_unique(struct mailbox_numbers *list)
{
    if (list->n == 0) {
        return;
    }
    qsort(list->p, list->n, sizeof *list->p, ascending);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < list->n; i++) {
        if (list->p[i] != list->p[kept - 1]) {
            list->p[kept++] = list->p[i];
        }
    }
    list->n = kept;
}

void mailbox_finish(struct mailbox_book *b)
{
    sort_unique(&b->retrieved);
    sort_unique(&b->deleted);
    show(b);
}
