/* JSON, appended to a buffer as it comes: objects, arrays, texts, numbers (RFC 8259).
 *
 * Keys are literals of ours and are not escaped. Commas set themselves. Text goes
 * through text.h: always valid UTF-8, undecodable bytes as U+FFFD; longer than
 * JSON_TEXT_MOST it is cut between characters, with "NAME_truncated": true behind it.
 * It is called a few dozen times for each record, so the small steps are inline.
 */
#ifndef MAILWIRE_UI_EXPORT_JSON_WRITER_H
#define MAILWIRE_UI_EXPORT_JSON_WRITER_H

#include "capture/base/buf.h"
#include "capture/base/when.h"

#define JSON_TEXT_MOST 65536

struct json {
    struct buf *out; /* borrowed; its ceiling is never reached */
    enum when_precision precision;
    bool item_cut; /* a text in the open array was cut */
    int64_t day;   /* json_time: the day (since 1970) that day_text holds */
    char day_text[WHEN_ROOM];
};

void json_init(struct json *j, struct buf *out, enum when_precision precision);

static inline uint8_t *json_room(struct json *j, size_t n)
{
    struct buf *b = j->out;
    return b->room - b->n > n ? b->p + b->n : buf_room(b, n);
}

/* Bytes as they are: literals only. */
static inline void json_raw(struct json *j, const char *literal)
{
    size_t n = strlen(literal);
    memcpy(json_room(j, n), literal, n);
    j->out->n += n;
}

/* A comma, unless it is the first in its object or array. */
static inline void json_comma(struct json *j)
{
    struct buf *b = j->out;
    if (b->n > 0 && b->p[b->n - 1] != '{' && b->p[b->n - 1] != '[') {
        json_raw(j, ",");
    }
}

/* ,"key": and what the value begins with, in one step: each step pays for the buffer's bookkeeping.
 */
static inline void json_key_and(struct json *j, const char *key, const char *begin)
{
    size_t n = strlen(key), begin_n = strlen(begin);
    uint8_t *p = json_room(j, n + begin_n + 4);
    size_t at = 0;
    if (j->out->n > 0 && p[-1] != '{' && p[-1] != '[') {
        p[at++] = ',';
    }
    p[at++] = '"';
    memcpy(p + at, key, n);
    at += n;
    p[at++] = '"';
    p[at++] = ':';
    memcpy(p + at, begin, begin_n);
    j->out->n += at + begin_n;
}

static inline void json_key(struct json *j, const char *key)
{
    json_key_and(j, key, "");
}

/* key NULL: the record itself, or an array's item. */
static inline void json_open(struct json *j, const char *key)
{
    if (key == NULL) {
        json_comma(j);
        json_raw(j, "{");
    } else {
        json_key_and(j, key, "{");
    }
}

static inline void json_close(struct json *j)
{
    json_raw(j, "}");
}

static inline void json_open_array(struct json *j, const char *key)
{
    json_key_and(j, key, "[");
    j->item_cut = false;
}

/* With the array's key once more: "KEY_truncated" follows where one of its texts was cut. */
void json_close_array(struct json *j, const char *key);

/* A literal of ours that needs no escaping. */
static inline void json_word(struct json *j, const char *key, const char *word)
{
    json_key_and(j, key, "\"");
    size_t n = strlen(word);
    uint8_t *p = json_room(j, n + 1);
    memcpy(p, word, n);
    p[n] = '"';
    j->out->n += n + 1;
}

static inline void json_bool(struct json *j, const char *key, bool v)
{
    if (v) {
        json_key_and(j, key, "true");
    } else {
        json_key_and(j, key, "false");
    }
}

void json_number(struct json *j, uint64_t v); /* the digits alone */

static inline void json_u64(struct json *j, const char *key, uint64_t v)
{
    json_key(j, key);
    json_number(j, v);
}

static inline void json_item_u64(struct json *j, uint64_t v)
{
    json_comma(j);
    json_number(j, v);
}

/* The text and its end behind an opening quote; then the sibling that tells that it was cut. */
bool json_text_end(struct json *j, struct bytes text);
void json_truncated(struct json *j, const char *key);

static inline void json_text(struct json *j, const char *key, struct bytes text)
{
    json_key_and(j, key, "\"");
    if (!json_text_end(j, text)) {
        json_truncated(j, key);
    }
}

void json_item_text(struct json *j, struct bytes text);
void json_time(struct json *j, const char *key, int64_t ns); /* RFC 3339, UTC */
void json_hex(struct json *j, const char *key, struct bytes b);
/* Nanoseconds as seconds with as many digits as the precision has. */
void json_seconds(struct json *j, const char *key, int64_t ns);

#endif
