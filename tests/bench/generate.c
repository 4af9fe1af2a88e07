/* Makes captures for measuring. Same options, same bytes. Prints what is in it as JSON.
 *
 *   generate traffic OPTIONS -o FILE       generate BOMB N -o FILE       generate list
 */
#include "tests/bench/generate.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
    fputs("generate traffic [-s SESSIONS | -B BYTES] [-z MIN[:MAX]] [-c LIVE] [-O] [-n NOISE]\n"
          "                 [-r SWAPPED] [-t REPEATED] [-l LOST] [-S SEED] [-T TRUTH] -o FILE\n"
          "generate BOMB N -o FILE\n"
          "generate list\n",
          stderr);
    return 2;
}

static uint64_t number(const char *text)
{
    return (uint64_t)strtod(text, NULL);
}

struct options {
    struct traffic traffic;
    struct packets packets;
    const char *out;
};

static bool read_option(struct options *o, int option, const char *value)
{
    const char *colon = NULL;
    switch (option) {
    case 's':
        o->traffic.sessions = number(value);
        return true;
    case 'B':
        o->traffic.bytes = number(value);
        return true;
    case 'c':
        o->traffic.live = number(value);
        return true;
    case 'O':
        o->traffic.all_open = true;
        return true;
    case 'n':
        o->traffic.noise = strtod(value, NULL);
        return true;
    case 'r':
        o->packets.swap = strtod(value, NULL);
        return true;
    case 't':
        o->packets.repeat = strtod(value, NULL);
        return true;
    case 'l':
        o->packets.lose = strtod(value, NULL);
        return true;
    case 'S':
        o->traffic.seed = number(value);
        return true;
    case 'T':
        o->traffic.truth = value;
        return true;
    case 'o':
        o->out = value;
        return true;
    case 'z':
        colon = strchr(value, ':');
        o->traffic.smallest = number(value);
        o->traffic.largest = colon ? number(colon + 1) : o->traffic.smallest;
        return true;
    default:
        return false;
    }
}

static const struct bomb *bomb_find(const char *name)
{
    for (size_t i = 0; i < bomb_count; i++) {
        if (strcmp(bombs[i].name, name) == 0) {
            return &bombs[i];
        }
    }
    return NULL;
}

static int list(void)
{
    for (size_t i = 0; i < bomb_count; i++) {
        printf("%-12s %s\n", bombs[i].name, bombs[i].what);
    }
    return 0;
}

static void tell(const struct options *o, const struct traffic_told *t)
{
    const struct packets *p = &o->packets;
    printf("{\"packets\":%llu,\"bytes\":%llu,\"lost\":%llu,\"repeated\":%llu,\"swapped\":%llu,"
           "\"sessions\":%llu,\"smtp\":%llu,\"messages\":%llu,\"intact\":%llu,"
           "\"message_bytes\":%llu}\n",
           (unsigned long long)p->count, (unsigned long long)p->bytes, (unsigned long long)p->lost,
           (unsigned long long)p->repeated, (unsigned long long)p->swapped,
           (unsigned long long)t->sessions, (unsigned long long)t->smtp,
           (unsigned long long)t->messages, (unsigned long long)t->intact,
           (unsigned long long)t->message_bytes);
}

int main(int argc, char **argv)
{
    struct options o = {
        .traffic = {.sessions = 1000, .smallest = 2048, .largest = 2048, .live = 64, .seed = 1},
        .out = "-"};
    struct traffic_told told = {0};
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        return list();
    }
    const struct bomb *bomb = argc > 2 ? bomb_find(argv[1]) : NULL;
    if (argc < 3 || (!bomb && strcmp(argv[1], "traffic") != 0)) {
        return usage();
    }
    optind = bomb ? 3 : 2;
    for (int c; (c = getopt(argc, argv, "s:B:z:c:On:r:t:l:S:T:o:")) != -1;) {
        if (!read_option(&o, c, optarg)) {
            return usage();
        }
    }
    o.packets.random = o.traffic.seed;
    if (!packets_open(&o.packets, o.out)) {
        perror(o.out);
        return 1;
    }
    bool ok = true;
    if (bomb) {
        bomb_write(bomb, &o.packets, number(argv[2]));
    } else {
        ok = traffic_write(&o.packets, &o.traffic, &told);
    }
    ok = packets_close(&o.packets) && ok;
    tell(&o, &told);
    return ok ? 0 : 1;
}
