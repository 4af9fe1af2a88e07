/* The names of TCP's choices, as options write them. */
#include "capture/tcp.h"

#include <string.h>

static bool parse_word(const char *name, const char *const *words, size_t count, size_t *out)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, words[i]) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool overlap_policy_parse(const char *name, enum overlap_policy *out)
{
    static const char *const words[] = {
        [OVERLAP_LINUX] = "linux", [OVERLAP_FIRST] = "first",     [OVERLAP_LAST] = "last",
        [OVERLAP_BSD] = "bsd",     [OVERLAP_WINDOWS] = "windows", [OVERLAP_SOLARIS] = "solaris"};
    size_t i = 0;
    bool found = parse_word(name, words, sizeof words / sizeof words[0], &i);
    if (found) {
        *out = (enum overlap_policy)i;
    }
    return found;
}

bool checksum_rule_parse(const char *name, enum checksum_rule *out)
{
    static const char *const words[] = {
        [CHECKSUM_AUTO] = "auto", [CHECKSUM_STRICT] = "strict", [CHECKSUM_IGNORE] = "ignore"};
    size_t i = 0;
    bool found = parse_word(name, words, sizeof words / sizeof words[0], &i);
    if (found) {
        *out = (enum checksum_rule)i;
    }
    return found;
}
