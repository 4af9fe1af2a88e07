#include "capture/source_private.h"

#include "capture/base/text.h"
#include "capture/base/when.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECOND       INT64_C(1000000000)
#define TENTH        (SECOND / 10)
#define WAIT_MILLI   100
#define BUFFER_BYTES (32 << 20) /* no loss at 200,000 packets a second was seen with 2 MiB */
#define LISTED_MOST  256        /* bytes of interface names in a sentence */

static int64_t clock_ns(clockid_t id)
{
    struct timespec t = {0};
    clock_gettime(id, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

/* ---- opening ---- */

/* Pseudo devices that libpcap lists and that carry no mail. */
static bool is_odd_device(const char *name)
{
    static const char *const odd[] = {"nflog", "nfqueue", "bluetooth", "usbmon", "dbus"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        if (bytes_starts(bytes_of(name), odd[i])) {
            return true;
        }
    }
    return false;
}

void source_interface_names(struct buf *out)
{
    char cause[PCAP_ERRBUF_SIZE];
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, cause) != 0) {
        return;
    }
    for (const pcap_if_t *d = all; d != NULL; d = d->next) {
        if (!is_odd_device(d->name)) {
            buf_add_byte(out, ' ');
            text_escape(out, bytes_of(d->name));
        }
    }
    pcap_freealldevs(all);
}

static bool refuse_unknown(const char *shown, struct error *e)
{
    struct buf names;
    buf_init(&names, LISTED_MOST);
    source_interface_names(&names);
    error_set(e, "no interface %.100s. %s%s", shown,
              names.n > 0 ? "There are:" : "mailwire -D lists what there is", buf_cstr(&names));
    buf_done(&names);
    return false;
}

static bool refuse_permission(const char *shown, struct error *e)
{
    char self[PATH_MAX], path[SOURCE_WORDS_MOST];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = '\0';
    return error_set(e,
                     "%.100s: permission denied. Run as root, or: "
                     "setcap cap_net_raw,cap_net_admin+ep %.250s",
                     shown, n > 0 ? source_shown(self, path) : "/usr/bin/mailwire");
}

static bool refuse_activation(pcap_t *p, int status, const char *name, struct error *e)
{
    char shown[SOURCE_WORDS_MOST], cause[SOURCE_WORDS_MOST];
    source_shown(name, shown);
    source_shown(pcap_geterr(p), cause);
    switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return refuse_unknown(shown, e);
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return refuse_permission(shown, e);
    case PCAP_ERROR_IFACE_NOT_UP:
        return error_set(e, "%.100s is down. Bring it up with: ip link set %.100s up", shown,
                         shown);
    default:
        return error_set(e, "%.100s: %.250s%s%.100s", shown, pcap_statustostr(status),
                         cause[0] != '\0' ? ": " : "", cause);
    }
}

/* Sets what is set before activation. */
static bool configure(pcap_t *p, const struct source_config *c)
{
    int bytes = c->buffer_kib <= 0
                    ? BUFFER_BYTES
                    : (c->buffer_kib > INT_MAX / 1024 ? INT_MAX : c->buffer_kib * 1024);
    int snaplen = c->snaplen <= 0 || c->snaplen > SOURCE_SNAPLEN ? SOURCE_SNAPLEN : c->snaplen;
    return pcap_set_snaplen(p, snaplen) == 0 && pcap_set_promisc(p, !c->no_promiscuous) == 0 &&
           pcap_set_timeout(p, WAIT_MILLI) == 0 && pcap_set_buffer_size(p, bytes) == 0;
}

static bool filter_install(struct source *s, bool *usage, struct error *e)
{
    pcap_t *p = s->live.pcap;
    char cause[SOURCE_WORDS_MOST];
    if (s->filter.text == NULL) {
        return true;
    }
    const struct bpf_program *program = filter_for(&s->filter, p, e);
    *usage = program == NULL;
    if (program == NULL) {
        return false;
    }
    struct bpf_program copy = *program; /* pcap_setfilter does not change it, but takes no const */
    if (pcap_setfilter(p, &copy) != 0) {
        return error_set(e, "the filter can not be set: %.250s",
                         source_shown(pcap_geterr(p), cause));
    }
    return true;
}

static bool activate(struct source *s, struct error *e)
{
    pcap_t *p = s->live.pcap;
    char cause[SOURCE_WORDS_MOST], name[SOURCE_WORDS_MOST];
    s->stats.nano = pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO) == 0;
    if (!configure(p, &s->config)) {
        return error_set(e, "%.100s: the capture can not be configured",
                         source_shown(s->config.interface, name));
    }
    int status = pcap_activate(p);
    if (status < 0) {
        return refuse_activation(p, status, s->config.interface, e);
    }
    char text[PCAP_ERRBUF_SIZE] = "";
    if (pcap_setnonblock(p, 1, text) != 0) {
        return error_set(e, "%.100s: %.250s", source_shown(s->config.interface, name),
                         source_shown(text, cause));
    }
    s->live.fd = pcap_get_selectable_fd(p);
    return true;
}

bool live_open(struct source *s, bool *usage, struct error *e)
{
    char cause[PCAP_ERRBUF_SIZE] = "", shown[SOURCE_WORDS_MOST], name[SOURCE_WORDS_MOST];
    s->live.pcap = pcap_create(s->config.interface, cause);
    if (s->live.pcap == NULL) {
        return error_set(e, "%.100s: %.250s", source_shown(s->config.interface, name),
                         source_shown(cause, shown));
    }
    if (!activate(s, e) || !filter_install(s, usage, e)) {
        return false;
    }
    /* Now, since later there may be no right to. Without it the state is just not told. */
    s->live.socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return true;
}

void live_close(struct source *s)
{
    if (s->live.pcap != NULL) {
        pcap_close(s->live.pcap);
        s->live.pcap = NULL;
    }
    if (s->live.socket >= 0) {
        close(s->live.socket);
        s->live.socket = -1;
    }
}

/* ---- running ---- */

/* Is the interface up and running? Unknown counts as yes. */
static bool interface_runs(const struct source *s)
{
    struct ifreq request = {0};
    size_t n = strlen(s->config.interface);
    if (s->live.socket < 0 || n >= sizeof request.ifr_name) {
        return true;
    }
    memcpy(request.ifr_name, s->config.interface, n);
    if (ioctl(s->live.socket, SIOCGIFFLAGS, &request) != 0) {
        return true; /* "any", or gone: then libpcap says so */
    }
    return (request.ifr_flags & IFF_UP) != 0 && (request.ifr_flags & IFF_RUNNING) != 0;
}

/* libpcap tells nothing of an interface that goes down or comes up again. */
static void tell_state(struct source *s)
{
    char name[SOURCE_WORDS_MOST], when[WHEN_ROOM];
    bool down = !interface_runs(s);
    if (down == s->stats.interface_down) {
        return;
    }
    s->stats.interface_down = down;
    when_clock(clock_ns(CLOCK_REALTIME), false, when);
    when[8] = '\0'; /* seconds are enough */
    source_tell(s, down ? "%s is down since %s, waiting" : "%s is up again since %s",
                source_shown(s->config.interface, name), when);
}

/* Lost packets are ps_drop and ps_ifdrop; ps_recv counts twice on the loopback. */
static void count_drops(struct source *s)
{
    struct pcap_stat st = {0};
    if (pcap_stats(s->live.pcap, &st) == 0) {
        s->stats.dropped = (uint64_t)st.ps_drop + st.ps_ifdrop;
    }
}

static void look_about(struct source *s)
{
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    if (now - s->live.asked >= SECOND) {
        s->live.asked = now;
        tell_state(s);
        count_drops(s);
    }
    if (now - s->live.idled >= TENTH) {
        s->live.idled = now;
        source_idle(s, clock_ns(CLOCK_REALTIME));
    }
}

static void live_fail(struct source *s)
{
    char name[SOURCE_WORDS_MOST], cause[SOURCE_WORDS_MOST];
    s->stats.failed = true;
    source_tell(s, "%s: the capture ended: %s", source_shown(s->config.interface, name),
                source_shown(pcap_geterr(s->live.pcap), cause));
}

void live_run(struct source *s)
{
    bool ready = false;
    s->handle = s->live.pcap;
    s->linktype = pcap_datalink(s->live.pcap);
    while (source_poll(s, s->live.fd, WAIT_MILLI, &ready)) {
        int n = pcap_dispatch(s->live.pcap, SOURCE_BATCH, source_take, (u_char *)s);
        if (n < 0 && n != PCAP_ERROR_BREAK) {
            live_fail(s);
            break;
        }
        look_about(s);
    }
    count_drops(s);
}

/* ---- D ---- */

static void print_device(FILE *out, const pcap_if_t *d)
{
    char name[SOURCE_WORDS_MOST], what[SOURCE_WORDS_MOST];
    const char *state = (d->flags & PCAP_IF_UP) == 0        ? "down"
                        : (d->flags & PCAP_IF_RUNNING) == 0 ? "up, not running"
                                                            : "up";
    fprintf(out, "%-16s %s", source_shown(d->name, name), state);
    if ((d->flags & PCAP_IF_LOOPBACK) != 0) {
        fputs(", loopback", out);
    }
    if (d->description != NULL) {
        fprintf(out, "  %s", source_shown(d->description, what));
    }
    fputc('\n', out);
}

bool source_list_interfaces(void *out_file, struct error *e)
{
    char cause[PCAP_ERRBUF_SIZE] = "", shown[SOURCE_WORDS_MOST];
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, cause) != 0) {
        return error_set(e, "the interfaces can not be listed: %s", source_shown(cause, shown));
    }
    for (const pcap_if_t *d = all; d != NULL; d = d->next) {
        print_device(out_file, d);
    }
    bool any = all != NULL;
    pcap_freealldevs(all);
    return any || error_set(e, "no interface can be captured from. Run as root?");
}
