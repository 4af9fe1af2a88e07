#include "ui/export/export.h"

#define FORMAT(symbol) extern const struct export_format export_##symbol;
#include "ui/export/formats.def"
#undef FORMAT

static const struct export_format *const formats[] = {
#define FORMAT(symbol) &export_##symbol,
#include "ui/export/formats.def"
#undef FORMAT
};

#define FORMAT_COUNT (sizeof formats / sizeof formats[0])

const struct export_format *const *export_formats(size_t *count)
{
    *count = FORMAT_COUNT;
    return formats;
}

const struct export_format *export_find(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(formats[i]->name, name) == 0) {
            return formats[i];
        }
    }
    return NULL;
}
