/* The yardstick: a bare pcap_next_ex loop that touches each packet's headers and does nothing else.
 * What a reader of captures costs at least with libpcap; everything is told as a ratio to it.
 */
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *in = argc == 2 ? pcap_open_offline(argv[1], why) : NULL;
    if (!in) {
        fprintf(stderr, "usage: bare FILE\n");
        return 2;
    }
    struct pcap_pkthdr *head;
    const uint8_t *p;
    uint64_t packets = 0, bytes = 0, mail = 0;
    while (pcap_next_ex(in, &head, &p) == 1) {
        packets++;
        bytes += head->caplen;
        if (head->caplen < 54 || p[12] != 8 || p[13] != 0 || p[23] != 6) {
            continue;
        }
        const uint8_t *tcp = p + 14 + (p[14] & 15) * 4;
        unsigned from = (unsigned)tcp[0] << 8 | tcp[1], to = (unsigned)tcp[2] << 8 | tcp[3];
        mail += from == 25 || to == 25 || from == 110 || to == 110;
    }
    pcap_close(in);
    printf("%llu packets, %llu bytes, %llu mail\n", (unsigned long long)packets,
           (unsigned long long)bytes, (unsigned long long)mail);
    return 0;
}
