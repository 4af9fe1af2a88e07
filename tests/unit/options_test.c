#include "ui/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define WORDS_MOST 32

/* Parses a line of words parted by blanks. */
static bool parse(struct options *o, const char *line, struct error *e)
{
    static char copy[1000];
    char *argv[WORDS_MOST];
    int argc = 0;
    snprintf(copy, sizeof copy, "mailwire %s", line);
    char *p = copy;
    while (argc < WORDS_MOST) {
        char *word = p;
        p = strchr(p, ' ');
        argv[argc++] = word;
        if (p == NULL) {
            break;
        }
        *p++ = '\0';
    }
    e->text[0] = '\0';
    return options_parse(o, argc, argv, e);
}

static struct options parsed(const char *line)
{
    struct options o;
    struct error e;
    bool fine = parse(&o, line, &e);
    if (!fine) {
        print_error("%s: %s\n", line, e.text);
    }
    assert_true(fine);
    return o;
}

static void refused(const char *line, const char *says)
{
    struct options o;
    struct error e;
    assert_false(parse(&o, line, &e));
    if (strstr(e.text, says) == NULL) {
        print_error("%s: %s\n", line, e.text);
    }
    assert_non_null(strstr(e.text, says));
    options_done(&o);
}

static void test_files_and_filter(void **state)
{
    (void)state;
    struct options o = parsed("-r a.pcap tcp port 25 -rb.pcap -T json or port 110");
    assert_int_equal(o.file_count, 2);
    assert_string_equal(o.files[0], "a.pcap");
    assert_string_equal(o.files[1], "b.pcap");
    assert_string_equal(o.bpf, "tcp port 25 or port 110");
    assert_string_equal(o.view->name, "json");
    options_done(&o);
    o = parsed("-r - -- -T json");
    assert_string_equal(o.files[0], "-");
    assert_string_equal(o.bpf, "-T json");
    assert_null(o.view);
    options_done(&o);
}

static void test_flags_and_values(void **state)
{
    (void)state;
    struct options o = parsed("-i eth0 -plq -s 96 -B 2048 -c100 -w out.pcap --utc --show-secrets "
                              "--commands --bodies -v --after 12:30 --before=12:40");
    assert_string_equal(o.interface, "eth0");
    assert_true(o.no_promiscuous && o.line_buffered && o.quiet && o.verbose);
    assert_true(o.utc && o.show_secrets && o.commands && o.bodies);
    assert_int_equal(o.snaplen, 96);
    assert_int_equal(o.buffer_kib, 2048);
    assert_int_equal(o.max_packets, 100);
    assert_string_equal(o.write_path, "out.pcap");
    assert_string_equal(o.after, "12:30");
    assert_string_equal(o.before, "12:40");
    options_done(&o);
    o = parsed("-lr x");
    assert_true(o.line_buffered);
    assert_string_equal(o.files[0], "x");
    options_done(&o);
}

static void test_ports_policies_limits(void **state)
{
    (void)state;
    struct options o = parsed("-r x --port smtp=2525,10025 --port=pop3=1110 --overlap last "
                              "--checksum strict --memory 512M --limit recipients=5");
    assert_int_equal(o.port_count, 3);
    assert_string_equal(o.ports[1].protocol, "smtp");
    assert_int_equal(o.ports[1].port, 10025);
    assert_string_equal(o.ports[2].protocol, "pop3");
    assert_int_equal(o.overlap, OVERLAP_LAST);
    assert_int_equal(o.checksum, CHECKSUM_STRICT);
    assert_true(o.limits.memory == 512u << 20);
    assert_true(o.limits.recipients == 5);
    options_done(&o);
}

static void test_exports(void **state)
{
    (void)state;
    struct options o = parsed("-r x --export-eml d --export-mbox=f --export-transcripts t");
    assert_int_equal(o.export_count, 3);
    for (size_t i = 0; i < o.export_count; i++) {
        assert_non_null(o.exports[i].format);
        assert_false(o.exports[i].format->is_view);
    }
    assert_string_equal(o.exports[1].format->name, "export-mbox");
    assert_string_equal(o.exports[1].path, "f");
    options_done(&o);
}

static void test_sessions(void **state)
{
    (void)state;
    struct options o = parsed("-r x --session 3 --session 0123456789ABCDEF");
    struct session_info s = {.number = 3, .id = "ffffffffffffffff"};
    assert_true(selection_has(&o.selection, &s));
    s.number = 4;
    assert_false(selection_has(&o.selection, &s));
    memcpy(s.id, "0123456789abcdef", 17);
    assert_true(selection_has(&o.selection, &s));
    options_done(&o);
    refused("-r x --session 0", "no session");
    refused("-r x --session abc", "no session");
}

static void test_actions_need_no_input(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum option_action action;
    } rows[] = {
        {"-h", ACTION_HELP},
        {"--help", ACTION_HELP},
        {"-V", ACTION_VERSION},
        {"--version", ACTION_VERSION},
        {"-D", ACTION_INTERFACES},
        {"--limits", ACTION_LIMITS},
        {"--list-findings", ACTION_LIST_FINDINGS},
        {"-h -V", ACTION_HELP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct options o = parsed(rows[i].line);
        assert_int_equal(o.action, rows[i].action);
        options_done(&o);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    refused("", "what shall be read");
    refused("tcp port 25", "what shall be read");
    refused("-r x -i eth0", "do not go together");
    refused("--nonsense", "--nonsense");
    refused("-Z", "-Z");
    refused("-r", "wants a value");
    refused("-r x -T", "wants a value");
    refused("-r x -T nonsense", "transcript");
    refused("-r x -T export-eml", "no view");
    refused("-r x --utc=yes", "takes no value");
    refused("-r x -c many", "no number");
    refused("-r x -s -1", "no number");
    refused("-r x --port smtp", "PROTO=N");
    refused("-r x --port =25", "PROTO=N");
    refused("-r x --port smtp=0", "\"0\" is no port");
    refused("-r x --explian", "is --explain meant?");
    refused("-r x --port smtp=65536", "\"65536\" is no port");
    refused("-r x --port averyveryverylongname=25", "PROTO=N");
    refused("-r x --overlap none", "linux");
    refused("-r x --checksum none", "strict");
    refused("-r x --memory 1M", "memory");
    refused("-r x --memory lots", "memory");
    refused("-r x --limit nonsense=1", "no such limit");
    refused("-r - -w out --session 1", "standard input");
    refused("-i lo -w out --session 1", "every packet");
    refused("-r x -w - -T json", "standard output");
}

/* A name stands once; what help shows can be given. */
static void test_table(void **state)
{
    (void)state;
    size_t count = 0;
    const struct option_row *rows = options_table(&count);
    assert_true(count > 30);
    for (size_t i = 0; i < count; i++) {
        assert_true(rows[i].letter != 0 || rows[i].name != NULL);
        for (size_t k = i + 1; k < count; k++) {
            assert_true(rows[i].letter == 0 || rows[i].letter != rows[k].letter);
            assert_true(rows[i].name == NULL || rows[k].name == NULL ||
                        strcmp(rows[i].name, rows[k].name) != 0);
        }
        assert_non_null(rows[i].help);
        if (rows[i].kind == OPTION_CALL) {
            assert_non_null(rows[i].take);
        }
        if (rows[i].name != NULL && strncmp(rows[i].name, "export-", 7) == 0) {
            assert_non_null(export_find(rows[i].name));
        }
    }
}

static void test_help_shows_what_works(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0, count = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    options_print_help(out);
    fclose(out);
    const struct option_row *rows = options_table(&count);
    for (size_t i = 0; i < count; i++) {
        char shown[80];
        if (rows[i].name != NULL) {
            snprintf(shown, sizeof shown, "--%s%s", rows[i].name, rows[i].value ? " " : "");
        } else {
            snprintf(shown, sizeof shown, "\n  -%c ", rows[i].letter);
        }
        assert_int_equal(strstr(text, shown) != NULL, rows[i].help != NULL);
    }
    for (char *line = text; line != NULL; line = strchr(line, '\n')) {
        line++;
        assert_true(strcspn(line, "\n") <= 100);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_and_filter),
        cmocka_unit_test(test_flags_and_values),
        cmocka_unit_test(test_ports_policies_limits),
        cmocka_unit_test(test_exports),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_actions_need_no_input),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_help_shows_what_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
