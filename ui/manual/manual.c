/* manual page TEMPLATE | bash | zsh | fish: what is asked for goes to standard output. */
#include "ui/manual/manual.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *name;
    void (*make)(FILE *out);
} shells[] = {{"bash", manual_bash}, {"zsh", manual_zsh}, {"fish", manual_fish}};

static bool make_page(const char *path)
{
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        fprintf(stderr, "manual: %s: %s\n", path, strerror(errno));
        return false;
    }
    bool fine = manual_page(f, stdout);
    fclose(f);
    return fine;
}

int main(int argc, char **argv)
{
    bool fine = false;
    if (argc == 3 && strcmp(argv[1], "page") == 0) {
        fine = make_page(argv[2]);
    }
    for (size_t i = 0; argc == 2 && i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(argv[1], shells[i].name) == 0) {
            shells[i].make(stdout);
            fine = true;
        }
    }
    return fine && fflush(stdout) == 0 ? 0 : 1;
}
