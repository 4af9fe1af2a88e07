#include "capture/source_private.h"

#include <stdlib.h>

static bool filter_compile(pcap_t *p, const char *text, struct bpf_program *out, struct error *e)
{
    char shown[SOURCE_WORDS_MOST], cause[SOURCE_WORDS_MOST];
    if (pcap_compile(p, out, text, 1, PCAP_NETMASK_UNKNOWN) == 0) {
        return true;
    }
    return error_set(e, "filter \"%.160s\": %.200s", source_shown(text, shown),
                     source_shown(pcap_geterr(p), cause));
}

/* Which link type a capture has is known only when it is read; a text that fits none is wrong. */
bool filter_init(struct filter *f, const char *text, struct error *e)
{
    static const int link_types[] = {DLT_EN10MB, DLT_RAW, DLT_LINUX_SLL, DLT_PPP, DLT_NULL};
    *f = (struct filter){0};
    bool good = text == NULL || text[0] == '\0';
    if (good) {
        return true;
    }
    for (size_t i = 0; i < sizeof link_types / sizeof link_types[0] && !good; i++) {
        struct bpf_program program;
        pcap_t *p = pcap_open_dead(link_types[i], SOURCE_SNAPLEN);
        if (p == NULL) {
            die("out of memory: a filter can not be read");
        }
        good = filter_compile(p, text, &program, i == 0 ? e : NULL);
        if (good) {
            pcap_freecode(&program);
        }
        pcap_close(p);
    }
    f->text = good ? xstrdup(text) : NULL;
    return good;
}

void filter_prepare(struct filter *f)
{
    static const int usual[] = {DLT_EN10MB, DLT_RAW,  DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL,
                                DLT_LOOP,   DLT_IPV4, DLT_IPV6,      DLT_PPP};
    struct error e;
    for (size_t i = 0; f->text != NULL && i < sizeof usual / sizeof usual[0]; i++) {
        pcap_t *p = pcap_open_dead(usual[i], SOURCE_SNAPLEN);
        if (p == NULL) {
            die("out of memory: a filter can not be read");
        }
        if (filter_for(f, p, &e) == NULL) {
            f->count--; /* the sentence is for when such packets come */
        }
        pcap_close(p);
    }
}

const struct bpf_program *filter_for(struct filter *f, pcap_t *p, struct error *e)
{
    int linktype = pcap_datalink(p);
    e->text[0] = '\0';
    for (size_t i = 0; i < f->count; i++) {
        if (f->programs[i].linktype == linktype) {
            return f->programs[i].good ? &f->programs[i].program : NULL;
        }
    }
    if (f->count == FILTER_PROGRAMS) { /* makes room: the oldest goes */
        if (f->programs[0].good) {
            pcap_freecode(&f->programs[0].program);
        }
        memmove(f->programs, f->programs + 1, (FILTER_PROGRAMS - 1) * sizeof f->programs[0]);
        f->count--;
    }
    struct filter_program *slot = &f->programs[f->count++];
    slot->linktype = linktype;
    slot->good = filter_compile(p, f->text, &slot->program, e);
    return slot->good ? &slot->program : NULL;
}

void filter_done(struct filter *f)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->programs[i].good) {
            pcap_freecode(&f->programs[i].program);
        }
    }
    free(f->text);
    *f = (struct filter){0};
}
