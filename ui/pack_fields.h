/* Bits of records that writer (event_pack.c) and reader (event_unpack.c) share. */
#ifndef MAILWIRE_UI_PACK_FIELDS_H
#define MAILWIRE_UI_PACK_FIELDS_H

#include "capture/base/arena.h"
#include "dissect/event.h"
#include "ui/event_pack.h"
#include "ui/pack_codec.h"

/* Head of an event's record. */
#define PACK_SERVER 0x01u /* event.dir */
/* ... of EV_EXCHANGE */
#define PACK_COMMAND_TOLD 0x02u
#define PACK_HAS_REPLY    0x04u
#define PACK_REPLY_TOLD   0x08u
#define PACK_LEGAL        0x02u /* ... of EV_STATE */
#define PACK_HAS_TLS      0x02u /* ... of EV_TLS */

#define REPLY_DIR          0x01u
#define REPLY_TORN         0x02u
#define REPLY_GREETING     0x04u
#define REPLY_UNASKED      0x08u
#define REPLY_INTERMEDIATE 0x10u

#define MESSAGE_SERVER     0x01u
#define MESSAGE_COMPLETE   0x02u
#define MESSAGE_SHA256     0x04u
#define MESSAGE_ENVELOPE   0x08u
#define MESSAGE_DECLARED   0x10u
#define MESSAGE_LINES      0x20u
#define MESSAGE_HEADER_CUT 0x40u

/* Header fields of a brief message. */
#define BRIEF_HEADERS                                                                              \
    (1u << HEADER_FROM | 1u << HEADER_TO | 1u << HEADER_SUBJECT | 1u << HEADER_MESSAGE_ID |        \
     1u << HEADER_DATE)

#define CREDENTIAL_CANCELLED 0x01u
#define CREDENTIAL_MALFORMED 0x02u
#define CREDENTIAL_ENCRYPTED 0x04u
#define CREDENTIAL_SERVER    0x08u

#define FLOW_VLAN      0x01u
#define FLOW_MIDSTREAM 0x02u
#define FLOW_SEEN_0    0x04u
#define FLOW_SEEN_1    0x08u

#define INFO_FLIP        0x001u
#define INFO_MIDSTREAM   0x002u
#define INFO_ONE_SIDED   0x004u
#define INFO_SWAPPED     0x008u
#define INFO_TRANSACTION 0x010u
#define INFO_NEGATIVE    0x020u
#define INFO_TRUNCATED   0x040u
#define INFO_TLS         0x080u
#define INFO_MAILBOX     0x100u

#define TLS_START_MASK     0x03u
#define TLS_IS_ESTABLISHED 0x04u
#define TLS_IS_SELF_SIGNED 0x01u
#define TLS_HAS_ALERT      0x02u
#define TLS_ALERT_SERVER   0x04u

#define MAILBOX_COMMITTED_MASK 0x03u
#define MAILBOX_HAS_MESSAGES   0x04u
#define MAILBOX_QUIT_REFUSED   0x08u

#define NUMBERS_MOST 640 /* bytes of the numbers and lengths of any record without its lists */

/* Writing. A record is opened with the most bytes it may need, written, and closed. */
struct put begin_record(struct buf *out, enum record_kind kind, size_t most);
void end_record(struct buf *out, const struct put *o);
void put_head(struct put *o, struct pack_base base, const struct event *e, unsigned more);
void put_atom(struct put *o, struct atoms *a, const char *s);
void put_time(struct put *o, struct pack_base base, int64_t time);
void put_packet(struct put *o, struct pack_base base, uint64_t packet);
void put_enhanced(struct put *o, struct enhanced e);
size_t message_size(const struct message *m);
void put_message(struct put *o, struct atoms *a, const struct message *m, struct pack_base base,
                 bool brief);
size_t tls_size(const struct tls_info *t);
void put_tls_core(struct put *o, struct atoms *a, struct pack_base base, const struct tls_info *t);
void put_tls_extra(struct put *o, const struct tls_info *t);
void put_totals(struct put *o, const struct capture_totals *t);
void get_totals(struct get *g, struct capture_totals *t);

/* Reading what stands in records; damage shows in g->bad. */
const char *get_atom(struct get *g, const struct atoms *a);
unsigned get_head(struct get *g, struct pack_base base, struct event *e); /* the bits */
void get_command(struct get *g, const struct atoms *a, struct pack_base base, struct command *c);
void get_reply(struct get *g, struct pack_base base, struct reply *r);
void get_credential(struct get *g, struct pack_base base, struct credential *c);
void get_gap(struct get *g, struct pack_base base, struct gap *gap);
/* ids: room for the list of sessions, or NULL to leave it out. */
void get_note(struct get *g, struct pack_base base, struct note *n, struct arena *ids);
bool get_tls(struct get *g, const struct atoms *a, struct pack_base base, struct tls_info *t);

#endif
