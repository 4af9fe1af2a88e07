/* A fuzz target as an ordinary program: runs every file named, or every file in a folder named. */
#include "tests/fuzz/fuzz.h"

#include "capture/base/error.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

static bool replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    long size = -1;
    if (f && fseek(f, 0, SEEK_END) == 0) {
        size = ftell(f);
        rewind(f);
    }
    uint8_t *data = xmalloc(size > 0 ? (size_t)size : 0);
    bool ok = size >= 0 && fread(data, 1, (size_t)size, f) == (size_t)size;
    if (ok) {
        LLVMFuzzerTestOneInput(data, (size_t)size);
    } else {
        fprintf(stderr, "%s: can not be read\n", path);
    }
    free(data);
    if (f) {
        fclose(f);
    }
    return ok;
}

int main(int argc, char **argv)
{
    unsigned long count = 0;
    FTS *tree = argc > 1 ? fts_open(argv + 1, FTS_LOGICAL | FTS_NOCHDIR, NULL) : NULL;
    for (FTSENT *e; tree && (e = fts_read(tree));) {
        count += e->fts_info == FTS_F && replay(e->fts_path);
    }
    if (tree) {
        fts_close(tree);
    }
    printf("%lu inputs\n", count);
    return count ? 0 : 1;
}
