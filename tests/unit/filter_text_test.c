/* The text of filters: errors with their places, what a filter needs, completion, the table of
 * fields. */
#include "ui/filter.h"

#include "capture/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *alias(void *arg, const char *name)
{
    (void)arg;
    if (strcmp(name, "loop") == 0) {
        return "@loop";
    }
    return strcmp(name, "broken") == 0 ? "code>=x" : NULL;
}

static struct filter_config config = {
    .alias = alias, .utc = true, .show_secrets = true, .day_of = TIME_UNKNOWN};

static void errors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at, length;
        const char *says;
    } rows[] = {
        {"proto:smtp and code>=5x0", 21, 3, "number expected after >=, for example 500"},
        {"code>=", 6, 0, "value expected after >="},
        {"code>= )", 7, 1, "value expected after >="},
        {"size:12Q", 5, 3, "size expected after :, for example 4K or 1M"},
        {"size:1.5", 5, 3, "size expected"},
        {"dur>5x", 4, 2, "time span expected"},
        {"start>yesterday", 6, 9, "time expected after >"},
        {"start>-x", 6, 2, "time span expected after -"},
        {"start:12:30..2025-11-01T12:30", 6, 23, "both ends"},
        {"proto:http", 6, 4, "one of smtp lmtp pop2 pop3 imap expected after :"},
        {"authok:maybe", 7, 5, "yes or no"},
        {"net:mx1", 4, 3, "address or network expected"},
        {"ip:10.0.0.0/33", 3, 11, "address or network expected"},
        {"enh:5.7.1.1", 4, 7, "enhanced status code expected"},
        {"foo:bar", 0, 3, "no field foo"},
        {"subjct:x", 0, 6, "is subject meant?"},
        {"sevv>=high", 0, 4, "is sev meant?"},
        {"user", 0, 4, "operator expected behind user"},
        {"id:1 subject", 5, 7, "operator expected behind subject"},
        {":x", 0, 1, "field expected before :"},
        {">5", 0, 1, "field expected before >"},
        {"(id:1", 0, 1, "the parenthesis is not closed"},
        {"id:1)", 4, 1, "unexpected )"},
        {"id:(1,2", 3, 1, "the parenthesis is not closed"},
        {"id:(1 2)", 6, 1, "comma or )"},
        {"id>(1,2)", 3, 1, "a list goes with"},
        {"id:5..2", 3, 4, "the range ends before it begins"},
        {"id<1..3", 3, 4, "a range goes with"},
        {"\"open", 0, 1, "the quote is not closed"},
        {"user:\"x", 5, 1, "the quote is not closed"},
        {"user:x\"y\"", 6, 1, "put quotes around"},
        {"helo~(a|b)$", 10, 1, "put quotes around"},
        {"id:(1)x", 6, 1, "a blank is expected"},
        {"helo~x(a|b)$", 6, 1, "put quotes around"},
        {"user>x", 4, 1, "user is no number: use : = or ~"},
        {"proto~smtp", 5, 1, "proto is no text"},
        {"code~5..", 4, 1, "code is no text"},
        {"helo~\"[\"", 5, 3, "this is no pattern"},
        {"helo~\"(a)\\1\"", 5, 7, "can not refer back"},
        {"helo~\"a{300}\"", 5, 8, "repetitions"},
        {"helo~\"((a{99}){99}){99}\"", 5, 19, "repetitions"},
        {"helo~\"a++++++++++++++++\"", 5, 19, "repetitions"},
        {"helo~\"((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+\"", 5, 46, "repetitions"},
        {"id:1 or", 7, 0, "a test, a flag or a word is expected"},
        {"id:1 and", 8, 0, "a test, a flag or a word is expected"},
        {"not", 3, 0, "a test, a flag or a word is expected"},
        {"id:1 or or id:2", 8, 2, ""},
        {"()", 1, 1, "unexpected )"},
        {"@nosuch", 0, 7, "no filter is named @nosuch"},
        {"id:1 @broken", 5, 7, "in @broken: number expected"},
        {"@loop", 0, 5, "in @loop"},
        {"id:99999999999999999999", 3, 20, "number expected"},
        {"secret:x", 0, 6, ""},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct filter_error e = {0, 0, ""};
        struct filter_config c = config;
        c.show_secrets = false;
        struct filter *f = filter_parse(rows[i].text, &c, &e);
        if (rows[i].says[0] == '\0' && f != NULL) { /* only that it is no crash */
            filter_free(&f);
            continue;
        }
        if (f != NULL) {
            fail_msg("%s: no error", rows[i].text);
        }
        if ((rows[i].says[0] != '\0' && (e.at != rows[i].at || e.length != rows[i].length)) ||
            strstr(e.text, rows[i].says) == NULL) {
            print_error("%s: \"%s\" at %zu, %zu long\n", rows[i].text, e.text, e.at, e.length);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void carets(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"code>=5x0", "code>=5x0\n      ^~~ number expected after >=, for example 500\n"},
        {"user:\xe5\xb1\xb1 x:1", /* wide: two columns */
         "user:\xe5\xb1\xb1 x:1\n        ^ no field x (quote it to search for the text)\n"},
        {"\x1b[2J x:1", "\\x1b[2J x:1\n        ^ no field x (quote it to search for the text)\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct filter_error e;
        struct buf out;
        buf_init(&out, 1000);
        assert_null(filter_parse(rows[i].text, &config, &e));
        filter_error_show(rows[i].text, &e, &out);
        assert_string_equal(buf_cstr(&out), rows[i].shown);
        buf_done(&out);
    }
}

static void needs(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned needs;
    } rows[] = {
        {"proto:smtp user:x", 0},
        {"code>400", FILTER_NEEDS_DIALOG},
        {"header.x:y", FILTER_NEEDS_BODIES},
        {"body:x", FILTER_NEEDS_BODIES | FILTER_NEEDS_MIME},
        {"country:de", FILTER_NEEDS_GEO},
        {"start>-5m", FILTER_NEEDS_NOW},
        {"id:1 or not (rcpt:x body:y)",
         FILTER_NEEDS_DIALOG | FILTER_NEEDS_BODIES | FILTER_NEEDS_MIME},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct filter *f = filter_parse(rows[i].text, &config, NULL);
        assert_non_null(f);
        assert_int_equal(filter_needs(f), rows[i].needs);
        assert_false(filter_is_empty(f));
        filter_free(&f);
    }
    struct filter *f = filter_parse(" ", NULL, NULL);
    assert_true(filter_is_empty(f));
    filter_free(&f);
}

/* Deep, long and odd texts end in a filter or an error, nothing else. */
static void hostile_texts(void **state)
{
    (void)state;
    char text[20000];
    struct filter_error e;
    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_null(filter_parse(text, &config, &e));
    text[5000] = '\0';
    assert_null(filter_parse(text, &config, &e));
    assert_non_null(strstr(e.text, "too many parentheses"));
    memset(text, '!', 8000);
    strcpy(text + 8000, "id:1");
    struct filter *f = filter_parse(text, &config, &e);
    assert_non_null(f);
    filter_free(&f);
    for (size_t i = 0; i < 8000; i += 5) {
        memcpy(text + i, "open ", 5);
    }
    text[8000] = '\0';
    f = filter_parse(text, &config, &e);
    assert_non_null(f);
    filter_free(&f);
    static const char bytes[] = " ()\",:=!~<>@ornotadxid5.*%\\-\x80\xff\x01";
    unsigned seed = 3;
    for (int round = 0; round < 30000; round++) {
        size_t n = (seed >> 9) % 30;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            text[i] = bytes[(seed >> 8) % (sizeof bytes - 1)];
        }
        text[n] = '\0';
        seed = seed * 1103515245 + 12345;
        f = filter_parse(text, &config, &e);
        if (f == NULL) {
            assert_true(e.text[0] != '\0');
            assert_true(e.at <= n && e.length <= n - e.at);
        }
        filter_free(&f);
        for (size_t cursor = 0; cursor <= n; cursor++) {
            struct filter_hint h = filter_hint(text, cursor);
            assert_true(h.from <= h.to && h.to <= n);
        }
    }
}

static void hints(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t cursor;
        enum filter_place place;
        size_t from, to;
        const char *field;
        bool unfinished;
    } rows[] = {
        {"", 0, PLACE_FIELD, 0, 0, NULL, false},
        {"cli", 3, PLACE_FIELD, 0, 3, NULL, true},
        {"proto:smtp and code>=500 and cli", 32, PLACE_FIELD, 29, 32, NULL, true},
        {"client", 6, PLACE_OPERATOR, 0, 6, "client", true},
        {"client:", 7, PLACE_VALUE, 7, 7, "client", true},
        {"client:10.", 10, PLACE_VALUE, 7, 10, "client", false},
        {"proto:smtp ", 11, PLACE_FIELD, 11, 11, NULL, false},
        {"proto:(smtp,po", 14, PLACE_VALUE, 12, 14, "proto", false},
        {"proto:(smtp, ", 13, PLACE_VALUE, 13, 13, "proto", true},
        {"proto:(smtp,pop3) mar", 21, PLACE_FIELD, 18, 21, NULL, true},
        {"marked", 6, PLACE_FIELD, 0, 6, NULL, false},
        {"(not tls or op", 14, PLACE_FIELD, 12, 14, NULL, true},
        {"@mx", 3, PLACE_ALIAS, 1, 3, NULL, false},
        {"\"quoted te", 10, PLACE_NOTHING, 0, 10, NULL, false},
        {"zzz", 3, PLACE_FIELD, 0, 3, NULL, false},
        {"code>=500 zz", 3, PLACE_FIELD, 0, 4, NULL, false},
        {"code>=500 zz", 9, PLACE_VALUE, 6, 9, "code", false},
        {"!tls", 4, PLACE_FIELD, 1, 4, NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct filter_hint h = filter_hint(rows[i].text, rows[i].cursor);
        if (h.place != rows[i].place || h.from != rows[i].from || h.to != rows[i].to ||
            h.unfinished != rows[i].unfinished ||
            strcmp(h.field ? h.field->name : "-", rows[i].field ? rows[i].field : "-") != 0) {
            fail_msg("%s at %zu: place %d, %zu-%zu, %s, unfinished %d", rows[i].text,
                     rows[i].cursor, (int)h.place, h.from, h.to, h.field ? h.field->name : "-",
                     h.unfinished);
        }
    }
}

/* The table: every example is a filter, every name of screens' grammar is there. */
static void table(void **state)
{
    (void)state;
    size_t count;
    const struct filter_field *fields = filter_fields(&count);
    assert_true(count > 60);
    for (size_t i = 0; i < count; i++) {
        struct filter_error e;
        struct filter *f = filter_parse(fields[i].example, &config, &e);
        if (f == NULL) {
            fail_msg("example of %s: %s", fields[i].name, e.text);
        }
        filter_free(&f);
        assert_true(strlen(fields[i].help) > 3);
    }
    static const char *const names[] = {
        "id",         "proto",    "port",    "ip",      "client",  "server",    "clientport",
        "serverport", "net",      "start",   "end",     "dur",     "idle",      "bytes",
        "msgs",       "state",    "result",  "tls",     "sni",     "file",      "user",
        "auth",       "authok",   "secret",  "cmd",     "code",    "enh",       "reply",
        "helo",       "rcpt",     "from",    "rcptok",  "slow",    "subject",   "hfrom",
        "hto",        "to",       "msgid",   "header.", "size",    "parts",     "ctype",
        "fname",      "queueid",  "finding", "sev",     "retrans", "gap",       "cut",
        "text",       "body",     "open",    "closed",  "marked",  "encrypted", "failed",
        "pipelined",  "truncated"};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        bool found = false;
        for (size_t i = 0; i < count; i++) {
            found |= strcmp(fields[i].name, names[n]) == 0;
        }
        if (!found) {
            fail_msg("no field %s", names[n]);
        }
    }
    FILE *out = tmpfile();
    filter_list_fields(out);
    assert_true(ftell(out) > 4000);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors),        cmocka_unit_test(carets), cmocka_unit_test(needs),
        cmocka_unit_test(hostile_texts), cmocka_unit_test(hints),  cmocka_unit_test(table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
