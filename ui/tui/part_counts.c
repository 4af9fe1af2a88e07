#include "ui/tui/part_counts.h"

#include "capture/base/error.h"
#include "dissect/mime_scan.h"

#include <stdlib.h>

static size_t place_of(struct store_item item)
{
    return (item.session.slot * 31u + item.index) % PART_COUNTS_KEPT;
}

bool part_counts_find(const struct part_counts *p, struct store_item item, uint64_t bytes,
                      struct part_count *out)
{
    *out = p->kept[place_of(item)];
    return store_ref_equal(out->item.session, item.session) && out->item.index == item.index &&
           out->bytes == bytes;
}

static uint32_t count_leaves(struct bytes raw, const struct limits *l)
{
    struct mime_scan scan;
    uint32_t leaves = 0;
    mime_scan(raw, false, l, &scan);
    for (uint32_t i = 0; i < scan.count; i++) {
        leaves += scan.nodes[i].kind == MIME_LEAF;
    }
    mime_scan_done(&scan);
    return leaves;
}

static void count_body(struct body_reader *r, const struct limits *l, struct part_count *out)
{
    size_t n = r->ref.bytes < PART_COUNT_BYTES ? (size_t)r->ref.bytes : PART_COUNT_BYTES, got = 0;
    uint8_t *raw = xmalloc(n + 1);
    if (spool_body_read(r, 0, raw, n, &got) == SPOOL_OK && got > 0) {
        out->leaves = count_leaves(bytes_make(raw, got), l);
        out->more |= got < r->ref.bytes || r->ref.cut;
    }
    free(raw);
}

struct part_count part_counts_take(struct part_counts *p, const struct store *s,
                                   const struct limits *l, struct store_item item,
                                   const struct message *m)
{
    struct part_count *c = &p->kept[place_of(item)];
    struct body_reader r;
    *c = (struct part_count){
        .item = item, .bytes = m->bytes, .more = !m->complete || m->has_lines || m->missing};
    if (store_body_open(s, item, &r)) {
        count_body(&r, l, c);
        spool_body_close(&r);
    }
    return *c;
}
