/* mailwire: the command line, signals, exit status. */
#include "capture/source.h"
#include "dissect/note.h"
#include "ui/filter.h"
#include "ui/run.h"
#include "ui/version.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#define SAME_WISH_MILLI 300

/* For the signal handler, which has no other way to them. */
static struct source *volatile reading_now;
static volatile sig_atomic_t stop_asked;

static int64_t monotonic_milli(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* One wish to stop may come as several signals: timeout(1) tells the program and then its whole
 * group. What comes later than that ends the program at once. */
static void on_stop(int number)
{
    static _Atomic int64_t first;
    int saved = errno;
    int64_t now = monotonic_milli(), none = 0;
    if (!atomic_compare_exchange_strong(&first, &none, now) && now - none > SAME_WISH_MILLI) {
        signal(number, SIG_DFL);
        raise(number);
    }
    stop_asked = 1;
    struct source *s = reading_now;
    if (s != NULL) {
        source_stop(s);
    }
    errno = saved;
}

static void set_reading(struct source *s)
{
    reading_now = s;
}

static bool is_stopped(void)
{
    return stop_asked != 0;
}

/* Stopping is told through source_stop, so a write that waits for its reader goes on (SA_RESTART);
 * a second signal ends the program at once. Writes beyond a limit or to a closed pipe come back as
 * errors, so that what is open is closed in order. */
static void set_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&stop.sa_mask);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

/* A file that is opened while one of them is closed would get its number, and what is meant for
 * standard output. What stands there instead can be used in the wrong direction only. */
static void hold_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) {
            _exit(RUN_NOTHING);
        }
    }
}

static void print_findings(void)
{
    for (int i = 0; i < NOTE_ID_COUNT; i++) {
        const struct note_rule *rule = note_rule((enum note_id)i);
        printf("%-30s %-8s %-11s %s; %s%s%s%s\n", rule->id, severity_name(rule->severity),
               rule->category, rule->sentence, rule->advice, rule->reference[0] ? " (" : "",
               rule->reference, rule->reference[0] ? ")" : "");
    }
}

static enum run_status act(const struct options *o)
{
    struct error e;
    switch (o->action) {
    case ACTION_HELP:
        options_print_help(stdout);
        break;
    case ACTION_VERSION:
        puts("mailwire " MAILWIRE_VERSION);
        break;
    case ACTION_LIMITS:
        limits_print(&o->limits, stdout);
        break;
    case ACTION_LIST_FINDINGS:
        print_findings();
        break;
    case ACTION_LIST_FIELDS:
        filter_list_fields(stdout);
        break;
    case ACTION_INTERFACES:
        if (!source_list_interfaces(stdout, &e)) {
            run_say(e.text);
            return RUN_NOTHING;
        }
        break;
    case ACTION_RUN:
        return run(o, set_reading, is_stopped);
    }
    if (fflush(stdout) != 0 && errno != EPIPE) {
        error_set(&e, "standard output: %s", strerror(errno));
        run_say(e.text);
        return RUN_PARTLY;
    }
    return RUN_DONE;
}

int main(int argc, char **argv)
{
    struct options o;
    struct error e;
    enum run_status status = RUN_USAGE;
    hold_standard_descriptors();
    set_signals();
    if (options_parse(&o, argc, argv, &e)) {
        status = act(&o);
    } else {
        run_say(e.text);
    }
    options_done(&o);
    return (int)status;
}
