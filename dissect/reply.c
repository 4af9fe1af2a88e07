#include "dissect/reply.h"

struct reply reply_of_line(const struct frame *f, enum reply_status status)
{
    return (struct reply){.dir = f->dir,
                          .status = status,
                          .raw = f->data,
                          .lines = 1,
                          .torn = f->torn,
                          .time = f->time,
                          .end_time = f->end_time,
                          .packet = f->packet,
                          .last_packet = f->last_packet};
}

bool reply_smtp_line(struct bytes line, uint16_t *code, bool *more, struct bytes *text)
{
    int sep = bytes_at(line, 3);
    *code = 0;
    *more = false;
    *text = line;
    if (line.n < 3 || line.p[0] == '0' || !ascii_is_digit(line.p[0]) ||
        !ascii_is_digit(line.p[1]) || !ascii_is_digit(line.p[2]) ||
        (sep >= 0 && sep != ' ' && sep != '-' && sep != '\t')) {
        return false;
    }
    *code = (uint16_t)(100 * (line.p[0] - '0') + 10 * (line.p[1] - '0') + (line.p[2] - '0'));
    *more = sep == '-';
    *text = bytes_from(line, 4);
    return true;
}

enum reply_status reply_smtp_status(uint16_t code)
{
    static const enum reply_status by_class[10] = {
        REPLY_ODD,    REPLY_ODD, REPLY_OK,  REPLY_CONTINUE, REPLY_DEFER,
        REPLY_REFUSE, REPLY_ODD, REPLY_ODD, REPLY_ODD,      REPLY_ODD,
    };
    return by_class[code / 100 % 10];
}

bool reply_enhanced(struct bytes text, struct enhanced *out, struct bytes *rest)
{
    uint64_t subject = 0, detail = 0;
    size_t used = 0, more = 0;
    int class = bytes_at(text, 0);
    *out = (struct enhanced){0};
    *rest = text;
    if ((class != '2' && class != '4' && class != '5') || bytes_at(text, 1) != '.' ||
        !bytes_leading_u64(bytes_from(text, 2), &subject, &used) || used > 3 ||
        bytes_at(text, 2 + used) != '.' ||
        !bytes_leading_u64(bytes_from(text, 3 + used), &detail, &more) || more > 3) {
        return false;
    }
    struct bytes behind = bytes_from(text, 3 + used + more);
    int next = bytes_at(behind, 0);
    if (next >= 0 && !ascii_is_blank(next) && next != ':' && next != '-') {
        return false; /* "5.1.1x", an address or a version */
    }
    *out = (struct enhanced){(uint8_t)(class - '0'), (uint16_t)subject, (uint16_t)detail};
    *rest = bytes_trim(next == ':' ? bytes_from(behind, 1) : behind);
    return true;
}

/* ---- queue ids ---- */

/* How the id stands to its mark, which begins a word. */
enum place {
    BEHIND,    /* the word behind it */
    BEHIND_AS, /* the word behind a later "as" */
    BEFORE,    /* the word before it */
    ENCLOSED,  /* from it to a closing bracket or comma */
    AROUND,    /* qmail: "1187876876 qp 12345", time and process */
    LONG_WORD, /* the word behind it, when nobody would write so long a word */
};

/* By MTA; of several that fit the upper one wins, so the particular stand before the general. */
static const struct {
    const char *mark;
    enum place place;
} queue_marks[] = {
    {"queued as ", BEHIND},     /* Postfix, Amavis, MailHog, many others */
    {"[InternalId=", ENCLOSED}, /* Exchange 2010 and later */
    {"id=", BEHIND},            /* Exim */
    {"- gsmtp", BEFORE},        /* Google */
    {"qp ", AROUND},            /* qmail */
    {"queued with id ", BEHIND},
    {"queued on ", BEHIND_AS},            /* Yandex */
    {"queued mail for delivery", BEFORE}, /* IIS, older Exchange: the message id */
    {"message queued (", ENCLOSED},       /* Haraka */
    {"saved", BEFORE},                    /* Dovecot LMTP */
    {"message accepted", BEFORE},         /* Sendmail, OpenSMTPD, Kerio, CommuniGate */
    {"mail accepted", BEFORE},
    {"message ", BEHIND},        /* IronPort: "ok:  Message 123 accepted" */
    {"received ok [", ENCLOSED}, /* Mimecast */
    {"ok. ", LONG_WORD},         /* Courier */
    {"ok ", LONG_WORD},          /* Amazon SES, Momentum */
};
#define MARKS (sizeof queue_marks / sizeof queue_marks[0])

#define QUEUE_TEXT 512 /* the id of an honest server stands within */
#define LONG_ID    16

static bool is_one_of(int c, const char *set)
{
    return c > 0 && strchr(set, c) != NULL;
}

/* An id has a digit and is one printable word. */
static bool is_id(struct bytes b)
{
    bool digit = false;
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] < ' ' || b.p[i] >= 0x7f) {
            return false;
        }
        digit = digit || ascii_is_digit(b.p[i]);
    }
    return digit && b.n >= 4 && b.n <= 200;
}

/* Without the punctuation that ends a sentence or encloses a word. */
static struct bytes bare_id(struct bytes b)
{
    while (b.n > 0 && is_one_of(b.p[b.n - 1], ".,;:)]>'\"")) {
        b.n--;
    }
    while (b.n > 0 && is_one_of(b.p[0], "<([{'\"")) {
        b = bytes_from(b, 1);
    }
    return b;
}

static bool is_space(int c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static struct bytes first_word(struct bytes b)
{
    size_t from = 0;
    while (from < b.n && is_space(b.p[from])) {
        from++;
    }
    size_t to = from;
    while (to < b.n && !is_space(b.p[to])) {
        to++;
    }
    return bytes_sub(b, from, to - from);
}

static struct bytes last_word(struct bytes b)
{
    while (b.n > 0 && is_space(b.p[b.n - 1])) {
        b.n--;
    }
    size_t from = b.n;
    while (from > 0 && !is_space(b.p[from - 1])) {
        from--;
    }
    return bytes_from(b, from);
}

/* Exchange puts "[Hostname=x]" between the id and the words. */
static struct bytes without_bracket(struct bytes before)
{
    size_t open = bytes_find(before, '[', 0);
    return open == SIZE_MAX ? before : bytes_sub(before, 0, open);
}

static struct bytes enclosed(struct bytes b)
{
    size_t n = 0;
    while (n < b.n && !is_one_of(b.p[n], ",)]")) {
        n++;
    }
    return bytes_sub(b, 0, n);
}

static struct bytes qmail_id(struct bytes before, struct bytes behind)
{
    struct bytes time = last_word(before), process = first_word(behind);
    uint64_t number = 0;
    if (!bytes_u64(time, &number) || !bytes_u64(process, &number)) {
        return (struct bytes){NULL, 0};
    }
    return bytes_make(time.p, (size_t)(process.p + process.n - time.p));
}

static struct bytes id_at(struct bytes before, struct bytes behind, enum place place)
{
    struct bytes none = {NULL, 0}, word = bare_id(first_word(behind));
    switch (place) {
    case BEHIND:
        return word;
    case BEHIND_AS: {
        size_t as = bytes_search(behind, " as ", 0);
        return as == SIZE_MAX ? none : bare_id(first_word(bytes_from(behind, as + 4)));
    }
    case BEFORE:
        return bare_id(last_word(without_bracket(before)));
    case ENCLOSED:
        return enclosed(behind);
    case AROUND:
        return qmail_id(before, behind);
    case LONG_WORD:
        return word.n >= LONG_ID && bytes_find(word, '@', 0) == SIZE_MAX ? word : none;
    }
    return none;
}

/* The uppermost mark below `best` that begins here and has an id; else `best`. */
static size_t better_mark(struct bytes text, size_t at, size_t best, struct bytes *id)
{
    struct bytes here = bytes_from(text, at);
    int c = ascii_lower(bytes_at(here, 0));
    for (size_t i = 0; i < best; i++) {
        const char *mark = queue_marks[i].mark;
        if (c == mark[0] && bytes_starts(here, mark)) {
            struct bytes found =
                id_at(bytes_sub(text, 0, at), bytes_from(here, strlen(mark)), queue_marks[i].place);
            if (is_id(found)) {
                *id = found;
                return i;
            }
        }
    }
    return best;
}

struct bytes reply_queue_id(struct bytes text)
{
    struct enhanced enhanced;
    struct bytes id = {NULL, 0};
    size_t best = MARKS;
    reply_enhanced(text, &enhanced, &text);
    text = bytes_sub(text, 0, QUEUE_TEXT);
    bool space = true;
    for (size_t at = 0; at < text.n && best > 0; at++) {
        bool begins = space;
        space = is_space(text.p[at]);
        if (begins && !space) {
            best = better_mark(text, at, best, &id);
        }
    }
    return id;
}
