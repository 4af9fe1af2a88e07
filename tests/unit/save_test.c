/* Saving from the viewer: what is written, in slices, and every sentence about how it went. */
#include "capture/base/text.h"
#include "tests/unit/made_session.h"
#include "tests/unit/made_store.h"
#include "ui/export/export.h"
#include "ui/export/files.h"
#include "ui/tui/save_job.h"
#include "ui/tui/save_part.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MEMORY  (64u << 20)
#define FOREVER INT64_MAX

/* A folder of its own, a store, and what a view would hand over. */
struct desk {
    struct bench bench;
    struct ui ui;
    char folder[64], path[96], told[512];
};

static void desk_init(struct desk *d)
{
    memset(d, 0, sizeof(*d));
    bench_init(&d->bench, MEMORY, MEMORY);
    d->ui.store = d->bench.store;
    d->ui.limits = &d->bench.limits;
    snprintf(d->folder, sizeof(d->folder), "/tmp/mailwire-save-XXXXXX");
    assert_non_null(mkdtemp(d->folder));
    snprintf(d->path, sizeof(d->path), "%s/out", d->folder);
}

static void desk_done(struct desk *d)
{
    bench_done(&d->bench);
    unlink(d->path);
    assert_int_equal(rmdir(d->folder), 0); /* nothing else was left behind */
}

/* ---- a part of a message ---- */

#define BODY_MOST ((size_t)40 << 20)

/* One session with one message of these bytes; gives its item. */
static struct store_item tell_message(struct desk *d, struct bytes body, bool complete)
{
    struct made m;
    made_open(&m, 1, in(&d->bench));
    struct message g = {
        .number = 1, .dir = FROM_CLIENT, .has_envelope = true, .wait = -1, .bytes = body.n};
    made_tell(&m, (struct event){.kind = EV_MESSAGE_BEGIN, .latency = -1, .u.message = &g});
    for (size_t at = 0; at < body.n; at += 60000) {
        made_tell(&m, (struct event){.kind = EV_MESSAGE_DATA,
                                     .latency = -1,
                                     .u.body = {&g, bytes_sub(body, at, 60000), at}});
    }
    g.complete = complete;
    made_tell(&m, (struct event){.kind = EV_MESSAGE_END, .latency = -1, .u.message = &g});
    made_close(&m, END_QUIT);
    drain(&d->bench);
    return store_list_item(d->bench.store, LIST_MESSAGES, 0);
}

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i * 31 + i / 7919);
}

/* A message with one attachment of n bytes, in base64. */
static void make_mail(size_t n, struct buf *out)
{
    struct buf raw;
    buf_init(&raw, n);
    buf_init(out, BODY_MOST);
    for (size_t i = 0; i < n; i++) {
        buf_add_byte(&raw, byte_at(i));
    }
    buf_add_str(out, "Subject: large\r\nContent-Type: application/octet-stream; name=a.bin\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\n");
    for (size_t at = 0; at < n; at += 57) {
        text_base64(out, bytes_sub(buf_bytes(&raw), at, 57));
        buf_add_str(out, "\r\n");
    }
    buf_done(&raw);
}

static void check_file(const struct desk *d, size_t n, uint8_t (*want)(size_t i))
{
    struct stat st;
    assert_int_equal(stat(d->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, n);
    FILE *f = fopen(d->path, "r");
    for (size_t i = 0; i < n; i++) {
        if (fgetc(f) != want(i)) {
            fail_msg("another byte at %zu", i);
        }
    }
    fclose(f);
}

/* Works with no time at all until it is done; how often it was called. */
static size_t work_in_slices(struct save_part *p)
{
    size_t calls = 1;
    while (!save_part_work(p, 0)) {
        calls++;
        if (save_part_percent(p) < 0) {
            usleep(1000);
        }
    }
    return calls;
}

/* The screen gets its turn while the message is decoded and between the pieces that are written. */
static void large_part(void **state)
{
    (void)state;
    struct desk d;
    struct buf mail;
    struct error e;
    bool cut;
    size_t n = (size_t)20 << 20;
    desk_init(&d);
    make_mail(n, &mail);
    struct store_item item = tell_message(&d, buf_bytes(&mail), true);
    struct save_part *p = save_part_start(&d.ui, item, 0, d.path, &e);
    assert_non_null(p);
    assert_false(save_part_work(p, 0));
    assert_int_equal(save_part_percent(p), -1); /* 20 MiB are not decoded in no time */
    assert_true(work_in_slices(p) >= n / 65536);
    assert_true(save_part_result(p, d.told, sizeof(d.told), &cut));
    assert_false(cut);
    assert_non_null(strstr(d.told, "saved to /tmp/mailwire-save-"));
    assert_non_null(strstr(d.told, "/out"));
    assert_null(strstr(d.told, "first"));
    save_part_free(&p);
    check_file(&d, n, byte_at);
    buf_done(&mail);
    desk_done(&d);
}

/* Where decoding ended, the part may end: said with the number of bytes. */
static void part_beyond_the_limit(void **state)
{
    (void)state;
    struct desk d;
    struct buf mail;
    struct error e;
    bool cut;
    desk_init(&d);
    d.bench.limits.mime_bytes = 1u << 20;
    make_mail(3u << 20, &mail);
    struct store_item item = tell_message(&d, buf_bytes(&mail), true);
    struct save_part *p = save_part_start(&d.ui, item, 0, d.path, &e);
    assert_non_null(p);
    work_in_slices(p);
    assert_true(save_part_result(p, d.told, sizeof(d.told), &cut));
    assert_true(cut);
    assert_non_null(strstr(d.told, "/out: what the first 1.0M of the message hold"));
    save_part_free(&p);
    buf_done(&mail);
    desk_done(&d);
}

static uint8_t raw_at(size_t i)
{
    static const char text[] = "Subject: x\r\n\r\nas sent\r\n";
    return (uint8_t)text[i];
}

static void message_as_sent(void **state)
{
    (void)state;
    struct desk d;
    struct error e;
    bool cut;
    desk_init(&d);
    struct store_item item = tell_message(&d, made_text("Subject: x\r\n\r\nas sent\r\n"), false);
    struct save_part *p = save_part_start(&d.ui, item, SAVE_PART_WHOLE, d.path, &e);
    assert_non_null(p);
    assert_true(save_part_work(p, FOREVER));
    assert_int_equal(save_part_percent(p), 100);
    assert_true(save_part_result(p, d.told, sizeof(d.told), &cut));
    assert_false(cut);
    save_part_free(&p);
    check_file(&d, 23, raw_at);
    desk_done(&d);
}

static void part_stopped(void **state)
{
    (void)state;
    struct desk d;
    struct buf mail;
    struct error e;
    bool cut;
    desk_init(&d);
    make_mail(2u << 20, &mail);
    struct store_item item = tell_message(&d, buf_bytes(&mail), true);
    struct save_part *p = save_part_start(&d.ui, item, 0, d.path, &e);
    assert_non_null(p);
    save_part_stop(p);
    work_in_slices(p);
    assert_false(save_part_result(p, d.told, sizeof(d.told), &cut));
    assert_non_null(strstr(d.told, "not saved: "));
    assert_non_null(strstr(d.told, "/out: stopped, nothing is left of it"));
    save_part_free(&p);
    assert_int_equal(access(d.path, F_OK), -1);
    buf_done(&mail);
    desk_done(&d);
}

static void part_that_is_none(void **state)
{
    (void)state;
    struct desk d;
    struct error e;
    bool cut;
    desk_init(&d);
    struct store_item item = tell_message(&d, made_text("Subject: x\r\n\r\ntext\r\n"), true);
    struct save_part *p = save_part_start(&d.ui, item, 7, d.path, &e);
    assert_non_null(p);
    work_in_slices(p);
    assert_false(save_part_result(p, d.told, sizeof(d.told), &cut));
    assert_non_null(strstr(d.told, "this part can not be decoded any more"));
    save_part_free(&p);
    assert_null(save_part_start(&d.ui, item, 0, "/nonexistent/folder/out", &e));
    assert_non_null(strstr(e.text, "/nonexistent/folder"));
    item.index = 4;
    assert_null(save_part_start(&d.ui, item, 0, d.path, &e));
    assert_string_equal(e.text, "the bytes of this message are no longer kept");
    desk_done(&d);
}

/* ---- sessions ---- */

static struct save_request request_for(const struct desk *d, const char *format, size_t sessions)
{
    struct save_request r = {
        .kind = SAVE_EXPORT, .format = export_find(format), .sessions = sessions};
    snprintf(r.path, sizeof(r.path), "%s", d->path);
    r.session = xmalloc((sessions + 1) * sizeof(*r.session));
    for (size_t i = 0; i < sessions; i++) {
        r.session[i] = store_by_number(d->bench.store, i + 1);
    }
    return r;
}

/* What is told in the end; whether it was saved. */
static bool save(struct desk *d, struct save_request *r)
{
    struct error e;
    struct save_job *j = save_job_start(&d->ui, r, &e);
    if (!j) {
        snprintf(d->told, sizeof(d->told), "%s", e.text);
        return false;
    }
    while (!save_job_work(j, FOREVER)) {
    }
    assert_int_equal(save_job_percent(j), 100);
    bool good = save_job_result(j, d->told, sizeof(d->told));
    save_job_free(&j);
    return good;
}

static void told_is(const struct desk *d, const char *before, const char *behind)
{
    char want[512];
    snprintf(want, sizeof(want), "%s%s%s", before, d->folder, behind);
    assert_string_equal(d->told, want);
}

static void sessions_saved(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d);
    made_smtp(1, in(&d.bench));
    made_smtp(2, in(&d.bench));
    drain(&d.bench);
    struct save_request r = request_for(&d, "json", 2);
    assert_true(save(&d, &r));
    told_is(&d, "saved 2 sessions to ", "/out");
    r = request_for(&d, "transcript", 1); /* what exists is not replaced */
    assert_true(save(&d, &r));
    told_is(&d, "saved 1 session to ", "/out.2");
    snprintf(d.told, sizeof(d.told), "%s.2", d.path);
    assert_int_equal(unlink(d.told), 0);
    desk_done(&d);
}

/* Each session is a slice of its own. */
static void sessions_in_slices(void **state)
{
    (void)state;
    struct desk d;
    struct error e;
    desk_init(&d);
    for (uint64_t i = 1; i <= 40; i++) {
        made_smtp(i, in(&d.bench));
    }
    drain(&d.bench);
    struct save_request r = request_for(&d, "sessions", 40);
    struct save_job *j = save_job_start(&d.ui, &r, &e);
    assert_non_null(j);
    assert_false(save_job_work(j, 0));
    assert_int_equal(save_job_percent(j), 0);
    save_job_free(&j); /* stopped: nothing stays behind */
    assert_int_equal(access(d.path, F_OK), -1);
    desk_done(&d);
}

/* What went for want of memory is told with how much of it. */
static void sessions_let_go(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d);
    for (uint64_t i = 1; i <= 3000; i++) {
        made_smtp(i, in(&d.bench));
    }
    drain(&d.bench);
    uint64_t used = store_counters(d.bench.store).used;
    store_set_ceiling(d.bench.store, used - used / 50); /* some dialogs, no sessions */
    struct store_counters c = store_counters(d.bench.store);
    assert_true(c.dialogs_let_go > 0 && c.sessions_let_go == 0);
    struct save_request r = request_for(&d, "sessions", 3000);
    assert_true(save(&d, &r));
    char want[128];
    snprintf(want, sizeof(want),
             "/out; of %zu the dialog, of 0 message bytes were let go before (memory)",
             (size_t)c.dialogs_let_go);
    told_is(&d, "saved 3 000 sessions to ", want);
    desk_done(&d);
}

/* ---- a disk that is full ---- */

static int full_folder(void *arg, const char *path, bool make, struct error *e)
{
    (void)arg, (void)path, (void)make, (void)e;
    return 0;
}

static int full_create(void *arg, int folder, const char *name)
{
    (void)arg, (void)folder, (void)name;
    return open("/dev/full", O_WRONLY | O_CLOEXEC);
}

static int full_other(void *arg, int folder, const char *name)
{
    (void)folder, (void)name;
    ++*(int *)arg;
    return 0;
}

static int full_rename(void *arg, int folder, const char *from, const char *to)
{
    (void)arg, (void)folder, (void)from, (void)to;
    fail_msg("what is not whole got its name");
    return -1;
}

static void disk_is_full(void **state)
{
    (void)state;
    struct desk d;
    struct error e;
    int removed = 0;
    bool cut;
    const struct file_maker maker = {.arg = &removed,
                                     .folder = full_folder,
                                     .create = full_create,
                                     .resume = full_other,
                                     .rename = full_rename,
                                     .unlink = full_other};
    desk_init(&d);
    made_smtp(1, in(&d.bench));
    drain(&d.bench);
    d.ui.maker = &maker;
    struct save_request r = request_for(&d, "json", 1);
    assert_false(save(&d, &r));
    told_is(&d, "not saved: ", "/out: No space left on device");
    assert_int_equal(removed, 1);
    struct store_item item = store_list_item(d.bench.store, LIST_MESSAGES, 0);
    struct save_part *p = save_part_start(&d.ui, item, SAVE_PART_WHOLE, d.path, &e);
    assert_non_null(p);
    assert_true(save_part_work(p, FOREVER));
    assert_false(save_part_result(p, d.told, sizeof(d.told), &cut));
    told_is(&d, "not saved: ", "/out: No space left on device");
    save_part_free(&p);
    assert_int_equal(removed, 2);
    desk_done(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_part),         cmocka_unit_test(part_beyond_the_limit),
        cmocka_unit_test(message_as_sent),    cmocka_unit_test(part_stopped),
        cmocka_unit_test(part_that_is_none),  cmocka_unit_test(sessions_saved),
        cmocka_unit_test(sessions_in_slices), cmocka_unit_test(sessions_let_go),
        cmocka_unit_test(disk_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
