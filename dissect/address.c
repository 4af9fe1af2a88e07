#include "dissect/address.h"

/* Skips "FROM:" or "TO:" in any case, blanks around the colon allowed. */
static struct bytes without_keyword(struct bytes text)
{
    static const char *const words[] = {"FROM", "TO"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (bytes_starts(text, words[i])) {
            struct bytes rest = bytes_trim(bytes_from(text, strlen(words[i])));
            if (bytes_at(rest, 0) == ':') {
                return bytes_trim(bytes_from(rest, 1));
            }
        }
    }
    return bytes_at(text, 0) == ':' ? bytes_trim(bytes_from(text, 1)) : text;
}

/* Index of the first `stop` or `other` outside of a quoted string (RFC 5321 4.1.2), or b.n. A quote
 * that never closes is a byte like any other. */
static size_t find_unquoted(struct bytes b, size_t from, int stop, int other)
{
    bool quoted = false;
    for (size_t i = from; i < b.n; i++) {
        int c = b.p[i];
        if (quoted) {
            quoted = c != '"';
            i += c == '\\' ? 1 : 0;
        } else if (c == '"') {
            quoted = bytes_find(b, '"', i + 1) != SIZE_MAX;
        } else if (c == stop || c == other) {
            return i;
        }
    }
    return b.n;
}

/* "@relay,@other:user@host" → "user@host" (RFC 5321 C: source routes are ignored). */
static struct bytes without_route(struct bytes path)
{
    if (bytes_at(path, 0) != '@') {
        return path;
    }
    size_t colon = find_unquoted(path, 0, ':', ':');
    return colon < path.n ? bytes_trim(bytes_from(path, colon + 1)) : path;
}

static void read_bracketed(struct bytes text, size_t open, struct path *out)
{
    size_t close = find_unquoted(text, open + 1, '>', '>');
    if (close == text.n && bytes_find(text, '>', open + 1) != SIZE_MAX) {
        close = bytes_find(text, '>', open + 1); /* odd quoting: the bracket is the better guess */
    }
    out->bracketed = true;
    out->closed = close < text.n;
    out->address = without_route(bytes_trim(bytes_sub(text, open + 1, close - open - 1)));
    out->parameters = bytes_trim(bytes_from(text, close + 1));
}

/* A bracket belongs to the path when it comes first, or behind a display name: then no blank
 * separated word before it looks like an address. */
static bool bracket_counts(struct bytes text, size_t open)
{
    return open < text.n && bytes_find(bytes_sub(text, 0, open), '@', 0) == SIZE_MAX;
}

bool address_path(struct bytes text, struct path *out)
{
    *out = (struct path){.address = {(const uint8_t *)"", 0}};
    text = without_keyword(bytes_trim(text));
    if (text.n == 0) {
        return false;
    }
    size_t open = find_unquoted(text, 0, '<', '<');
    if (bracket_counts(text, open)) {
        read_bracketed(text, open, out);
        return true;
    }
    size_t end = find_unquoted(text, 0, ' ', '\t');
    out->closed = end < text.n;
    out->address = without_route(bytes_sub(text, 0, end));
    out->parameters = bytes_trim(bytes_from(text, end));
    return true;
}
