/* What stands above the text of a message: envelope, header fields, parts, what misleads. */
#include "ui/tui/view_message.h"

#include "dissect/mime.h"
#include "ui/tui/human.h"

#include <inttypes.h>
#include <stdio.h>

static enum style fate_style(enum recipient_fate f)
{
    return f == RCPT_ACCEPTED   ? STYLE_OK
           : f == RCPT_REFUSED  ? STYLE_BAD
           : f == RCPT_DEFERRED ? STYLE_TEMP
                                : STYLE_NORMAL;
}

static void add_recipients(struct doc *d, const struct message *m)
{
    struct buf b;
    buf_init(&b, 4096);
    for (uint32_t i = 0; i < m->recipient_count; i++) {
        const struct recipient *r = &m->recipients[i];
        buf_clear(&b);
        buf_printf(&b, "<");
        buf_add(&b, r->address);
        buf_add_str(&b, ">  ");
        if (r->code) {
            buf_printf(&b, "%u ", r->code);
        }
        buf_add(&b, r->reply);
        if (r->final_code) {
            buf_printf(&b, ", then %u ", r->final_code);
            buf_add(&b, r->final_reply);
        }
        doc_pair(d, "RCPT TO", fate_style(r->fate), buf_bytes(&b));
    }
    if (m->recipient_total > m->recipient_count) {
        doc_pairf(d, "", STYLE_DIM, "and %u more recipients",
                  m->recipient_total - m->recipient_count);
    }
    buf_done(&b);
}

static void add_result(struct doc *d, const struct message *m)
{
    struct buf b;
    char room[HUMAN_ROOM];
    buf_init(&b, 8192);
    buf_add_str(&b, outcome_name(m->outcome));
    if (m->reply.n) {
        buf_add_str(&b, ": ");
        if (m->code) {
            buf_printf(&b, "%u ", m->code);
        }
        buf_add(&b, m->reply);
    }
    if (m->wait >= 0) {
        buf_printf(&b, ", after %s", human_took(m->wait, room));
    }
    doc_pair(d, "Result", ui_outcome_style(m->outcome), buf_bytes(&b));
    buf_done(&b);
}

static void add_envelope(struct mail_view *v, const struct message *m)
{
    struct doc *d = &v->doc;
    struct buf b;
    doc_rule(d, m->has_envelope ? "Envelope" : "Transfer");
    buf_init(&b, 8192);
    if (m->has_envelope) {
        buf_add_str(&b, "<");
        buf_add(&b, m->mail_from);
        buf_add_str(&b, ">  ");
        buf_add(&b, m->mail_parameters);
        doc_pair(d, "MAIL FROM", STYLE_NORMAL, buf_bytes(&b));
        add_recipients(d, m);
    }
    if (m->mailbox_number) {
        doc_pairf(d, "Number", STYLE_NORMAL, "%" PRIu64 " of the mailbox", m->mailbox_number);
    }
    doc_pair(d, "UID", STYLE_NORMAL, m->uid);
    if (m->has_declared) {
        doc_pairf(d, "Declared", m->declared_octets == m->bytes ? STYLE_NORMAL : STYLE_TEMP,
                  "%" PRIu64 " bytes, seen %" PRIu64, m->declared_octets, m->bytes);
    }
    if (m->has_lines) {
        doc_pairf(d, "Asked for", STYLE_NORMAL, "the header and %" PRIu64 " lines (TOP)", m->lines);
    }
    if (m->end_of_data) {
        doc_pairf(d, "Ended by", STYLE_TEMP, "%s instead of CRLF.CRLF", m->end_of_data);
    }
    add_result(d, m);
    doc_pair(d, "Queue id", STYLE_NORMAL, m->queue_id);
    buf_done(&b);
}

bool mail_view_is_main(struct bytes name)
{
    static const char *const names[] = {"From", "Sender",  "Reply-To", "To",         "Cc",
                                        "Bcc",  "Subject", "Date",     "Message-ID", "In-Reply-To"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (bytes_is(name, names[i])) {
            return true;
        }
    }
    return false;
}

/* "Sat, 01 Nov 2025 13:26:40 +0100  (12:26:40, 0.5 s before it was sent here)" */
static void add_date(const struct mail_view *v, const struct message *m, struct bytes value,
                     struct buf *out)
{
    int64_t date;
    char room[HUMAN_ROOM];
    if (!mime_date(value, &date)) {
        buf_add_str(out, "  (no valid date)");
        return;
    }
    int64_t off = m->time - date;
    buf_add_str(out, "  (");
    ui_clock(v->view.ui, date, 0, out);
    buf_printf(out, ", %s %s the capture's time)", human_took(off < 0 ? -off : off, room),
               off < 0 ? "after" : "before");
}

static void add_headers(struct mail_view *v, const struct message *m)
{
    struct bytes head = buf_bytes(&v->head), rest = bytes_sub(head, 0, mail_header_end(head));
    struct bytes all = rest;
    struct mail_field f;
    struct buf b;
    size_t total = 0, shown = 0;
    char title[80], label[64];
    while (mail_next_field(&all, &f)) {
        total++;
        shown += mail_view_is_main(f.name);
    }
    snprintf(title, sizeof(title), "Header (%zu of %zu fields, H %s)",
             v->all_headers ? total : shown, total, v->all_headers ? "the main ones" : "all");
    doc_rule(&v->doc, title);
    buf_init(&b, MAIL_HEADER_MOST);
    for (size_t n = 0; n < MAIL_FIELDS_MOST && mail_next_field(&rest, &f); n++) {
        if (!v->all_headers && !mail_view_is_main(f.name)) {
            continue;
        }
        buf_clear(&b);
        mail_field_text(f.value, &b);
        if (bytes_is(f.name, "Date")) {
            add_date(v, m, f.value, &b);
        }
        snprintf(label, sizeof(label), "%.*s",
                 f.name.n < MAIL_LABEL_COLS ? (int)f.name.n : MAIL_LABEL_COLS - 1,
                 (const char *)f.name.p);
        if (f.name.n >= MAIL_LABEL_COLS) { /* a long name has a line of its own */
            doc_text(&v->doc, STYLE_DIM, f.name);
            label[0] = '\0';
        }
        doc_pair(&v->doc, label, STYLE_NORMAL, buf_bytes(&b));
    }
    buf_done(&b);
}

static void add_parts(struct mail_view *v)
{
    struct mail_part p;
    char size[HUMAN_ROOM];
    if (!v->mail) {
        return;
    }
    doc_rule(&v->doc, "Parts ([ ] choose, s saves)");
    for (size_t i = 0; i < v->parts && mail_decoder()->part(v->mail, i, &p); i++) {
        struct buf b;
        buf_init(&b, 4096);
        buf_printf(&b, "%s %-8s%*s", i == v->part ? ">" : " ", p.number, p.depth * 2, "");
        buf_add(&b, p.type);
        buf_printf(&b, "  %s  ", human_size(p.size, size));
        buf_add(&b, p.charset);
        buf_add_str(&b, p.charset.n ? "  " : "");
        buf_add(&b, p.encoding);
        buf_add_str(&b, p.encoding.n ? "  " : "");
        buf_add(&b, p.name);
        buf_add_str(&b, p.name.n ? "  " : "");
        buf_add(&b, p.remark);
        doc_text(&v->doc,
                 p.remark.n     ? STYLE_TEMP
                 : i == v->part ? STYLE_TITLE
                                : STYLE_NORMAL,
                 buf_bytes(&b));
        doc_tag(&v->doc, (int32_t)(MAIL_TAG_PART + i));
        doc_fixed(&v->doc);
        buf_done(&b);
    }
}

/* What misleads in the message, as the decoder found it. */
static void add_findings(struct mail_view *v)
{
    struct mail_finding f;
    for (size_t i = 0; v->mail && mail_decoder()->finding(v->mail, i, &f); i++) {
        doc_pair(&v->doc, i == 0 ? "Beware" : "", STYLE_TEMP, bytes_of(f.sentence));
        doc_pair(&v->doc, "", STYLE_DIM, f.evidence);
    }
}

const char *mail_view_hex(const uint8_t sha256[static 32], char out[static MAIL_HEX_ROOM])
{
    for (size_t i = 0; i < 32; i++) {
        snprintf(out + 2 * i, 3, "%02x", sha256[i]);
    }
    return out;
}

static void add_chosen(struct mail_view *v, const struct mail_part *p)
{
    char hex[MAIL_HEX_ROOM];
    for (uint32_t i = 0; i < p->name_count; i++) {
        doc_pair(&v->doc, i == 0 ? "Names" : "", STYLE_TEMP, p->names[i]);
    }
    if (!p->is_text) {
        doc_pair(&v->doc, "Content", STYLE_NORMAL, p->content);
    }
    if (p->sha256) {
        doc_pair(&v->doc, "SHA-256", STYLE_NORMAL, bytes_of(mail_view_hex(p->sha256, hex)));
    }
}

static void add_decoded(struct mail_view *v)
{
    char decoded[HUMAN_ROOM], all[HUMAN_ROOM];
    if (v->mail && v->whole.n < v->reader.ref.bytes) {
        doc_printf(&v->doc, STYLE_LOST,
                   "The first %s of %s are decoded; F6 shows all as it was sent.",
                   human_size(v->whole.n, decoded), human_size(v->reader.ref.bytes, all));
    }
}

static void add_text_rule(struct mail_view *v)
{
    struct mail_part p;
    char title[96];
    bool chosen = v->mail && mail_decoder()->part(v->mail, v->part, &p);
    if (chosen) {
        snprintf(title, sizeof(title), "Part %s", p.number);
    } else {
        snprintf(title, sizeof(title), v->has_body ? "Body, as sent" : "Its bytes are not kept");
    }
    doc_rule(&v->doc, title);
    if (chosen) {
        add_chosen(v, &p);
    }
}

void mail_view_head(struct mail_view *v)
{
    struct message_room room;
    doc_clear(&v->doc);
    if (v->mode != MAIL_DECODED) {
        return;
    }
    message_room_init(&room);
    if (store_message(v->view.ui->store, v->item, &room, NULL)) {
        if (v->envelope) {
            add_envelope(v, &room.message);
        }
        add_headers(v, &room.message);
    } else {
        doc_text(&v->doc, STYLE_LOST, bytes_of("This message is gone (memory limit)."));
    }
    if (v->envelope) {
        add_parts(v);
        add_findings(v);
    }
    add_decoded(v);
    add_text_rule(v);
    message_room_done(&room);
}
